"""From a draft to its end, as the terminal sees it: show the list, ask for the number, then only watch."""

import sys
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from notifier.actions.announce import single
from notifier.actions.announce.declare import DryRun
from notifier.actions.company.refresh import refresh
from notifier.actions.control import approve as gate
from notifier.actions.control import lists
from notifier.actions.control.approve import Consent, Gate
from notifier.actions.control.lists import ShownList
from notifier.actions.inspect import evidence, rehearsal
from notifier.actions.inspect.rehearsal import ShownRehearsal
from notifier.actions.notices import shown as shown_texts
from notifier.actions.notices.named import Name, reference_in
from notifier.actions.notices.untranslated import Untranslated
from notifier.app import App
from notifier.entry.cli import output
from notifier.entry.cli.screens import audience_source, dry_run, standing, texts
from notifier.entry.tasks import ring
from notifier.errors import Refused, Unreachable
from notifier.model.approval import Part
from notifier.model.vocabulary import Account, Mode, NoticeState
from notifier.pipeline.audience import list_objection
from notifier.store.read import held, recounts, views
from notifier.store.read.views import NoticeRow

UNSENT = (NoticeState.DRAFT, NoticeState.CANCELLED, NoticeState.VOID)
if TYPE_CHECKING:
    from notifier.actions.company.refresh import Rule

OVER = (NoticeState.FINISHED, NoticeState.CANCELLED, NoticeState.VOID, NoticeState.HELD)
PATIENCE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Started:
    """A draft, what the gate said of it, and how far the operator agreed beforehand."""

    name: Name
    gate: Gate
    consent: Consent
    ceiling: int | None = None
    untranslated: tuple[Untranslated, ...] = ()


def show_dry_run(dry: DryRun, *, as_json: bool) -> None:
    found = dry.estimate
    if as_json:
        # The counts at the top level, as scripts want them; the samples beside them.
        output.print_json(output.plain(found) | {"samples": output.plain(dry.samples)})
        return
    data = "on LIVE data" if found.mode is Mode.LIVE else "of a REHEARSAL"
    output.say(f"DRY RUN {data}. Nothing is stored, nothing leaves.\n")
    output.say(dry_run.picture(found))
    for sample in dry.samples:
        output.say(f"\n{standing.sample(sample)}")
    output.say(f"\nSend: the same line without --dry-run; you will type {found.people}.")


def require_workers(app: App) -> None:
    """On embedded servers somebody must run `notifier up`, or a declared notice would wait unseen."""
    if not app.settings.embedded:
        return
    from notifier.local.endpoints import running

    if running(app.settings) is None:
        raise Unreachable(
            "Nothing runs that could send: start `notifier up` in another terminal, then repeat."
        )


def refresh_people(
    app: App, reference: str, *, quiet: bool, required: bool = False, rule: "Rule | None" = None
) -> None:
    """The people as the company's own database shows them now, and a word on where they are from.

    If it does not answer, later notices go by the last copy. With `required`, raises then if there is none.
    """
    with app.db.transaction() as tx:
        row = views.disruption(tx, reference_in(reference))
    if row is None or row.ended_at is not None:
        return  # the action says so
    copied, trouble = refresh(app.db, app.settings, app.clock.now(), row.disruption_id, rule=rule)
    if trouble is not None and required and row.people_at is None:
        raise trouble
    if quiet:
        return
    if copied is not None:
        row = replace(row, people_from=copied.source, people_at=copied.at)
    lines = [audience_source.disruption_line(row), *(audience_source.remarks(copied) if copied else [])]
    lines += [f"! {trouble}"] if trouble is not None and row.people_at is not None else []
    for line in filter(None, lines):
        output.say(line)


def follow(app: App, started: Started, *, as_json: bool) -> None:
    """Let it go if it may, then watch. Closing the terminal changes nothing from here on."""
    ring(app.settings, started.gate.rings)
    for each in () if as_json else started.untranslated:
        output.say(standing.untranslated_line(each))
    if not started.gate.approved:
        if started.gate.waits or started.consent.yes or as_json or not output.is_terminal():
            raise Refused(
                f"{started.gate.refusal} The draft is kept:",
                details=(f"notifier approve {started.name}{_gap_option(started.gate)}",),
            )
        started = ask_words(app, started) if Part.AUDIENCE not in started.gate.asks else ask(app, started)
    if as_json:
        wait(app, started.name.reference, started.name.notice_id)
        rehearsed = _rehearsed(app, started.name)
        output.print_json(
            status(app, started.name.reference) | ({"rehearsal": rehearsed} if rehearsed else {})
        )
    else:
        output.say(f"Approved: D-{started.name}. You may close this terminal, sending goes on.")
        watch(app, started.name.reference, started.name.notice_id)
        if rehearsed := _rehearsed(app, started.name):
            output.say("\n" + standing.rehearsal(rehearsed))


def _rehearsed(app: App, name: Name) -> ShownRehearsal | None:
    """What a rehearsal is for; None for what is live."""
    return rehearsal.shown(app.db, app.writer, name.notice_id) if name.mode is Mode.REHEARSAL else None


def _gap_option(found: Gate) -> str:
    return f" --accept-gap {found.gap.difference}" if found.gap.difference else ""


def ask(app: App, started: Started) -> Started:
    """Freeze the list, show it, and take the number of people as the consent to exactly this list.

    Where it is not true any more by the time of the answer, the fresh one is shown and asked for.
    """
    while not started.gate.approved:
        started = _ask_once(app, started)
    return started


def _ask_once(app: App, started: Started) -> Started:
    shown, rings = lists.show_list(app.db, app.writer, app.clock.now(), started.name.notice_id)
    ring(app.settings, rings)
    if shown.changed:
        output.say(f"! {list_objection(shown.changed)}")
    shown = _frozen(app, shown)
    name = replace(started.name, notice_id=shown.notice_id, seq=shown.seq)
    consent = replace(
        started.consent,
        ceiling=started.ceiling,
        accept_gap=_acknowledged(started),
        list_hash=shown.list_hash if started.ceiling is None else None,
    )
    if Part.WORDS in started.gate.asks:
        output.say(texts.listing(name, shown_texts.texts(app.db, shown.notice_id)))
    question = f"{standing.mode_line(name.mode)} Type {shown.people} to tell {shown.people:,} people: "
    gap_stands = consent.accept_gap is None and started.gate.gap.difference
    if gap_stands or _typed(question).replace(",", "") != str(shown.people):
        raise Refused("Nobody was told. The draft is kept:", details=(f"notifier approve {name}",))
    return _approved(app, replace(started, name=name, consent=consent))


def ask_words(app: App, started: Started) -> Started:
    """Show every text in full, and take the answer as the consent to exactly these."""
    shown = shown_texts.texts(app.db, started.name.notice_id)
    output.say(texts.in_full(shown))
    if _typed(f"Type {len(shown)} to approve these {len(shown)} texts: ") != str(len(shown)):
        raise Refused(
            "Nothing was approved. The draft is kept:", details=(f"notifier approve {started.name}",)
        )
    return _approved(app, replace(started, consent=replace(started.consent, yes=True)))


def _approved(app: App, started: Started) -> Started:
    notice_id = started.name.notice_id
    opened = gate.approve(app.db, app.act(), notice_id, started.consent)
    if not opened.approved and (opened.waits or not opened.changed):
        raise Refused(opened.refusal)
    ring(app.settings, opened.rings)
    return replace(started, gate=opened)


def _acknowledged(started: Started) -> int | None:
    """The difference between cut off and told, if the operator has named its number; None if not."""
    difference = started.gate.gap.difference
    if not difference or started.consent.accept_gap == difference:
        return started.consent.accept_gap
    typed = _typed(f"{difference} customers differ. Type that number to go on, anything else to stop: ")
    return difference if typed.replace(",", "") == str(difference) else None


def _typed(question: str) -> str:
    try:
        return input(question).strip()
    except (EOFError, KeyboardInterrupt):
        return ""


def _frozen(app: App, shown: ShownList) -> ShownList:
    """Wait until workers have frozen the list."""
    began, said = app.clock.monotonic(), False
    while shown.list_hash is None:
        time.sleep(0.1)
        shown = lists.shown_list(app.db, shown.notice_id)
        if shown.stopped:
            raise Refused("The list could not be made, nobody was told: see `notifier list` for why.")
        if not said and app.clock.monotonic() - began > PATIENCE_SECONDS:
            output.say("Waiting for a worker to freeze the list: does `notifier worker` run?")
            said = True
    return shown


def status(app: App, reference: str) -> dict[str, object]:
    """Everything about one disruption, for `show --json`."""
    with app.db.transaction() as tx:
        row = views.disruption(tx, reference)
        assert row is not None
        shown = [
            {
                "notice": each,
                "accounts": views.accounts(tx, each),
                "adds_up": views.fault(tx, each) == 0,
                "not_told": views.not_told(tx, each.notice_id),
                "recount": recounts.noted(tx, each.notice_id),
                "troubles": views.troubles(tx, each.notice_id),
                "above_ceiling": held.above_ceiling(tx, each.notice_id),
                "outside": single.of_notice(tx, each.notice_id),
            }
            for each in views.notices(tx, row.disruption_id)
        ]
        said = evidence.sources_say(tx, row.disruption_id, app.clock.now())
    return {"disruption": row, "evidence": said, "notices": shown}


def picture(app: App, reference: str) -> tuple[str, list[NoticeRow]]:
    """The screen of `show` and `watch`, and the notices it shows."""
    with app.db.transaction() as tx:
        row = views.disruption(tx, reference)
        assert row is not None
        lines = standing.disruption_lines(row)
        if holds := views.holds(tx):
            lines += [f"  STOPPED: {hold.why}" for hold in holds]
        elif views.brake_is_on(tx):
            bound = views.open_attempts(tx)
            lines.append(f"  STOPPED: the brake is on, at most {bound:,} more leave. `notifier resume --all`")
        lines += [f"  ! {each.text}" for each in views.alarms(tx) if each.reference == reference]
        lines += evidence.lines(tx, row.disruption_id, app.clock.now())
        rows = views.notices(tx, row.disruption_id)
        for each in rows:
            lines += ["", *standing.notice_lines(each, views.accounts(tx, each), views.fault(tx, each))]
            lines += standing.recount_lines(recounts.noted(tx, each.notice_id))
            lines += standing.trouble_lines(each, views.troubles(tx, each.notice_id))
            lines += standing.single_lines(single.of_notice(tx, each.notice_id))
            if each.state not in UNSENT and not held.is_overtaken(tx, each.notice_id):
                lines += standing.held_lines(
                    f"{reference}/{each.seq}", each, held.above_ceiling(tx, each.notice_id)
                )
    return "\n".join(lines), rows


def watch(app: App, reference: str, notice_id: int | None = None) -> None:
    """Draw progress until the notice (or every notice) is over; Ctrl-C leaves, sending goes on."""
    from rich.live import Live
    from rich.text import Text

    try:
        with Live(console=output.console, refresh_per_second=8, transient=False) as live:
            while True:
                text, rows = picture(app, reference)
                live.update(Text(text))
                if settled(app, rows, notice_id):
                    # As it stands now, not as it was drawn before.
                    live.update(Text(picture(app, reference)[0]))
                    return
                time.sleep(0.2)
    except KeyboardInterrupt:
        sys.stderr.write(f"\nSending goes on. See it again: notifier watch {reference}\n")


def wait(app: App, reference: str, notice_id: int) -> None:
    """As `watch`, without drawing."""
    while not settled(app, picture(app, reference)[1], notice_id):
        time.sleep(0.2)


def settled(app: App, rows: list[NoticeRow], notice_id: int | None) -> bool:
    """Nothing of these notices will move by itself any more."""
    with app.db.transaction() as tx:
        return all(
            _settled(row, views.accounts(tx, row)) for row in rows if notice_id in (None, row.notice_id)
        )


def _settled(row: NoticeRow, accounts: dict[Account, int]) -> bool:
    if row.state in OVER or row.state is NoticeState.DRAFT or row.waits:
        return True
    return row.closed_at is not None and not accounts[Account.WAITING] + accounts[Account.IN_FLIGHT]

"""The drive: the same actions that the commands call, on embedded servers, with one worker killed on the way.

It draws nothing itself: a `Stage` does.
"""

import io
import os
import signal
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from notifier.actions import apply_company, correct, declare, parts, rescope, timeline
from notifier.actions.approve import Consent, Gate, Name
from notifier.actions.estimate import Estimate
from notifier.actions.import_customers import Imported, import_customers
from notifier.app import App
from notifier.edges import company_file
from notifier.errors import Refused
from notifier.local.children import COMMANDS, Part
from notifier.local.demo import people
from notifier.local.stack import Stack
from notifier.model.ring import Ring
from notifier.model.words import Account, NoticeState, Reason
from notifier.store import call_list, views
from notifier.store.call_list import NotTold
from notifier.store.views import AlarmRow, NoticeRow

LATENCY_SECONDS = 0.6
"""Of the sandbox's answers, so that a send of a few thousand has a middle in which a worker can be killed."""
CUT_OFF_BEFORE = timedelta(minutes=8)
ALARM_SECONDS = 9.0
"""How long the story waits for the database itself to raise the alarm; it goes on without it."""
LOOK_EVERY = 0.05
SEND_SECONDS = 45.0

SANDBOX_COMMANDS: Mapping[Part, tuple[str, ...]] = {
    **COMMANDS,
    Part.SANDBOX: (*COMMANDS[Part.SANDBOX], "--latency", str(LATENCY_SECONDS)),
}


WHERE = "nationality <> 'US'"
SATURDAY = "nationality NOT IN ('US', 'GB') OR plan = 'free'"
HOME = "nationality = 'US'"
FACTS = {
    "cause": {"value": "government_directive", "confidence": "confirmed"},
    "assessment": {"value": "misunderstanding", "confidence": "believed"},
    "symptom": "error 403, model_suspended",
    "memo": {"value": "given by telephone, 17:55", "public": False},
}
STATEMENTS = {
    "en": "The directive was given **by telephone**. We have asked for it in writing and have not got it yet.",
    "de": "Die Anordnung kam **telefonisch**. Wir haben sie schriftlich verlangt und noch nicht erhalten.",
}


class Stage(Protocol):
    """Where the story is shown."""

    def scene(self, when: str, what: str) -> None: ...
    def command(self, line: str) -> None:
        """The command that does the same as the action which comes next."""
        ...

    def said(self, line: str) -> None: ...
    def imported(self, found: Imported) -> None: ...
    def alarmed(self, rows: list[AlarmRow]) -> None: ...
    def counted(self, found: Estimate) -> None: ...
    def changed(self, shown: rescope.Shown) -> None: ...
    def progress(self, notice: NoticeRow, accounts: dict[Account, int], fault: int) -> None: ...
    def sent(self, notice: NoticeRow, accounts: dict[Account, int], fault: int) -> None: ...


@dataclass(slots=True)
class Played:
    """What only the one who drove knows; everything else is read back from the database."""

    reference: str
    first_seq: int
    directive_at: datetime
    cut_at: datetime
    killed: int | None = None
    """The pid of the worker."""
    call_list: list[NotTold] = field(default_factory=list[NotTold])


@dataclass(frozen=True, slots=True)
class Drive:
    app: App
    stack: Stack
    stage: Stage
    ring: Callable[[Iterable[Ring]], None]
    stopping: threading.Event

    def pause(self, seconds: float) -> None:
        if self.stopping.wait(seconds):
            raise KeyboardInterrupt


def play(drive: Drive) -> Played:
    """Friday to Sunday. Raises `Refused` if the product refuses what the story needs."""
    rows = people.everybody()
    played = friday(drive, prepare(drive, rows))
    saturday(drive, played)
    sunday(drive, played, rows)
    return played


def prepare(drive: Drive, rows: tuple[people.Row, ...]) -> datetime:
    """Since when both models are cut off."""
    app, stage = drive.app, drive.stage
    stage.scene("FRIDAY 18:32", "Both models are switched off. The customers table says so.")
    stage.command("notifier apply company.toml --yes")
    wanted = company_file.read(people.COMPANY.encode())
    shown = apply_company.difference(app.db, wanted)
    apply_company.apply(app.db, wanted, shown, actor=app.settings.actor, now=app.clock.now())
    stage.said(f"{len(shown.changes)} services, attributes, facts and rules of policy applied.")
    stage.command("notifier import customers.csv")
    cut_at = app.clock.now() - CUT_OFF_BEFORE
    stage.imported(_import(app, rows, cut_at))
    return cut_at


def _import(
    app: App, rows: tuple[people.Row, ...], cut_at: datetime, cut_off: tuple[str, ...] = people.CUT_OFF
) -> Imported:
    stream = io.BytesIO(people.as_csv(rows, cut_at, cut_off))
    return import_customers(app.db, stream, actor=app.settings.actor, now=app.clock.now())


def friday(drive: Drive, cut_at: datetime) -> Played:
    app, stage = drive.app, drive.stage
    stage.alarmed(_wait_for_alarm(drive))
    stage.scene("FRIDAY 18:40", "A directive by telephone: foreign nationals must lose both models.")
    directive_at = app.clock.now()
    wish = declare.Wish(
        services=people.CUT_OFF,
        reason=Reason.LEGAL,
        where=WHERE,
        facts=FACTS,
        next_update_at=directive_at + timedelta(hours=3),
    )
    line = f'notifier suspend fable-5 mythos-5 --reason legal \\\n    --where "{WHERE}" --possibly hedge'
    stage.command(f"{line} --dry-run")
    counted = declare.dry_run(app.db, app.desk, app.clock.now(), wish).estimate
    stage.counted(counted)
    gap = counted.gap.difference
    stage.command(f"{line} \\\n    --facts facts.toml --next-update +3h --yes --accept-gap {gap}")
    consent = Consent(yes=True, accept_gap=gap)
    declared = declare.suspend(app.db, app.desk, app.settings.actor, app.clock.now(), wish, consent)
    played = Played(declared.name.reference, declared.name.seq, directive_at, cut_at)
    _send(drive, declared.name, declared.gate, lambda accounts: _kill_in_the_middle(drive, played, accounts))
    with app.db.transaction() as tx:
        not_told = call_list.not_told(tx, timeline.find(tx, played.reference).disruption_id)
        played.call_list = [one for one in not_told if one.cut_off]
    return played


def saturday(drive: Drive, played: Played) -> None:
    app = drive.app
    drive.stage.scene("SATURDAY", "The directive is read differently. Who is new, who is out of it?")
    line = f'notifier rescope {played.reference} \\\n    --where "{SATURDAY}"'
    drive.stage.command(f"{line} --dry-run")
    change = rescope.Change(where=SATURDAY)
    shown = rescope.preview(app.db, app.clock.now(), played.reference, change)
    drive.stage.changed(shown)
    drive.stage.command(f"{line} \\\n    --yes --accept-gap {shown.gap.difference}")
    consent = Consent(yes=True, accept_gap=shown.gap.difference)
    done = rescope.rescope(
        app.db, app.desk, app.settings.actor, app.clock.now(), played.reference, change, timeline.News(), consent
    )  # fmt: skip
    for said in done.said:
        _send(drive, said.name, said.gate)
    _correct(drive, played)


def _correct(drive: Drive, played: Played) -> None:
    app = drive.app
    drive.stage.scene("SATURDAY NIGHT", "A sentence sent on Friday was wrong: who read it hears.")
    which = f"{played.reference}/{played.first_seq}"
    drive.stage.command(f"notifier correct {which} --statement en=en.md --statement de=de.md --yes")
    now = app.clock.now()
    news = timeline.News(statements=STATEMENTS, next_update_at=now + timedelta(hours=20))
    said = correct.correct(
        app.db, app.desk, app.settings.actor, now, played.reference, news, Consent(yes=True), played.first_seq
    )
    _send(drive, said.name, said.gate)


def sunday(drive: Drive, played: Played, rows: tuple[people.Row, ...]) -> None:
    app = drive.app
    drive.stage.scene("SUNDAY", "One model comes back, for customers at home.")
    drive.stage.command("notifier import customers.csv")
    imported = _import(
        app, tuple(row for row in rows if row.nationality == "US"), played.cut_at, ("fable-5",)
    )
    drive.stage.said(f"{imported.merged.reinstated:,} services are no longer cut off.")
    drive.stage.command(f'notifier restore {played.reference} mythos-5 --where "{HOME}" --yes')
    said = timeline.restore(
        app.db, app.desk, app.settings.actor, app.clock.now(), played.reference, timeline.News(),
        Consent(yes=True), parts.Part(("mythos-5",), HOME),
    )  # fmt: skip
    _send(drive, said.name, said.gate)


def _wait_for_alarm(drive: Drive) -> list[AlarmRow]:
    """Beat asks the database every few seconds who is cut off although nobody was told."""
    end = drive.app.clock.monotonic() + ALARM_SECONDS
    rows: list[AlarmRow] = []
    while not rows and drive.app.clock.monotonic() < end:
        drive.pause(LOOK_EVERY)
        with drive.app.db.transaction() as tx:
            rows = views.alarms(tx)
    return rows


def _kill_in_the_middle(drive: Drive, played: Played, accounts: dict[Account, int]) -> None:
    """SIGKILL for a worker process and its pool, once something has left and something is under way."""
    if played.killed is None and accounts[Account.TOLD] and accounts[Account.IN_FLIGHT]:
        pids = drive.stack.worker_pids
        if pids:
            played.killed = pids[0]
            os.kill(pids[0], signal.SIGKILL)
            drive.stage.said("SIGKILL for one worker, in the middle of the send.")


def _nothing_happens(_accounts: dict[Account, int]) -> None:
    pass


def _send(
    drive: Drive,
    name: Name,
    gate: Gate,
    happens: Callable[[dict[Account, int]], None] = _nothing_happens,
) -> None:
    """Ring, then only watch, as every command does."""
    if not gate.approved:
        raise Refused(gate.refusal)
    drive.ring(gate.rings)
    end = drive.app.clock.monotonic() + SEND_SECONDS
    while True:
        notice, accounts, fault = look(drive.app, name)
        if settled(notice, accounts):
            drive.stage.sent(notice, accounts, fault)
            return
        if drive.app.clock.monotonic() > end:
            raise Refused(
                f"Notice {name} was not sent within {SEND_SECONDS:.0f} s: see the logs in the home."
            )
        drive.stage.progress(notice, accounts, fault)
        happens(accounts)
        drive.pause(LOOK_EVERY)


def look(app: App, name: Name) -> tuple[NoticeRow, dict[Account, int], int]:
    with app.db.transaction() as tx:
        row = views.disruption(tx, name.reference)
        assert row is not None
        notice = next(n for n in views.notices(tx, row.disruption_id) if n.notice_id == name.notice_id)
        return notice, views.accounts(tx, notice), views.fault(tx, notice)


def settled(notice: NoticeRow, accounts: dict[Account, int]) -> bool:
    """Nothing of it will move by itself: evidence or the policy's deadline has decided what was unknown."""
    if notice.state in {NoticeState.HELD, NoticeState.CANCELLED}:
        return True
    moving = accounts[Account.WAITING] + accounts[Account.IN_FLIGHT] + accounts[Account.UNKNOWN]
    return notice.closed_at is not None and not moving

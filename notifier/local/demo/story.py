"""Friday: the same actions that the commands call, on embedded servers, with one worker killed on the way.

It draws nothing itself: a `Stage` does. `weekend.py` goes on from here.
"""

import os
import signal
from collections.abc import Mapping
from datetime import datetime, timedelta

from notifier.actions.announce import declare, holding
from notifier.actions.company import apply_company
from notifier.actions.control.approve import Consent
from notifier.actions.notices.named import find
from notifier.edges import company_file
from notifier.local.children import COMMANDS, Program
from notifier.local.demo import customers, mailbox, weekend
from notifier.local.demo.drive import LOOK_EVERY, Drive, Played, send
from notifier.model.vocabulary import Account, Reason
from notifier.store.read import call_list, views
from notifier.store.read.views import AlarmRow

LATENCY_SECONDS = 0.1
"""Of the sandbox's answers."""
SLOW_SECONDS, SLOW_REQUESTS = 0.6, 30
"""On Friday the sandbox is slow, so that the send has a middle in which a worker can be killed."""
CUT_OFF_BEFORE = timedelta(minutes=8)
BY_ITSELF_AFTER = timedelta(seconds=1)
ALARM_SECONDS = 9.0
"""How long the story waits for the database itself to raise the alarm; it goes on without it."""

SANDBOX_COMMANDS: Mapping[Program, tuple[str, ...]] = {
    **COMMANDS,
    Program.SANDBOX: (*COMMANDS[Program.SANDBOX], "--latency", str(LATENCY_SECONDS)),
}

WHERE = "nationality <> 'US'"
FACTS = {
    "cause": {"value": "government_directive", "confidence": "confirmed"},
    "assessment": {"value": "misunderstanding", "confidence": "believed"},
    "effort": "restoring",
    "symptom": "error 403, model_suspended",
    "memo": {"value": "given by telephone, 17:55", "public": False},
}
STATEMENTS = {
    "en": "We have the directive in writing.",
    "de": "Die Anordnung liegt uns schriftlich vor.",
}
"""Wrong, as it will turn out."""


def play(drive: Drive) -> Played:
    """Friday to Monday. Raises `Refused` if the product refuses what the story needs."""
    rows = customers.everybody()
    played = friday(drive, prepare(drive, rows))
    friday_night(drive, played)
    weekend.saturday(drive, played)
    weekend.correction(drive, played)
    weekend.sunday(drive, played, rows)
    weekend.monday(drive, played, rows)
    return played


def prepare(drive: Drive, rows: tuple[customers.Row, ...]) -> datetime:
    """Since when both models are cut off."""
    app, stage = drive.app, drive.stage
    stage.scene("FRIDAY 18:32", "Both models are switched off. The customers table says so.")
    stage.command("notifier apply company.toml --yes")
    wanted = company_file.read(customers.COMPANY.encode())
    shown = apply_company.difference(app.db, wanted)
    apply_company.apply(app.db, app.act(), wanted, shown)
    stage.said(f"{len(shown.changes)} services, attributes, facts and rules of policy applied.")
    stage.command("notifier import customers.csv")
    cut_at = app.clock.now() - CUT_OFF_BEFORE
    stage.imported(weekend.import_rows(app, rows, cut_at))
    return cut_at


def friday(drive: Drive, cut_at: datetime) -> Played:
    app, stage = drive.app, drive.stage
    stage.alarmed(_wait_for_alarm(drive))
    stage.scene("FRIDAY 18:40", "A directive by telephone: foreign nationals must lose both models.")
    directive_at = app.clock.now()
    wish = declare.Wish(
        services=customers.CUT_OFF,
        reason=Reason.LEGAL,
        where=WHERE,
        facts=FACTS,
        statements=STATEMENTS,
        next_update_at=directive_at + timedelta(hours=3),
    )
    stage.said(f'In English and German it shall also say: "{STATEMENTS["en"]}"')
    line = f'notifier suspend fable-5 mythos-5 --reason legal \\\n    --where "{WHERE}" --facts facts.toml'
    line += " \\\n    --statement en=en.md --statement de=de.md"
    stage.command(f"{line} --dry-run")
    counted = declare.dry_run(app.db, app.writer, app.clock.now(), wish).estimate
    stage.counted(counted)
    gap = counted.gap.difference
    stage.command(f"{line} \\\n    --next-update +3h --yes --accept-gap {gap}")
    consent = Consent(yes=True, accept_gap=gap)
    declared = declare.suspend(app.db, app.writer, app.act(), wish, consent)
    name = declared.name
    played = Played(name.reference, name.seq, counted.people, directive_at, cut_at)
    with mailbox.slow(app, SLOW_SECONDS, SLOW_REQUESTS):
        send(drive, name, declared.gate, lambda accounts: _kill_in_the_middle(drive, played, accounts))
    with app.db.transaction() as tx:
        not_told = call_list.not_told(tx, find(tx, played.reference).disruption_id)
        played.call_list = [one for one in not_told if one.cut_off]
    return played


def friday_night(drive: Drive, played: Played) -> None:
    """What somebody approved at 20:00 keeps the promise, although nobody sits at a desk any more."""
    app = drive.app
    drive.stage.scene("FRIDAY 21:35", "The promised update leaves by itself: approved at 20:00.")
    ceiling = played.people
    drive.stage.command(f"notifier holding {played.reference} --at 21:35 --ceiling {ceiling} --yes")
    act = app.act()
    plan = holding.Plan(at=act.now + BY_ITSELF_AFTER, next_update_at=act.now + timedelta(hours=14))
    consent = Consent(yes=True, ceiling=ceiling)
    said = holding.prepare(app.db, app.writer, act, played.reference, plan, consent)
    send(drive, said.name, said.gate)


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

"""From Saturday to Monday: the scope changes, a sentence was wrong, a part comes back, then all of it."""

import io
from datetime import datetime, timedelta

from notifier.actions.announce import correct, rescope, restore, timeline
from notifier.actions.company.import_customers import Imported, import_customers
from notifier.actions.control.approve import Consent
from notifier.app import App
from notifier.local.demo import customers
from notifier.local.demo.drive import Drive, Played, send

SATURDAY = "nationality NOT IN ('US', 'GB') OR plan = 'free'"
HOME = "nationality = 'US'"
RIGHT = {
    "en": "The directive was given **by telephone**. We have asked for it in writing and have not got it yet.",
    "de": "Die Anordnung kam **telefonisch**. Wir haben sie schriftlich verlangt und noch nicht erhalten.",
}


def import_rows(
    app: App, rows: tuple[customers.Row, ...], cut_at: datetime, cut_off: tuple[str, ...] = customers.CUT_OFF
) -> Imported:
    stream = io.BytesIO(customers.as_csv(rows, cut_at, cut_off))
    return import_customers(app.db, app.act(), stream)


def saturday(drive: Drive, played: Played) -> None:
    app = drive.app
    drive.stage.scene("SATURDAY", "The directive is read differently. Who is new, who is out of it?")
    line = f'notifier rescope {played.reference} \\\n    --where "{SATURDAY}"'
    drive.stage.command(f"{line} --dry-run")
    change = rescope.ScopeChange(where=SATURDAY)
    shown = rescope.preview(app.db, app.clock.now(), played.reference, change)
    drive.stage.changed(shown)
    drive.stage.command(f"{line} \\\n    --yes --accept-gap {shown.gap.difference}")
    consent = Consent(yes=True, accept_gap=shown.gap.difference)
    done = rescope.rescope(
        app.db, app.writer, app.act(), played.reference, change, timeline.News(), consent
    )  # fmt: skip
    for said in done.said:
        send(drive, said.name, said.gate)


def correction(drive: Drive, played: Played) -> None:
    app = drive.app
    drive.stage.scene("SATURDAY NIGHT", "It was not in writing: whoever read that sentence hears so.")
    which = f"{played.reference}/{played.first_seq}"
    drive.stage.command(
        f"notifier correct {which} --yes \\\n    --statement en=right-en.md --statement de=right-de.md"
    )
    act = app.act()
    news = timeline.News(statements=RIGHT, next_update_at=act.now + timedelta(hours=20))
    said = correct.correct(
        app.db, app.writer, act, played.reference, news, Consent(yes=True), played.first_seq
    )
    send(drive, said.name, said.gate)


def sunday(drive: Drive, played: Played, rows: tuple[customers.Row, ...]) -> None:
    app = drive.app
    drive.stage.scene("SUNDAY", "One model comes back, for customers at home.")
    drive.stage.command("notifier import customers.csv")
    imported = import_rows(
        app, tuple(row for row in rows if row.nationality == "US"), played.cut_at, ("fable-5",)
    )
    drive.stage.said(f"{imported.merged.reinstated:,} services are no longer cut off.")
    drive.stage.command(f'notifier restore {played.reference} mythos-5 --where "{HOME}" --yes')
    said = timeline.restore(
        app.db, app.writer, app.act(), played.reference, timeline.News(),
        Consent(yes=True), restore.RestoredPart(("mythos-5",), HOME),
    )  # fmt: skip
    send(drive, said.name, said.gate)


def monday(drive: Drive, played: Played, rows: tuple[customers.Row, ...]) -> None:
    app = drive.app
    drive.stage.scene("MONDAY", "The directive is withdrawn: everything is back, for everybody.")
    drive.stage.command("notifier import customers.csv")
    imported = import_rows(app, rows, played.cut_at, ())
    drive.stage.said(f"{imported.merged.reinstated:,} services are no longer cut off.")
    drive.stage.command(f"notifier restore {played.reference} --yes")
    said = timeline.restore(
        app.db, app.writer, app.act(), played.reference, timeline.News(),
        Consent(yes=True),
    )  # fmt: skip
    send(drive, said.name, said.gate)

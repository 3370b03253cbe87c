"""`doctor`: do alarms reach somebody, and does anybody notice if we are dead?"""

from datetime import datetime

from notifier.actions.inspect.doctor import Check
from notifier.actions.running.destinations import DestinationRow, rows
from notifier.model.alarm import HEARTBEAT
from notifier.settings import Settings
from notifier.store import Db


def check_alarms(db: Db, settings: Settings, now: datetime) -> list[Check]:
    with db.transaction() as tx:
        found = rows(tx, settings, now)
    return [_destinations([row for row in found if row.name != HEARTBEAT]), _heartbeat(found)]


def _destinations(found: list[DestinationRow]) -> Check:
    if not found:
        nowhere = (
            "go to nobody: name destinations under [[alarms]], or on_call under [policy], notifier apply"
        )
        return Check("alarms", ok=True, found=nowhere, warns=True)
    if faults := [f"{row.name}: {fault_of(row)}" for row in found if not row.works]:
        return Check("alarms", ok=False, found=" ".join(faults))
    return Check("alarms", ok=True, found=f"go to {', '.join(row.name for row in found)}")


def _heartbeat(found: list[DestinationRow]) -> Check:
    row = next((row for row in found if row.name == HEARTBEAT), None)
    if row is None:
        unset = "NOTIFIER_HEARTBEAT_URL is not set: nobody outside notices if everything here is dead"
        return Check("heartbeat", ok=True, found=unset, warns=True)
    if not row.works:
        return Check("heartbeat", ok=False, found=fault_of(row))
    last = (
        f"last answered {row.told_at:%Y-%m-%d %H:%M:%S} UTC" if row.told_at else "not yet: a worker sends it"
    )
    return Check("heartbeat", ok=True, found=last)


def fault_of(row: DestinationRow) -> str:
    if row.lacks:
        return f"{row.lacks}."
    if row.bounced:
        return "the provider reports that the last mail did not arrive: look at the addresses of on_call."
    since = f"{row.failing_since:%Y-%m-%d %H:%M} UTC" if row.failing_since else ""
    return f"fails since {since}, {row.failures:,} times: {row.failed_why}"

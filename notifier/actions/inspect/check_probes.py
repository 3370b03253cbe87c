"""What `doctor` says of probes: can each look, and does it see anything?"""

from datetime import datetime

from notifier.actions.inspect.doctor import Check
from notifier.model.probe import ProbeType
from notifier.settings import AUDIENCE_URL, Settings, looks_with
from notifier.store import Db
from notifier.store.company import probes
from notifier.store.company.probes import Probe
from notifier.store.read.sources import ProbeRow, probe_rows


def check_probes(db: Db, settings: Settings) -> list[Check]:
    """One line; none where no probe is declared. The secret of a heartbeat is checked with the sources."""
    with db.transaction() as tx:
        declared, rows = probes.probes(tx), probe_rows(tx)
    if not declared:
        return []
    for each in declared:
        for variable in variables_of(each):
            if not looks_with(settings, variable):
                found = f"{variable} is empty: set it, {each.name} looks with it."
                return [Check("probes", ok=False, found=found)]
    blind = [row for row in rows if row.unknown_since is not None and not row.off]
    if blind:
        return [Check("probes", ok=True, warns=True, found=f"{len(declared)} declared; {_blind(blind[0])}")]
    return [Check("probes", ok=True, found=f"{len(declared)} declared")]


def variables_of(each: Probe) -> list[str]:
    """What it needs of the environment to look."""
    if each.off:
        return []
    if each.type is ProbeType.SQL:
        return [str(each.asks.get("url_env", AUDIENCE_URL))]
    return sorted(each.asks.get("headers_env", {}).values())


def _blind(row: ProbeRow) -> str:
    since: datetime | None = row.unknown_since
    assert since is not None
    return f"{row.name} says nothing since {since:%Y-%m-%d %H:%M} UTC: {row.said}"

"""What tools and the data say about a disruption now."""

from dataclasses import dataclass
from datetime import datetime

from notifier.model.signal import DATABASE
from notifier.pipeline import alarm_text
from notifier.store import Tx
from notifier.store.disruptions import troubles


@dataclass(frozen=True, slots=True)
class SourceSays:
    source: str
    firing: int
    """Troubles that were not said to be over."""
    lost: int
    """Those of them that it has stopped repeating."""
    sentence: str


def sources_say(tx: Tx, disruption_id: int, now: datetime) -> list[SourceSays]:
    """One for each source that reported it, by name."""
    found: list[SourceSays] = []
    for witness in troubles.witnesses(tx, [disruption_id], now=now):
        who = "the database" if witness.source == DATABASE else witness.source
        if witness.firing:
            many = "it" if witness.firing == 1 else f"{witness.firing:,} troubles"
            said = "; ".join([f"{who} reports {many}", *alarm_text.lost_lines([witness], now)])
        elif witness.flapping:
            said = f"{who} reports it again and again, not now"
        else:
            said = f"{who} has taken back what it reported"
        found.append(SourceSays(witness.source, witness.firing, witness.lost, f"{said}."))
    return found


def lines(tx: Tx, disruption_id: int, now: datetime) -> list[str]:
    """As `show` has them."""
    return [f"  Evidence: {each.sentence}" for each in sources_say(tx, disruption_id, now)]

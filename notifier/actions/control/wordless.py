"""Who is on a list and needs words that nobody approved: they came later, and no mail leaves to them."""

from datetime import datetime

from notifier.model.kinds import KINDS
from notifier.store import Tx
from notifier.store.disruptions import alarms, disruptions
from notifier.store.disruptions.notices import Notice
from notifier.store.read import held


def say(tx: Tx, notice: Notice, now: datetime) -> None:
    """Once a notice is approved and its list is closed, whichever comes last. What a draft lacks is no news yet.

    The alarm stays until a notice that goes to everybody has words for everybody.
    """
    key = f"wordless:{notice.disruption_id}"
    if people := held.above_ceiling(tx, notice.notice_id).wordless:
        reference = disruptions.by_id(tx, notice.disruption_id).reference
        who = "1 person needs" if people == 1 else f"{people:,} people need"
        text = (
            f"{reference}/{notice.seq}: {who} words that nobody approved and got nothing:"
            f" notifier update {reference} tells them."
        )
        alarms.raise_once(tx, key, text, notice.disruption_id, now)
    elif KINDS[notice.kind].keeps_promise:
        alarms.clear(tx, key, now)

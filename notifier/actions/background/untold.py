"""A request that was presumed lost has arrived after all: what came after it may never reach its people."""

from collections.abc import Sequence
from datetime import datetime

from notifier.actions.notices.rule import question
from notifier.store import Tx
from notifier.store.disruptions import alarms, disruptions, notices
from notifier.store.ledger.overtaken import untold


def say_untold(tx: Tx, notice_id: int, attempt_ids: Sequence[str], now: datetime) -> None:
    """An alarm, where nobody tells them by itself any more: their disruption has ended.

    While it is open, the look for latecomers finds to whom an end is owed.
    """
    notice = notices.by_id(tx, notice_id)
    disruption = disruptions.by_id(tx, notice.disruption_id)
    if disruption.ended_at is None:
        return
    people = untold(tx, question(tx, notice), attempt_ids)
    if people:
        who, have = ("1 person", "has") if people == 1 else (f"{people:,} people", "have")
        text = (
            f"{who} got {disruption.reference}/{notice.seq} after all, which was presumed lost, and {have} not"
            f" been told that it is over: `notifier show {disruption.reference}` names the notice, write or call."
        )
        alarms.raise_once(tx, f"untold:{notice_id}", text, disruption.disruption_id, now)

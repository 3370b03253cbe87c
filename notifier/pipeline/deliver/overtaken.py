"""Letters that do not leave because something newer has: who is told of it."""

from datetime import datetime

from notifier.model.kinds import KINDS
from notifier.model.mail import Outcome
from notifier.store import Tx, audit
from notifier.store.disruptions import alarms, notices
from notifier.store.ledger.chunks import Claim


def say_overtaken(tx: Tx, claimed: Claim, outcome: Outcome, now: datetime) -> None:
    """An entry in the audit chain; an alarm, where nothing newer makes up for it."""
    notice = notices.by_id(tx, claimed.notice_id)
    people = len(outcome.culprits)
    if KINDS[notice.kind].corrects:
        who = "1 person does" if people == 1 else f"{people:,} people do"
        text = (
            f"{who} not get the correction {notice.seq} any more, which may never have reached them: it speaks of"
            " what is over. `notifier show` tells who; correct anew, or write to them."
        )
        alarms.raise_once(tx, f"uncorrected:{notice.notice_id}", text, notice.disruption_id, now)
    audit.append(
        tx,
        actor="policy",
        act="overtaken, not sent",
        at=now,
        disruption_id=notice.disruption_id,
        after={"notice": notice.notice_id, "attempt": claimed.attempt_id, "people": people},
    )

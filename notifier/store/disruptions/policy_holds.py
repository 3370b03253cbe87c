"""What policy stops by itself: a decision like a person's, with its entry in the audit chain."""

from datetime import datetime

from notifier.model.vocabulary import HeldFor
from notifier.store import Tx, audit
from notifier.store.disruptions import notices

POLICY = "policy"


def by_policy(
    tx: Tx, notice_id: int, reason: str, *, why: str, now: datetime, held_for: HeldFor | None = None
) -> bool:
    """Hold it with a reason for people; `why` is the word for it in the chain, where nobody's data may stand.

    False if it was not on its way: then nothing was decided.
    """
    if not notices.hold(tx, notice_id, reason, held_for):
        return False
    disruption_id = notices.by_id(tx, notice_id).disruption_id
    after = {"notice": notice_id, "why": why}
    audit.append(tx, actor=POLICY, act="hold", at=now, disruption_id=disruption_id, after=after)
    return True

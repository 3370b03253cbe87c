"""What a new scope stops, and what is left of that when nobody can approve the scope any more."""

from notifier.store.disruptions import notices, revisions
from tests.lab import Lab


def test_what_a_dropped_scope_had_stopped_is_found_until_somebody_decides(lab: Lab) -> None:
    """Not by its reason, which is for people: whoever stops it again for something else has decided."""
    lab.people(3)
    notice_id = lab.notice_id(lab.suspend(), 1)
    with lab.app.db.transaction() as tx:
        disruption_id = notices.by_id(tx, notice_id).disruption_id
        assert revisions.hold_rescoped(tx, disruption_id, rev=2, actor="person:lind") == 1
        assert [left.notice_id for left in revisions.left_stopped(tx)] == [notice_id]
        assert notices.release(tx, notice_id)
        assert notices.hold(tx, notice_id, "paused: another scope waits for its approval")
        assert revisions.left_stopped(tx) == []

"""Which promise people have heard: one answer for the alarm, for `show`, and for what the next notice repeats."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from notifier.model.vocabulary import NoticeKind
from notifier.store import Db, Tx
from notifier.store.disruptions import promises
from notifier.store.read import views

NOW = datetime(2026, 11, 27, 23, 41, tzinfo=UTC)
AT_22, AT_23 = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
FIRST, UPDATE, RELEASED = NoticeKind.FIRST, NoticeKind.UPDATE, NoticeKind.RELEASED


@dataclass(frozen=True)
class Said:
    kind: NoticeKind
    next_update_at: datetime | None
    state: str = "finished"
    chunk: str | None = None


def put(tx: Tx, said: Sequence[Said]) -> int:
    row = tx.execute(
        "INSERT INTO disruption (reference, mode, kind, reason, services, opened_by, opened_at, declared_at,"
        " effective_at, declare_key) VALUES ('7K2M', 'rehearsal', 'suspension', 'legal', '{x}', 'a', now(), now(),"
        " now(), 'k') RETURNING disruption_id"
    ).fetchone()
    assert row
    tx.execute(
        "INSERT INTO scope_revision (disruption_id, rev, text, services, possibly, actor, at)"
        " VALUES (%s, 1, '', '{x}', 'include', 'a', now())",
        row,
    )
    for seq, each in enumerate(said, 1):
        tx.execute(
            "WITH t AS (INSERT INTO timeline (disruption_id, kind, at, actor, next_update_at)"
            " VALUES (%(id)s, %(kind)s, now(), 'a', %(next)s) RETURNING timeline_id), n AS ("
            " INSERT INTO notice (disruption_id, seq, kind, timeline_id, rev, state, nonce, created_at)"
            " SELECT %(id)s, %(seq)s, %(kind)s, timeline_id, 1, %(state)s, 'n', now() FROM t RETURNING notice_id)"
            " INSERT INTO chunk (notice_id, content_id, root_id, lo, hi, state, lease_until)"
            " SELECT notice_id, 1, 1, 0, 1, %(chunk)s, CASE WHEN %(chunk)s = 'claimed' THEN now() END"
            " FROM n WHERE %(chunk)s::text IS NOT NULL",
            {
                "id": row[0], "seq": seq, "kind": each.kind.value, "next": each.next_update_at,
                "state": each.state, "chunk": each.chunk,
            },
        )  # fmt: skip
    return row[0]


@pytest.mark.parametrize(
    ("said", "due"),
    [
        ([], None),
        ([Said(FIRST, None)], None),
        ([Said(FIRST, AT_22)], AT_22),
        ([Said(FIRST, AT_22), Said(UPDATE, AT_23)], AT_23),
        ([Said(FIRST, AT_22), Said(UPDATE, None)], None),
        ([Said(NoticeKind.HOLDING, AT_22), Said(NoticeKind.CORRECTION, AT_23)], AT_23),
        # Who is released, or hears of it later, leaves the others waiting.
        ([Said(FIRST, AT_22), Said(RELEASED, None)], AT_22),
        ([Said(FIRST, AT_22), Said(FIRST, AT_23)], AT_22),
        ([Said(FIRST, None), Said(FIRST, AT_23)], AT_23),
        ([Said(FIRST, AT_22), Said(UPDATE, None), Said(RELEASED, AT_23)], AT_23),
        # What nobody has heard has promised nothing.
        ([Said(FIRST, AT_22), Said(UPDATE, AT_23, "draft")], AT_22),
        ([Said(FIRST, AT_22), Said(UPDATE, AT_23, "void")], AT_22),
        ([Said(FIRST, AT_22), Said(UPDATE, AT_23, "cancelled", "cancelled")], AT_22),
        ([Said(FIRST, AT_22), Said(UPDATE, AT_23, "approved")], AT_22),
        ([Said(FIRST, AT_22), Said(UPDATE, AT_23, "sending", "due")], AT_22),
        # What somebody has, or may have, was promised.
        ([Said(FIRST, AT_22), Said(UPDATE, AT_23, "sending", "accepted")], AT_23),
        ([Said(FIRST, AT_22), Said(UPDATE, AT_23, "held", "unknown")], AT_23),
        ([Said(FIRST, AT_22), Said(UPDATE, AT_23, "cancelled", "claimed")], AT_23),
    ],
)
def test_a_promise_stands_until_everybody_heard_again(db: Db, said: list[Said], due: datetime | None) -> None:
    with db.transaction() as tx:
        disruption_id = put(tx, said)
        assert [row.due for row in promises.due(tx)] == ([due] if due else [])
        shown = views.disruption(tx, "7K2M")
        assert shown
        assert shown.next_update_at == due
        assert [row.next_update_at for row in views.disruptions(tx)] == [due]
        assert promises.standing(tx, disruption_id, now=NOW) == due
        assert promises.standing(tx, disruption_id, now=AT_23) is None


def test_before_anything_has_left_the_next_notice_repeats_what_is_about_to_be_said(db: Db) -> None:
    with db.transaction() as tx:
        disruption_id = put(tx, [Said(FIRST, AT_22, "approved", "due")])
        assert promises.standing(tx, disruption_id, now=NOW) == AT_22
        shown = views.disruption(tx, "7K2M")
    assert shown
    assert shown.next_update_at is None

"""Every cell of the table: what somebody was told, how it is now, what they must hear."""

import pytest

from notifier.model.owed import Owed, Present, Why, owed
from notifier.model.vocabulary import NoticeKind, Standing

FIRST, CATCH_UP, RELEASED, RESTORED = (
    NoticeKind.FIRST,
    NoticeKind.CATCH_UP,
    NoticeKind.RELEASED,
    NoticeKind.RESTORED,
)
CELLS = [
    ("none", "affected", FIRST, Why.NEW),
    ("none", "possibly", FIRST, Why.NEW),
    ("none", "unknown", None, Why.NEVER),
    ("none", "not", None, Why.NEVER),
    ("none", "restored", None, Why.NEVER),
    ("affected", "affected", None, Why.HEARD),
    ("affected", "possibly", None, Why.OPEN),  # NULL owes nothing: neither a release nor a weaker word
    ("affected", "unknown", None, Why.OPEN),
    ("affected", "not", RELEASED, Why.LEFT),
    ("affected", "restored", RESTORED, Why.BACK),
    ("possibly", "affected", CATCH_UP, Why.SURE),
    ("possibly", "possibly", None, Why.HEARD),
    ("possibly", "unknown", None, Why.HEARD),
    ("possibly", "not", RELEASED, Why.LEFT),
    ("possibly", "restored", RESTORED, Why.BACK),
    ("released", "affected", FIRST, Why.AGAIN),  # narrow, then widen: they believe that it is over
    ("released", "possibly", FIRST, Why.AGAIN),
    ("released", "unknown", None, Why.HEARD),
    ("released", "not", None, Why.HEARD),
    ("released", "restored", None, Why.HEARD),
    ("restored", "affected", FIRST, Why.AGAIN),
    ("restored", "possibly", FIRST, Why.AGAIN),
    ("restored", "unknown", None, Why.HEARD),
    ("restored", "not", None, Why.HEARD),
    ("restored", "restored", None, Why.HEARD),
]


@pytest.mark.parametrize(("told", "present", "kind", "why"), CELLS)
def test_what_is_owed(told: str, present: str, kind: NoticeKind | None, why: Why) -> None:
    assert owed(Standing(told), Present(present)) == Owed(kind, why)


def test_every_cell_is_tested() -> None:
    assert {(t, p) for t, p, _, _ in CELLS} == {(t, p) for t in Standing for p in Present}


@pytest.mark.parametrize("present", Present)
def test_what_was_told_last_is_never_told_again(present: Present) -> None:
    """A notice moves the standing to what is true, and then nothing more is owed."""
    after = {
        Present.AFFECTED: Standing.AFFECTED,
        Present.POSSIBLY: Standing.POSSIBLY,
        Present.NOT: Standing.RELEASED,
        Present.RESTORED: Standing.RESTORED,
    }
    for told in Standing:
        if owed(told, present).kind is not None:
            assert owed(after[present], present).kind is None

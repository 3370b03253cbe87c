"""A new disruption, the draft of one, or a refusal: every way in which declarations meet."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from notifier.model.declaration import Declaration
from notifier.model.vocabulary import Kind, Mode, Possibly, Reason
from notifier.pipeline.disruption import (
    REFERENCE_LETTERS,
    Adopt,
    Open,
    Overlap,
    Same,
    how_to_declare,
    new_reference,
)
from notifier.store.disruptions.disruptions import OpenDisruption

NOW = datetime(2026, 11, 27, 23, 40, tzinfo=UTC)
WANTED = Declaration(
    Mode.LIVE, Kind.SUSPENSION, Reason.LEGAL, ("fable-5", "mythos-5"), None, "", Possibly.HEDGE, NOW
)


def other(id_: int, *services: str, key: str = "another", declared: bool = True) -> OpenDisruption:
    return OpenDisruption(id_, f"R{id_}", list(services), "person:a", NOW if declared else None, NOW, key)


DRAFT = other(1, "fable-5", declared=False)
SAME = other(2, "fable-5", "mythos-5", key=WANTED.key)
OVERLAP = other(3, "mythos-5", "sonnet-5")
FAR = other(4, "sonnet-5")
FAR_DRAFT = other(5, "sonnet-5", declared=False)


@pytest.mark.parametrize(
    ("open_ones", "again", "then"),
    [
        ([], False, Open()),
        ([FAR, FAR_DRAFT], False, Open()),
        ([DRAFT], False, Adopt(DRAFT)),
        ([FAR, DRAFT], True, Adopt(DRAFT)),
        ([SAME], False, Same(SAME)),
        ([SAME], True, Same(SAME)),
        ([DRAFT, SAME], False, Same(SAME)),
        ([OVERLAP], False, Overlap(OVERLAP)),
        ([OVERLAP], True, Open()),
        ([OVERLAP, DRAFT], False, Adopt(DRAFT)),
        ([other(6, "fable-5", "mythos-5", key=WANTED.key, declared=False)], False, None),
    ],
)
def test_how_to_declare(
    open_ones: list[OpenDisruption], again: bool, then: Open | Adopt | Same | Overlap | None
) -> None:
    expected = Adopt(open_ones[0]) if then is None else then
    assert how_to_declare(WANTED, open_ones, again=again) == expected


@pytest.mark.parametrize(
    "change",
    [
        {"mode": Mode.REHEARSAL},
        {"kind": Kind.OUTAGE},
        {"reason": Reason.SECURITY},
        {"services": ("fable-5",)},
        {"again": 1},
    ],
)
def test_what_makes_it_another_declaration(change: dict[str, object]) -> None:
    assert replace(WANTED, **change).key != WANTED.key  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    "change",
    [{"services": ("mythos-5", "fable-5")}, {"title": "Other words"}, {"effective_at": NOW.replace(hour=1)}],
)
def test_what_leaves_it_the_same(change: dict[str, object]) -> None:
    assert replace(WANTED, **change).key == WANTED.key  # pyright: ignore[reportArgumentType]


def test_a_reference_can_be_read_over_the_telephone() -> None:
    found = {new_reference() for _ in range(200)}
    assert len(found) > 190
    assert all(len(each) == 4 and set(each) <= set(REFERENCE_LETTERS) for each in found)
    assert not set("01ILO") & set(REFERENCE_LETTERS)

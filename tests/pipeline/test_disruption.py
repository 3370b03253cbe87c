"""A new disruption, the draft of one, or a refusal: every way in which declarations meet."""

import re
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
    kind_line,
    kind_of,
    kind_of_source,
    may_arrange,
    new_reference,
    sketch,
)
from notifier.store.disruptions.disruptions import Disruption, OpenDisruption
from notifier.store.disruptions.succession import Ties

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


@pytest.mark.parametrize(
    ("reason", "asked", "drafted", "kind", "why"),
    [
        (Reason.LEGAL, None, None, Kind.SUSPENSION, "a suspension, because the reason is legal"),
        (Reason.SECURITY, None, Kind.OUTAGE, Kind.SUSPENSION, "a suspension, because the reason is security"),
        (Reason.FAULT, None, None, Kind.OUTAGE, "an outage, because the reason is fault"),
        (Reason.SUPPLIER, None, None, Kind.OUTAGE, "an outage, because the reason is supplier"),
        (Reason.CAPACITY, None, None, Kind.DEGRADATION, "a degradation, because the reason is capacity"),
        (Reason.CAPACITY, Kind.SUSPENSION, None, Kind.SUSPENSION, "a suspension, as declared"),
        (Reason.UNKNOWN, None, None, Kind.SUSPENSION, "a suspension, as declared"),
        (Reason.UNKNOWN, None, Kind.OUTAGE, Kind.OUTAGE, "an outage, as declared"),
        (Reason.UNKNOWN, Kind.MAINTENANCE, Kind.OUTAGE, Kind.MAINTENANCE, "maintenance, as declared"),
    ],
)
def test_the_kind_follows_from_what_was_asked_for_the_reason_and_the_draft(
    reason: Reason, asked: Kind | None, drafted: Kind | None, kind: Kind, why: str
) -> None:
    assert kind_of(reason, asked, drafted) is kind
    assert kind_line(kind, reason) == f"Reads as {why}"


def test_a_tool_reports_what_broke_and_the_data_who_is_cut_off() -> None:
    assert kind_of_source("prometheus", {"label": "service"}) is Kind.OUTAGE
    assert kind_of_source("latency", {"kind": "degradation"}) is Kind.DEGRADATION
    assert kind_of_source("database", {}) is Kind.SUSPENSION
    reported = kind_line(Kind.OUTAGE, Reason.UNKNOWN, "prometheus")
    assert reported == "Reads as an outage, because prometheus reported it"


FREE = Ties(merged_into=None, split_from=None, without=[], approvals=0, arranged=False)
LOOSE = replace(sketch(WANTED, NOW), reference="7K2M")


@pytest.mark.parametrize(
    ("draft", "ties", "said", "word"),
    [
        (LOOSE, FREE, {}, None),
        (replace(LOOSE, ended_at=NOW, ended_as="merged"), FREE, {}, r"is over \(merged\)"),
        (replace(LOOSE, declared_at=NOW), FREE, {}, "has told people"),
        (LOOSE, FREE, {"holding": True}, "approved to leave by itself"),
        (LOOSE, replace(FREE, approvals=1), {}, "approved a part"),
        (LOOSE, FREE, {"by_evidence": False}, "what a person has declared"),
        (LOOSE, replace(FREE, arranged=True, without=["a"], split_from=3), {}, None),
    ],
)
def test_only_a_draft_of_evidence_that_told_nobody_is_merged_or_split(
    draft: Disruption, ties: Ties, said: dict[str, bool], word: str | None
) -> None:
    why = may_arrange("D-7K2M", draft, ties=ties, **{"by_evidence": True, "holding": False} | said)
    assert (why is None) if word is None else (why and re.search(word, why))

from dataclasses import replace

import pytest

from notifier.edges.predicate import parse
from notifier.model.policy import Policy
from notifier.model.scope import Column, scope_columns
from notifier.model.vocabulary import AttributeType, NoticeKind, Possibly
from notifier.pipeline.audience import (
    FIRST_RANGE,
    gap_is_accepted,
    gap_objection,
    range_people,
    rule_hash,
)
from notifier.store.audience.verdicts import Gap, Rule

COLUMNS = scope_columns([Column("plan", AttributeType.TEXT)])
RULE = Rule(["fable-5", "mythos-5"], parse("plan = 'team'", COLUMNS).predicate, Possibly.HEDGE)


def test_ranges_grow_from_a_first_mail_at_once_to_few_for_a_million() -> None:
    frozen, most = 0, Policy().range_people
    ranges: list[int] = []
    while frozen < 1_000_000:
        ranges.append(range_people(frozen, most))
        frozen += ranges[-1]
    assert ranges[0] == FIRST_RANGE
    assert ranges == sorted(ranges)
    assert max(ranges) == most
    assert len(ranges) <= 20


@pytest.mark.parametrize(
    ("gap", "accepted", "opens"),
    [
        (Gap(0, 0, 0), None, True),
        (Gap(10, 0, 0), None, True),
        (Gap(0, 0, 25), None, True),  # the data says of nobody that they are cut off: nothing to compare
        (Gap(10, 3, 2), None, False),
        (Gap(10, 3, 2), 5, True),
        (Gap(10, 3, 2), 4, False),
        (Gap(10, 3, 2), 0, False),
        (Gap(10, 0, 0), 7, True),
    ],
)
def test_a_difference_is_acknowledged_by_its_number_only(gap: Gap, accepted: int | None, opens: bool) -> None:
    assert gap_is_accepted(gap, accepted) is opens


def test_the_rule_that_an_approval_names() -> None:
    named = rule_hash(NoticeKind.FIRST, RULE)
    assert named == rule_hash(NoticeKind.FIRST, replace(RULE, services=["mythos-5", "fable-5"]))
    others = [
        (NoticeKind.UPDATE, RULE),
        (NoticeKind.FIRST, replace(RULE, services=["fable-5"])),
        (NoticeKind.FIRST, replace(RULE, possibly=Possibly.INCLUDE)),
        (NoticeKind.FIRST, replace(RULE, predicate=None)),
        (NoticeKind.FIRST, replace(RULE, predicate=parse("plan = 'free'", COLUMNS).predicate)),
    ]
    assert len({named, *(rule_hash(kind, rule) for kind, rule in others)}) == 1 + len(others)


def test_a_difference_is_named_by_its_number() -> None:
    assert gap_objection(Gap(10, 1, 0)).startswith("1 customer differs between cut off and told")
    assert gap_objection(Gap(9000, 1200, 300)).startswith("1,500 customers differ")
    assert gap_objection(Gap(9000, 1200, 300)).endswith("--accept-gap 1500.")

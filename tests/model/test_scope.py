from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from notifier.model.scope import (
    And,
    Column,
    Compare,
    In,
    IsNull,
    Not,
    Or,
    Predicate,
    canonical,
    columns,
    from_json,
    scope_columns,
    to_json,
    verdict_of,
    written,
)
from notifier.model.vocabulary import AttributeType

COUNTRY = Column("country", AttributeType.TEXT)
NATIONALITY = Column("nationality", AttributeType.TEXT, sensitive=True)
SEATS = Column("seats", AttributeType.NUMBER)
VIP = Column("is_vip", AttributeType.BOOLEAN)
SINCE = Column("since", AttributeType.DATE)
SEEN = Column("seen", AttributeType.TIMESTAMP)
YES = IsNull(Column("never", AttributeType.TEXT))
NO = Not(YES)
OPEN = Compare(Column("never", AttributeType.TEXT), "=", "x")

EVERYTHING = And(
    (
        Or((Compare(COUNTRY, "<>", "it's"), In(NATIONALITY, ("US", "DE"), negated=True))),
        Not(Compare(VIP, "=", value=True)),
        Compare(SEATS, ">=", Decimal("-1.5")),
        IsNull(COUNTRY, negated=True),
        Compare(SINCE, "<", date(2026, 11, 27)),
        Compare(SEEN, ">", datetime(2026, 11, 27, 23, 32, tzinfo=UTC)),
    )
)


def test_survives_being_kept_in_the_database() -> None:
    assert from_json(to_json(EVERYTHING)) == EVERYTHING


def test_is_written_as_a_person_would() -> None:
    assert written(EVERYTHING) == (
        "(country <> 'it''s' OR nationality NOT IN ('DE', 'US')) AND NOT (is_vip = TRUE) AND seats >= -1.5"
        " AND country IS NOT NULL AND since < '2026-11-27' AND seen > '2026-11-27T23:32:00.000000Z'"
    )
    assert written(Compare(Column('a "b"', AttributeType.NUMBER), "=", Decimal("1E+3"))) == '"a ""b""" = 1000'


def test_marking_an_attribute_sensitive_does_not_make_another_disruption() -> None:
    open_to_all = Column("nationality", AttributeType.TEXT)
    assert canonical(Compare(NATIONALITY, "=", "US")) == canonical(Compare(open_to_all, "=", "US"))
    assert canonical(None) == ""


def test_names_each_column_once_in_order() -> None:
    assert columns(EVERYTHING) == (COUNTRY, NATIONALITY, VIP, SEATS, SINCE, SEEN)
    assert columns(None) == ()


def test_region_and_customer_can_always_be_asked() -> None:
    assert list(scope_columns([SEATS])) == ["seats", "region", "customer", "service"]


@pytest.mark.parametrize(
    ("predicate", "verdict"),
    [
        (And((YES, YES)), True),
        (And((YES, OPEN)), None),
        (And((NO, OPEN)), False),
        (And((OPEN, OPEN)), None),
        (Or((NO, NO)), False),
        (Or((NO, OPEN)), None),
        (Or((YES, OPEN)), True),
        (Not(OPEN), None),
        (Not(NO), True),
    ],
)
def test_unknown_decides_nothing_by_itself(predicate: Predicate, verdict: bool | None) -> None:
    assert verdict_of(predicate, {}) is verdict


@pytest.mark.parametrize(
    ("predicate", "value", "verdict"),
    [
        (Compare(COUNTRY, "<>", "US"), "DE", True),
        (Compare(COUNTRY, "<>", "US"), "US", False),
        (Compare(COUNTRY, "<>", "US"), None, None),
        (Compare(COUNTRY, "<>", "5"), 5, None),
        (Compare(COUNTRY, "<", "a"), "Z", True),
        (Compare(SEATS, "=", Decimal("0.1")), 0.1, True),
        (Compare(SEATS, ">", Decimal(5)), "6", None),
        (Compare(SEATS, "=", Decimal(1)), True, None),
        (Compare(VIP, "=", value=True), True, True),
        (Compare(VIP, "=", value=True), 1, None),
        (Compare(SINCE, ">", date(2026, 1, 1)), "2026-01-02", True),
        (Compare(SINCE, ">", date(2026, 1, 1)), "02.01.2026", None),
        (Compare(SEEN, ">", datetime(2026, 1, 1, tzinfo=UTC)), "2026-01-01T00:00:00.000001Z", True),
        (Compare(SEEN, ">", datetime(2026, 1, 1, tzinfo=UTC)), "2026-01-02", None),
        (In(COUNTRY, ("US", "DE")), "DE", True),
        (In(COUNTRY, ("US", "DE"), negated=True), "DE", False),
        (In(COUNTRY, ("US", "DE"), negated=True), None, None),
        (IsNull(COUNTRY), [], True),
        (IsNull(COUNTRY, negated=True), "US", True),
    ],
)
def test_a_value_of_another_type_is_unknown(
    predicate: Compare | In | IsNull, value: object, verdict: bool | None
) -> None:
    assert verdict_of(predicate, {predicate.column.name: value}) is verdict

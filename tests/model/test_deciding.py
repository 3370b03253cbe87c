"""The clause that decided: alone it gives the same verdict, and nothing sensitive stands in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.model.deciding import Value, clause, deciding, seen
from notifier.model.scope import (
    And,
    Column,
    Compare,
    In,
    IsNull,
    Like,
    Not,
    Or,
    Predicate,
    columns,
    verdict_of,
)
from notifier.model.vocabulary import AttributeType

NAT = Column("nationality", AttributeType.TEXT, sensitive=True)
PLAN = Column("plan", AttributeType.TEXT)
REGION = Column("region", AttributeType.TEXT)
NOT_US, TEAM, EU = Compare(NAT, "<>", "US"), In(PLAN, ("team", "pro")), Compare(REGION, "=", "eu")
BOTH, EITHER = And((NOT_US, TEAM)), Or((NOT_US, TEAM))


@pytest.mark.parametrize(
    ("predicate", "values", "text"),
    [
        (BOTH, {"nationality": "GB", "plan": "team"}, "nationality <> 'US' AND plan IN ('pro', 'team')"),
        (BOTH, {"nationality": "US", "plan": "team"}, "nationality <> 'US'"),
        (BOTH, {"nationality": "GB", "plan": "free"}, "plan IN ('pro', 'team')"),
        (BOTH, {"nationality": "GB"}, "plan IN ('pro', 'team')"),
        (BOTH, {}, "nationality <> 'US' AND plan IN ('pro', 'team')"),
        (EITHER, {"nationality": "US", "plan": "team"}, "plan IN ('pro', 'team')"),
        (EITHER, {"nationality": "US", "plan": "free"}, "nationality <> 'US' OR plan IN ('pro', 'team')"),
        (EITHER, {"nationality": "US"}, "plan IN ('pro', 'team')"),
        (And((EU, Not(BOTH))), {"region": "eu", "plan": "free"},
         "region = 'eu' AND NOT (plan IN ('pro', 'team'))"),
    ],
)  # fmt: skip
def test_the_part_that_decided(predicate: Predicate, values: dict[str, object], text: str) -> None:
    assert clause(deciding(predicate, values), frozenset()) == text


LEAVES = st.sampled_from([NOT_US, TEAM, EU, IsNull(PLAN), IsNull(NAT, negated=True), Like(NAT, "US%")])
PREDICATES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: And(tuple(parts))),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: Or(tuple(parts))),
    ),
    max_leaves=8,
)
SOMEBODY = st.fixed_dictionaries(
    {},
    optional={
        "nationality": st.sampled_from(["US", "GB", None]),
        "plan": st.sampled_from(["team", "free", None]),
        "region": st.sampled_from(["eu", "us"]),
    },
)


@given(PREDICATES, SOMEBODY)
def test_it_gives_the_same_verdict_alone(predicate: Predicate, values: dict[str, object]) -> None:
    part = deciding(predicate, values)
    assert verdict_of(part, values) is verdict_of(predicate, values)
    assert set(columns(part)) <= set(columns(predicate))


@given(PREDICATES)
def test_no_constant_beside_a_hidden_attribute_is_written(predicate: Predicate) -> None:
    assert "US" not in clause(predicate, frozenset({"nationality"}))


def test_hidden_values_do_not_even_say_whether_they_are_known() -> None:
    hidden = frozenset({"nationality"})
    known, unknown = ({"nationality": value, "plan": None} for value in ("GB", None))
    assert seen(BOTH, known, hidden) == seen(BOTH, unknown, hidden)
    assert seen(BOTH, known, hidden) == (Value("nationality", None, hidden=True), Value("plan", None))
    assert seen(BOTH, known, frozenset()) == (Value("nationality", "GB"), Value("plan", None))

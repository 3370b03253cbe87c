"""The frozen list against an independent count in Python, over worlds, scopes and cuts that hypothesis invents."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from notifier.edges.predicate import parse
from notifier.model.act import Act
from notifier.model.declaration import Declaration
from notifier.model.scope import Column, scope_columns
from notifier.model.vocabulary import (
    Account,
    AttributeType,
    Kind,
    Mode,
    NoticeKind,
    Possibly,
    Reason,
    Variant,
)
from notifier.pipeline import audience as pipeline
from notifier.pipeline.disruption import open_disruption
from notifier.store import Db, Tx
from notifier.store.audience import freezing, owed, verdicts
from notifier.store.audience.freezing import Range
from notifier.store.audience.verdicts import Rule
from notifier.store.company import catalogue
from notifier.store.disruptions import disruptions, notices
from notifier.store.disruptions.contents import NewContent, store_contents
from notifier.store.ledger import accounting

NOW = datetime(2026, 11, 27, 23, 40, tzinfo=UTC)
SLUGS = ("fable-5", "mythos-5")
COLUMNS = scope_columns(
    [Column("nationality", AttributeType.TEXT, sensitive=True), Column("seats", AttributeType.NUMBER)]
)
PEOPLE = 6

Truth = bool | None


@dataclass(frozen=True)
class Company:
    """One customer: attributes, whom it may be written to, and (service, region) of what it holds."""

    attrs: dict[str, Any]
    people: tuple[int, ...]
    holds: tuple[tuple[str, str | None], ...]


companies = st.builds(
    Company,
    attrs=st.fixed_dictionaries(
        {}, optional={"nationality": st.sampled_from(["US", "DE"]), "seats": st.integers(1, 9)}
    ),
    people=st.lists(st.integers(0, PEOPLE - 1), unique=True, max_size=3).map(tuple),
    holds=st.lists(
        st.tuples(st.sampled_from([*SLUGS, "sonnet-5"]), st.sampled_from([None, "eu", "us"])),
        unique=True,
        max_size=4,
    ).map(tuple),
)


@dataclass(frozen=True)
class Scope:
    """A predicate as people write it, and what it means, worked out here and not in SQL."""

    text: str
    means: Callable[[dict[str, Any]], Truth]

    def truth(self, attrs: dict[str, Any], region: str | None) -> Truth:
        found: Truth = self.means({"region": region} | attrs)
        return found


def compare(name: str, text: str, test: Callable[[Any], bool]) -> Scope:
    return Scope(f"{name} {text}", lambda row: None if row.get(name) is None else test(row[name]))


def negated(scope: Scope) -> Scope:
    def means(row: dict[str, Any]) -> Truth:
        inner = scope.means(row)
        return None if inner is None else not inner

    return Scope(f"NOT ({scope.text})", means)


def joined(word: str, decides: bool, parts: Sequence[Scope]) -> Scope:
    """AND is decided by one FALSE, OR by one TRUE; else one unknown leaves it unknown."""

    def means(row: dict[str, Any]) -> Truth:
        found = [part.means(row) for part in parts]
        return decides if decides in found else None if None in found else not decides

    return Scope(f" {word} ".join(f"({part.text})" for part in parts), means)


leaves = st.sampled_from(
    [
        compare("nationality", "<> 'US'", lambda v: v != "US"),
        compare("nationality", "IN ('DE', 'FR')", lambda v: v in {"DE", "FR"}),
        compare("seats", ">= 5", lambda v: v >= 5),
        compare("region", "= 'eu'", lambda v: v == "eu"),
        Scope("nationality IS NULL", lambda row: row.get("nationality") is None),
    ]
)
scopes = st.recursive(
    leaves,
    lambda inner: st.one_of(
        inner.map(negated),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: joined("AND", decides=False, parts=parts)),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: joined("OR", decides=True, parts=parts)),
    ),
    max_leaves=4,
)


@dataclass(frozen=True)
class World:
    companies: list[Company]
    erased: set[int]
    suppressed: set[int]


worlds = st.builds(
    World,
    companies=st.lists(companies, min_size=1, max_size=7),
    erased=st.sets(st.integers(0, PEOPLE - 1), max_size=2),
    suppressed=st.sets(st.integers(0, PEOPLE - 1), max_size=2),
)


# ---------------------------------------------------------------- the independent computation


def ranks(world: World, scope: Scope | None) -> dict[tuple[int, str], int]:
    """(customer, service) -> 2 affected, 1 possibly, 0 not: the strongest of its entitlements."""
    found: dict[tuple[int, str], int] = {}
    for n, company in enumerate(world.companies):
        for slug, region in company.holds:
            if slug in SLUGS:
                truth = True if scope is None else scope.truth(company.attrs, region)
                rank = 1 if truth is None else 2 if truth else 0
                found[n, slug] = max(rank, found.get((n, slug), 0))
    return found


@dataclass
class Expected:
    held: dict[int, dict[int, dict[str, set[str]]]]
    """person -> customer -> told as -> services"""
    mute: set[int]


def expected(world: World, scope: Scope | None, possibly: Possibly) -> Expected:
    least = 2 if possibly is Possibly.EXCLUDE else 1
    held: dict[int, dict[int, dict[str, set[str]]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(set))
    )
    mute: set[int] = set()
    for (n, slug), rank in ranks(world, scope).items():
        if rank < least:
            continue
        usable = [p for p in world.companies[n].people if p not in world.erased]
        told_as = "affected" if rank == 2 or possibly is Possibly.INCLUDE else "possibly"
        for person in usable:
            held[person][n][told_as].add(slug)
        if not usable:
            mute.add(n)
    return Expected({p: {c: dict(a) for c, a in of.items()} for p, of in held.items()}, mute)


# ---------------------------------------------------------------- the world in Postgres


class Stored:
    """The world inside a transaction that is rolled back."""

    def __init__(self, tx: Tx, world: World) -> None:
        self.tx = tx
        for slug in (*SLUGS, "sonnet-5"):
            catalogue.put_service(tx, slug, slug)
        self.people = [self._person(n, world) for n in range(PEOPLE)]
        self.customers = [self._customer(n, company) for n, company in enumerate(world.companies)]

    def _id(self, statement: str, *params: object) -> int:
        row = self.tx.execute(statement, params).fetchone()  # pyright: ignore[reportArgumentType]
        assert row
        return int(row[0])

    def _person(self, n: int, world: World) -> int:
        address = None if n in world.erased else f"p{n}@example.com"
        person = self._id(
            "INSERT INTO recipient (address, address_key) VALUES (%s, %s) RETURNING recipient_id",
            address,
            address,
        )
        if n in world.suppressed:
            self.tx.execute(
                "INSERT INTO suppression (recipient_id, reason, source) VALUES (%s, 'bounce', 't')", (person,)
            )
        return person

    def _customer(self, n: int, company: Company) -> int:
        customer = self._id(
            "INSERT INTO customer (ext_id, name, attrs) VALUES (%s, %s, %s) RETURNING customer_id",
            str(n),
            f"C{n}",
            Jsonb(company.attrs),
        )
        for person in company.people:
            self.tx.execute(
                "INSERT INTO contact (customer_id, recipient_id, locale) VALUES (%s, %s, 'en')",
                (customer, self.people[person]),
            )
        for slug, region in company.holds:
            self.tx.execute(
                "INSERT INTO entitlement (customer_id, service_id, region)"
                " SELECT %s, service_id, %s FROM service WHERE slug = %s",
                (customer, region, slug),
            )
        return customer

    def notice(self, rule: Rule, again: int = 0) -> int:
        declaration = Declaration(
            Mode.REHEARSAL, Kind.SUSPENSION, Reason.LEGAL, SLUGS, rule.predicate, "", rule.possibly, NOW,
            again=again,
        )  # fmt: skip
        disruption = open_disruption(self.tx, Act("person:test", NOW), declaration)
        entry = disruptions.add_entry(
            self.tx, disruption, kind="declared", actor="person:test", facts={}, statements={},
            next_update_at=None, now=NOW,
        )  # fmt: skip
        notice_id = notices.insert(
            self.tx, disruption, kind=NoticeKind.FIRST, timeline_id=entry, rev=1, nonce="n",
            words_hash="w", rule_hash="r", now=NOW,
        )  # fmt: skip
        store_contents(
            self.tx, notice_id, [NewContent("en", variant, "s", "t", "h", 4000, "x") for variant in Variant]
        )
        return notice_id

    def freeze(self, notice_id: int, rule: Rule, cuts: Sequence[int], room: int = 2**31) -> None:
        """In ranges that end after the people in `cuts`."""
        edges = [0, *(self.people[cut] for cut in sorted(set(cuts))), owed.LAST]
        left = room
        for after, upto in pairwise(edges):
            part = Range(
                notice_id, after, upto, max(0, left), ["en"], ["en"], [False], "en", chunk_people=1000
            )
            frozen = freezing.freeze_by_scope(self.tx, rule, part)
            assert freezing.advance(self.tx, part, frozen, ceiling=None)
            left -= frozen.people
        pipeline.close(self.tx, notices.by_id(self.tx, notice_id), rule, NOW)

    def rows(self, statement: str, notice_id: int) -> list[tuple[Any, ...]]:
        return self.tx.execute(statement, {"id": notice_id}).fetchall()  # pyright: ignore[reportArgumentType]


def stored(db: Db, world: World) -> Iterator[Stored]:
    """Everything is undone afterwards."""
    with db.transaction() as tx:
        yield Stored(tx, world)
        raise psycopg.Rollback


def rule_of(scope: Scope | None, possibly: Possibly) -> Rule:
    predicate = None if scope is None else parse(scope.text, COLUMNS).predicate
    return Rule(list(SLUGS), predicate, possibly)


invented = given(
    world=worlds,
    scope=st.none() | scopes,
    possibly=st.sampled_from(Possibly),
    cuts=st.lists(st.integers(0, PEOPLE - 1), max_size=3),
)
patient = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@patient
@invented
def test_every_holder_has_one_verdict_and_it_is_the_independent_one(
    db: Db, world: World, scope: Scope | None, possibly: Possibly, cuts: list[int]
) -> None:
    for here in stored(db, world):
        rule = rule_of(scope, possibly)
        notice_id = here.notice(rule)
        here.freeze(notice_id, rule, cuts)
        names = {2: "affected", 1: "possibly", 0: "not"}
        ours = {(here.customers[n], slug): names[rank] for (n, slug), rank in ranks(world, scope).items()}
        found = here.rows(
            "SELECT DISTINCT customer_id, slug, verdict FROM line JOIN service USING (service_id)"
            " WHERE notice_id = %(id)s", notice_id,
        )  # fmt: skip
        assert len(found) == len(ours)
        assert {(customer, slug): verdict for customer, slug, verdict in found} == ours
        by_customer: dict[int, int] = {}
        for (n, _), rank in ranks(world, scope).items():
            by_customer[n] = max(rank, by_customer.get(n, 0))
        counted = {c.rank: c.customers for c in verdicts.survey(here.tx, rule).verdicts}
        assert counted == {rank: list(by_customer.values()).count(rank) for rank in set(by_customer.values())}


@patient
@invented
def test_one_delivery_a_person_with_all_their_organisations_and_services(
    db: Db, world: World, scope: Scope | None, possibly: Possibly, cuts: list[int]
) -> None:
    for here in stored(db, world):
        rule, wanted = rule_of(scope, possibly), expected(world, scope, possibly)
        notice_id = here.notice(rule)
        here.freeze(notice_id, rule, cuts)
        found = here.rows(
            "SELECT recipient_id, vars -> 'o', exclusion FROM delivery"
            " WHERE notice_id = %(id)s AND recipient_id IS NOT NULL", notice_id,
        )  # fmt: skip
        mails = {
            recipient: sorted((name, told_as, *slugs) for name, told_as, slugs in held)
            for recipient, held, _ in found
        }
        assert len(mails) == len(found)
        assert mails == {
            here.people[person]: sorted(
                (f"C{n}", told_as, *sorted(slugs)) for n, of in held.items() for told_as, slugs in of.items()
            )
            for person, held in wanted.held.items()
        }
        out = {recipient for recipient, _, exclusion in found if exclusion == "suppressed"}
        assert out == {here.people[p] for p in wanted.held.keys() & world.suppressed}
        notice = notices.by_id(here.tx, notice_id)
        assert notice.audience_n == len(wanted.held) + len(wanted.mute)
        assert notice.people_n == len(wanted.held.keys() - world.suppressed)
        assert verdicts.survey(here.tx, rule).people == notice.people_n


@patient
@invented
def test_the_hash_of_a_list_does_not_depend_on_its_ranges(
    db: Db, world: World, scope: Scope | None, possibly: Possibly, cuts: list[int]
) -> None:
    for here in stored(db, world):
        rule = rule_of(scope, possibly)
        whole, cut = here.notice(rule), here.notice(rule, again=1)
        here.freeze(whole, rule, ())
        here.freeze(cut, rule, cuts)
        first, second = (notices.by_id(here.tx, each) for each in (whole, cut))
        assert first.list_hash == second.list_hash
        assert (first.audience_n, first.people_n, first.customers_n) == (
            second.audience_n,
            second.people_n,
            second.customers_n,
        )


@patient
@invented
def test_whoever_comes_above_the_ceiling_is_held_and_it_adds_up(
    db: Db, world: World, scope: Scope | None, possibly: Possibly, cuts: list[int]
) -> None:
    room = 2
    for here in stored(db, world):
        rule = rule_of(scope, possibly)
        notice_id = here.notice(rule)
        here.freeze(notice_id, rule, cuts, room=room)
        notice = notices.by_id(here.tx, notice_id)
        (leaving,) = here.rows(
            "SELECT coalesce(sum(hi - lo), 0) FROM chunk WHERE notice_id = %(id)s", notice_id
        )
        (seated,) = here.rows(
            "SELECT count(*) FROM delivery d JOIN chunk k ON k.chunk_id = d.root_chunk_id"
            " AND d.pos >= k.lo AND d.pos < k.hi WHERE d.notice_id = %(id)s", notice_id,
        )  # fmt: skip
        assert leaving == seated == (min(room, notice.people_n),)
        found = {row.account: row.people for row in accounting.accounts(here.tx, notice_id)}
        assert None not in found
        assert sum(found.values()) == notice.audience_n
        assert found.get(Account.HELD, 0) == max(0, notice.people_n - room)


def test_a_chunk_holds_no_more_than_its_tags_allow(db: Db) -> None:
    """The provider's bound is 10,000 substitutions a request: 4,000 tags leave room for two people."""
    many = World([Company({}, (n,), (("fable-5", None),)) for n in range(PEOPLE)], set(), set())
    for here in stored(db, many):
        rule = rule_of(None, Possibly.HEDGE)
        notice_id = here.notice(rule)
        here.freeze(notice_id, rule, ())
        sizes = here.rows("SELECT hi - lo FROM chunk WHERE notice_id = %(id)s ORDER BY chunk_id", notice_id)
        assert sizes == [(2,), (2,), (2,)]


def test_a_delivery_never_changes_but_for_its_seat_once(db: Db) -> None:
    two = World([Company({}, (n,), (("fable-5", None),)) for n in range(2)], set(), set())
    for here in stored(db, two):
        rule = rule_of(None, Possibly.HEDGE)
        notice_id = here.notice(rule)
        here.freeze(notice_id, rule, (), room=1)
        (held,) = here.rows(
            "SELECT recipient_id FROM delivery WHERE root_chunk_id IS NULL AND notice_id = %(id)s", notice_id
        )
        seat = "UPDATE delivery SET root_chunk_id = 1, pos = 0 WHERE notice_id = %s AND recipient_id = %s"
        here.tx.execute(seat, (notice_id, held[0]))
        for change in (
            seat,
            "UPDATE delivery SET vars = '{}' WHERE notice_id = %s AND recipient_id = %s",
            "UPDATE delivery SET exclusion = 'suppressed' WHERE notice_id = %s AND recipient_id = %s",
        ):
            with (
                pytest.raises(psycopg.errors.RaiseException, match="a delivery never changes"),
                here.tx.transaction(),
            ):
                here.tx.execute(change, (notice_id, held[0]))  # pyright: ignore[reportArgumentType]

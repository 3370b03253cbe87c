"""Random weekends: nobody hears the same standing twice in a row, and nobody whose standing changed stays untold.

What is true is worked out here in Python, from the scope, the restorations and the data; what was told is what
the frozen lines of notices say that were handed over.
"""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from notifier.actions.announce import declare, timeline
from notifier.actions.announce import rescope as rescoping
from notifier.actions.announce.restore import RestoredPart
from notifier.actions.background import freeze
from notifier.actions.control import brake, latecomers
from notifier.actions.control.approve import Consent
from notifier.actions.notices.draft import Writer
from notifier.edges.predicate import parse
from notifier.errors import Refused
from notifier.model.act import Act
from notifier.model.owed import Present, owed
from notifier.model.scope import Column, scope_columns, verdict_of
from notifier.model.vocabulary import AttributeType, Possibly, Reason, Standing
from notifier.pipeline.compose import Words
from notifier.settings import data_folder, from_env
from notifier.store import Db, Tx
from notifier.store.disruptions import notices

NOW = datetime(2026, 11, 27, 23, 41, tzinfo=UTC)
WORDS = Words.load(data_folder("templates") / "email")
SLUGS = ("fable-5", "mythos-5")
COLUMNS = scope_columns([Column("nationality", AttributeType.TEXT, sensitive=True)])
SCOPES = (None, "nationality <> 'US'", "nationality = 'US'", "nationality IN ('DE', 'FR')")
PEOPLE = 4
OUT = {Standing.AFFECTED, Standing.POSSIBLY}
YES = Consent(yes=True)

Key = tuple[int, int, str]
"""Person, customer, service."""


@dataclass(frozen=True)
class Company:
    nationality: str | None
    people: tuple[int, ...]
    holds: tuple[str, ...]


companies = st.builds(
    Company,
    nationality=st.sampled_from(["US", "DE", None]),
    people=st.lists(st.integers(0, PEOPLE - 1), unique=True, min_size=1, max_size=2).map(tuple),
    holds=st.lists(st.sampled_from(SLUGS), unique=True, min_size=1).map(tuple),
)
rescopes = st.tuples(st.just("rescope"), st.sampled_from(SCOPES), st.sampled_from(Possibly), st.booleans())
restores = st.tuples(
    st.just("restore"),
    st.sampled_from([SLUGS[:1], SLUGS[1:], SLUGS]),
    st.sampled_from(["nationality = 'US'", "nationality <> 'US'", None]),
)
changes = st.tuples(st.just("learn"), st.integers(0, 3), st.sampled_from(["US", "DE", None]))
grants = st.tuples(st.just("grant"), st.integers(0, 3), st.sampled_from(SLUGS))
arrivals = st.tuples(st.just("arrive"), companies)
moves = st.tuples(st.just("move"), st.integers(0, 7), st.integers(0, PEOPLE - 1))
looks = st.tuples(st.just("look"))
updates = st.tuples(st.just("update"))
weekends = st.lists(
    st.one_of(rescopes, restores, changes, grants, arrivals, moves, looks, updates), min_size=1, max_size=6
)


class Inside:
    """A `Db` whose transactions are parts of one that is undone in the end."""

    def __init__(self, tx: Tx) -> None:
        self.tx = tx

    @contextmanager
    def transaction(self) -> Generator[Tx]:
        with self.tx.transaction():
            yield self.tx


W = TypeVar("W", bound="Weekend")


@dataclass
class Weekend:
    tx: Tx
    writer: Writer
    now: datetime = NOW
    reference: str = ""
    where: str | None = None
    possibly: Possibly = Possibly.HEDGE
    backs: list[tuple[str, str | None]] = field(default_factory=list)
    told: dict[Key, Standing] = field(default_factory=dict)
    seen: int = 0
    """The last notice that was handed over."""

    @property
    def db(self) -> Any:
        return Inside(self.tx)

    def rows(self, statement: str, *params: object) -> list[tuple[Any, ...]]:
        cursor = self.tx.execute(statement, params)  # pyright: ignore[reportArgumentType]
        return cursor.fetchall() if cursor.description is not None else []

    # ------------------------------------------------------------ the world

    def arrive(self, company: Company) -> None:
        (row,) = self.rows(
            "INSERT INTO customer (ext_id, name, attrs) SELECT 'c' || n, 'C' || n, %s"
            " FROM (SELECT count(*) AS n FROM customer) x RETURNING customer_id",
            Jsonb({} if company.nationality is None else {"nationality": company.nationality}),
        )
        for person in company.people:
            self.rows(
                "INSERT INTO contact (customer_id, recipient_id, locale) SELECT %s, recipient_id, 'en'"
                " FROM recipient WHERE address_key = %s", row[0], f"p{person}@example.com",
            )  # fmt: skip
        for slug in company.holds:
            self.grant(row[0], slug)

    def people(self, n: int) -> set[int]:
        """Whoever has the n-th address."""
        address = f"p{n}@example.com"
        return {row[0] for row in self.rows("SELECT recipient_id FROM recipient WHERE address = %s", address)}

    def grant(self, customer: int, slug: str) -> None:
        self.rows(
            "INSERT INTO entitlement (customer_id, service_id) SELECT %s, service_id FROM service"
            " WHERE slug = %s ON CONFLICT DO NOTHING", customer, slug,
        )  # fmt: skip

    def customer(self, n: int) -> int:
        ids = [row[0] for row in self.rows("SELECT customer_id FROM customer ORDER BY 1")]
        return ids[n % len(ids)]

    def learn(self, n: int, nationality: str | None) -> None:
        attrs = {} if nationality is None else {"nationality": nationality}
        self.rows("UPDATE customer SET attrs = %s WHERE customer_id = %s", Jsonb(attrs), self.customer(n))

    def move(self, n: int, person: int) -> None:
        """The address of a contact changes to that of somebody who is no contact there yet."""
        contacts = self.rows("SELECT contact_id, customer_id, recipient_id FROM contact ORDER BY 1")
        contact, customer, old = contacts[n % len(contacts)]
        ((new,),) = self.rows(
            "SELECT recipient_id FROM recipient WHERE address_key = %s", f"p{person}@example.com"
        )
        if (customer, new) in {(c, r) for _, c, r in contacts}:
            return
        self.rows("UPDATE contact SET recipient_id = %s WHERE contact_id = %s", new, contact)
        for slug in SLUGS:
            if (old, customer, slug) in self.told:
                self.told[new, customer, slug] = self.told.pop((old, customer, slug))

    # ------------------------------------------------------------ what is done, and heard

    def hand_over(self) -> None:
        """Every approved notice in its turn: frozen, sent, and held against what its people knew."""
        for (notice_id,) in self.rows(
            "SELECT notice_id FROM notice WHERE state IN ('approved', 'sending') ORDER BY seq"
        ):
            while any(ring.task == "freeze" for ring in freeze.freeze(self.db, WORDS, self.now, notice_id)):
                pass
            self.rows("UPDATE chunk SET state = 'accepted' WHERE notice_id = %s", notice_id)
            notice = notices.by_id(self.tx, notice_id)
            assert notice.closed_at is not None
            assert not self.rows(
                "SELECT FROM delivery WHERE notice_id = %s AND root_chunk_id IS NULL AND exclusion IS NULL",
                notice_id,
            ), "nobody is held"
            assert notices.finish(self.tx, notice_id, now=self.now)
            self.hear(notice_id, news=notice.kind == "update")

    def hear(self, notice_id: int, *, news: bool) -> None:
        letters: dict[int, list[bool]] = {}
        for person, customer, slug, told_as in self.rows(
            "SELECT recipient_id, customer_id, slug, told_as FROM line JOIN service USING (service_id)"
            " WHERE notice_id = %s AND recipient_id IS NOT NULL", notice_id,
        ):  # fmt: skip
            key, new = (person, customer, slug), Standing(told_as)
            before = self.told.get(key, Standing.NONE)
            letters.setdefault(person, []).append(before is not new)
            if new in {Standing.RELEASED, Standing.RESTORED}:
                assert before in OUT, f"{key} hears {new} and knew {before}"
            self.told[key] = new
        for person, changed in letters.items():
            assert news or any(changed), f"{person} hears nothing new"

    def play(self, step: tuple[Any, ...]) -> bool:
        """False: the story is over."""
        self.now += timedelta(hours=1)
        actor = "person:a"
        match step:
            case ("rescope", where, possibly, anew):
                change = rescoping.ScopeChange(where, where is None, possibly, (), anew)
                rescoping.rescope(
                    self.db, self.writer, Act(actor, self.now), self.reference, change, timeline.News(), YES
                )
                self.where, self.possibly = where, possibly
                self.backs = [] if anew else self.backs
            case ("restore", slugs, where):
                part = RestoredPart(slugs, where)
                timeline.restore(
                    self.db, self.writer, Act(actor, self.now), self.reference, timeline.News(), YES, part
                )
                self.backs += [(slug, where) for slug in slugs]
            case ("update",):
                news = timeline.News(nothing_new=True)
                timeline.update(self.db, self.writer, Act(actor, self.now), self.reference, news, YES)
            case ("look",):
                latecomers.look(self.db, self.writer, self.now)
            case _:
                self.happen(step)
        self.hand_over()
        return {slug for slug, where in self.backs if where is None} < set(SLUGS)

    def happen(self, step: tuple[Any, ...]) -> None:
        """The company's data changes."""
        match step:
            case ("learn", n, nationality):
                self.learn(n, nationality)
            case ("grant", n, slug):
                self.grant(self.customer(n), slug)
            case ("arrive", company):
                self.arrive(company)
            case ("move", n, person):
                self.move(n, person)
            case _:
                raise AssertionError(step)

    # ------------------------------------------------------------ what is true

    def present(self, slug: str, attrs: dict[str, Any], *, holds: bool) -> Present:
        backs = [where for service, where in self.backs if service == slug]
        if None in backs:
            return Present.RESTORED
        if not holds:
            return Present.UNKNOWN
        verdicts = [verdict_of(parse(where, COLUMNS).predicate, attrs) for where in backs if where]
        if True in verdicts:
            return Present.RESTORED
        scope = True if self.where is None else verdict_of(parse(self.where, COLUMNS).predicate, attrs)
        if scope is False:
            return Present.NOT
        if scope and None not in verdicts:
            return Present.AFFECTED
        return {
            Possibly.INCLUDE: Present.AFFECTED,
            Possibly.HEDGE: Present.POSSIBLY,
            Possibly.EXCLUDE: Present.UNKNOWN,
        }[self.possibly]

    def untold(self) -> list[tuple[Key, Standing, Present]]:
        """Everybody who is owed something."""
        held = set(self.rows("SELECT customer_id, slug FROM entitlement JOIN service USING (service_id)"))
        found: list[tuple[Key, Standing, Present]] = []
        for person, customer, attrs in self.rows(
            "SELECT recipient_id, customer_id, attrs FROM contact JOIN customer USING (customer_id)"
        ):
            for slug in SLUGS:
                told = self.told.get((person, customer, slug), Standing.NONE)
                present = self.present(slug, attrs, holds=(customer, slug) in held)
                if owed(told, present).kind is not None:
                    found.append(((person, customer, slug), told, present))
        return found


def begin(tx: Tx, world: Sequence[Company]) -> Weekend:
    return started(Weekend(tx, Writer(from_env({"NOTIFIER_REHEARSALS_ONLY": "1"}), WORDS)), world)


def started(here: W, world: Sequence[Company], roles: tuple[str, ...] = ()) -> W:
    """Everybody whom the first scope puts in has been told."""
    here.rows("INSERT INTO company (key, value) VALUES ('policy', '{\"catch_up_ceiling\": 1000}')")
    here.rows("INSERT INTO attribute (name, type, sensitive) VALUES ('nationality', 'text', true)")
    for slug in SLUGS:
        here.rows("INSERT INTO service (slug, name) VALUES (%s, %s)", slug, slug)
    for n in range(PEOPLE):
        address = f"p{n}@example.com"
        here.rows("INSERT INTO recipient (address, address_key) VALUES (%s, %s)", address, address)
    for company in world:
        here.arrive(company)
    here.where = SCOPES[1]
    wish = declare.Wish(SLUGS, Reason.LEGAL, where=here.where, possibly=here.possibly, roles=roles)
    here.reference = declare.suspend(
        here.db, here.writer, Act("person:a", here.now), wish, YES
    ).name.reference
    here.hand_over()
    return here


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(world=st.lists(companies, min_size=1, max_size=4), weekend=weekends)
def test_nobody_hears_the_same_twice_and_nobody_stays_untold(
    db: Db, world: list[Company], weekend: list[tuple[Any, ...]]
) -> None:
    with db.transaction() as tx:
        here = begin(tx, world)
        goes_on = True
        for step in weekend:
            goes_on = here.play(step)
            if not goes_on:
                break
        if goes_on:
            # The scope as it stands: whoever is owed anything hears it now, and then nobody is.
            here.play(("rescope", here.where, here.possibly, False))
        assert here.untold() == []
        raise psycopg.Rollback


def test_who_comes_late_hears_of_it_by_policy_or_is_drafted_for(db: Db) -> None:
    with db.transaction() as tx:
        here = begin(tx, [Company("DE", (0,), SLUGS)])
        here.rows("UPDATE company SET value = '{}' WHERE key = 'policy'")
        here.play(("arrive", Company("DE", (1, 2), SLUGS)))
        here.play(("look",))
        states = here.rows("SELECT kind, state FROM notice ORDER BY seq")
        assert states == [("first", "finished"), ("catch_up", "draft")]
        ((alarm,),) = here.rows("SELECT text FROM alarm WHERE cleared_at IS NULL AND key LIKE 'late:%%'")
        assert alarm == f"2 people are affected and have not been told: notifier approve {here.reference}/2"
        assert len(here.untold()) == 4

        here.rows("UPDATE company SET value = '{\"catch_up_ceiling\": 1}' WHERE key = 'policy'")
        here.play(("look",))
        assert len(here.untold()) == 4, "above its ceiling nothing leaves by itself"
        here.rows("UPDATE company SET value = '{\"catch_up_ceiling\": 2}' WHERE key = 'policy'")
        here.play(("look",))
        assert here.untold() == []
        here.play(("look",))
        assert not here.rows("SELECT FROM alarm WHERE cleared_at IS NULL AND key LIKE 'late:%%'")
        assert here.rows("SELECT count(*) FROM notice WHERE kind = 'catch_up'") == [(1,)]
        raise psycopg.Rollback


def sent_until_stopped(here: Weekend) -> int:
    """A notice to somebody new, on its way: its list is closed and nothing of it has left."""
    here.play(("arrive", Company("DE", (1,), SLUGS)))
    change = rescoping.ScopeChange(possibly=here.possibly)
    rescoping.rescope(
        here.db, here.writer, Act("person:a", here.now), here.reference, change, timeline.News(), YES
    )
    ((notice_id,),) = here.rows("SELECT notice_id FROM notice WHERE state = 'approved'")
    while any(ring.task == "freeze" for ring in freeze.freeze(here.db, WORDS, here.now, notice_id)):
        pass
    return notice_id


def test_whom_a_person_has_stopped_nothing_tells_by_itself(db: Db) -> None:
    with db.transaction() as tx:
        here = begin(tx, [Company("DE", (0,), SLUGS)])
        brake.cancel(here.db, Act("person:a", here.now), sent_until_stopped(here))
        there = "SELECT kind, state FROM notice ORDER BY seq"
        here.play(("look",))
        assert here.rows(there) == [("first", "finished"), ("first", "cancelled")]

        # Who came late all the same is drafted for; by itself nothing leaves after a person has said stop.
        here.play(("arrive", Company("DE", (2,), SLUGS)))
        here.play(("look",))
        assert here.rows(there)[2:] == [("catch_up", "draft")]
        ((alarm,),) = here.rows("SELECT text FROM alarm WHERE cleared_at IS NULL AND key LIKE 'late:%%'")
        assert alarm.startswith("1 person is affected and has not been told: ")

        # A person who writes the next notice tells all of them.
        here.play(("update",))
        assert here.untold() == []
        raise psycopg.Rollback


def test_whom_a_person_has_dropped_nothing_tells_by_itself(db: Db) -> None:
    with db.transaction() as tx:
        here = begin(tx, [Company("DE", (0,), SLUGS)])
        notice_id = sent_until_stopped(here)
        here.rows("UPDATE chunk SET state = 'dead' WHERE notice_id = %s", notice_id)
        assert brake.drop_dead(here.db, Act("person:a", here.now), notice_id).people == 1
        assert notices.finish(tx, notice_id, now=here.now)
        here.play(("look",))
        assert here.rows("SELECT count(*) FROM notice WHERE kind = 'catch_up'") == [(0,)]

        # Nobody has stopped those who came late since: they hear of it alone.
        here.play(("arrive", Company("DE", (2,), SLUGS)))
        here.play(("look",))
        assert {person for (person, _, _), _, _ in here.untold()} == here.people(1)
        raise psycopg.Rollback


def test_a_catch_up_that_a_person_drops_comes_back_only_for_more_people(db: Db) -> None:
    with db.transaction() as tx:
        here = begin(tx, [Company("DE", (0,), SLUGS)])
        here.rows("UPDATE company SET value = '{}' WHERE key = 'policy'")
        here.play(("arrive", Company("DE", (1,), SLUGS)))
        here.play(("look",))
        ((draft,),) = here.rows("SELECT notice_id FROM notice WHERE state = 'draft'")
        assert brake.cancel(here.db, Act("person:a", here.now), draft).was_draft
        open_alarms = "SELECT FROM alarm WHERE cleared_at IS NULL AND key LIKE 'late:%%'"
        assert not here.rows(open_alarms)
        here.play(("look",))
        assert not here.rows("SELECT FROM notice WHERE state = 'draft'")
        assert not here.rows(open_alarms)

        here.play(("arrive", Company("DE", (2,), SLUGS)))
        here.play(("look",))
        assert here.rows("SELECT kind FROM notice WHERE state = 'draft'") == [("catch_up",)]
        assert here.rows(open_alarms)

        # Everybody has been told by a person's own notice: the next who comes late is news again.
        here.play(("update",))
        here.play(("look",))
        here.play(("arrive", Company("DE", (3,), SLUGS)))
        here.play(("look",))
        assert here.rows("SELECT kind FROM notice WHERE state = 'draft'") == [("catch_up",)]
        raise psycopg.Rollback


def test_what_another_disruption_holds_is_not_back(db: Db) -> None:
    with db.transaction() as tx:
        here = begin(tx, [Company("DE", (0,), SLUGS), Company("DE", (1,), SLUGS[:1])])
        wish = declare.Wish(SLUGS[:1], Reason.FAULT, again=True)
        declare.suspend(here.db, here.writer, Act("person:a", NOW), wish, YES)
        timeline.restore(
            here.db,
            here.writer,
            Act("person:a", here.now),
            here.reference,
            timeline.News(),
            YES,
            RestoredPart(),
        )
        ((notice_id,),) = here.rows("SELECT notice_id FROM notice WHERE kind = 'restored'")
        while any(ring.task == "freeze" for ring in freeze.freeze(here.db, WORDS, here.now, notice_id)):
            pass
        lines = here.rows(
            "SELECT address_key, slug, told_as FROM line JOIN service USING (service_id)"
            " JOIN recipient USING (recipient_id) WHERE notice_id = %s ORDER BY 1, 2", notice_id,
        )  # fmt: skip
        assert lines == [
            ("p0@example.com", "fable-5", "affected"),
            ("p0@example.com", "mythos-5", "restored"),
        ], "whoever has nothing back hears nothing"
        raise psycopg.Rollback


def test_a_restoration_while_people_are_cut_off_names_their_number(db: Db) -> None:
    with db.transaction() as tx:
        here = begin(tx, [Company("DE", (0,), SLUGS), Company("FR", (1,), SLUGS)])
        here.rows("UPDATE entitlement SET suspended_at = now()")
        part = RestoredPart(SLUGS[:1], "nationality = 'FR'")
        said = timeline.restore(
            here.db, here.writer, Act("person:a", here.now), here.reference, timeline.News(), YES, part
        )
        assert said.gate.refusal is not None
        assert said.gate.gap.difference == 1
        try:
            rescoping.rescope(
                here.db, here.writer, Act("person:a", here.now), here.reference,
                rescoping.ScopeChange("nationality = 'XX'"), timeline.News(), Consent(yes=True),
            )  # fmt: skip
        except Refused as refused:
            raise AssertionError from refused
        assert here.rows("SELECT rev, proposed FROM scope_revision ORDER BY 1") == [(1, False), (2, True)]
        raise psycopg.Rollback


def test_the_tick_for_latecomers_neither_drops_nor_approves_a_scope_that_a_person_proposed(db: Db) -> None:
    """A proposed scope that only makes people certain is a draft of a catch-up too, but not one of policy's."""
    with db.transaction() as tx:
        here = begin(tx, [Company(None, (0,), SLUGS), Company("DE", (1,), SLUGS)])
        change = rescoping.ScopeChange(possibly=Possibly.INCLUDE)
        rescoping.rescope(
            here.db,
            here.writer,
            Act("person:a", here.now),
            here.reference,
            change,
            timeline.News(),
            Consent(),
        )
        there = "SELECT kind, state, rev FROM notice ORDER BY seq"
        kept = [("first", "finished", 1), ("catch_up", "draft", 2)]
        assert here.rows(there) == kept
        here.play(("look",))
        assert here.rows(there) == kept, "nobody came late"
        here.play(("arrive", Company("DE", (2,), SLUGS)))
        here.play(("look",))
        assert here.rows(there) == kept, "policy lets no scope go that a person has proposed"
        assert here.rows("SELECT proposed FROM scope_revision WHERE rev = 2") == [(True,)]
        raise psycopg.Rollback

"""A look at what changed finds whom a look at everybody finds, in any history."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql

from notifier.actions.announce import reviews
from notifier.actions.announce.reviews import Objection
from notifier.actions.control import latecomers, who_is_late
from notifier.actions.control.who_is_late import SIZES, Sizes
from notifier.actions.notices.draft import Writer
from notifier.actions.notices.rule import rule_at
from notifier.errors import BadInput, Refused
from notifier.model.act import Act
from notifier.model.vocabulary import NoticeKind
from notifier.settings import from_env
from notifier.store import Db, Tx, values
from notifier.store.audience import late
from notifier.store.audience.contacts import SUPPRESSED
from notifier.store.audience.owed import LAST, Asked
from notifier.store.audience.recipients import Later, later_params, told_later
from notifier.store.disruptions import disruptions
from tests.stories.test_owed import (
    WORDS,
    Company,
    Weekend,
    arrivals,
    companies,
    grants,
    moves,
    rescopes,
    restores,
    started,
    updates,
)
from tests.stories.test_owed import changes as learns

ALL_BUT_FILES = (
    "SELECT 'TRUNCATE ' || string_agg(quote_ident(tablename), ', ') || ' RESTART IDENTITY' FROM pg_tables"
    " WHERE schemaname = 'public' AND tablename <> 'migration'"
)

# ---------------------------------------------------------------- as a look at everybody

looks = st.tuples(st.just("look"))
numbers = st.integers(0, 7)
HAPPENS = {
    "suppress": ("recipient", ("INSERT INTO suppression (recipient_id, reason, source)"
                 " VALUES (%s, 'manual', 'person:a') ON CONFLICT DO NOTHING")),
    "forgive": ("recipient", "DELETE FROM suppression WHERE recipient_id = %s"),
    "erase": ("recipient", ("UPDATE recipient SET address = CASE WHEN address IS NULL THEN address_key END"
              " WHERE recipient_id = %s")),
    "bounce": ("recipient", ("INSERT INTO fate (notice_id, recipient_id, fate, rank, at) SELECT notice_id,"
               " recipient_id, 'bounced', 5, now() FROM delivery WHERE recipient_id = %s ON CONFLICT DO NOTHING")),
    "revoke": ("entitlement", "DELETE FROM entitlement WHERE entitlement_id = %s"),
    "cut": ("entitlement", ("UPDATE entitlement SET suspended_at = CASE WHEN suspended_at IS NULL THEN now() END"
            " WHERE entitlement_id = %s")),
    "leave": ("contact", "DELETE FROM contact WHERE contact_id = %s"),
    "own": ("contact", "UPDATE contact SET role = 'owner' WHERE contact_id = %s"),
    "mend": ("contact", "UPDATE contact SET role = 'technical' WHERE contact_id = %s"),
}  # fmt: skip
happenings = st.one_of(
    st.tuples(st.sampled_from(sorted(HAPPENS)), numbers),
    st.tuples(
        st.just("chunk"), numbers, st.sampled_from(["cancelled", "lost", "dead", "unknown", "accepted"])
    ),
    st.tuples(st.just("object"), numbers, st.booleans()),
)
histories = st.lists(
    st.one_of(looks, looks, happenings, happenings, learns, grants, arrivals, moves, rescopes, restores, updates),
    min_size=2, max_size=14,
)  # fmt: skip


@dataclass
class History(Weekend):
    """A weekend whose transactions commit one by one, and in which more happens."""

    sizes: Sizes = SIZES
    ledger: Db | None = None

    @property
    def db(self) -> Any:
        return self.ledger

    def play(self, step: tuple[Any, ...]) -> bool:
        if step != ("look",):
            return super().play(step)
        self.now += timedelta(hours=1)
        latecomers.look(self.db, self.writer, self.now, sizes=self.sizes)
        self.hand_over()
        return True

    def hear(self, notice_id: int, *, news: bool) -> None:
        """What becomes of letters afterwards, the weekend's own account does not know."""

    def happen(self, step: tuple[Any, ...]) -> None:
        match step:
            case ("object", n, released):
                self.object(n, released=released)
            case ("chunk", n, state):
                lost = state == "lost"
                self.rows(
                    "UPDATE chunk SET state = %s, lost = %s WHERE chunk_id = %s",
                    "cancelled" if lost else state, lost, self.nth("chunk", n),
                )  # fmt: skip
            case (what, n) if what in HAPPENS:
                table, statement = HAPPENS[what]
                self.rows(statement, self.nth(table, n))
            case _:
                super().happen(step)

    def nth(self, table: str, n: int) -> int | None:
        ids = sorted(row[0] for row in self.rows(f"SELECT {table}_id FROM {table}"))
        return ids[n % len(ids)] if ids else None

    def object(self, n: int, *, released: bool) -> None:
        (ext_id,), *_ = self.rows(
            "SELECT ext_id FROM customer WHERE customer_id = %s", self.nth("customer", n)
        )
        try:
            objection = Objection(ext_id, "the owner", "wrong for us")
            review = reviews.add(self.db, Act("person:a", self.now), self.reference, objection)
        except (BadInput, Refused):  # nobody there was told, or one is open already
            return
        self.rows(
            "UPDATE review SET ended_at = now(), ended_as = %s WHERE review_id = %s",
            "released" if released else "confirmed", review.review_id,
        )  # fmt: skip


def late_by_everybody(tx: Tx, disruption_id: int) -> list[tuple[str, int, bool]]:
    """By one pass over everybody, as the notices themselves would be counted."""
    return sorted(
        (str(kind), recipient_id, cut_off)
        for kind in who_is_late.FOR_THE_LATE
        for recipient_id, cut_off in owed_by(tx, wanted(tx, disruption_id, kind))
    )


def wanted(tx: Tx, disruption_id: int, kind: NoticeKind) -> Later:
    """The notice that would be written now."""
    rule = rule_at(tx, disruption_id, kind)
    return Later(Asked(disruption_id, rule, disruptions.revision(tx, disruption_id).rev), kind)


def owed_by(tx: Tx, wanted: Later) -> list[tuple[int, bool]]:
    statement = sql.SQL(
        "SELECT jsonb_build_array(recipient_id, bool_and(EXISTS (SELECT FROM entitlement e WHERE e.customer_id ="
        " told.customer_id AND e.service_id = told.service_id AND e.suspended_at IS NOT NULL)))"
        " FROM ({told}) told WHERE NOT EXISTS ({suppressed}) GROUP BY recipient_id ORDER BY recipient_id"
    ).format(
        told=told_later(tx, wanted),
        suppressed=sql.SQL(SUPPRESSED).format(person=sql.SQL("told.recipient_id")),
    )
    return [tuple(row) for row in values(tx, statement, after=0, upto=LAST, **later_params(wanted))]


@settings(max_examples=12, deadline=None, suppress_health_check=[*HealthCheck])  # pyright: ignore[reportArgumentType]
@given(
    world=st.lists(companies, min_size=1, max_size=4),
    roles=st.sampled_from([(), ("technical",)]),
    policy=st.sampled_from(["{}", '{"catch_up_ceiling": 1000}']),
    sizes=st.builds(
        Sizes, st.sampled_from([1, 2, 100]), st.sampled_from([0, 3, 100]), st.sampled_from([1, 100])
    ),
    history=histories,
)
def test_a_look_at_what_changed_finds_whom_a_look_at_everybody_finds(
    db: Db, database_url: str, world: list[Company], roles: tuple[str, ...], policy: str, sizes: Sizes,
    history: list[tuple[Any, ...]],
) -> None:  # fmt: skip
    with psycopg.connect(database_url, autocommit=True) as connection:
        ((empty,),) = connection.execute(ALL_BUT_FILES).fetchall()
        connection.execute(empty)
        writer = Writer(from_env({"NOTIFIER_REHEARSALS_ONLY": "1"}), WORDS)
        here = started(History(connection, writer, sizes=sizes, ledger=db), world, roles)
        here.rows("UPDATE company SET value = %s::jsonb WHERE key = 'policy'", policy)
        goes_on = True
        for step in [*history, ("look",), ("look",)]:
            goes_on = goes_on and here.play(step)
            if goes_on and step == ("look",):
                compare(db, here)


def compare(db: Db, here: History) -> None:
    """Where the look has come to its end, and has not changed by a catch-up what it had found."""
    with db.transaction() as tx:
        seen = late.last_look(tx, 1).seen
        if seen and who_is_late.is_known(tx, 1) and late.changed(tx, 1, seen, most=LAST - 1) == []:
            found = here.rows("SELECT owes, recipient_id, cut_off FROM late_person")
            assert sorted(found) == late_by_everybody(tx, 1)

"""Who came late, and how far somebody has looked: what changed since is looked at, not everybody.

`late_person` holds those who were found late; whoever looks at somebody again puts them in or takes them out. So
the number of late people is counted here.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from psycopg import sql

from notifier.model.vocabulary import NoticeKind
from notifier.store import Tx, many, one, run, value, values
from notifier.store.audience.changes import KEPT, SINCE
from notifier.store.audience.contacts import SUPPRESSED
from notifier.store.audience.owed import Asked
from notifier.store.audience.recipients import Later, later_params, told_late
from notifier.store.audience.whom import Whom, said_in, these


@dataclass(frozen=True, slots=True)
class OpenOne:
    disruption_id: int
    asked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Look:
    """How far somebody has looked at a disruption."""

    seen: str | None = None
    """What the last complete look saw (`changes.seen`); None: everybody is to be looked at."""
    is_old: bool = False
    """It began so long ago that marks of what changed since may be gone."""
    rule: str | None = None
    """Whom it looked for."""
    reached: int | None = None
    """A look at everybody is under way: the last recipient_id of it so far."""
    began: str | None = None
    """What was seen as that began."""


@dataclass(frozen=True, slots=True)
class Late:
    people: int
    cut_off: int
    """Those of them of whom the data says that all they are owed is out for them."""


def open_ones(tx: Tx) -> list[OpenOne]:
    """Disruptions that tell people, of both modes."""
    statement = """
SELECT d.disruption_id, l.asked_at FROM disruption d
LEFT JOIN latecomers l USING (disruption_id)
WHERE d.declared_at IS NOT NULL AND d.ended_at IS NULL AND NOT d.awaits_cutoff
ORDER BY d.disruption_id"""
    return many(tx, OpenOne, statement)


def ask(tx: Tx, disruption_id: int, *, since: datetime, now: datetime) -> bool:
    """True: nobody has asked since then, and from here on somebody has."""
    return (
        run(
            tx,
            """
INSERT INTO latecomers (disruption_id, asked_at)
VALUES (%(id)s, %(now)s)
ON CONFLICT (disruption_id) DO UPDATE SET asked_at = %(now)s
WHERE latecomers.asked_at <= %(since)s""",
            id=disruption_id,
            since=since,
            now=now,
        )
        == 1
    )


def decline(tx: Tx, disruption_id: int, owes: NoticeKind, *, people: int) -> None:
    """Nothing is drafted for so many people who are owed this; for more than those it is."""
    statement = """
INSERT INTO late_declined (disruption_id, owes, people)
VALUES (%(id)s, %(owes)s, %(people)s)
ON CONFLICT (disruption_id, owes) DO UPDATE SET people = excluded.people"""
    run(tx, statement, id=disruption_id, owes=owes, people=people)


def declined(tx: Tx, disruption_id: int, owes: NoticeKind) -> int:
    """For so many people a person has dropped it."""
    statement = "SELECT people FROM late_declined WHERE disruption_id = %(id)s AND owes = %(owes)s"
    return value(tx, statement, id=disruption_id, owes=owes) or 0


# ---------------------------------------------------------------- how far somebody has looked


def alone(tx: Tx, disruption_id: int) -> bool:
    """Nobody else looks at this disruption until this transaction ends; nobody waits for it either."""
    return value(
        tx,
        "SELECT pg_try_advisory_xact_lock(hashtextextended(concat('late:', %(id)s::bigint), 0))",
        id=disruption_id,
    )


def last_look(tx: Tx, disruption_id: int) -> Look:
    statement = """
SELECT seen, coalesce(seen_at < now() - %(kept)s::interval, true) AS is_old, rule, reached, began
FROM latecomers
WHERE disruption_id = %(id)s"""
    found = one(tx, Look, statement, id=disruption_id, kept=KEPT)
    return found or Look()


def keep(tx: Tx, disruption_id: int, look: Look, *, begins: bool) -> None:
    """How far it is; `begins`: what it goes by was seen just now.

    Nobody has asked yet where there was nothing to keep: the first look is not held back by policy's pace.
    """
    run(
        tx,
        """
INSERT INTO latecomers (disruption_id, asked_at, seen, seen_at, rule, reached, began)
VALUES (%(id)s, 'epoch', %(seen)s, now(), %(rule)s, %(reached)s, %(began)s)
ON CONFLICT (disruption_id) DO UPDATE SET seen = %(seen)s, rule = %(rule)s, reached = %(reached)s,
  began = %(began)s, seen_at = CASE WHEN %(begins)s THEN now() ELSE latecomers.seen_at END""",
        id=disruption_id,
        seen=look.seen,
        rule=look.rule,
        reached=look.reached,
        began=look.began,
        begins=begins,
    )


def forget_ended(tx: Tx) -> int:
    """What was found of disruptions that are over; how many people."""
    statement = """
WITH over AS (
  UPDATE latecomers l SET seen = NULL, seen_at = NULL, rule = NULL, reached = NULL, began = NULL
  FROM disruption d
  WHERE d.disruption_id = l.disruption_id AND d.ended_at IS NOT NULL AND l.rule IS NOT NULL
  RETURNING l.disruption_id)
DELETE FROM late_person p USING over
WHERE p.disruption_id = over.disruption_id"""
    return run(tx, statement)


@dataclass(frozen=True, slots=True)
class Wanted:
    """For whom it is looked: by what is true now, and which notices they may be owed."""

    asked: Asked
    kinds: tuple[NoticeKind, ...]

    @property
    def params(self) -> dict[str, object]:
        return later_params(Later(self.asked, self.kinds[0]))


def fingerprint(tx: Tx, wanted: Wanted) -> str:
    """Of whom it is looked for: the scope, what is back, and what being late means in this version.

    Not of whom a review has released: that is marked as a change of that customer.
    """
    plain = replace(wanted, asked=replace(wanted.asked, rule=replace(wanted.asked.rule, released=())))
    statement = told_late(tx, plain.asked, plain.kinds, Whom.RANGE).as_string()
    return hashlib.sha256(repr([statement, sorted(plain.params.items())]).encode()).hexdigest()


# ---------------------------------------------------------------- what changed


@dataclass(frozen=True, slots=True)
class Marks:
    """What changed since somebody looked."""

    customers: list[int]
    people: list[int]
    notices: list[int]
    """Of the disruption that is looked at."""
    size: int
    """About how many people that is; a notice to a million says how many it went to."""
    everybody: bool


MARKS = """
SELECT coalesce(array_agg(DISTINCT customer_id) FILTER (WHERE customer_id IS NOT NULL), '{{}}') AS customers,
       coalesce(array_agg(DISTINCT recipient_id) FILTER (WHERE recipient_id IS NOT NULL), '{{}}') AS people,
       coalesce(array_agg(DISTINCT n.notice_id) FILTER (WHERE n.notice_id IS NOT NULL), '{{}}') AS notices,
       (count(DISTINCT customer_id) + count(DISTINCT recipient_id)
        + coalesce(sum(n.audience_n), 0))::bigint AS size,
       coalesce(bool_or(everybody), false) AS everybody
FROM (SELECT DISTINCT customer_id, recipient_id, notice_id, everybody FROM ({since}) each) mark
LEFT JOIN notice n ON n.notice_id = mark.notice_id AND n.disruption_id = %(id)s"""

WHO = """
WITH colleague AS (
  SELECT k.recipient_id FROM contact k WHERE k.customer_id = ANY(%(customers)s::bigint[] ||
    array(SELECT c.customer_id FROM contact c WHERE c.recipient_id = ANY(%(people)s))))
SELECT recipient_id FROM (
  SELECT unnest(%(people)s::bigint[]) AS recipient_id
  UNION SELECT recipient_id FROM colleague
  UNION SELECT recipient_id FROM line WHERE notice_id = ANY(%(notices)s)
  UNION SELECT k.recipient_id FROM contact k
    WHERE k.contact_id = ANY(array(SELECT contact_id FROM line WHERE notice_id = ANY(%(notices)s)))) who
WHERE recipient_id IS NOT NULL LIMIT %(most)s + 1"""
"""One contact counts on another where roles choose: so a person's colleagues are looked at as well."""


def changed(tx: Tx, disruption_id: int, seen: str, *, most: int) -> list[int] | None:
    """People of whom it may no longer be true what was found; None: too many to name."""
    marks = one(tx, Marks, sql.SQL(MARKS).format(since=sql.SQL(SINCE)), id=disruption_id, seen=seen)
    assert marks is not None
    if marks.everybody or marks.size > most:
        return None
    if not (marks.customers or marks.people or marks.notices):
        return []
    found: list[int] = values(
        tx, WHO, customers=marks.customers, people=marks.people, notices=marks.notices, most=most
    )
    return None if len(found) > most else found


# ---------------------------------------------------------------- who is late

NOTE = """
WITH found AS MATERIALIZED (
  SELECT owes, recipient_id, bool_and((SELECT count(e.suspended_at) FROM entitlement e
           WHERE e.customer_id = told.customer_id AND e.service_id = told.service_id) > 0) AS cut_off
  FROM ({told}) told WHERE NOT EXISTS ({suppressed}) GROUP BY 1, 2),
gone AS (
  DELETE FROM late_person p WHERE p.disruption_id = %(disruption_id)s AND {whom}
  AND NOT EXISTS (SELECT FROM found f WHERE f.owes = p.owes AND f.recipient_id = p.recipient_id)),
come AS (
  INSERT INTO late_person (disruption_id, recipient_id, owes, cut_off)
  SELECT %(disruption_id)s, recipient_id, owes, cut_off FROM found
  ON CONFLICT (disruption_id, recipient_id, owes) DO UPDATE SET cut_off = excluded.cut_off
  WHERE late_person.cut_off <> excluded.cut_off)
SELECT count(*) FROM found"""
"""By the very lines that the notices would freeze now."""


def note_range(tx: Tx, wanted: Wanted, *, after: int, upto: int) -> int:
    """Look at the people with `after < recipient_id <= upto`; how much they are owed."""
    return _note(tx, wanted, Whom.RANGE, {"after": after, "upto": upto})


def note_people(tx: Tx, wanted: Wanted, people: Sequence[int]) -> int:
    """Look at these people; how much they are owed."""
    return _note(tx, wanted, Whom.NAMED, {"people": list(people)})


def _note(tx: Tx, wanted: Wanted, whom: Whom, params: Mapping[str, object]) -> int:
    statement = sql.SQL(NOTE).format(
        told=told_late(tx, wanted.asked, wanted.kinds, whom),
        suppressed=sql.SQL(SUPPRESSED).format(person=sql.SQL("told.recipient_id")),
        whom=these(whom, "p.recipient_id"),
    )
    said = said_in(tx, wanted.asked.disruption_id)
    return value(tx, statement, **wanted.params, said_in=said, **params)


def count(tx: Tx, disruption_id: int, owes: NoticeKind = NoticeKind.CATCH_UP) -> Late:
    """As far as somebody has looked."""
    statement = """
SELECT count(*) AS people, count(*) FILTER (WHERE cut_off) AS cut_off
FROM late_person
WHERE disruption_id = %(id)s AND owes = %(owes)s"""
    found = one(tx, Late, statement, id=disruption_id, owes=owes)
    assert found is not None
    return found


def locales(tx: Tx, disruption_id: int) -> list[str | None]:
    """What late people's contacts ask for."""
    statement = """
SELECT DISTINCT k.locale FROM late_person p JOIN contact k USING (recipient_id)
WHERE p.disruption_id = %(id)s
ORDER BY 1"""
    return values(tx, statement, id=disruption_id)

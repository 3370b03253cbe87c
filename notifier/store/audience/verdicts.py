"""Who is told, and why: verdicts by SQL's own logic.

Every statement stands on `HIT`: one row for each entitlement to one of the services, with its verdict as a
rank (2 affected, 1 possibly, 0 not) from the predicate's TRUE, NULL, FALSE.
"""

from dataclasses import dataclass
from datetime import datetime

from psycopg import sql

from notifier.model.scope import CUSTOMER, REGION, SERVICE, Column, Predicate, columns
from notifier.model.vocabulary import Possibly
from notifier.store import Tx, one, run, value
from notifier.store.audience.contacts import SUPPRESSED, usable
from notifier.store.audience.predicate import render


@dataclass(frozen=True, slots=True)
class Rule:
    """Who belongs: what an approval names, and what every statement here is built from."""

    services: list[str]
    predicate: Predicate | None
    possibly: Possibly
    released: tuple[int, ...] = ()
    """customer_ids that a person has taken out after a review, whatever the predicate says."""
    roles: tuple[str, ...] = ()
    """Contacts that are told, with a fall-back; empty: all of them."""
    restored: tuple["Back", ...] = ()
    """What is back, for whom: it decides before the predicate does."""
    disruption_id: int | None = None
    """Whose it is: who has left is told of nothing but what they are kept for. None: of none that is stored."""
    elsewhere: tuple["Rule", ...] = ()
    """Of other open disruptions with one of these services: what they hold is not back."""

    @property
    def told_rank(self) -> int:
        return 2 if self.possibly is Possibly.EXCLUDE else 1

    @property
    def spares_nobody(self) -> bool:
        """Whoever has one of the services is affected."""
        return self.predicate is None and not self.restored and not self.released

    @property
    def asked(self) -> tuple[Column, ...]:
        """The columns that decide."""
        backs = (column for back in self.restored for column in columns(back.predicate))
        return tuple(dict.fromkeys((*columns(self.predicate), *backs)))


@dataclass(frozen=True, slots=True)
class Back:
    """One restoration."""

    service: str
    predicate: Predicate | None
    """None: for everybody."""


@dataclass(frozen=True, slots=True)
class VerdictCount:
    rank: int
    customers: int
    people: int
    """With a usable address; a person counts once, affected before possibly."""
    unreachable: int
    """Customers of this verdict without a usable address."""


@dataclass(frozen=True, slots=True)
class LocaleCount:
    locale: str | None
    people: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Scope against reality, in customers; only where the data says who is cut off at all."""

    cut_off: int
    cut_off_not_told: int
    told_not_cut_off: int

    @property
    def difference(self) -> int:
        return self.cut_off_not_told + self.told_not_cut_off if self.cut_off else 0


HIT = """
SELECT e.customer_id, e.service_id, s.slug, e.suspended_at, {rank} AS rank, {back} AS back,
       {vals} AS vals, c.name AS customer, (e.of_view OR e.vanished_at IS NULL) AS is_there
FROM entitlement e JOIN customer c USING (customer_id) JOIN service s USING (service_id)
WHERE s.slug = ANY({services})
  AND (e.vanished_at IS NULL OR e.of_view OR {disruption}::bigint = ANY(e.kept_for))"""
"""Not `is_there`: a person has said that they left, and what the data says of them is of before."""

ALL_HIT = """
SELECT e.customer_id, 2 AS rank, e.suspended_at, (e.of_view OR e.vanished_at IS NULL) AS is_there
FROM entitlement e
WHERE e.service_id = ANY(array(SELECT service_id FROM service WHERE slug = ANY(%(services)s)))
  AND (e.vanished_at IS NULL OR e.of_view OR %(of_disruption)s::bigint = ANY(e.kept_for))"""
"""What `HIT` says of a rule that spares nobody, without a look at any customer."""

PAIRS = 40
"""In one `jsonb_build_object`: a function takes 100 arguments."""


def hits(rule: Rule, prefix: str = "") -> sql.Composed:
    """`HIT` for this rule; goes with `rule_params`. `prefix` keeps two rules of one statement apart."""
    back = _back(rule, prefix)
    return sql.SQL(HIT).format(
        rank=_rank(rule, back, prefix),
        back=sql.SQL("coalesce({}, false)").format(back) if back else sql.SQL("false"),
        vals=_asked_values(rule, prefix),
        services=sql.Placeholder(f"{prefix}services"),
        disruption=sql.Placeholder(f"{prefix}of_disruption"),
    )


def _rank(rule: Rule, back: sql.Composed | None, prefix: str) -> sql.Composed:
    """What is back is out for nobody; where that cannot be said, it possibly still is."""
    rank = sql.SQL("coalesce(({})::int * 2, 1)").format(render(rule.predicate, prefix=f"{prefix}scope").sql)
    if rule.released:
        rank = sql.SQL("CASE WHEN e.customer_id = ANY({}) THEN 0 ELSE {} END").format(
            sql.Placeholder(f"{prefix}released"), rank
        )
    if back is None:
        return rank
    return sql.SQL("CASE WHEN {0} THEN 0 WHEN {0} IS NULL THEN least({1}, 1) ELSE {1} END").format(back, rank)


def _back(rule: Rule, prefix: str) -> sql.Composed | None:
    """TRUE: it is back for this entitlement; NULL: that cannot be said."""
    each = [
        sql.SQL("(s.slug = {} AND {})").format(
            sql.Placeholder(f"{prefix}back_{n}"), render(back.predicate, prefix=f"{prefix}back_{n}_").sql
        )
        for n, back in enumerate(rule.restored)
    ]
    return sql.SQL("({})").format(sql.SQL(" OR ").join(each)) if each else None


def rule_params(rule: Rule, prefix: str = "") -> dict[str, object]:
    """What the statements built on `hits` expect."""
    own: dict[str, object] = {
        f"{prefix}services": rule.services,
        f"{prefix}of_disruption": rule.disruption_id,
        f"{prefix}possibly": rule.possibly,
        f"{prefix}told_rank": rule.told_rank,
        f"{prefix}released": list(rule.released),
        f"{prefix}roles": list(rule.roles),
    }
    own |= {f"{prefix}asked_{n}": column.name for n, column in enumerate(rule.asked)}
    own |= render(rule.predicate, prefix=f"{prefix}scope").params
    for n, back in enumerate(rule.restored):
        own[f"{prefix}back_{n}"] = back.service
        own |= render(back.predicate, prefix=f"{prefix}back_{n}_").params
    return own


def deciding_values(rule: Rule) -> sql.SQL:
    """The values of the entitlement that decided, over rows of `hits` grouped together."""
    return sql.SQL("(array_agg(hit.vals ORDER BY hit.rank DESC))[1]" if rule.asked else "NULL::jsonb")


def _asked_values(rule: Rule, prefix: str) -> sql.Composable:
    """The attributes that the predicates ask for, as they are now: kept with the line, for `explain`."""
    pairs = [_asked_value(column.name, f"{prefix}asked_{n}") for n, column in enumerate(rule.asked)]
    objects = [
        sql.SQL("jsonb_build_object({})").format(sql.SQL(", ").join(pairs[at : at + PAIRS]))
        for at in range(0, len(pairs), PAIRS)
    ]
    return sql.SQL(" || ").join(objects) if objects else sql.SQL("NULL::jsonb")


def _asked_value(name: str, parameter: str) -> sql.Composed:
    key = sql.Placeholder(parameter)
    if name == REGION.name:
        return sql.SQL("{}::text, to_jsonb(e.region)").format(key)
    if name == SERVICE.name:
        return sql.SQL("{}::text, to_jsonb(s.slug)").format(key)
    if name == CUSTOMER.name:
        return sql.SQL("{}::text, to_jsonb(c.ext_id)").format(key)
    return sql.SQL("{0}::text, coalesce(e.attrs -> {0}::text, c.attrs -> {0}::text)").format(key)


def plan_for_many(tx: Tx) -> None:
    """For this transaction: no nested loops, and groups by sorting.

    The planner takes a list inside a statement for one row, and a loop over a list of people for each of them
    is quadratic (measured: 200,000 people took 228 s with them, 7 s without). It takes their groups for few, too,
    and a hash table that has outgrown `work_mem` is emptied again and again (measured: whom an end goes to, of
    1,000,000 people, took more than 10 minutes with it, 9 s without).
    """
    run(tx, "SET LOCAL enable_nestloop = off")
    run(tx, "SET LOCAL enable_hashagg = off")


@dataclass(frozen=True, slots=True)
class Survey:
    """What a person must see before they send."""

    verdicts: tuple[VerdictCount, ...]
    gap: Gap
    locales: tuple[LocaleCount, ...]
    """Of those who are to be told, the most first."""

    @property
    def people(self) -> int:
        """To be told, with a usable address."""
        return sum(found.people for found in self.locales)


@dataclass(frozen=True, slots=True)
class _Surveyed:
    verdicts: list[tuple[int, int, int, int]]
    locales: list[tuple[str | None, int]]
    cut_off: int
    cut_off_not_told: int
    told_not_cut_off: int


def survey(tx: Tx, rule: Rule) -> Survey:
    """Everything from one pass: a million entitlements are read once. Verdicts whatever `rule.possibly` says."""
    plan_for_many(tx)
    run(tx, "SET LOCAL work_mem = '128MB'")
    # Everything here has an index in the order of customers or people: merging takes half the time of hashing.
    run(tx, "SET LOCAL enable_hashjoin = off")
    statement = sql.SQL("""
WITH held AS MATERIALIZED (
       SELECT customer_id, max(rank) AS rank, bool_or(suspended_at IS NOT NULL AND is_there) AS cut_off,
              bool_or(suspended_at IS NOT NULL AND is_there AND rank < %(told_rank)s) AS cut_off_not_told,
              bool_or(suspended_at IS NULL AND is_there AND rank >= %(told_rank)s) AS told_not_cut_off
       FROM (SELECT customer_id, rank, suspended_at, is_there FROM ({hit}) hit ORDER BY 1 OFFSET 0) hit
       GROUP BY 1),
     shared AS MATERIALIZED (
       SELECT recipient_id FROM (SELECT recipient_id FROM contact WHERE recipient_id IS NOT NULL
                                 ORDER BY 1 OFFSET 0) k GROUP BY 1 HAVING count(*) > 1),
     tallied AS MATERIALIZED (
       SELECT h.rank, k.locale, k.recipient_id IS NULL AS unreachable, s.recipient_id AS shared,
              CASE WHEN s.recipient_id IS NOT NULL THEN customer_id END AS customer_id,
              CASE WHEN s.recipient_id IS NOT NULL THEN k.contact_id END AS contact_id,
              EXISTS ({suppressed}) AS suppressed, count(*) AS n
       FROM held h LEFT JOIN ({usable}) k USING (customer_id)
       LEFT JOIN shared s ON s.recipient_id = k.recipient_id GROUP BY 1, 2, 3, 4, 5, 6, 7),
     person AS MATERIALIZED (
       SELECT rank, locale, n FROM tallied WHERE shared IS NULL AND NOT unreachable AND NOT suppressed
       UNION ALL
       SELECT max(rank), (array_agg(locale ORDER BY customer_id, contact_id)
                FILTER (WHERE locale IS NOT NULL AND rank >= %(told_rank)s))[1], 1
       FROM tallied WHERE NOT suppressed GROUP BY shared HAVING shared IS NOT NULL),
     by_rank AS (SELECT rank, sum(n)::bigint AS people FROM person GROUP BY 1),
     mute AS (SELECT rank, sum(n)::bigint AS unreachable FROM tallied WHERE unreachable GROUP BY 1),
     verdict AS MATERIALIZED (
       SELECT rank, count(*) AS customers, count(*) FILTER (WHERE cut_off) AS cut_off,
              count(*) FILTER (WHERE cut_off_not_told) AS cut_off_not_told,
              count(*) FILTER (WHERE told_not_cut_off) AS told_not_cut_off
       FROM held GROUP BY 1),
     locale AS (SELECT locale, sum(n)::bigint AS people FROM person WHERE rank >= %(told_rank)s GROUP BY 1)
SELECT coalesce(jsonb_agg(jsonb_build_array(
         rank, customers, coalesce(people, 0), coalesce(unreachable, 0)) ORDER BY rank DESC), '[]') AS verdicts,
       coalesce((SELECT jsonb_agg(jsonb_build_array(locale, people) ORDER BY people DESC, locale)
                 FROM locale), '[]') AS locales,
       coalesce(sum(cut_off), 0)::bigint AS cut_off,
       coalesce(sum(cut_off_not_told), 0)::bigint AS cut_off_not_told,
       coalesce(sum(told_not_cut_off), 0)::bigint AS told_not_cut_off
FROM verdict LEFT JOIN by_rank USING (rank) LEFT JOIN mute USING (rank)""").format(
        hit=sql.SQL(ALL_HIT) if rule.spares_nobody else hits(rule),
        usable=usable(rule.roles),
        suppressed=sql.SQL(SUPPRESSED).format(person=sql.SQL("k.recipient_id")),
    )
    found = one(tx, _Surveyed, statement, **rule_params(rule))
    assert found is not None
    return Survey(
        tuple(VerdictCount(*verdict) for verdict in found.verdicts),
        Gap(found.cut_off, found.cut_off_not_told, found.told_not_cut_off),
        tuple(LocaleCount(*locale) for locale in found.locales),
    )


def cut_off_since(tx: Tx, services: list[str]) -> datetime | None:
    """Since when somebody is cut off from one of these services; None: nobody is, as far as the data says."""
    return value(
        tx,
        """
SELECT min((SELECT min(suspended_at) FROM entitlement e
    WHERE e.service_id = s.service_id AND suspended_at IS NOT NULL))
FROM service s
WHERE slug = ANY(%(services)s)""",
        services=services,
    )

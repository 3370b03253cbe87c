"""What the company has declared: services, sources, attributes, its facts and policy."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from psycopg.types.json import Jsonb

from notifier.model.attributes import Stored
from notifier.model.policy import Policy
from notifier.model.probe import PROBE
from notifier.model.terms import ANY, May, Terms
from notifier.model.vocabulary import AttributeType
from notifier.store import Tx, many, one, run, select_from, value, values

CATALOGUE_LOCK = 0x6361746C  # 'catl': who applies a file or imports customers does it alone


@dataclass(frozen=True, slots=True)
class Service:
    slug: str
    name: str
    depends_on: list[str]
    """Slugs, sorted."""
    needs: int | None = None
    witnesses: list[str] = field(default_factory=list[str])
    """Names of sources, sorted."""
    after_seconds: int | None = None
    may: May = May.ANNOUNCE
    announce_ceiling: int | None = None

    @property
    def terms(self) -> Terms:
        """On which evidence counts for it."""
        after = None if self.after_seconds is None else timedelta(seconds=self.after_seconds)
        return Terms(self.needs, tuple(self.witnesses), after, self.may, self.announce_ceiling)


@dataclass(frozen=True, slots=True)
class Source:
    name: str
    dialect: str
    secret_env: str | None
    services: dict[str, Any]
    """`{"label": name of the label that names the service, "map": {value of the label: slug}}`"""
    announce_ceiling: int | None
    open: bool = False
    """Whoever reaches us may post to it: it only ever drafts."""
    reopen_seconds: int = 300
    """So soon after an end, what began before it is a late repeat."""
    silence_seconds: int | None = None
    """It repeats itself: what it has not said for so long is lost. None: silence means nothing."""
    max_age_seconds: int = 86_400
    """What had begun longer ago when it was first heard drafts nothing."""
    drafts_per_hour: int = 10
    """What would open more than that waits."""
    after_seconds: int | None = None
    """What it reports counts once it has done so for so long."""
    may: May = May.ANNOUNCE
    """What it may lead to at most."""

    @property
    def looks_itself(self) -> bool:
        """It is a probe: nobody posts for it, but for the knocks of a heartbeat."""
        return self.dialect.startswith(PROBE)


@dataclass(frozen=True, slots=True)
class Attribute:
    name: str
    type: AttributeType
    sensitive: bool
    declared: bool


def lock(tx: Tx) -> None:
    """Until this transaction ends nobody else changes the catalogue or imports by it."""
    run(tx, "SELECT pg_advisory_xact_lock(%(lock)s)", lock=CATALOGUE_LOCK)


def services(tx: Tx) -> list[Service]:
    return many(
        tx,
        Service,
        """
SELECT s.slug, s.name, s.needs, s.witnesses, s.after_seconds, s.may, s.announce_ceiling, array(
  SELECT o.slug FROM service_dependency d JOIN service o ON o.service_id = d.depends_on
  WHERE d.service_id = s.service_id
  ORDER BY 1) AS depends_on
FROM service s
ORDER BY s.slug""",
    )


def put_service(tx: Tx, slug: str, name: str, terms: Terms = ANY) -> None:
    run(
        tx,
        """
INSERT INTO service (slug, name, needs, witnesses, after_seconds, may, announce_ceiling)
VALUES (%(slug)s, %(name)s, %(needs)s, %(witnesses)s, %(after)s, %(may)s, %(ceiling)s)
ON CONFLICT (slug) DO UPDATE SET name = excluded.name, needs = excluded.needs, witnesses = excluded.witnesses,
  after_seconds = excluded.after_seconds, may = excluded.may, announce_ceiling = excluded.announce_ceiling""",
        slug=slug,
        name=name,
        needs=terms.needs,
        witnesses=sorted(terms.witnesses),
        after=None if terms.after is None else int(terms.after.total_seconds()),
        may=terms.may,
        ceiling=terms.announce_ceiling,
    )


def drop_dependencies(tx: Tx, slug: str) -> None:
    run(
        tx,
        """
DELETE FROM service_dependency d USING service s
WHERE s.service_id = d.service_id AND s.slug = %(slug)s""",
        slug=slug,
    )


def add_dependencies(tx: Tx, slug: str, depends_on: Sequence[str]) -> None:
    """All slugs must be there already."""
    run(
        tx,
        """
INSERT INTO service_dependency (service_id, depends_on)
SELECT s.service_id, o.service_id FROM service s, service o
WHERE s.slug = %(slug)s AND o.slug = ANY(%(depends_on)s)""",
        slug=slug,
        depends_on=list(depends_on),
    )


def sources(tx: Tx) -> list[Source]:
    return many(
        tx,
        Source,
        select_from(Source, "source") + " ORDER BY name",
    )


def source(tx: Tx, name: str) -> Source | None:
    return one(
        tx,
        Source,
        select_from(Source, "source") + " WHERE name = %(name)s",
        name=name,
    )


def put_source(tx: Tx, wanted: Source) -> None:
    run(
        tx,
        """
INSERT INTO source (name, dialect, secret_env, services, announce_ceiling, open, reopen_seconds, silence_seconds,
  max_age_seconds, drafts_per_hour, after_seconds, may)
VALUES (%(name)s, %(dialect)s, %(secret_env)s, %(services)s, %(ceiling)s, %(open)s, %(reopen)s, %(silence)s,
  %(max_age)s, %(drafts)s, %(after)s, %(may)s)
ON CONFLICT (name) DO UPDATE SET dialect = excluded.dialect, secret_env = excluded.secret_env,
  services = excluded.services, announce_ceiling = excluded.announce_ceiling, open = excluded.open,
  reopen_seconds = excluded.reopen_seconds, silence_seconds = excluded.silence_seconds,
  max_age_seconds = excluded.max_age_seconds, drafts_per_hour = excluded.drafts_per_hour,
  after_seconds = excluded.after_seconds, may = excluded.may""",
        name=wanted.name,
        dialect=wanted.dialect,
        secret_env=wanted.secret_env,
        services=Jsonb(wanted.services),
        ceiling=wanted.announce_ceiling,
        open=wanted.open,
        reopen=wanted.reopen_seconds,
        silence=wanted.silence_seconds,
        max_age=wanted.max_age_seconds,
        drafts=wanted.drafts_per_hour,
        after=wanted.after_seconds,
        may=wanted.may,
    )


def attributes(tx: Tx) -> list[Attribute]:
    return many(tx, Attribute, "SELECT name, type, sensitive, declared FROM attribute ORDER BY name")


def put_attribute(tx: Tx, name: str, type_: AttributeType, *, sensitive: bool) -> None:
    run(
        tx,
        """
INSERT INTO attribute (name, type, sensitive)
VALUES (%(name)s, %(type)s, %(sensitive)s)
ON CONFLICT (name) DO UPDATE SET type = excluded.type, sensitive = excluded.sensitive, declared = true""",
        name=name,
        type=type_,
        sensitive=sensitive,
    )


def add_undeclared(tx: Tx, names: Iterable[str]) -> None:
    """Columns of an import that nobody declared: text, until somebody does."""
    run(
        tx,
        """
INSERT INTO attribute (name, type, declared)
SELECT unnest(%(names)s::text[]), 'text', false
ON CONFLICT (name) DO NOTHING""",
        names=sorted(names),
    )


def stored_values(tx: Tx, name: str) -> list[str]:
    """Every value that a customer has for this attribute, once, as the text of a cell."""
    return values(
        tx,
        "SELECT DISTINCT attrs ->> %(name)s FROM customer WHERE attrs ? %(name)s",
        name=name,
    )


def retype(tx: Tx, name: str, spelt: Mapping[str, Stored]) -> int:
    """Store each old value in its new form; how many customers changed."""
    return run(
        tx,
        """
UPDATE customer SET attrs = jsonb_set(attrs, ARRAY[%(name)s], %(spelt)s -> (attrs ->> %(name)s))
WHERE %(spelt)s ? (attrs ->> %(name)s)""",
        name=name,
        spelt=Jsonb(dict(spelt)),
    )


def forget(tx: Tx, name: str, misfits: Sequence[str]) -> int:
    """These values become unknown; for how many customers."""
    return run(
        tx,
        "UPDATE customer SET attrs = attrs - %(name)s WHERE attrs ->> %(name)s = ANY(%(misfits)s)",
        name=name,
        misfits=list(misfits),
    )


def facts(tx: Tx) -> dict[str, Any]:
    """What the company says of itself; empty until `[facts]` was applied."""
    return value(tx, "SELECT value FROM company WHERE key = 'facts'") or {}


def policy_values(tx: Tx) -> dict[str, Any]:
    """What `[policy]` has set; the rest is the default."""
    return value(tx, "SELECT value FROM company WHERE key = 'policy'") or {}


def policy(tx: Tx) -> Policy:
    return Policy.from_mapping(policy_values(tx))


def put_company(tx: Tx, key: str, stored: Mapping[str, Any]) -> None:
    """`key` is 'facts' or 'policy'."""
    run(
        tx,
        """
INSERT INTO company (key, value)
VALUES (%(key)s, %(value)s)
ON CONFLICT (key) DO UPDATE SET value = excluded.value""",
        key=key,
        value=Jsonb(dict(stored)),
    )

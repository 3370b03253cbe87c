"""The company's file becomes the catalogue: the difference is shown first, then applied as it was shown."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from graphlib import CycleError, TopologicalSorter
from typing import Any, TypeAlias

from notifier.edges.company_file import AttributeTable, CompanyFile, SourceTable
from notifier.edges.probe_file import ProbeTable
from notifier.errors import BadInput, Refused
from notifier.model.act import Act
from notifier.model.attributes import typed
from notifier.model.facts import Facts
from notifier.model.policy import Policy
from notifier.model.scope import Json
from notifier.model.vocabulary import AttributeType, Kind
from notifier.pipeline.compose import check_own_words
from notifier.store import Db, Tx, audit
from notifier.store.company import catalogue, destinations, import_formats, probes
from notifier.store.locks import retried

Things: TypeAlias = dict[tuple[str, str], dict[str, Any]]
"""('service' | 'source' | 'probe' | 'alarms' | 'attribute' | 'import' | 'fact' | 'policy', name) -> its fields."""


REPORTING = ("source", "probe")
"""Things that report under a name of their own."""


@dataclass(frozen=True, slots=True)
class CompanyChange:
    what: str
    name: str
    before: Mapping[str, Any] | None
    """None: it is new."""
    after: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CompanyDifference:
    changes: tuple[CompanyChange, ...]
    unchanged: int
    """Named in the file, and already so."""


@dataclass(frozen=True, slots=True)
class Retyped:
    """What an attribute's new type meant for the values that customers have."""

    name: str
    customers: int
    unknown: int
    """Customers whose value did not fit: it is unknown now."""


def compare(present: Things, wanted: Things) -> CompanyDifference:
    """Nothing is removed by absence: what the file does not name is not looked at."""
    changes = [
        CompanyChange(what, name, present.get((what, name)), after)
        for (what, name), after in wanted.items()
        if present.get((what, name)) != after
    ]
    return CompanyDifference(tuple(changes), len(wanted) - len(changes))


def check(present: Things, wanted: Things) -> None:
    """Raises `BadInput` for services nobody declares, dependencies in a circle, times that cannot work."""
    things = present | wanted
    graph = {name: fields["depends_on"] for (what, name), fields in things.items() if what == "service"}
    faults = [
        f"{what} {name!r} names the service {slug!r}, which nobody declares."
        for (what, name), fields in wanted.items()
        for slug in _named_services(what, fields)
        if slug not in graph
    ]
    reporting = {name for what, name in things if what in REPORTING}
    faults += [
        f"service {name!r} names the witness {witness!r}, which is no source and no probe."
        for (what, name), fields in wanted.items()
        if what == "service"
        for witness in fields["witnesses"]
        if witness not in reporting
    ]
    faults += [
        f"{name!r} is a source and a probe: give one of them another name."
        for what, name in wanted
        if ({"source": "probe", "probe": "source"}.get(what, ""), name) in things
    ]
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        faults.append(f"The services depend on each other in a circle: {' -> '.join(error.args[1])}.")
    try:
        Policy.from_mapping({n: f["value"] for (what, n), f in things.items() if what == "policy"})
    except ValueError as error:
        faults.append(f"[policy]: {error}.")
    if faults:
        raise BadInput("The file is not right, nothing was applied:", details=tuple(faults))


def _named_services(what: str, fields: Mapping[str, Any]) -> list[str]:
    match what:
        case "service":
            return fields["depends_on"]
        case "source":
            return sorted(set(fields["services"]["map"].values()))
        case "probe":
            named: list[str] = fields["asks"].get("services", [])
            return sorted({*named, *fields["services"]["map"].values()})
        case _:
            return []


def _meaning(source: SourceTable) -> dict[str, object]:
    """What a tool's words mean; what is not said is left out."""
    meaning: dict[str, object] = {"label": source.label, "map": source.map}
    if source.topic:
        meaning["topic"] = source.topic
    if source.read:
        meaning["read"] = source.read.model_dump(exclude_defaults=True)
    return meaning if source.kind is Kind.OUTAGE else meaning | {"kind": source.kind.value}


def _patience(source: SourceTable) -> dict[str, int | None]:
    return {
        "reopen_seconds": source.reopen_after,
        "silence_seconds": source.silence,
        "max_age_seconds": source.max_age,
        "after_seconds": source.after,
    }


def _probe_fields(table: ProbeTable) -> dict[str, Any]:
    fails, recovers = table.patience
    meaning: dict[str, object] = {"label": "service", "map": table.map}
    return {
        "dialect": table.type.dialect,
        "secret_env": table.secret_env,
        "services": meaning if table.kind is None else meaning | {"kind": table.kind.value},
        "announce_ceiling": table.announce_ceiling,
        "open": table.open,
        "reopen_seconds": 0,  # nobody repeats late what we have seen ourselves
        "silence_seconds": table.silence,
        "max_age_seconds": table.max_age,
        "drafts_per_hour": table.drafts_per_hour,
        "after_seconds": table.after,
        "may": table.may,
        "type": table.type,
        "asks": table.asks,
        "host": table.host,
        "every_seconds": table.every,
        "fails": fails,
        "recovers": recovers,
        "off": table.off,
    }


def things_of(file: CompanyFile) -> Things:
    """What the file wants; each thing it names is as the file says, whole."""
    wanted: Things = {}
    for s in file.services:
        wanted["service", s.slug] = {
            "name": s.name,
            "depends_on": sorted(set(s.depends_on)),
            "needs": s.needs,
            "witnesses": sorted(set(s.witnesses)),
            "after_seconds": s.after,
            "may": s.may,
            "announce_ceiling": s.announce_ceiling,
        }
    for s in file.sources:
        fields = s.model_dump(
            include={"dialect", "secret_env", "announce_ceiling", "open", "drafts_per_hour", "may"}
        )
        wanted["source", s.name] = fields | _patience(s) | {"services": _meaning(s)}
    for p in file.probes:
        wanted["probe", p.name] = _probe_fields(p)
    for a in file.alarms:
        wanted["alarms", a.name] = a.model_dump(mode="json", exclude={"name", "only"}) | {
            "kinds": sorted(set(a.only))
        }
    for name, entry in file.attributes.items():
        table = entry if isinstance(entry, AttributeTable) else AttributeTable(type=entry)
        wanted["attribute", name] = {**table.model_dump(), "declared": True}
    for name, table in file.imports.items():
        wanted["import", name] = table.model_dump()
    facts = Facts.from_mapping({"facts": file.facts})
    check_own_words(facts, {})
    for name, fact in facts.to_json().items():
        wanted["fact", name] = {"value": fact}
    return wanted | {("policy", name): {"value": value} for name, value in file.policy_values().items()}


def _present(tx: Tx) -> Things:
    present: Things = {
        ("service", s.slug): {field: value for field, value in asdict(s).items() if field != "slug"}
        for s in catalogue.services(tx)
    }
    looks = {p.name: asdict(p) for p in probes.probes(tx)}
    for s in catalogue.sources(tx):
        fields = {
            field: value for field, value in (asdict(s) | looks.get(s.name, {})).items() if field != "name"
        }
        present["probe" if s.looks_itself else "source", s.name] = fields
    for d in destinations.declared(tx):
        present["alarms", d.name] = {field: value for field, value in asdict(d).items() if field != "name"}
    for a in catalogue.attributes(tx):
        present["attribute", a.name] = {"type": a.type, "sensitive": a.sensitive, "declared": a.declared}
    for f in import_formats.every(tx):
        present["import", f.name] = {"encoding": f.encoding, "map": f.columns}
    present |= {("fact", name): {"value": fact} for name, fact in catalogue.facts(tx).items()}
    return present | {("policy", n): {"value": value} for n, value in catalogue.policy_values(tx).items()}


def difference(db: Db, file: CompanyFile) -> CompanyDifference:
    """What `apply` would do. Raises `BadInput` if the file does not go with what is there."""
    with db.transaction() as tx:
        return _difference(tx, file)


def _difference(tx: Tx, file: CompanyFile) -> CompanyDifference:
    present, wanted = _present(tx), things_of(file)
    check(present, wanted)
    return compare(present, wanted)


@retried
def apply(db: Db, act: Act, file: CompanyFile, shown: CompanyDifference) -> tuple[Retyped, ...]:
    """Apply what was shown, in one transaction; what it meant for values that customers have.

    Raises `Refused` if somebody else changed the catalogue since it was shown.
    """
    with db.transaction() as tx:
        catalogue.lock(tx)
        if _difference(tx, file) != shown:
            raise Refused("Somebody changed the catalogue in the meantime: run the same command again.")
        retyped = _write(tx, shown, act.now)
        if shown.changes:
            # Names and not values: a fact may hold an address.
            changed: list[Json] = [f"{c.what}:{c.name}" for c in shown.changes]
            audit.append(tx, actor=act.actor, act="apply", at=act.now, after={"changed": changed})
        return retyped


def _write(tx: Tx, shown: CompanyDifference, now: datetime) -> tuple[Retyped, ...]:
    by_kind = {
        what: [c for c in shown.changes if c.what == what]
        for what in ("service", "source", "probe", "alarms", "attribute", "import")
    }
    _put_services(tx, by_kind["service"])
    for c in by_kind["source"]:
        catalogue.put_source(tx, catalogue.Source(name=c.name, **c.after))
    for c in by_kind["import"]:
        import_formats.put(tx, c.name, c.after["encoding"], c.after["map"])
    for c in by_kind["probe"]:
        _put_probe(tx, c, now)
    for c in by_kind["alarms"]:
        destinations.put(tx, destinations.DeclaredDestination(name=c.name, **c.after))
    retyped = [found for c in by_kind["attribute"] if (found := _put_attribute(tx, c))]
    for key, what, stored in (
        ("facts", "fact", catalogue.facts(tx)),
        ("policy", "policy", catalogue.policy_values(tx)),
    ):
        if new := {c.name: c.after["value"] for c in shown.changes if c.what == what}:
            catalogue.put_company(tx, key, stored | new)
    return tuple(retyped)


def _put_services(tx: Tx, changes: Sequence[CompanyChange]) -> None:
    for c in changes:
        service = catalogue.Service(c.name, **c.after)
        catalogue.put_service(tx, service.slug, service.name, service.terms)
    for c in changes:  # only now is every slug there that another may depend on
        catalogue.drop_dependencies(tx, c.name)
        catalogue.add_dependencies(tx, c.name, c.after["depends_on"])


def _put_probe(tx: Tx, change: CompanyChange, now: datetime) -> None:
    of_source = {field.name for field in dataclasses.fields(catalogue.Source)}
    as_source = {name: value for name, value in change.after.items() if name in of_source}
    catalogue.put_source(tx, catalogue.Source(name=change.name, **as_source))
    looks = {name: value for name, value in change.after.items() if name not in of_source}
    probes.put(tx, probes.Probe(name=change.name, **looks), now=now)
    probes.put_turn(tx, change.name, now=now)


def _put_attribute(tx: Tx, change: CompanyChange) -> Retyped | None:
    type_ = AttributeType(change.after["type"])
    catalogue.put_attribute(tx, change.name, type_, sensitive=change.after["sensitive"])
    if change.before is None or change.before["type"] == type_:
        return None
    stored = {cell: typed(cell, type_) for cell in catalogue.stored_values(tx, change.name)}
    misfits = [cell for cell, value in stored.items() if value is None]
    # First the misfits: a value in its new form may be spelt like one of them.
    unknown = catalogue.forget(tx, change.name, misfits)
    fitting = {cell: value for cell, value in stored.items() if value is not None}
    return Retyped(change.name, unknown + catalogue.retype(tx, change.name, fitting), unknown)

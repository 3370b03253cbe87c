"""The TOML of `notifier apply` -> a typed value, or every fault at once with its place."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Self, cast

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails

from notifier.edges import facts_file
from notifier.edges.alarm_file import MOST_ON_CALL, AlarmTable, OnCall
from notifier.edges.file_types import STRICT, Duration, Number, Seconds, Slug, Variable, Words
from notifier.edges.import_file import ImportTable
from notifier.edges.probe_file import ProbeTable
from notifier.edges.service_file import ServiceTable
from notifier.edges.source_file import MAY_BE_READ, DialectName, ReadTable
from notifier.errors import BadInput
from notifier.model.approval import FourEyes
from notifier.model.customer import attribute_fault
from notifier.model.terms import May
from notifier.model.vocabulary import AttributeType, Kind, NoticeKind

SCHEMA_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def _attribute_name(name: str) -> str:
    if fault := attribute_fault(name):
        raise ValueError(fault)
    return name


AttributeName = Annotated[str, AfterValidator(_attribute_name)]


class Table(BaseModel):
    model_config = STRICT


class SourceTable(Table):
    """A tool that reports trouble to /hooks/NAME: with a secret, signed by its maker, or open to whoever
    reaches us.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {"required": ["secret_env"], "properties": {"open": {"const": False}}},
                {
                    "required": ["open"],
                    "properties": {"open": {"const": True}, "secret_env": {"type": "null"}},
                },
                {
                    "required": ["topic"],
                    "properties": {"open": {"const": False}, "secret_env": {"type": "null"}},
                },
            ],
            "dependentRequired": {"announce_ceiling": ["secret_env"]},
        }
    )

    name: Slug
    dialect: DialectName
    secret_env: Variable | None = None
    """The name of the variable that holds the secret, never the secret; several, with blanks or commas between.
    """
    open: Annotated[bool, Field(strict=True)] = False
    """It has no secret: whoever reaches us may post, and what they say only ever drafts."""
    topic: Annotated[str, Field(pattern=r"^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w.-]+$")] | None = None
    """The topic of SNS that is ours: what comes from it is signed by Amazon."""
    label: Words = "service"
    """The label or tag that names the service."""
    map: dict[str, Slug] = {}
    """Name in the tool -> slug; a name that is not in here is a slug itself, `*` is for a post that names none.
    """
    read: ReadTable | None = None
    """How to read a tool that has no dialect."""
    kind: Kind = Kind.OUTAGE
    """What people read its reports as."""
    announce_ceiling: Number | None = None
    """To at most how many people it may announce by itself; without one it only ever drafts."""
    reopen_after: Duration = 300
    """So soon after an end, what began before it is a late repeat, of a second replica for instance."""
    silence: Duration | None = None
    """It repeats itself: what it has not said again for so long is lost. Without one silence means nothing."""
    max_age: Duration = 86_400
    """What had begun longer ago when it was first heard is kept, and drafts nothing."""
    drafts_per_hour: Number = 10
    """What would open more drafts than that waits for its turn."""
    after: Duration | None = None
    """What it reports counts once it has done so for so long."""
    may: May = May.ANNOUNCE
    """What it may lead to at most; to announce it needs an announce_ceiling."""

    @model_validator(mode="after")
    def _is_vouched_for_or_open(self) -> Self:
        if self.secret_env is None and self.announce_ceiling is not None:
            raise ValueError(
                "announce_ceiling needs a secret_env: without a secret whoever reaches us could mail customers"
            )
        if "may" in self.model_fields_set and (self.may is May.ANNOUNCE) != bool(self.announce_ceiling):
            raise ValueError(f"may = {self.may.value!r} and announce_ceiling do not fit: announce needs one")
        if (self.dialect == "sns") != (self.topic is not None):
            raise ValueError("topic and the dialect sns belong together: name the topic's ARN in it")
        if self.secret_env is None and not self.open and self.topic is None:
            raise ValueError(
                "has no secret: name the variable that holds it in secret_env, or say open = true,"
                " then whoever reaches us may post drafts"
            )
        if self.secret_env is not None and self.open:
            raise ValueError("says open = true and has a secret_env: keep one of them")
        if self.open and self.topic is not None:
            raise ValueError("says open = true and has a topic, which is signed: keep the topic")
        return self

    @model_validator(mode="after")
    def _can_be_read(self) -> Self:
        if self.read is not None and self.dialect not in MAY_BE_READ:
            raise ValueError(f"read is for {', '.join(MAY_BE_READ)}: the dialect {self.dialect} knows how")
        if self.dialect == "generic" and (lacks := (self.read or ReadTable()).lacks):
            raise ValueError(f"has no {lacks} in its read: say how the tool's messages are read")
        return self


class AttributeTable(Table):
    type: AttributeType
    sensitive: Annotated[bool, Field(strict=True)] = False
    """Decides, but is never shown outside."""


def _is_table(value: object) -> str:
    return "name" if isinstance(value, str) else "table"


AttributeEntry = Annotated[
    Annotated[AttributeType, Tag("name")] | Annotated[AttributeTable, Tag("table")],
    Discriminator(_is_table),
]


class PolicyTable(Table):
    """How patient the machinery is; what is not set is the default."""

    sweep_seconds: Seconds | None = None
    lease_seconds: Seconds | None = None
    deadline_seconds: Seconds | None = None
    claim_age_seconds: Seconds | None = None
    lanes: Annotated[int, Field(ge=1, le=64, strict=True)] | None = None
    range_people: Annotated[int, Field(ge=1, le=1_000_000, strict=True)] | None = None
    chunk_people: Annotated[int, Field(ge=1, le=1000, strict=True)] | None = None
    requests_per_second: Annotated[float, Field(gt=0)] | None = None
    stale_seconds: Seconds | None = None
    unknown_deadline_seconds: Seconds | None = None
    most_tries: Annotated[int, Field(ge=1, strict=True)] | None = None
    unknown_watermark_seconds: Seconds | None = None
    unknown_watermark_chunks: Annotated[int, Field(ge=1, strict=True)] | None = None
    unknown_held: list[NoticeKind] | None = None
    refused_share: Annotated[float, Field(gt=0, le=1)] | None = None
    refused_least: Annotated[int, Field(ge=1, strict=True)] | None = None
    four_eyes: FourEyes | None = None
    """Which part of a notice somebody else than its author must approve."""
    review_hours: Annotated[float, Field(gt=0, le=24 * 365)] | None = None
    most_drafts: Annotated[int, Field(ge=1, strict=True)] | None = None
    follow_minutes: Annotated[float, Field(gt=0, le=60 * 24 * 7)] | None = None
    untouched_minutes: Annotated[float, Field(gt=0, le=60 * 24 * 7)] | None = None
    latecomers_seconds: Annotated[float, Field(ge=1)] | None = None
    catch_up_ceiling: Annotated[int, Field(ge=1, strict=True)] | None = None
    snapshot_seconds: Annotated[float, Field(ge=0, strict=True, allow_inf_nan=False)] | None = None
    snapshots_kept: Annotated[int, Field(ge=1, le=1000, strict=True)] | None = None
    vanished_seconds: Seconds | None = None
    next_update_minutes: dict[Kind, Annotated[float, Field(gt=0, le=60 * 24 * 7)]] | None = None
    """How long people wait for the next update, for each kind of disruption: proposed, and then promised."""
    canary_waits_for_events: bool | None = None
    on_call: Annotated[list[OnCall], Field(max_length=MOST_ON_CALL)] | None = None
    """Who is told of alarms by mail."""


class CompanyFile(Table):
    """What `notifier apply` reads. What a file does not name stays as it is."""

    services: list[ServiceTable] = []
    sources: list[SourceTable] = []
    probes: list[ProbeTable] = []
    alarms: list[AlarmTable] = []
    attributes: dict[AttributeName, AttributeEntry] = {}
    imports: dict[Slug, ImportTable] = {}
    facts: dict[str, Any] = {}
    policy: PolicyTable = PolicyTable()

    @model_validator(mode="after")
    def _names_stand_once(self) -> Self:
        for kind, names in (
            ("service", [s.slug for s in self.services]),
            ("source", [s.name for s in self.sources]),
            ("probe", [p.name for p in self.probes]),
            ("source or probe", [one.name for one in (*self.sources, *self.probes)]),
            ("destination of alarms", [a.name for a in self.alarms]),
        ):
            if doubled := sorted({name for name in names if names.count(name) > 1}):
                raise ValueError(f"the {kind} {doubled[0]!r} stands there twice: remove one")
        if any(one.name == "database" for one in (*self.sources, *self.probes)):
            raise ValueError("no source can be called 'database': what the database itself reports is")
        return self

    def policy_values(self) -> dict[str, Any]:
        return self.policy.model_dump(exclude_none=True, mode="json")


def read(raw: bytes) -> CompanyFile:
    """Raises `BadInput`: one sentence, and each fault with its place as a detail."""
    try:
        tables = tomllib.loads(raw.removeprefix(b"\xef\xbb\xbf").decode())
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise BadInput(f"Line {line} is not UTF-8: save the file as UTF-8.") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadInput(f"The file is not TOML: {error}.") from error
    faults: list[str] = []
    found = _validated(tables, faults)
    faults += _facts_faults(tables.get("facts"), raw.decode("utf-8-sig"))
    if faults or found is None:
        raise BadInput("The file is not right, nothing was applied:", details=tuple(faults))
    return found


def _validated(tables: dict[str, Any], faults: list[str]) -> CompanyFile | None:
    try:
        return CompanyFile.model_validate(tables)
    except ValidationError as error:
        faults += [f"{_place(e, tables)}{_sentence(e)}" for e in error.errors(include_url=False)]
        return None


def _facts_faults(facts: object, text: str) -> Iterator[str]:
    if isinstance(facts, dict):
        for fault in facts_file.faults_of({"facts": facts}):
            line = facts_file.line_of(text, facts_file.key_of(fault))
            yield f"[facts], line {line}: {fault}"


def _place(error: ErrorDetails, tables: dict[str, Any]) -> str:
    """`('services', 1, 'slug')` -> `[[services]] number 2 (mythos-5), slug: `."""
    loc = error["loc"]
    # What follows the name of an attribute may be pydantic's own mark of the alternative it tried.
    marks = {"[key]", *(("name", "table") if loc[:1] == ("attributes",) else ())}
    parts = [str(part) for n, part in enumerate(loc) if n < 2 or part not in marks]
    if len(loc) >= 2 and isinstance(loc[1], int):
        parts[:2] = [f"[[{loc[0]}]] number {loc[1] + 1}{_name(tables[str(loc[0])][loc[1]])}"]
    elif len(loc) >= 2:
        parts[0] = f"[{loc[0]}]"
    return ", ".join(parts) + ": " if parts else ""


def _name(entry: Mapping[str, object] | object) -> str:
    if not isinstance(entry, Mapping):
        return ""
    table = cast("Mapping[str, object]", entry)
    name = table.get("slug") or table.get("name")
    return f" ({name})" if isinstance(name, str) else ""


def _sentence(error: ErrorDetails) -> str:
    match error["type"]:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            return "is not known here: remove it, or look for a slip of the pen (notifier apply --schema)"
        case "dict_type" | "model_type" | "model_attributes_type":
            return "should be a table, or a name where the schema allows one (notifier apply --schema)"
        case "string_pattern_mismatch":
            return f"is {error['input']!r}: it must match {error.get('ctx', {}).get('pattern')}"
        case "value_error":
            return str(error.get("ctx", {}).get("error", error["msg"]))
        case _:
            return error["msg"].replace("Input should", "should").replace("String should", "should")


def schema() -> str:
    """JSON Schema of the file, for editors."""
    return json.dumps({"$schema": SCHEMA_DIALECT} | CompanyFile.model_json_schema(), indent=2)

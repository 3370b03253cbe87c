"""`[[alarms]]` of the company's file: where alarms go, and in whose words. Secrets stand in variables."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, Field, model_validator

from notifier.edges.addresses import Address, normalised
from notifier.edges.file_types import STRICT, Slug, Variable
from notifier.model.alarm import COMMAND, HEARTBEAT, ON_CALL, SEVERITY, Severity

BodyName = Literal["standard", "slack", "pagerduty"]
MOST_ON_CALL = 10


def _variable(name: str) -> str:
    if name.startswith("NOTIFIER_"):
        raise ValueError("is a setting of the notifier by its name: let it begin with something else")
    return name


def _kind(name: str) -> str:
    if name not in SEVERITY:
        raise ValueError(f"{name!r} is no kind of alarm: use {', '.join(sorted(SEVERITY))}")
    return name


def _on_call(written: str) -> str:
    found = normalised(written)
    if not isinstance(found, Address):
        raise ValueError(f"{written!r} is no address that mail can go to: {found[:1].lower()}{found[1:]}")  # noqa: TRY004
    return found.deliverable


OwnVariable = Annotated[Variable, AfterValidator(_variable)]
AlarmKind = Annotated[str, AfterValidator(_kind)]
OnCall = Annotated[str, AfterValidator(_on_call)]
"""An address of `[policy] on_call`."""


class AlarmTable(BaseModel):
    """Where alarms go, beside `notifier list`."""

    model_config = STRICT

    name: Slug
    body: BodyName
    """What it reads: JSON of Standard Webhooks, a text as Slack takes it, an event of PagerDuty."""
    url_env: OwnVariable | None = None
    """The name of the variable that holds the address, never the address; PagerDuty has one of its own."""
    secret_env: OwnVariable | None = None
    """With it a standard body is signed; several while it is changed, with blanks or commas between."""
    routing_key_env: OwnVariable | None = None
    """The variable that holds the integration key of PagerDuty's service."""
    only: list[AlarmKind] = []
    """Kinds of alarm; none: all."""
    least: Severity = Severity.WARNING
    """How loud they are at least."""
    off: Annotated[bool, Field(strict=True)] = False
    """Nothing goes there any more."""

    @model_validator(mode="after")
    def _has_what_its_body_needs(self) -> Self:
        if self.name in {ON_CALL, COMMAND, HEARTBEAT}:
            raise ValueError(f"no destination can be called {self.name!r}: that one is set elsewhere")
        if self.body != "pagerduty" and self.url_env is None:
            raise ValueError("has no url_env: name the variable that holds its address")
        if (self.body == "pagerduty") != (self.routing_key_env is not None):
            raise ValueError("routing_key_env and the body pagerduty belong together")
        if self.secret_env is not None and self.body != "standard":
            raise ValueError(f"secret_env signs a standard body: {self.body} knows no signature, remove it")
        return self

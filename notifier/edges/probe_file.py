"""What `[[probes]]` of the company's file may say: where we look for ourselves, how often, and what it means."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, model_validator

from notifier.edges.file_types import STRICT, Duration, Number, Slug, Variable
from notifier.model.probe import ProbeType
from notifier.model.terms import May
from notifier.model.vocabulary import Kind

SOONEST = 10
"""Seconds between two looks: whoever is asked more often takes it for an attack."""
SLOWEST = 30
"""Seconds that one look may take."""

Text = Annotated[str, Field(min_length=1, max_length=500)]
Count = Annotated[int, Field(ge=1, le=1000, strict=True)]
Status = Annotated[int, Field(ge=100, le=599, strict=True)]

HTTP_ONLY = ("method", "headers", "headers_env", "expect", "contains", "lacks", "json_has", "redirects")
OF_TYPES: Mapping[str, tuple[ProbeType, ...]] = {
    **dict.fromkeys(HTTP_ONLY, (ProbeType.HTTP,)),
    "url": (ProbeType.HTTP, ProbeType.STATUS_PAGE),
    "allow_private": (ProbeType.HTTP, ProbeType.STATUS_PAGE),
    "timeout": (ProbeType.HTTP, ProbeType.STATUS_PAGE, ProbeType.SQL),
    "services": (ProbeType.HTTP, ProbeType.HEARTBEAT, ProbeType.SQL),
    "map": (ProbeType.STATUS_PAGE, ProbeType.SQL),
    "page": (ProbeType.STATUS_PAGE,),
    "fails": (ProbeType.HTTP, ProbeType.STATUS_PAGE, ProbeType.SQL),
    "recovers": (ProbeType.HTTP, ProbeType.STATUS_PAGE, ProbeType.SQL),
    "secret_env": (ProbeType.HEARTBEAT,),
    "open": (ProbeType.HEARTBEAT,),
    "grace": (ProbeType.HEARTBEAT,),
    "expected": (ProbeType.HEARTBEAT,),
    "query": (ProbeType.SQL,),
    "url_env": (ProbeType.SQL,),
    "most_rows": (ProbeType.SQL,),
}
"""Which types a key is for; what is not in here is for all."""
SECRET_HEADERS = re.compile("auth|cookie|credential|key|passw|secret|session|signature|token", re.IGNORECASE)
"""Part of a name whose value nobody writes into a file."""
NEEDS: Mapping[ProbeType, tuple[str, ...]] = {
    ProbeType.HTTP: ("url", "services"),
    ProbeType.STATUS_PAGE: ("url", "map"),
    ProbeType.HEARTBEAT: ("services",),
    ProbeType.SQL: ("query",),
}


class ProbeTable(BaseModel):
    """Something that we look at ourselves. Its name is a source's: no tool is called the same."""

    model_config = STRICT

    name: Slug
    type: ProbeType
    services: list[Slug] = []
    """What is in trouble if it finds some."""
    map: dict[str, Slug] = {}
    """A name on the page, or in the column `service`, -> slug; a name that is not in here is a slug itself."""
    every: Duration = 60
    """How often we look; how often a heartbeat knocks."""
    fails: Count | None = None
    """So many bad looks in a row make it fire."""
    recovers: Count = 2
    """So many good ones end that."""
    off: Annotated[bool, Field(strict=True)] = False
    """Nobody looks. What it has reported stays as it is: not to look is no end."""

    url: Annotated[str, Field(max_length=2000)] | None = None
    allow_private: Annotated[bool, Field(strict=True)] = False
    """It stands inside a network of our own."""
    timeout: Duration = 10
    """For all of one look."""

    method: Literal["GET", "HEAD"] = "GET"
    headers: dict[Text, Text] = {}
    headers_env: dict[Text, Variable] = {}
    """Header -> the variable that holds it."""
    expect: list[Status] = []
    """Statuses that are right; any of 200 to 299, if none is named."""
    contains: list[Text] = []
    lacks: list[Text] = []
    json_has: Annotated[dict[Text, Text], Field(alias="json")] = {}
    """Path -> word that stands there, with `*` for anything; `!word`: nowhere there."""
    redirects: Annotated[int, Field(ge=0, le=10, strict=True)] = 0

    page: Literal["statuspage", "google_cloud"] = "statuspage"

    secret_env: Variable | None = None
    open: Annotated[bool, Field(strict=True)] = False
    """It knocks without a secret."""
    grace: Duration = 60
    """So much later than `every` a knock may come."""
    expected: Annotated[bool, Field(strict=True)] = False
    """It is missed from now on; otherwise from its first knock on."""

    query: Annotated[str, Field(min_length=1, max_length=20_000)] | None = None
    """A SELECT: a row for each service in trouble, in a column `service`; or a single yes or no."""
    url_env: Variable = "NOTIFIER_AUDIENCE_URL"
    most_rows: Count = 1000

    kind: Kind | None = None
    """What people read its reports as; without one it is what was seen, else an outage."""
    may: May = May.ANNOUNCE
    """What it may lead to at most."""
    after: Duration | None = None
    """What it reports counts once it has done so for so long."""
    announce_ceiling: Number | None = None
    silence: Duration | None = None
    max_age: Duration = 86_400
    drafts_per_hour: Number = 10

    @model_validator(mode="after")
    def _says_what_its_type_needs(self) -> Self:
        for key in sorted(self.model_fields_set):
            types = OF_TYPES.get(key, tuple(ProbeType))
            if self.type not in types:
                for_ = ", ".join(types)
                raise ValueError(f"{_written(key)} is for probes of the type {for_}: remove it")
        for key in NEEDS[self.type]:
            if not getattr(self, key):
                raise ValueError(f"has no {key}: a probe of the type {self.type} needs one")
        if (
            self.type is ProbeType.SQL
            and not self.services
            and not self.map
            and "service" not in (self.query or "")
        ):
            raise ValueError(
                "has no services: name what is in trouble, or let its query show a column service"
            )
        return self

    @model_validator(mode="after")
    def _can_be_looked_at(self) -> Self:
        if self.url is not None and not _is_web(self.url):
            raise ValueError("url is no address that begins with https:// or http://")
        if self.url is not None and "@" in urlsplit(self.url).netloc:
            raise ValueError(
                "url holds a name or a password: remove it, an http probe has headers_env for that"
            )
        if secret := next(filter(_is_secret, sorted(self.headers)), None):
            raise ValueError(
                f"headers holds the secret {secret}: name the variable that holds it in headers_env"
            )
        if self.every < SOONEST:
            raise ValueError(f"every is shorter than {SOONEST}s: look less often")
        if self.timeout > SLOWEST:
            raise ValueError(f"timeout is longer than {SLOWEST}s: wait less long")
        if self.type is ProbeType.HEARTBEAT and (self.secret_env is None) is not self.open:
            raise ValueError(
                "names the variable of its secret in secret_env, or says open = true: one of them"
            )
        if self.method == "HEAD" and (self.contains or self.lacks or self.json_has):
            raise ValueError("looks at a body, and HEAD brings none: remove the method")
        return self

    @property
    def patience(self) -> tuple[int, int]:
        """(fails, recovers): what a page or a heartbeat says is said once."""
        usual = 2 if self.type in {ProbeType.HTTP, ProbeType.SQL} else 1
        return self.fails or usual, 1 if self.type is ProbeType.HEARTBEAT else self.recovers

    @property
    def host(self) -> str:
        return (urlsplit(self.url).hostname or "") if self.url else ""

    @property
    def asks(self) -> dict[str, object]:
        """What is looked at, as it is stored: the keys of its type that the file names."""
        common = {"name", "type", "every", "fails", "recovers", "off", "map", "secret_env", "open"}
        policy = {"kind", "announce_ceiling", "silence", "max_age", "drafts_per_hour"}
        kept = {key for key, types in OF_TYPES.items() if self.type in types} - common - policy
        return self.model_dump(mode="json", include=kept, exclude_defaults=True)


def _written(key: str) -> str:
    return "json" if key == "json_has" else key


def _is_secret(header: str) -> bool:
    return SECRET_HEADERS.search(header) is not None


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False

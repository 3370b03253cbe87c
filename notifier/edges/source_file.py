"""What `[[sources]]` of the company's file may say of a tool's own words."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from notifier.edges.file_types import STRICT

DialectName = Literal[
    "alertmanager",
    "azure",
    "betterstack",
    "checkly",
    "cloudevents",
    "datadog",
    "eventbridge",
    "gcp",
    "generic",
    "grafana",
    "healthchecks",
    "incidentio",
    "instatus",
    "newrelic",
    "openstatus",
    "opsgenie",
    "pagerduty",
    "sentry",
    "sns",
    "standard_webhooks",
    "statuscake",
    "statuspage",
    "uptimekuma",
    "uptimerobot",
    "zabbix",
]
MAY_BE_READ = ("generic", "standard_webhooks", "cloudevents")
"""Dialects whose senders choose what stands in a message."""

Path = Annotated[str, Field(min_length=1, max_length=300)]
Word = Annotated[str, Field(min_length=1, max_length=100)]


class ReadTable(BaseModel):
    """Where things stand in a message, as `alerts[].labels.name`, and what its words mean, with `*` for
    anything.
    """

    model_config = STRICT

    each: Path | None = None
    """Where several troubles stand, if a message holds several; paths then begin at each, or with `$.` at the
    top.
    """
    state: Path | None = None
    opens: list[Word] = []
    ends: list[Word] = []
    nothing: list[Word] = []
    """Words from which nothing is concluded; any other word is not understood, and an alarm says so."""
    ignore: dict[Path, Word] = {}
    """Path -> word: then the message is left alone, as a test."""
    key: Path | None = None
    """What names one trouble from beginning to end, with paths in braces: `{host}!{service}`."""
    at: Path | None = None
    """When it happened; the receipt, if it is no time with its offset."""
    ended_at: Path | None = None
    times_are_utc: bool = False
    """Times without an offset are UTC."""
    names: list[Path] = []
    """Names that may mean a service, the likeliest first."""
    labels: list[Path] = []
    """Labels or tags; the one called as `label` says a service."""
    summary: Path | None = None
    delivery: Path | None = None
    """What is the same on each attempt to send a message, with paths in braces."""
    signature: Path | None = None
    """The header that holds HMAC-SHA256 of the body in hexadecimal digits; otherwise the secret itself is sent.
    """

    @property
    def lacks(self) -> str | None:
        """What a message of any tool cannot be read without."""
        needed = {"state": self.state, "opens": self.opens, "ends": self.ends, "key": self.key}
        return next((name for name, value in needed.items() if not value), None)

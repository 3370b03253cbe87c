"""Bodies of the tools with their headers, secrets (all made up, signatures right) and what a right receiver
concludes: one folder for each, described by its `expected.json`.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from notifier.edges.webhooks import DIALECTS, Dialect, Incoming, aws

FOLDER = Path(__file__).parent / "samples"
DIALECT_OF = {
    "mimir": "alertmanager",
    "cloudwatch_eventbridge": "eventbridge",
    "aws_health": "eventbridge",
    "betterstack_page": "betterstack",
    "betterstack_uptime": "betterstack",
    "nagios": "generic",
}
"""Of folders that are not called like their dialect."""
OPTIONS: dict[str, dict[str, Any]] = {
    "nagios": {
        "read": {
            "state": "notificationtype",
            "opens": ["PROBLEM"],
            "ends": ["RECOVERY"],
            "nothing": ["CUSTOM", "ACKNOWLEDGEMENT", "FLAPPING*", "DOWNTIME*"],
            "key": "{host}!{service}",
            "at": "timet",
            "names": ["service"],
            "summary": "output",
            "delivery": "{host}!{service}:{notificationtype}:{timet}",
        }
    },
    "sns": {"topic": "arn:aws:sns:eu-west-1:123456789012:northwind-alarms"},
}
SECRETS = {"statuscake": "9b1deb4d3b7d4bad9bdd2b0d7b3dcb6d"}
POLLS = ("poll_", "github_status/", "gcp_status/")
SIGNS = {"grafana", "pagerduty", "sentry", "incidentio", "standard_webhooks", "checkly", "sns"}
"""Where a changed byte is noticed."""
TIMESTAMPS = ("x-grafana-alerting-timestamp", "webhook-timestamp")
RECEIVED = datetime(2026, 11, 27, 8, tzinfo=UTC)


@dataclass(frozen=True)
class Sample:
    name: str
    expected: dict[str, Any]

    @property
    def folder(self) -> str:
        return self.name.split("/")[0]

    @cached_property
    def stem(self) -> Path:
        return (FOLDER / self.name).with_suffix("")

    @property
    def is_poll(self) -> bool:
        return any(sign in self.name for sign in POLLS)

    @cached_property
    def raw(self) -> bytes:
        return (FOLDER / self.name).read_bytes()

    @cached_property
    def incoming(self) -> Incoming:
        headers = json.loads(self.stem.with_suffix(".headers.json").read_text())
        return Incoming({name.lower(): value for name, value in headers.items()}, self.raw)

    @cached_property
    def secret(self) -> str:
        file = self.stem.with_suffix(".secret")
        return file.read_text().strip() if file.exists() else SECRETS.get(self.folder, "")

    @cached_property
    def received(self) -> datetime:
        """When it is fresh, where the tool signs a time."""
        for header in TIMESTAMPS:
            if at := self.incoming.headers.get(header):
                return datetime.fromtimestamp(int(at), UTC) + timedelta(seconds=3)
        return RECEIVED

    @property
    def dialect(self) -> Dialect:
        options = OPTIONS.get(self.folder, {})
        if self.folder == "sns":
            return aws.sns(options, lambda _url: (FOLDER / "sns/sns-test.cert.pem").read_bytes())
        return DIALECTS[DIALECT_OF.get(self.folder, self.folder)](options)


def every() -> Iterator[Sample]:
    for file in sorted(FOLDER.glob("*/expected.json")):
        for name, expected in json.loads(file.read_text()).items():
            yield Sample(f"{file.parent.name}/{name}", expected)


SAMPLES = tuple(every())
POSTS = tuple(sample for sample in SAMPLES if not sample.is_poll and sample.name != "cloudevents/ping.txt")
"""The last is a request without a body: `tests/entry/test_hooks.py` makes it."""

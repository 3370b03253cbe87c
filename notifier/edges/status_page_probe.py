"""One look at the status page of somebody whom we depend on. A page that cannot be read says nothing."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import urlsplit

from notifier.edges.bounded_network import Unanswered
from notifier.edges.http_probe import OF_OURS, bounds_of
from notifier.edges.outgoing import Answered, Outgoing, ask
from notifier.edges.webhooks.status_pages import (
    read_google_status,
    read_statuspage,
    read_statuspage_components,
)
from notifier.errors import BadInput
from notifier.model.probe import Finding, Sight
from notifier.model.signal import Signal, SignalState

LARGEST = 16 << 20
"""Bytes: the history of a large cloud is long."""

MOST_OPEN = 1_000
"""Incidents and components that are out: a page that names more is no page that anybody wrote."""


def look_at_status_page(asks: Mapping[str, Any], memory: Mapping[str, Any], now: datetime) -> Sight:
    """`memory`: of the last look; what has not changed since is not sent again."""
    host = urlsplit(str(asks["url"])).hostname or ""
    known = {"If-None-Match": memory.get("etag"), "If-Modified-Since": memory.get("last_modified")}
    headers = {"Accept": "application/json"} | {name: str(value) for name, value in known.items() if value}
    found = ask(Outgoing(asks["url"], headers=headers), bounds_of(asks, LARGEST))
    if isinstance(found, Unanswered):
        reached = None if found.failure in OF_OURS else found.reached
        return Sight(None, found.why, reached, memory)
    return replace(_judged(asks, found, host, memory, now), reached=True)


def _judged(
    asks: Mapping[str, Any], found: Answered, host: str, memory: Mapping[str, Any], now: datetime
) -> Sight:
    if found.status == 304 and "found" in memory:
        return _read(host, remembered(memory["found"]), memory)
    if found.status != 200:
        return Sight(None, f"{host} answers {found.status}: that page says nothing.", memory=memory)
    try:
        findings = open_on(asks.get("page", "statuspage"), found.body, now)
    except BadInput as error:
        return Sight(None, f"{host}: {error}", memory=memory)
    if len(findings) > MOST_OPEN:
        return Sight(None, f"{host}: more than {MOST_OPEN:,} things are open there.", memory=memory)
    marks = {"etag": found.headers.get("etag"), "last_modified": found.headers.get("last-modified")}
    again = {name: value for name, value in marks.items() if value}
    return _read(host, findings, again | {"found": to_be_remembered(findings)} if again else {})


def _read(host: str, findings: tuple[Finding, ...], memory: Mapping[str, object]) -> Sight:
    names = "; ".join(finding.summary for finding in findings[:3]) or "nothing is open there"
    return Sight(findings, f"{host}: {names}", memory=memory)


def open_on(page: str, raw: bytes, now: datetime) -> tuple[Finding, ...]:
    """What is open there; what is not there any more is over. Raises `BadInput`."""
    if page == "google_cloud":
        signals = read_google_status(raw, now).signals
    else:
        signals = (*read_statuspage(raw, now).signals, *read_statuspage_components(raw, now).signals)
    return tuple(map(_finding, (s for s in signals if s.state is SignalState.FIRING)))


def _finding(signal: Signal) -> Finding:
    began_at = signal.began_at or signal.occurred_at
    return Finding(signal.key, signal.hints, signal.summary, began_at=began_at, seen=False)


def to_be_remembered(findings: tuple[Finding, ...]) -> list[dict[str, object]]:
    return [
        {
            "key": each.key,
            "hints": list(each.hints),
            "summary": each.summary,
            "began_at": each.began_at and each.began_at.isoformat(),
        }
        for each in findings
    ]


def remembered(stored: object) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            row["key"],
            tuple(row["hints"]),
            row["summary"],
            began_at=datetime.fromisoformat(row["began_at"]).astimezone(UTC) if row["began_at"] else None,
            seen=False,
        )
        for row in cast("list[dict[str, Any]]", stored)
    )

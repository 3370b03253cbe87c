"""Structured logs with an allow-list of keys, so that no address can slip into one.

A key that is not listed is replaced by its name only. Values under listed keys are ids, counts and reasons.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

ALLOWED_KEYS = frozenset({
    "event", "level", "timestamp", "logger", "actor", "attempt", "audience", "chunk", "count", "delivery",
    "destination", "disruption", "http_status", "kind", "mode", "n", "notice", "outcome", "problem", "provider",
    "reason", "reference", "seconds", "service", "signal", "source", "state", "task", "upto", "url",
})  # fmt: skip


def configure(*, level: int = logging.INFO) -> None:
    """Log to standard error, one `key=value` line an event."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            only_allowed_keys,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_to_stderr,
        cache_logger_on_first_use=False,
    )


def _to_stderr(*_: object) -> structlog.PrintLogger:
    """Standard error as it is when something is logged, not as it was when this was configured."""
    return structlog.PrintLogger(sys.stderr)


def only_allowed_keys(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    dropped = sorted(key for key in event if key not in ALLOWED_KEYS)
    for key in dropped:
        del event[key]
    if dropped:
        event["problem"] = f"keys not logged: {','.join(dropped)}"
    return event


def log() -> structlog.typing.FilteringBoundLogger:
    """A logger for decisions and outcomes; ids only."""
    return structlog.get_logger()

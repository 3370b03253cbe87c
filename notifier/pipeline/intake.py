"""Signal in: put into our own words and stored once, before anything is decided."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from notifier.model.signal import Evidence, Posted, Signal
from notifier.store import Tx
from notifier.store.company import catalogue
from notifier.store.company.catalogue import Source
from notifier.store.disruptions import alarms, signals


@dataclass(frozen=True, slots=True)
class TakenIn:
    new: int
    duplicates: int
    """Said before, in the same words."""


def services_of(hints: Sequence[str], mapping: Mapping[str, Any], known: Collection[str]) -> tuple[str, ...]:
    """Which services of ours a tool means: by the source's map, or because a name is a slug itself.

    `*` in the map is for whatever names none.
    """
    renamed: Mapping[str, str] = mapping.get("map") or {}
    slugs = (renamed.get(name, name) for name in (hint.strip() for hint in hints))
    found = tuple(dict.fromkeys(slug for slug in slugs if slug in known))
    usual = renamed.get("*")
    return found or ((usual,) if usual is not None and usual in known else ())


def delivery_key(source: str, signal: Signal, services: tuple[str, ...]) -> str:
    """Which words count as said before.

    Alertmanager repeats a firing alert for as long as it fires: the same trouble in the same state is stored
    once. The services belong to it: an alert that named none, and names one since the map was put right, is
    news when the tool repeats it.
    """
    words = json.dumps([source, trouble(signal), signal.state, *services])
    return hashlib.sha256(words.encode()).hexdigest()


def trouble(signal: Signal) -> str:
    """Resolved ends this name for ever: the next trouble of the same key began at another time."""
    return f"{signal.key}:{signal.began_at.isoformat()}" if signal.began_at else signal.key


def in_our_words(source: Source, signal: Signal, known: Collection[str]) -> Evidence:
    services = services_of(signal.hints, source.services, known)
    return Evidence(
        source=source.name,
        dedupe_key=trouble(signal),
        delivery_key=delivery_key(source.name, signal, services),
        state=signal.state,
        services=services,
        summary=signal.summary,
        occurred_at=signal.occurred_at,
    )


def accept(tx: Tx, source: Source, posted: Posted, now: datetime) -> TakenIn:
    """Store what is new. If the process dies before the commit, the tool posts it again."""
    known = {service.slug for service in catalogue.services(tx)}
    rows = [in_our_words(source, signal, known) for signal in posted.signals]
    new = signals.insert(tx, rows, received_at=now)
    key = f"left-out:{source.name}"
    if posted.left_out:
        text = (
            f"{source.name} left {posted.left_out:,} alerts out of its last message, nobody knows which:"
            " look there, and let it send more of them in one message."
        )
        alarms.raise_once(tx, key, text, None, now)
    else:
        alarms.clear(tx, key, now)
    return TakenIn(new, len(rows) - new)

"""Signal in: compared with what was last heard of its trouble, and stored once, before anything is decided."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from notifier.model.rounds import NEWS, Habits, LastHeard, Report, hear
from notifier.model.signal import Evidence, Posted, Signal
from notifier.store import Tx
from notifier.store.company import catalogue
from notifier.store.company.catalogue import Source
from notifier.store.disruptions import alarms, signals, troubles

HASHED = "sha256:"
"""Begins a delivery key that is made from the body: a tool that repeats itself sends that again on purpose."""
LONGEST_KEY = 300
FORGOTTEN = timedelta(days=7)
"""A group of which nothing was heard for so long: its tool will never say that it is whole."""


@dataclass(frozen=True, slots=True)
class TakenIn:
    new: int
    duplicates: int
    """Report before, or of something that is known to have passed."""


def services_of(hints: Sequence[str], mapping: Mapping[str, Any], known: Collection[str]) -> tuple[str, ...]:
    """Which services of ours a tool means: by the source's map, or because a name is a slug itself.

    `*` in the map is for whatever names none.
    """
    renamed: Mapping[str, str] = mapping.get("map") or {}
    slugs = (renamed.get(name, name) for name in (hint.strip() for hint in hints))
    found = tuple(dict.fromkeys(slug for slug in slugs if slug in known))
    usual = renamed.get("*")
    return found or ((usual,) if usual is not None and usual in known else ())


def own_key(signal: Signal, posted: Posted) -> str | None:
    """The name that the sender gave to this delivery, the same on each attempt; None: it numbers nothing.

    With what it says of whom: some give one name to the news for several accounts, or to an opening and its end.
    """
    key = signal.delivery_key or posted.delivery_key
    return None if not key or key.startswith(HASHED) else _short(f"{key} {signal.state} {signal.key}")


def _short(key: str) -> str:
    """As it is, or a hash of what is too long for an index."""
    return key if len(key) <= LONGEST_KEY else f"{HASHED}{_hash(key)}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def accept(tx: Tx, source: Source, posted: Posted, now: datetime) -> TakenIn:
    """Store what is news. If the process dies before the commit, the tool posts it again."""
    troubles.alone_with(tx, source.name)
    said = _first_time(tx, source, posted, now)
    known = {service.slug for service in catalogue.services(tx)}
    before = troubles.last_heard(tx, source.name, [_short(signal.key) for signal in said])
    last, news = dict(before), list[Evidence]()
    for signal in said:
        services = services_of(signal.hints, source.services, known)
        began = signal.began_at is not None and signal.occurred_at <= signal.began_at
        numbered = own_key(signal, posted) is not None
        once = numbered and not began
        words = Report(signal.state, signal.occurred_at, services, once=once, began=began, seen=signal.seen)
        key = _short(signal.key)
        change, last[key] = hear(last.get(key), key, words, habits(source), now)
        if change in NEWS:
            news.append(_in_our_words(source, signal, services, last[key]))
    if news:
        signals.insert(tx, news, received_at=now)
    if heard := [each for key, each in last.items() if each != before.get(key)]:
        troubles.put(tx, source.name, heard)
    _say_what_was_left_out(tx, source, posted, now)
    return TakenIn(len(news), len(posted.signals) - len(news))


def habits(source: Source) -> Habits:
    return Habits(timedelta(seconds=source.reopen_seconds), timedelta(seconds=source.max_age_seconds))


def _first_time(tx: Tx, source: Source, posted: Posted, now: datetime) -> Sequence[Signal]:
    """Without what came in a delivery that was taken in before."""
    named = {key for signal in posted.signals if (key := own_key(signal, posted))}
    first = troubles.posted_first(tx, source.name, sorted(named), now=now) if named else set[str]()
    return [s for s in posted.signals if (key := own_key(s, posted)) is None or key in first]


def _in_our_words(source: Source, signal: Signal, services: tuple[str, ...], heard: LastHeard) -> Evidence:
    return Evidence(
        source=source.name,
        key=heard.key,
        round=heard.round,
        delivery_key=f"{heard.key}#{heard.changes}",
        state=signal.state,
        services=services,
        summary=signal.summary,
        occurred_at=signal.occurred_at,
        kind=None if "kind" in source.services else signal.kind,
    )


def _say_what_was_left_out(tx: Tx, source: Source, posted: Posted, now: datetime) -> None:
    """An alarm for as long as the last message of any group was cut."""
    if posted.left_out:
        troubles.put_left_out(tx, source.name, _hash(posted.group), posted.left_out, now=now)
    else:
        troubles.drop_left_out(tx, source.name, _hash(posted.group), before=now - FORGOTTEN)
    key, missing = f"left-out:{source.name}", troubles.left_out(tx, source.name)
    if missing:
        text = (
            f"{source.name} left {missing:,} alerts out of its last messages, nobody knows which:"
            " look there, and let it send more of them in one message."
        )
        alarms.raise_once(tx, key, text, None, now)
    else:
        alarms.clear(tx, key, now)


def keep(tx: Tx, source: str, found: Sequence[Evidence], now: datetime) -> int:
    """Store what we saw ourselves, whose delivery keys say what is news; how many."""
    troubles.alone_with(tx, source)
    new = signals.insert(tx, found, received_at=now)
    last = troubles.last_heard(tx, source, [each.key for each in found])
    for each in found:
        words = Report(each.state, each.occurred_at, each.services, once=True)
        _, last[each.key] = hear(last.get(each.key), each.key, words, SEEN, now)
    troubles.put(tx, source, list(last.values()))
    return new


SEEN = Habits(reopen_after=timedelta(0), max_age=timedelta.max)
"""Of what we look at ourselves: nothing comes late, and the beginning is as old as it is."""

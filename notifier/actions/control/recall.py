"""What was found among everybody, and holds until the data changes: no tick counts a million anew each time.

A process remembers it for itself; a new one counts once more. Nothing rests on it but what every tick does again.
"""

from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from notifier.store import Db, Tx
from notifier.store.audience import changes

T = TypeVar("T")

HOLDS = timedelta(minutes=10)
"""A cut-off whose time is moved leaves no mark: so long that may stay unnoticed."""
MOST = 100


class Recall(Generic[T]):
    """Of one question, by whom or what it is asked of."""

    def __init__(self) -> None:
        self._kept: WeakKeyDictionary[Db, dict[Hashable, tuple[datetime, str, T]]] = WeakKeyDictionary()

    def ask(self, db: Db, tx: Tx, key: Hashable, now: datetime, find: Callable[[], T]) -> T:
        """What was found last, or what `find` says now: `tx` is a transaction of `db`."""
        kept = self._kept.setdefault(db, {})
        if key in kept:
            at, seen, found = kept[key]
            if timedelta(0) <= now - at < HOLDS and not _is_over(tx, seen, at, now):
                return found
        seen = changes.seen(tx)  # before it is counted: what changes meanwhile is counted the next time
        if len(kept) >= MOST:
            kept.clear()
        kept[key] = now, seen, find()
        return kept[key][2]


def _is_over(tx: Tx, seen: str, at: datetime, now: datetime) -> bool:
    return changes.any_customer(tx, seen) or changes.took_effect(tx, since=at, now=now)

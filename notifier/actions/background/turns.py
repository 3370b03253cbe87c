"""Lanes are shared: between two requests of its own notice a lane looks whether another disruption waits.

Who that is stands in Postgres (`store/ledger/turns.py`), not in the broker's order: there the second would
stand behind every ring of the first, each of which takes a process for many seconds.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from notifier.errors import Unreachable
from notifier.model.ring import Ring
from notifier.store import Db
from notifier.store.ledger import turns
from notifier.store.ledger.turns import Turn
from notifier.telemetry import log

SHORT, LONG = 0.1, 5.0
"""Seconds until a notice is looked at again that could not go on: it waits for something, or it is at fault."""


@dataclass(slots=True)
class Others:
    """What the lanes of one task do for other disruptions.

    `freeze` and `send` do one step for a notice, and return what is to be rung for; None: it could not go on.
    """

    db: Db
    disruption_id: int
    freeze: Callable[[int], Iterable[Ring] | None]
    send: Callable[[int], Iterable[Ring] | None]
    rings: set[Ring] = field(default_factory=set[Ring])
    _not_before: dict[int, float] = field(default_factory=dict[int, float])

    def give_way(self, more: Callable[[], bool]) -> None:
        """One request for whoever waits with no more requests in flight than ours, if somebody does.

        A list of which nothing is due is frozen on first, by one range: that is part of the same turn. Nothing is
        begun once there is no `more` time.
        """
        frozen = False
        while more() and (turn := self._next()) is not None:
            if frozen and not turn.due:
                return
            served = self._serve(turn)
            if served and turn.due:
                return
            frozen = frozen or served

    def _next(self) -> Turn | None:
        now = time.monotonic()
        hindered = [notice_id for notice_id, until in list(self._not_before.items()) if until > now]
        with self.db.transaction() as tx:
            return turns.waiting(tx, self.disruption_id, but=hindered)

    def _serve(self, turn: Turn) -> bool:
        try:
            rings = (self.send if turn.due else self.freeze)(turn.notice_id)
        except Unreachable:
            raise
        except Exception as error:  # noqa: BLE001 - the fault of one notice stops no other; its own task says it
            log().error("a notice cannot go on", notice=turn.notice_id, problem=type(error).__name__)
            self._not_before[turn.notice_id] = time.monotonic() + LONG
            return False
        if rings is None:
            self._not_before[turn.notice_id] = time.monotonic() + SHORT
            return False
        self.rings.update(rings)
        return True

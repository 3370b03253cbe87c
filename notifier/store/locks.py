"""In which order everything here takes its locks, and what happens to whoever meets somebody all the same.

 1. `snapshot`, `catalogue`   advisory: who imports, copies or applies does it alone
 2. `declarations`            advisory: who declares, speaks, widens or ends does it alone
 3. a source                 advisory: who takes in what it says does it alone; before it, a probe's turn: whoever
                             looked writes down what was seen
    signals, latecomers, reviews: rows that only whoever holds the declarations locks
 4. a place in a list         advisory: who freezes one range
 5. disruptions               their rows, ascending: who decides about one
 6. lanes                     advisory (`rate_limit.one_at_a_time`): who claims under a canary, a probe, a rate
 7. notices                   ascending
 8. the provider's pace
 9. attempts                  ascending; then singles
10. chunks                    ascending; then what becomes of their people: fates, suppressions
11. what a source last posted, and what is kept of it
12. alarms, by their key
13. what is owed of alarms, by its message; then how its destination does
14. the audit chain           advisory: as the last step of the transaction (`audit.append`)

The brake's rows, and which database this is, come after the declarations; `brake`, `installation`. Ticks and signs
of life are locked in transactions of their own, one tick or one process in each.

Nobody waits for a lock while holding one that stands below it, so nobody waits in a circle. A statement that may
touch several rows of a table locks them first, `ORDER BY` their key; `SKIP LOCKED` and `try` wait for nobody and
may stand anywhere. Rows are locked `FOR NO KEY UPDATE`: a row that refers to one, as a notice does to its
disruption, can be inserted all the same. `tests/store/test_locks.py` watches every action take its locks.
"""

import random
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from notifier.errors import Busy
from notifier.store import Tx, run

P = ParamSpec("P")
T = TypeVar("T")

TRIES = 5
LONGEST_SECONDS = 0.8


def retried(action: Callable[P, T]) -> Callable[P, T]:
    """Do it anew when it gave way to somebody: for functions of one transaction, which then has never been.

    Deadlocks, serialisation failures and locks that took longer than a timeout of the server; raises `Busy` when
    that goes on. A connection that is lost while committing is no such case: it may have committed.
    """

    @wraps(action)
    def again(*args: P.args, **kwargs: P.kwargs) -> T:
        for n in range(1, TRIES):
            try:
                return action(*args, **kwargs)
            except Busy:
                # Full jitter: two who have met do not meet again at once.
                time.sleep(random.uniform(0, LONGEST_SECONDS * 2 ** (n - TRIES)))  # noqa: S311
        return action(*args, **kwargs)

    return again


def wait_at_most(tx: Tx, milliseconds: int) -> None:
    """For each lock of this transaction; 0: as long as it takes. Raises `Busy` after that."""
    run(tx, "SELECT set_config('lock_timeout', %(ms)s, true)", ms=f"{milliseconds}ms")

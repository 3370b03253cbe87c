"""The web process says that it takes events: while nobody does, silence proves nothing."""

import threading

from notifier.errors import NotifierError
from notifier.store import Db
from notifier.store.company import catalogue
from notifier.store.running import vigil

SECONDS = 5.0


def stand_watch(db: Db, over: threading.Event) -> None:
    """Leave a sign of life every few seconds, as long as the database takes it, until `over` is set."""
    while True:
        try:
            with db.transaction() as tx:
                vigil.watch(tx, "web", gap_seconds=catalogue.policy(tx).gap_seconds)
        except NotifierError:
            pass  # an event could not be stored now either: the gap says so
        if over.wait(SECONDS):
            return

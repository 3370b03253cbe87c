"""Is this the database that sent, or an older state of it that would send everything again?

Asked before anything is claimed, and once more in the statement that is read directly before a request leaves.
"""

from collections.abc import Iterable
from datetime import datetime

from notifier.actions.control.brake import PAUSE_ALL, Released, going_on
from notifier.errors import Refused
from notifier.model.act import Act
from notifier.model.event import ProviderEvent
from notifier.store import Db, Tx, audit
from notifier.store.disruptions import alarms, notices
from notifier.store.ledger import brake
from notifier.store.locks import retried
from notifier.store.running import installation

COPIED = "this is a copy of another installation, which sends: resume it only if nobody else does"
NOTHING = (
    "This is the database that was last sent from, and it is not held for that: nothing is to be trusted."
)
REPORTED = frozenset({"processed", "deferred", "delivered", "dropped", "bounce"})
"""What comes within days. Clicks and complaints may come when a ledger was cleared of what is old."""


@retried
def is_the_one(db: Db, now: datetime) -> bool:
    """False: it stands where it was not recorded, or was held as older than what was sent; everything is held."""
    with db.transaction() as tx:
        installation.hold_if_another(tx, now)
        return not brake.holds(tx)


@retried
def compare(db: Db, events: Iterable[ProviderEvent], now: datetime) -> bool:
    """True: the provider has signed that it took what this database never asked for under its id: all is held.

    In a transaction before the one that stores the events: if the process dies in between, they come again.
    """
    named = [each for each in events if each.installation_id and each.attempt_id and each.kind in REPORTED]
    if not named:
        return False
    with db.transaction() as tx:
        ours = installation.installation_id(tx)
        ids = sorted({each.attempt_id for each in named if each.attempt_id and each.installation_id == ours})
        return installation.hold_if_never_made(tx, ids, now)


def trust(db: Db, act: Act) -> Released:
    """A person says that this database counts from here on; everything that is due goes on."""
    _let_go(db, act)
    return going_on(db)


def as_copy(db: Db, act: Act) -> Released:
    """A copy beside the one that sends: it gets an id of its own, and what was under way stays held."""
    _become_another(db, act)
    return going_on(db)


@retried
def _let_go(db: Db, act: Act) -> None:
    with db.transaction() as tx:
        if not brake.holds(tx) and not installation.find(tx).changed:
            raise Refused(NOTHING)
        held = _release(tx, act.now)
        notices.set_resumed(tx)
        _say(tx, held, act.now)
        audit.append(tx, actor=act.actor, act="resume all, trust database", at=act.now, after={"held": held})


@retried
def _become_another(db: Db, act: Act) -> None:
    with db.transaction() as tx:
        installation.rename(tx)
        held = _release(tx, act.now)
        ids = sorted(notices.open_ids(tx))
        for notice_id in ids:
            notices.hold(tx, notice_id, COPIED)
        _say(tx, held, act.now)
        after = {"held": held, "notices": ids}
        audit.append(tx, actor=act.actor, act="resume all, as copy", at=act.now, after=after)


def _release(tx: Tx, now: datetime) -> list[str]:
    """The keys of what held everything; a person's brake goes too, for it is `resume --all`."""
    installation.record(tx, now=now, again=True)
    held = [hold.key for hold in brake.release_holds(tx)]
    pulled = brake.release_brake(tx)
    if pulled is not None and not pulled.entered:
        audit.append(tx, actor=pulled.actor, act=PAUSE_ALL, at=pulled.at)
    return held


def _say(tx: Tx, held: list[str], now: datetime) -> None:
    for key in sorted(held):
        alarms.clear(tx, installation.alarm_key(key), now)

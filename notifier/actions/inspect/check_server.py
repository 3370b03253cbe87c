"""What `doctor` says of the database server: is it the one that sent, and would it still know what was sent?"""

from notifier.actions.inspect.doctor import Check
from notifier.store import Db
from notifier.store.ledger import brake
from notifier.store.running import installation, processes

LOOSE = {"off", "local"}


def check_server(db: Db) -> list[Check]:
    return [check_installation(db), check_replication(db), check_connections(db)]


def check_installation(db: Db) -> Check:
    """An older state of the database would send again what was sent."""
    with db.transaction() as tx:
        found, held = installation.find(tx), brake.holds(tx)
    if held or found.changed:
        why = held[0].why if held else installation.IS_ANOTHER.format(changed=", ".join(found.changed))
        return Check("server", ok=False, found=why)
    if found.hidden:
        return Check(
            "server",
            ok=True,
            warns=True,
            found="This role may not ask which server this is, so another one might go unnoticed: GRANT "
            "EXECUTE ON FUNCTION pg_control_system() TO it. A restored dump is noticed all the same.",
        )
    return Check("server", ok=True, found="the one that was last sent from")


def check_replication(db: Db) -> Check:
    """A standby that takes over must know each claim, or the request leaves twice."""
    with db.transaction() as tx:
        found = installation.replication(tx)
    if not found.fsync:
        return Check(
            "replication", ok=False, found="fsync is off: a crash forgets what was sent; turn it on."
        )
    if found.standbys and not found.names:
        return Check(
            "replication",
            ok=True,
            warns=True,
            found=f"{found.standbys} standby(s), and nobody waits for them (synchronous_standby_names is empty): "
            "one that takes over does not know the last requests, and all is held until a person has looked.",
        )
    if found.commit in LOOSE:
        return Check(
            "replication",
            ok=True,
            warns=True,
            found=f"synchronous_commit is {found.commit}: we ask for `on` in each transaction, others do not.",
        )
    return Check(
        "replication",
        ok=True,
        found=f"{found.standbys} standby(s), each commit is waited for" if found.standbys else "no standby",
    )


def check_connections(db: Db) -> Check:
    """All processes that live, with as many connections as each may open: else a send stands in line for one."""
    with db.transaction() as tx:
        alive, room = processes.alive(tx), processes.room(tx)
    ours = sum(each.connections for each in alive)
    if ours > room.connections:
        each = ", ".join(f"{one.kind}: {one.connections}" for one in sorted(alive, key=lambda one: one.kind))
        return Check(
            "connections",
            ok=False,
            found=f"Our processes may open {ours} together ({each}), the server has {room.connections} for us "
            f"({room.bound}): raise that, or run fewer `notifier worker`.",
        )
    return Check(
        "connections", ok=True, found=f"at most {ours} of {room.connections}; an idle process keeps one"
    )

"""What the suite does to the servers and the data from outside, in the middle of a run."""

import signal
import socket
import time
from collections.abc import Callable

from notifier.local import broker, postgres
from notifier.local.sockets import socket_folder

from .island import Island
from .plan import Blow


def strike(island: Island, blow: Blow, let_go: Callable[[], object]) -> None:
    """`let_go`: whoever waits at the blow's point goes on from there."""
    match blow.what:
        case "broker emptied":
            with socket.socket(socket.AF_UNIX) as client:
                client.connect(str(socket_folder(island.home) / "broker.sock"))
                client.sendall(b"FLUSHALL\r\n")
                client.recv(100)
        case "broker restarted":
            island.servers["broker"].end(signal.SIGKILL, seconds=5)
            time.sleep(blow.seconds)
            island.servers["broker"] = broker.start(island.home)
        case "Postgres restarted" | "Postgres away":
            stop_postgres(island)
            let_go()
            time.sleep(blow.seconds)
            island.servers["postgres"] = postgres.start(island.home, "-c", "fsync=off")
        case "suppressions":
            suppress(island, blow.people)
        case what:
            raise ValueError(what)
    let_go()


def stop_postgres(island: Island) -> None:
    """At once: open transactions are gone, the log is replayed."""
    island.servers["postgres"].tell(signal.SIGQUIT)
    island.servers["postgres"].ended(seconds=10)


def suppress(island: Island, numbers: range) -> None:
    gone = island.rows(
        "INSERT INTO suppression (recipient_id, reason, source) SELECT recipient_id, 'manual', 'chaos'"
        " FROM contact JOIN customer USING (customer_id) JOIN recipient USING (recipient_id)"
        " WHERE ext_id = ANY(%s) ORDER BY 1 RETURNING (SELECT lower(address) FROM recipient r"
        " WHERE r.recipient_id = suppression.recipient_id)",
        [f"c{n}" for n in numbers],
    )
    committed = island.rows("SELECT clock_timestamp()")[0][0]
    island.suppressed.update({address: committed for (address,) in gone})

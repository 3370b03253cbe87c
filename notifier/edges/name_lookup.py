"""Names become addresses, within a time."""

import queue
import socket
import threading


def resolved(host: str, port: int, seconds: float) -> list[tuple[str, int]]:
    """Each address with the port, in the system's order; an address, however it is written, is its own name.

    `getaddrinfo` knows no timeout, so it waits in a thread of its own. Raises `TimeoutError`, `socket.gaierror`.
    """
    found: queue.SimpleQueue[list[tuple[str, int]] | OSError] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.put([(str(row[4][0]), port) for row in rows])
        except (OSError, UnicodeError):
            found.put(socket.gaierror())

    threading.Thread(target=look_up, daemon=True).start()
    try:
        result = found.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError("name look-up") from None
    if isinstance(result, OSError):
        raise result
    return result

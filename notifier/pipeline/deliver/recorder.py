"""What is known of a request and could not be written: tried again for as long as this process lives.

A lane belongs to a task, and a task is killed after its time. The recorder belongs to the process; and because a
process may be killed too, what it knows lies in a file as well, locked by whoever writes it. The kernel lets go of
the lock when that one dies, however it dies: then the next process that opens the folder writes what is in it.
A file holds ids, counts and the provider's answer, no address, and is readable for its owner only.
"""

import fcntl
import os
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from notifier.errors import Unreachable
from notifier.model.mail import Outcome, Result
from notifier.pipeline.deliver.recording import ArrivedLate, Known, Reached, nothing_late, unmoved, write
from notifier.store import Db
from notifier.store.company import catalogue
from notifier.store.ledger import chunks
from notifier.store.ledger.chunks import Claim
from notifier.telemetry import log

AGAIN_SECONDS = 0.5
"""Between two tries; each asks the database anew."""
FOREIGN = ".foreign"
"""Ends the name of a file about an attempt that this database never made: kept for people, never tried again."""


class Recorder:
    """`folder` is made when there is something to leave in it."""

    def __init__(
        self, db: Db, folder: Path, arrived_late: ArrivedLate = nothing_late, reached: Reached = unmoved
    ) -> None:
        self._db, self._folder = db, folder
        self._arrived_late, self._reached = arrived_late, reached
        self._left: dict[str, tuple[Known, int | None]] = {}
        """By attempt: what is not written yet, and the locked file that says it too."""
        self._lock = threading.Lock()
        self._empty = threading.Condition(self._lock)
        self._thread: threading.Thread | None = None

    def keep(self, known: Known) -> None:
        """Take it over: from here on it is in a file, and a thread of this process tries to write it."""
        attempt = known.claimed.attempt_id
        file = self._leave(known)
        log().warning("an answer waits for the database", attempt=attempt, outcome=known.outcome.result)
        with self._lock:
            self._left[attempt] = (known, file)
            if self._thread is None:
                self._thread = threading.Thread(target=self._insist, name="recorder", daemon=True)
                self._thread.start()

    def wait(self, seconds: float) -> bool:
        """Until everything is written, at most so long; False: the rest is in files, for the next process."""
        with self._empty:
            return self._empty.wait_for(lambda: not self._left, seconds)

    def pick_up(self) -> int:
        """Write what dead processes have left; how many answers. Raises `Unreachable`: then it stays."""
        if not self._folder.is_dir():
            return 0
        return sum(self._take(file) for file in sorted(self._folder.glob("*.json")))

    # ------------------------------------------------------------ the thread

    def _insist(self) -> None:
        pause = threading.Event()
        while True:
            with self._lock:
                waiting = list(self._left.items())
                if not waiting:
                    self._thread = None
                    return
            for attempt, (known, file) in waiting:
                if not self._written(known):
                    break  # the database is still away: the others would only wait for it as well
                self._forget(attempt, file)
            else:
                continue
            pause.wait(AGAIN_SECONDS)

    def _written(self, known: Known) -> bool:
        try:
            self._write(known)
        except Unreachable:
            return False
        except Exception as error:  # noqa: BLE001 - whatever the reason, what is known is not let go of
            log().error(
                "an answer cannot be written", attempt=known.claimed.attempt_id, problem=repr(type(error))
            )
            return False
        return True

    def _write(self, known: Known) -> bool:
        """False: the attempt is none of this database."""
        with self._db.transaction() as tx:
            policy = catalogue.policy(tx)
            ours = chunks.has_attempt(tx, known.claimed.attempt_id)
        if ours:
            write(self._db, known, policy, self._arrived_late, self._reached)
        return ours

    def _forget(self, attempt: str, file: int | None) -> None:
        if file is not None:
            with suppress(OSError):
                self._path(attempt).unlink()
            os.close(file)
        with self._empty:
            del self._left[attempt]
            self._empty.notify_all()

    # ------------------------------------------------------------ the folder

    def _path(self, attempt: str) -> Path:
        return self._folder / f"{attempt}.json"

    def _leave(self, known: Known) -> int | None:
        """The locked file. None: it cannot be written here, and only this process knows."""
        attempt = known.claimed.attempt_id
        fresh = self._folder / f"{attempt}.{os.getpid()}"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.write(file, to_json(known))
            os.fsync(file)
            fresh.rename(self._path(attempt))
        except OSError as error:
            log().error("an answer cannot be kept in a file", attempt=attempt, problem=error.strerror)
            return None
        return file

    def _take(self, path: Path) -> bool:
        try:
            file = os.open(path, os.O_RDWR)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            known = from_json(os.pread(file, os.fstat(file).st_size, 0))
            if not path.exists():  # whoever had it open has written it meanwhile
                return False
            if self._write(known):
                path.unlink(missing_ok=True)
                log().info("an answer was found and written", attempt=known.claimed.attempt_id)
                return True
            path.rename(path.with_suffix(FOREIGN))
            log().error("an answer is about no attempt of this database", attempt=known.claimed.attempt_id)
        except BlockingIOError:
            pass  # its process lives, and tries
        except (orjson.JSONDecodeError, TypeError, KeyError, ValueError) as error:
            path.rename(path.with_suffix(FOREIGN))
            log().error("a file of answers cannot be read", problem=type(error).__name__)
        finally:
            os.close(file)
        return False


def to_json(known: Known) -> bytes:
    return orjson.dumps(asdict(known))


def from_json(text: bytes) -> Known:
    """Raises `ValueError`, `TypeError` or `KeyError` for what is none of ours."""
    told: Mapping[str, Any] = orjson.loads(text)
    claimed: dict[str, Any] = dict(told["claimed"])
    outcome: dict[str, Any] = dict(told["outcome"])
    claimed["skip"] = tuple(claimed["skip"])
    retry_at = outcome["retry_at"]
    outcome |= {
        "result": Result(outcome["result"]),
        "culprits": tuple(outcome["culprits"]),
        "retry_at": datetime.fromisoformat(retry_at) if retry_at else None,
    }
    return Known(told["provider"], Claim(**claimed), Outcome(**outcome), datetime.fromisoformat(told["at"]))

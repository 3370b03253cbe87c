"""What an idle installation costs, and how long a person waits for a tick: `python -m tests.bench.idle`.

So many customers, three open disruptions that all of them were told of, and every tick at its pace: the share of a
core that ticks and Postgres use together while nothing changes, while a few change in each round, and while
everybody is looked at; and the longest that a person waits for the lock under which disruptions are declared. The
look at everybody that each disruption cost every minute before is timed on the same servers: read the ratios.
"""

import argparse
import os
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from notifier.actions.announce import declare
from notifier.actions.background import freeze, paging, probes, signals, sweep
from notifier.actions.background.deliver import Post
from notifier.actions.company import apply_company
from notifier.actions.control import latecomers, promises, who_is_late
from notifier.actions.control.approve import Consent
from notifier.actions.notices.draft import Writer
from notifier.app import SystemClock
from notifier.edges import company_file
from notifier.errors import Refused
from notifier.local import postgres
from notifier.model.act import Act
from notifier.model.mail import Sender
from notifier.model.tick import PACE, TickKind
from notifier.model.vocabulary import NoticeKind, Reason
from notifier.pipeline.compose import Words
from notifier.settings import data_folder, from_env
from notifier.store import Db
from notifier.store.audience import recipients
from notifier.store.disruptions import disruptions
from notifier.store.migrate import migrate
from tests.bench import seed
from tests.raw_sql import RawSql

REASONS = (Reason.LEGAL, Reason.SECURITY, Reason.FAULT)
EVERY = 5.0
"""Seconds between two rounds of ticks, as beat has it."""
TICKS = os.sysconf("SC_CLK_TCK")


def _nobody(*_: object) -> Sender:
    raise Refused


@dataclass
class Place(RawSql):
    db: Db
    database_url: str
    writer: Writer
    server: int
    """The pid of Postgres."""
    waits: list[float] = field(default_factory=list[float])
    """Seconds for which a person waited, since they were last asked for."""

    @property
    def post(self) -> Post:
        return Post(self.writer, _nobody, SystemClock(), lambda: False)

    def cpu(self) -> float:
        """Seconds of a core: this process, the server, and its ended and living children but for the vacuum's."""
        total = time.process_time()
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(stat.parent.name) == self.server:
                total += sum(map(int, fields[11:15])) / TICKS
            elif int(fields[1]) == self.server:
                total += sum(map(int, fields[11:13])) / TICKS
        return total


def prepare(place: Place, n: int) -> None:
    """Everybody has been told of three disruptions: frozen by the real code, accepted by the stroke of a pen."""
    now = datetime.now(UTC)
    wanted = company_file.read(seed.COMPANY.encode())
    apply_company.apply(place.db, Act("bench", now), wanted, apply_company.difference(place.db, wanted))
    seed.seed(place.database_url, n)
    for reason in REASONS:
        wish = declare.Wish(("fable-5",), reason, again=True)
        done = declare.suspend(
            place.db, place.writer, Act("bench", now), wish, Consent(yes=True, ceiling=2 * n)
        )
        while any(
            r.task == "freeze" for r in freeze.freeze(place.db, place.writer.words, now, done.name.notice_id)
        ):
            pass
        place.rows("UPDATE chunk SET state = 'accepted' WHERE state = 'due'")
        place.rows("UPDATE notice SET state = 'finished', finished_at = now() WHERE state = 'approved'")
    place.rows("VACUUM ANALYZE")
    place.rows("CHECKPOINT")


def ticks(place: Place, nth: int = 0) -> None:
    """Those that are due at the n-th sweep; snapshots are not policy's here."""
    now = datetime.now(UTC)
    work: dict[TickKind, Callable[[], object]] = {
        TickKind.SWEEP: lambda: sweep.sweep(place.db, now),
        TickKind.PROMISES: lambda: promises.tick(place.db, place.writer, now),
        TickKind.JUDGE: lambda: signals.judge_signals(place.db, place.writer, now),
        TickKind.PROBES: lambda: probes.look(place.db, place.writer.settings, lambda: now),
        TickKind.WATCH: lambda: signals.watch_cut_offs(place.db, place.writer, now),
        TickKind.LATE: lambda: latecomers.look(place.db, place.writer, now),
        TickKind.ALARMS: lambda: paging.tick(place.db, place.post, now),
    }
    for kind, tick in work.items():
        if nth % PACE[kind] == 0:
            tick()


def looked_at_all(place: Place) -> bool:
    return place.rows("SELECT count(*) = 3 FROM latecomers WHERE seen IS NOT NULL AND reached IS NULL") == [
        (True,)
    ]


def person(place: Place, stop: threading.Event) -> None:
    """Asks for the lock of declarations again and again, as a command does."""
    with psycopg.connect(place.database_url) as connection:
        while not stop.wait(0.01):
            before = time.perf_counter()
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (disruptions.DECLARE_LOCK,))
            place.waits.append(time.perf_counter() - before)
            connection.rollback()


def measured(place: Place, name: str, work: Callable[[], None]) -> None:
    stop = threading.Event()
    place.waits.clear()
    waiting = threading.Thread(target=person, args=(place, stop))
    wall, cpu = time.perf_counter(), place.cpu()
    work()
    wall, cpu = time.perf_counter() - wall, place.cpu() - cpu
    print(f"{name}: {cpu:.2f} s of a core in {wall:.1f} s: {100 * cpu / wall:.2f} %", flush=True)
    waiting.start()
    work()
    stop.set()
    waiting.join()
    print(
        f"   the same with a person: {len(place.waits)} times, longest wait {max(place.waits):.3f} s",
        flush=True,
    )


def rounds(place: Place, n: int, before: Callable[[int], None] = lambda _: None) -> None:
    for i in range(n):
        begun = time.perf_counter()
        before(i)
        ticks(place, i)
        time.sleep(max(0.0, EVERY - (time.perf_counter() - begun)))


def everybody(place: Place) -> None:
    """As after a bulk import: every range of every disruption, tick by tick."""
    place.rows("UPDATE latecomers SET seen = NULL, rule = NULL, reached = NULL, asked_at = 'epoch'")
    while not looked_at_all(place):
        rounds(place, 1)


def come_late(place: Place, i: int) -> None:
    place.rows(
        "UPDATE entitlement SET region = %s WHERE customer_id BETWEEN %s AND %s",
        f"r{time.time_ns()}", 100 * i + 1, 100 * i + 10,
    )  # fmt: skip


def before_this(place: Place) -> None:
    """One look at everybody as each disruption had it every minute."""
    with place.db.transaction() as tx:
        recipients.count_later(tx, recipients.Later(who_is_late.wanted_of(tx, 1).asked, NoticeKind.CATCH_UP))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--n", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=12)
    given = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="nt-idle-"))
    process = postgres.start(home)
    try:
        with psycopg.connect(postgres.url(home, "postgres"), autocommit=True) as admin:
            admin.execute("CREATE DATABASE idle")
        url = postgres.url(home, "idle")
        migrate(url, data_folder("migrations"))
        server = int(psycopg.connect(url).execute("SELECT pg_backend_pid()").fetchone()[0])  # pyright: ignore[reportOptionalSubscript]
        server = int(Path(f"/proc/{server}/stat").read_text().rpartition(")")[2].split()[1])
        words = Words.load(data_folder("templates") / "email")
        with Db(url) as db:
            place = Place(db, url, Writer(from_env({"NOTIFIER_REHEARSALS_ONLY": "1"}), words), server)
            prepare(place, given.n)
            measured(place, "a look at everybody, of one disruption, as before", lambda: before_this(place))
            measured(place, "everybody looked at, three disruptions", lambda: everybody(place))
            measured(place, "idle, three disruptions", lambda: rounds(place, given.rounds))
            measured(
                place,
                "ten changed in each round",
                lambda: rounds(place, given.rounds, lambda i: come_late(place, i)),
            )
    finally:
        postgres.stop(process)


if __name__ == "__main__":
    main()

"""A first notice through the real processes, timed from the moment that somebody sends it."""

import os
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from notifier.actions.announce.declare import Wish, dry_run, suspend
from notifier.actions.control.approve import Consent
from notifier.app import opened
from notifier.entry.tasks import ring
from notifier.local.stack import Stack
from notifier.model.act import Act
from notifier.model.vocabulary import Reason
from tests.bench.seed import SERVICES

LOOK_EVERY = 1.0


@dataclass(frozen=True)
class Ours:
    dry_run: float
    """Seconds to count everything that a person must see before they send."""
    declared: float
    """Seconds until the declaration is committed: what the person waits for."""
    first: float
    """To the first accepted request."""
    frozen: float
    """To the closed list."""
    last: float
    told: int
    requests: int
    in_flight: int
    """The most requests that were open at one moment."""
    posting: float
    """Seconds from claim to outcome, of all requests together."""
    peaks: dict[str, int] = field(default_factory=dict[str, int])
    """MB of the largest process of each kind that is its own."""
    cpu: dict[str, float] = field(default_factory=dict[str, float])
    """Seconds of processor time that each kind took, from the declaration to the last mail."""


def run(stack: Stack) -> Ours:
    wish = Wish(SERVICES, Reason.LEGAL, rehearse=True)
    with opened(stack.settings) as app:
        began = time.time()
        dry_run(app.db, app.writer, app.clock.now(), wish)
        counting = time.time() - began
        began, peaks = time.time(), Peaks()
        done = suspend(app.db, app.writer, Act("person:bench", app.clock.now()), wish, Consent(yes=True))
        assert done.gate.approved, done.gate.refusal
        declared = time.time() - began
        ring(stack.settings, done.gate.rings)
    with psycopg.connect(stack.settings.database_url or "", autocommit=True) as connection:
        while connection.execute(OURS).fetchall() != [("finished",)]:
            peaks.look()
            time.sleep(LOOK_EVERY)
        peaks.look()
        row = connection.execute(FOUND).fetchall()[0]
    assert row[3] == done.gate.people, "not everybody was told"
    return Ours(
        counting, declared, row[0] - began, row[1] - began, row[2] - began, *row[3:],
        peaks=dict(peaks.kinds), cpu=peaks.cpu(),
    )  # fmt: skip


OURS = "SELECT state FROM notice WHERE state <> 'void'"
"""Evidence may have drafted one of its own before: the database says that people are cut off."""
FOUND = """
WITH e AS (SELECT claimed_at AS at, 1 AS d FROM attempt UNION ALL SELECT ended_at, -1 FROM attempt)
SELECT extract(epoch FROM min(ended_at))::float8,
       (SELECT extract(epoch FROM closed_at)::float8 FROM notice WHERE state = 'finished'),
       extract(epoch FROM max(ended_at))::float8,
       sum(n) FILTER (WHERE outcome = 'accepted')::int8, count(*)::int8,
       (SELECT max(open) FROM (SELECT sum(d) OVER (ORDER BY at, d) AS open FROM e) x)::int8,
       sum(extract(epoch FROM ended_at - claimed_at))::float8
FROM attempt"""


class Peaks:
    """Memory of our processes that they share with nobody (RssAnon), as /proc tells; nothing on other systems."""

    def __init__(self) -> None:
        self.kinds: defaultdict[str, int] = defaultdict(int)
        self._before = {pid: cpu_seconds(pid) for pid, _ in family()}
        self._used: dict[int, tuple[str, float]] = {}

    def look(self) -> None:
        for pid, words in family():
            kind = kind_of(words)
            self.kinds[kind] = max(self.kinds[kind], anonymous_mb(pid))
            self._used[pid] = kind, cpu_seconds(pid) - self._before.get(pid, 0)

    def cpu(self) -> dict[str, float]:
        kinds: defaultdict[str, float] = defaultdict(float)
        for kind, used in self._used.values():
            kinds[kind] += used
        return dict(kinds)


def kind_of(command: str) -> str:
    for kind in ("postgres", "valkey", "worker", "beat", "sandbox", "reaper"):
        if kind in command:
            return kind
    return "bench"


def family() -> Iterator[tuple[int, str]]:
    """This process and everything that descends from it."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    for pid in parents:
        above: int | None = pid
        while above not in {None, 0, 1, os.getpid()}:
            above = parents.get(above or 0)
        if above == os.getpid():
            try:
                yield pid, Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
            except OSError:
                continue


def cpu_seconds(pid: int) -> float:
    """User and system time of one process."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def anonymous_mb(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("RssAnon")), 0)

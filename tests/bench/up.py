"""What a running `notifier up` costs: `python -m tests.bench.up PID --seconds 100`, PID that of `notifier up`.

The share of a core that each of its processes used, Postgres and the broker with it, to the nanosecond: what
`/proc/PID/stat` counts in hundredths of a second is guessed on a machine that sleeps most of the time. Who ended
meanwhile is not counted.
"""

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Used:
    command: str
    nanoseconds: int
    wake_ups: int


def tree(root: int) -> list[int]:
    """The process and everybody below it."""
    children: dict[int, list[int]] = {}
    for file in PROC.glob("[0-9]*/stat"):
        try:
            parent = file.read_text().rpartition(")")[2].split()[1]
        except OSError:
            continue
        children.setdefault(int(parent), []).append(int(file.parent.name))
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found


def used(pid: int) -> Used:
    threads = [*PROC.glob(f"{pid}/task/*")]
    command = PROC.joinpath(str(pid), "cmdline").read_text().replace("\0", " ")
    return Used(
        command,
        sum(int(each.joinpath("schedstat").read_text().split()[0]) for each in threads),
        sum(
            int(line.split()[1])
            for each in threads
            for line in each.joinpath("status").read_text().splitlines()
            if line.startswith("voluntary")
        ),
    )


def looked_at(root: int) -> dict[int, Used]:
    found: dict[int, Used] = {}
    for pid in tree(root):
        try:
            found[pid] = used(pid)
        except OSError:
            continue
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("pid", type=int)
    parser.add_argument("--seconds", type=float, default=100)
    given = parser.parse_args()
    begun, before = time.perf_counter(), looked_at(given.pid)
    time.sleep(given.seconds)
    after, seconds = looked_at(given.pid), time.perf_counter() - begun
    total = 0.0
    for pid, now in after.items():
        then = before.get(pid)
        if then is not None:
            share = (now.nanoseconds - then.nanoseconds) / 1e7 / seconds
            total += share
            print(f"{share:6.2f} %  {(now.wake_ups - then.wake_ups) / seconds:5.1f}/s  {now.command[-60:]}")
    print(f"{total:6.2f} % of a core")


if __name__ == "__main__":
    main()

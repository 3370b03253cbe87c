"""Chaos: `python -m tests.chaos.run --runs 1000 --seed 7` plays them and prints a table by fault.

`--only N` plays run number N of a seed again, and says what it is made of.
"""

import argparse
import sys
import time
import traceback
from collections import defaultdict
from collections.abc import Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Empty, SimpleQueue

from .course import Course
from .decisions import declares
from .faults import FAULTS, NOT_YET, plan_of
from .island import Island, Stuck, an_island
from .judge import Verdict, judge
from .person import decides
from .plan import Plan

MOST = 100_000
"""Plans of a seed that are looked through for a fault."""


def play(island: Island, plan: Plan) -> Verdict:
    """One run; whatever becomes of it is said in its verdict."""
    island.prepare(plan)
    extra = [island.start("beat") for _ in range(plan.beats - 1)]
    course = Course(island, plan)
    try:
        course.declared.append(declares(island, plan.people))
        course.until_quiet()
        decided = decides(course)
        verdict = judge(course, decided)
    except Stuck as stuck:
        verdict = Verdict(plan, wrong=[f"stuck {stuck}", *course.wrong])
    except Exception as error:  # noqa: BLE001 - the other runs go on, and this one says which plan it was
        where = traceback.extract_tb(error.__traceback__)[-1]
        wrong = f"{type(error).__name__}: {error} ({Path(where.filename).name}:{where.lineno})"
        verdict = Verdict(plan, wrong=[wrong, *course.wrong])
    finally:
        for pid in extra:
            island.end(pid)
    if verdict.wrong:
        verdict.logs = island.logs()
    return verdict


def said(verdict: Verdict) -> str:
    """What is wrong with a run, and how to see it again."""
    plan = verdict.plan
    again = f"python -m tests.chaos.run --seed {plan.seed} --only {plan.index}"
    wrong = "; ".join(verdict.wrong)
    return f"{plan}: {wrong}\n    again: {again}\n    {plan!r}\n    logs:\n{verdict.logs}"


def play_all(seed: int, indexes: Iterable[int], islands: int, *, aloud: bool = False) -> list[Verdict]:
    waiting: SimpleQueue[int] = SimpleQueue()
    for index in indexes:
        waiting.put(index)
    verdicts: list[Verdict] = []

    def work() -> None:
        with an_island() as island:
            while True:
                try:
                    plan = plan_of(seed, waiting.get_nowait())
                except Empty:
                    return
                began = time.monotonic()
                verdicts.append(play(island, plan))
                if aloud:
                    wrong = f"\n  WRONG {said(verdicts[-1])}" if verdicts[-1].wrong else ""
                    print(f"{plan.index:5} {time.monotonic() - began:5.1f} s  {plan}{wrong}", flush=True)

    with ThreadPoolExecutor(islands) as pool:
        for done in [pool.submit(work) for _ in range(islands)]:
            done.result()
    return verdicts


def indexes_of(names: Collection[str], runs: int = MOST) -> list[int]:
    """The runs, of the first so many of every seed, whose turn is one of these faults."""
    return [n for n in range(runs) if list(FAULTS)[n % len(FAULTS)] in names]


COLUMNS = (
    "runs",
    "struck",
    "lost",
    "repeated",
    "unmarked",
    "unknown",
    "again",
    "twice: ledger",
    "sandbox",
    "asked",
    "left out",
    "named",
    "missed",
    "refused",
    "identity",
)


def table(verdicts: Iterable[Verdict]) -> str:
    by_fault: defaultdict[str, list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        by_fault[verdict.plan.name].append(verdict)
        by_fault["~all"].append(verdict)
    lines = ["  ".join([f"{'fault':54}", *COLUMNS])]
    for fault, found in sorted(by_fault.items()):
        holds = sum(v.identity for v in found)
        cells = (
            len(found),
            sum(v.struck for v in found),
            sum(v.lost for v in found),
            sum(v.repeated for v in found),
            sum(v.unmarked for v in found),
            sum(v.unknown for v in found),
            sum(v.again for v in found),
            sum(v.ledger_twice for v in found),
            sum(v.sandbox_twice for v in found),
            sum(v.asked for v in found),
            sum(v.left_out for v in found),
            sum(v.named for v in found),
            sum(v.missed for v in found),
            sum(v.refused for v in found),
            f"{holds}/{len(found)}",
        )
        texts = [f"{cell!s:>{len(column)}}" for cell, column in zip(cells, COLUMNS, strict=True)]
        lines.append("  ".join([f"{fault.strip('~'):54}", *texts]))
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", type=int, help="play this one run")
    parser.add_argument("--fault", help="play only faults whose name has these words in it")
    parser.add_argument(
        "--not-yet", action="store_true", help="also those that the product does not stand yet"
    )
    parser.add_argument("--islands", type=int, default=3, help="how many play at once")
    asked = parser.parse_args()
    if asked.only is not None:
        indexes = [asked.only]
        print(repr(plan_of(asked.seed, asked.only)))
    else:
        names = [name for name in FAULTS if asked.not_yet or asked.fault or name not in NOT_YET]
        indexes = indexes_of([name for name in names if (asked.fault or "") in name])[: asked.runs]
    verdicts = play_all(asked.seed, indexes, min(asked.islands, len(indexes)), aloud=True)
    print(table(verdicts))
    return 1 if any(verdict.wrong for verdict in verdicts) else 0


if __name__ == "__main__":
    sys.exit(main())

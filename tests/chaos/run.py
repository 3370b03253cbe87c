"""Chaos: `python -m tests.chaos.run --runs 1000 --seed 7` plays them and prints a table by fault.

`--only N` plays run number N of a seed again, and says what it is made of.
"""

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue

from .island import Island, Stuck, an_island
from .judge import Verdict, judge
from .person import Decided, decides
from .plan import Plan, plan_of


def play(island: Island, plan: Plan) -> Verdict:
    try:
        with island.playing(plan) as notice_id:
            decided = decides(island, plan, notice_id) if plan.person else Decided()
            verdict = judge(island, plan, notice_id)
    except Stuck as stuck:
        return Verdict(plan, wrong=[f"stuck {stuck}"])
    verdict.asked = decided.people
    verdict.wrong += decided.wrong
    return verdict


def said(verdict: Verdict) -> str:
    """What is wrong with a run, and how to see it again."""
    plan = verdict.plan
    again = f"python -m tests.chaos.run --seed {plan.seed} --only {plan.index}"
    return f"{plan}: {'; '.join(verdict.wrong)}\n    again: {again}\n    {plan!r}"


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
    "identity",
)


def table(verdicts: Iterable[Verdict]) -> str:
    by_fault: defaultdict[str, list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        by_fault[verdict.plan.name].append(verdict)
        by_fault["~all"].append(verdict)
    lines = ["  ".join([f"{'fault':28}", *COLUMNS])]
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
            f"{holds}/{len(found)}",
        )
        texts = [f"{cell!s:>{len(column)}}" for cell, column in zip(cells, COLUMNS, strict=True)]
        lines.append("  ".join([f"{fault.strip('~'):28}", *texts]))
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", type=int, help="play this one run")
    parser.add_argument("--islands", type=int, default=3, help="how many play at once")
    asked = parser.parse_args()
    indexes = range(asked.runs) if asked.only is None else [asked.only]
    if asked.only is not None:
        print(repr(plan_of(asked.seed, asked.only)))
    verdicts = play_all(asked.seed, indexes, min(asked.islands, len(indexes)), aloud=True)
    print(table(verdicts))
    return 1 if any(verdict.wrong for verdict in verdicts) else 0


if __name__ == "__main__":
    sys.exit(main())

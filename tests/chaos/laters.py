"""One more decision of a person while requests are unknown: what they decide, and at which moment."""

import random
from collections.abc import Callable, Mapping
from dataclasses import replace

from .plan import LATECOMERS_SECONDS, PEOPLE, UNKNOWN_DEADLINE, Answer, Deed, Later, Plan, When

CHAINS: Mapping[Deed, tuple[tuple[Deed, ...], ...]] = {
    Deed.UPDATE: ((), (Deed.RESTORE,), (Deed.NARROWER,)),
    Deed.CORRECT: ((), (Deed.RESTORE,), (Deed.UPDATE,)),
    Deed.SAME: ((), (Deed.RESTORE,), (Deed.UPDATE,)),
    Deed.NARROWER: ((), (Deed.WIDER,), (Deed.WIDER, Deed.CORRECT), (Deed.RESTORE,)),
    Deed.WIDER: ((), (Deed.NARROWER,), (Deed.RESTORE,)),
    Deed.PART: ((), (Deed.CORRECT,), (Deed.RESTORE,)),
    Deed.RESTORE: ((),),
    Deed.CANCEL: ((), (Deed.UPDATE,), (Deed.SAME,), (Deed.RESTORE,)),
    Deed.SECOND: ((), (Deed.RESTORE,), (Deed.NARROWER,)),
}
"""What may come after the first decision of a run."""
MOMENTS = (When.UNKNOWN, When.DEADLINE, When.GIVEN_UP)
"""The deadline of what is unknown comes after, during and before the later notice. Taken in turn."""


def _doubt(dice: random.Random, *, first: int, times: int) -> tuple[Answer, ...]:
    """Requests without an answer and without evidence: not mailed, or mailed."""
    if dice.random() < 0.6:
        return (Answer("500", times, first),)
    return Answer("accept-then-drop", times, first), Answer("lost-events", times, first)


def _later(act: Deed) -> Callable[[random.Random, Plan], Plan]:
    def draw(dice: random.Random, plan: Plan) -> Plan:
        people = dice.randint(120, 240)
        times = dice.randint(1, 2)
        when = MOMENTS[(plan.round + list(Deed).index(act)) % len(MOMENTS)]
        chain = (act, *dice.choice(CHAINS[act]))
        laters: list[Later] = []
        bound = people
        for n, each in enumerate(chain):
            bound, asked = _bounds(dice, each, bound, people)
            moment = when if n == 0 else dice.choice((When.CLAIMED, When.ACCEPTED, When.UNKNOWN, When.QUIET))
            laters.append(Later(each, moment, dice.randint(1, times), asked, _answers(dice, moment)))
        return replace(
            plan,
            people=people,
            chunk_people=dice.choice((10, 20, 30)),
            laters=tuple(laters),
            answers=plan.answers + _doubt(dice, first=dice.randint(0, 3), times=times),
            events=dice.random() < 0.5,
            policy={
                "latecomers_seconds": LATECOMERS_SECONDS,
                "catch_up_ceiling": dice.choice((None, PEOPLE)),
                "unknown_held": dice.choice(((), (), ("update", "holding"))),
                "unknown_deadline_seconds": UNKNOWN_DEADLINE,
            },
            person=dice.choice(("retry", "drop")),
        )

    return draw


def _bounds(dice: random.Random, act: Deed, bound: int, people: int) -> tuple[int, int]:
    """How far the scope reaches after this, and what the decision names."""
    match act:
        case Deed.NARROWER:
            bound = dice.randint(bound // 3, bound - 15)
        case Deed.WIDER:
            bound = dice.choice((max(people, bound + 20), dice.randint(bound + 20, PEOPLE)))
        case Deed.PART:
            return bound, dice.randint(15, bound // 2)
        case Deed.SECOND:
            return bound, dice.randint(60, PEOPLE)
        case _:
            pass
    return bound, bound


def _answers(dice: random.Random, when: When) -> tuple[Answer, ...]:
    """The later notice's own requests may stay without an answer, too; some are slow, so that it lasts."""
    slow = (Answer("slow", 12, 0, dice.uniform(0.1, 0.3)),) if when is When.DEADLINE else ()
    return slow + (_doubt(dice, first=dice.randint(0, 2), times=1) if dice.random() < 0.4 else ())


LATERS = {f"{act} while chunks are unknown": _later(act) for act in Deed if act is not Deed.SECOND} | {
    f"{Deed.SECOND} in the middle of the first": _later(Deed.SECOND)
}

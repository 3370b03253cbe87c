"""The longest absences of Postgres, not scaled, and a decision that comes too late: minutes, mostly of waiting."""

from dataclasses import asdict

import pytest

from notifier.model.policy import Policy

from .island import an_island
from .plan import Blow, Deed, Later, Plan, When
from .run import play, said

PRODUCTION = {
    name: value
    for name, value in asdict(Policy()).items()
    if name in {"lease_seconds", "deadline_seconds", "claim_age_seconds"} or name.startswith("unknown_")
}


@pytest.mark.long
@pytest.mark.timeout(900)
def test_no_answer_is_forgotten_while_postgres_is_away_for_45_and_for_100_seconds() -> None:
    with an_island() as island:
        for seconds in (45, 100):
            blow = Blow("Postgres away", 2, seconds, point="after post")
            plan = Plan(
                seed=0,
                index=seconds,
                people=240,
                chunk_people=20,
                range_people=64_000,
                faults=(f"Postgres away for {seconds} s, not scaled",),
                blows=(blow,),
                policy=PRODUCTION | {"unknown_held": []},
                events=False,
                answers_are_seen=True,
            )
            verdict = play(island, plan)
            assert not verdict.wrong, said(verdict)
            assert verdict.repeated == verdict.again == verdict.unknown == 0


@pytest.mark.long
@pytest.mark.timeout(900)
def test_who_cancels_a_notice_that_has_left_is_refused_and_everybody_is_told() -> None:
    """So it may come on a slow machine in any run: it is counted, and it is no fault."""
    late = Later(Deed.CANCEL, When.QUIET), Later(Deed.UPDATE, When.QUIET)
    plan = Plan(0, 0, people=60, chunk_people=20, range_people=64_000, faults=("too late",), laters=late)
    with an_island() as island:
        verdict = play(island, plan)
    assert not verdict.wrong, said(verdict)
    assert (verdict.refused, verdict.unknown, verdict.again) == (1, 0, 0)

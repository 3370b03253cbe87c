"""What a send would take, before there is one."""

import pytest

from notifier.actions.estimate.forecast import count_requests, duration
from notifier.model.policy import Policy
from notifier.pipeline.audience import range_people

POLICY = Policy()


@pytest.mark.parametrize(
    ("groups", "requests"),
    [([], 0), ([0], 0), ([1], 1), ([1000], 1), ([1001], 2), ([1500, 1], 3), ([500, 500], 2), ([1, 1, 1], 3)],
)
def test_requests(groups: list[int], requests: int) -> None:
    assert count_requests(groups, POLICY) == requests


def test_a_range_ends_a_chunk() -> None:
    # 2,000 people, then three times as many, and so on: each range begins chunks of its own.
    assert range_people(0, POLICY.range_people) == 2_000
    assert count_requests([2_100], POLICY) == 3
    assert 1_000 <= count_requests([500_000, 300_000, 200_000], POLICY) < 1_050


def test_time_is_bound_by_lanes_and_by_policy() -> None:
    assert duration(16, 0.5, Policy(lanes=8)) == 1.0
    assert duration(17, 0.5, Policy(lanes=8)) == 1.5
    assert duration(16, 0.5, Policy(lanes=8, requests_per_second=2)) == 8.0

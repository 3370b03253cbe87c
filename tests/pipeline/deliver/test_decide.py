"""What an outcome means for attempt, chunk and notice: only a definite no is ever sent again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.model.mail import Outcome, Result
from notifier.pipeline.deliver import BACKOFF_SECONDS, Next, Wait, backoff, cuts, rest_of, what_next
from notifier.store.ledger.chunks import Claim
from notifier.store.ledger.rate_limit import Pace

NOW = datetime(2026, 11, 27, 23, 40, tzinfo=UTC)
LATER = NOW + timedelta(seconds=9)


def a_claim(lo: int, hi: int, skip: tuple[int, ...] = ()) -> Claim:
    return Claim(1, 1, 1, 1, lo, hi, 1, "a", skip)


@pytest.mark.parametrize(
    ("outcome", "letters", "then"),
    [
        (Outcome(Result.ACCEPTED, "ok", 202), 1000, Next("accepted", "accepted")),
        (Outcome(Result.UNKNOWN, "broken"), 1000, Next("unknown", "unknown")),
        (Outcome(Result.STOPPED, "brake"), 1000, Next("not_sent", "due")),
        (Outcome(Result.FORBIDDEN, "401", 401), 1000, Next("refused", "due", hold="401")),
        (
            Outcome(Result.LATER, "429", 429, retry_at=LATER),
            1000,
            Next("refused", "due", not_before=LATER, untried=True),
        ),
        (
            Outcome(Result.LATER, "429", 429),
            1000,
            Next("refused", "due", not_before=NOW + timedelta(seconds=1), untried=True),
        ),
        (Outcome(Result.REJECTED, "400", 400, culprits=(3,)), 9, Next("refused", "split", culprits=(3,))),
        (Outcome(Result.REJECTED, "400", 400), 9, Next("refused", "split", halves=True)),
        (Outcome(Result.REJECTED, "400", 400), 1, Next("refused", "split", culprits=(0,))),
        (Outcome(Result.TOO_LARGE, "413", 413), 9, Next("refused", "split", halves=True)),
        (Outcome(Result.TOO_LARGE, "413", 413), 1, Next("refused", "dead")),
    ],
)
def test_what_an_outcome_means(outcome: Outcome, letters: int, then: Next) -> None:
    assert what_next(outcome, letters, 1, NOW) == then


def test_every_result_has_a_meaning_and_an_unknown_one_is_never_due_again() -> None:
    meanings = {result: what_next(Outcome(result, "r"), 2, 1, NOW) for result in Result}
    may_be_sent_again = {result for result, next_ in meanings.items() if next_.chunk in {"due", "split"}}
    assert may_be_sent_again.isdisjoint({Result.ACCEPTED, Result.UNKNOWN})


@pytest.mark.parametrize("tries", [0, 1, 2, 3, 6, 7, 500])
def test_what_was_not_sent_waits_longer_with_each_try_up_to_a_bound(tries: int) -> None:
    nominal = BACKOFF_SECONDS[min(max(tries, 1), len(BACKOFF_SECONDS)) - 1]
    found = {backoff(tries).total_seconds() for _ in range(50)}
    assert len(found) > 1, "all chunks would come back at once"
    assert all(nominal * 0.5 <= seconds <= nominal * 1.5 for seconds in found)
    not_sent = what_next(Outcome(Result.NOT_SENT, "no connection"), 5, tries, NOW)
    assert not_sent.chunk == "due"
    assert not_sent.not_before is not None
    assert not_sent.not_before > NOW


@pytest.mark.parametrize(
    ("lo", "hi", "culprits", "rest"),
    [
        (0, 5, (2,), [(0, 2), (3, 5)]),
        (0, 5, (0,), [(1, 5)]),
        (0, 5, (4,), [(0, 4)]),
        (0, 5, (1, 2), [(0, 1), (3, 5)]),
        (10, 15, (0, 4), [(11, 14)]),
        (7, 8, (0,), []),
        (0, 3, (0, 1, 2), []),
    ],
)
def test_the_rest_goes_on_without_the_culprits(
    lo: int, hi: int, culprits: tuple[int, ...], rest: list[tuple[int, int]]
) -> None:
    assert cuts(a_claim(lo, hi), Next("refused", "split", culprits=culprits)) == rest


@given(lo=st.integers(0, 500), letters=st.integers(2, 1000))
def test_halves_are_smaller_and_miss_nobody(lo: int, letters: int) -> None:
    first, second = cuts(a_claim(lo, lo + letters), Next("refused", "split", halves=True))
    assert first[0] == lo
    assert first[1] == second[0]
    assert second[1] == lo + letters
    assert all(a < b for a, b in (first, second))


def test_culprits_are_counted_among_the_letters_that_were_in_the_request() -> None:
    claimed = a_claim(10, 16, skip=(10, 12))
    assert claimed.positions == [11, 13, 14, 15]
    assert cuts(claimed, Next("refused", "split", culprits=(1,))) == [(10, 13), (14, 16)]
    assert cuts(claimed, Next("refused", "split", halves=True)) == [(10, 14), (14, 16)]
    assert cuts(a_claim(10, 12, skip=(10,)), Next("refused", "split", culprits=(0,))) == [(10, 11)]


@given(data=st.data(), lo=st.integers(0, 500), letters=st.integers(1, 60))
def test_culprits_and_rest_together_are_everybody_once(data: st.DataObject, lo: int, letters: int) -> None:
    culprits = tuple(sorted(data.draw(st.sets(st.integers(0, letters - 1), min_size=1))))
    rest = cuts(a_claim(lo, lo + letters), Next("refused", "split", culprits=culprits))
    seats = [seat for a, b in rest for seat in range(a, b)] + [lo + n for n in culprits]
    assert sorted(seats) == list(range(lo, lo + letters))


@pytest.mark.parametrize(
    ("pace", "waits"),
    [
        (None, None),
        (Pace(0, limited=False, broken=False, resting_seconds=0), None),
        (Pace(0, limited=True, broken=False, resting_seconds=0), None),
        (Pace(4, limited=True, broken=False, resting_seconds=0), 4),
        (Pace(0, limited=False, broken=True, resting_seconds=3), 3),
        (Pace(4, limited=False, broken=True, resting_seconds=3), 4),
        (Pace(0, limited=False, broken=True, resting_seconds=0), None),  # the moment of a probe
        (Pace(0, limited=False, broken=False, resting_seconds=3), None),
    ],
)
def test_when_the_provider_is_left_in_peace(pace: Pace | None, waits: float | None) -> None:
    found = rest_of(pace)
    assert (found.seconds if isinstance(found, Wait) else None) == waits

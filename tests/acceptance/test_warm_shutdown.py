"""A deployment in the middle of a send: the worker that is asked to end finishes what it has begun."""

from collections import Counter

from .conftest import Place

MANY = 600
"""Three seconds for ten: even a slow machine tells it to end before the last of them have begun."""


def test_a_worker_that_is_asked_to_end_finishes_its_request_and_begins_no_other(deployment: Place) -> None:
    place = deployment
    place.people(MANY)
    place.policy(chunk_people=10)
    place.sandbox.fault("slow", times=100, seconds=3)
    worker = place.start("worker")
    place.start("suspend", "fable-5", "--reason", "legal", "--rehearse", "--yes")
    in_flight = "SELECT count(*) FROM attempt WHERE outcome = 'open'"
    place.until(lambda: place.sandbox.ask("GET", "/messages/count")["messages"] or place.value(in_flight))
    worker.terminate()
    worker.communicate()

    outcomes = place.rows("SELECT outcome, n FROM attempt")
    assert outcomes, "nothing was in flight"
    assert {outcome for outcome, _ in outcomes} == {"accepted"}, "its lease need not run out first"
    assert len(place.sandbox.addresses()) == sum(n for _, n in outcomes) < MANY

    place.sandbox.ask("DELETE", "/faults")
    place.start("worker")
    place.start("beat")
    place.until_state("finished")
    assert place.sandbox.addresses() == Counter(f"p{i}@example.com" for i in range(1, MANY + 1))

"""A deployment in the middle of a send: the worker that is asked to end finishes what it has begun."""

from collections import Counter

from .conftest import Place


def test_a_worker_that_is_asked_to_end_finishes_its_request_and_begins_no_other(deployment: Place) -> None:
    place = deployment
    place.people(60)
    patient = '{"chunk_people": 10, "deadline_seconds": 10, "lease_seconds": 20}'
    place.rows("UPDATE company SET value = value || %s::jsonb WHERE key = 'policy'", patient)
    place.sandbox.fault("slow", times=100, seconds=3)
    worker = place.start("worker")
    place.start("suspend", "fable-5", "--reason", "legal", "--rehearse", "--yes")
    in_flight = "SELECT count(*) FROM attempt WHERE outcome = 'open'"
    place.until(lambda: place.sandbox.ask("GET", "/messages/count")["messages"] or place.value(in_flight))
    worker.terminate()
    worker.communicate(timeout=60)

    outcomes = place.rows("SELECT outcome, n FROM attempt")
    assert outcomes, "nothing was in flight"
    assert {outcome for outcome, _ in outcomes} == {"accepted"}, "its lease need not run out first"
    assert len(place.sandbox.addresses()) == sum(n for _, n in outcomes) < 60

    place.sandbox.ask("DELETE", "/faults")
    place.start("worker")
    place.start("beat")
    place.until_state("finished", seconds=40)
    assert place.sandbox.addresses() == Counter(f"p{i}@example.com" for i in range(1, 61))

"""What a sender owes the ledger, over real HTTP against the sandbox as a process."""

import threading
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from notifier.edges.sendgrid import SendGrid
from notifier.model.mail import Envelope, Letter, Outcome, Result


def ours() -> bool:
    return True


def letters(*addresses: str) -> list[Letter]:
    return [
        Letter(100 + n, a, {"-name-": f"R&D {n}", "-name.h-": f"R&amp;D {n}"})
        for n, a in enumerate(addresses)
    ]


def envelope(*addresses: str, attempt: str = "attempt-1", **changed: str) -> Envelope:
    words = {"subject": "Access of -name-", "text": "Dear -name-", "html": "<p>Dear -name.h-</p>"} | changed
    return Envelope(
        attempt, 7, "Acme, Inc <notices@acme.example>", "help@acme.example",
        {"References": "<d-7k2m@acme.example>", "X-Title": "Störung"}, **words,
        letters=letters(*(addresses or ("ada@example.com", "bob@example.com"))), installation_id="here",
    )  # fmt: skip


def sender(sandbox: Any, *, key: str | None = None, deadline: float = 5.0) -> SendGrid:
    return SendGrid("sandbox", sandbox.url, key or sandbox.key, deadline=deadline)


def test_each_person_gets_their_own_words_and_nobody_sees_another(sandbox: Any) -> None:
    outcome = sender(sandbox).send(envelope(), ours)
    assert (outcome.result, outcome.http_status) == (Result.ACCEPTED, 202)
    ada, bob = sandbox.get("/messages")
    assert (ada["address"], bob["address"]) == ("ada@example.com", "bob@example.com")
    assert ada["subject"] == "Access of R&D 0"
    assert (bob["text"], bob["html"]) == ("Dear R&D 1", "<p>Dear R&amp;D 1</p>")
    assert ada["from"] == {"email": "notices@acme.example", "name": "Acme, Inc"}
    assert ada["reply_to"] == {"email": "help@acme.example"}
    assert ada["headers"] == {"References": "<d-7k2m@acme.example>", "X-Title": "=?utf-8?q?St=C3=B6rung?="}
    assert ada["custom_args"] == {
        "notifier_installation": "here", "notifier_attempt": "attempt-1", "notifier_notice": "7",
        "notifier_recipient": "100",
    }  # fmt: skip
    assert ada["x_message_id"] == bob["x_message_id"] == outcome.message_id


def test_a_bad_address_is_named_by_its_index_and_nobody_is_mailed(sandbox: Any) -> None:
    outcome = sender(sandbox).send(envelope("ada@example.com", "nobody", "bob@example.com", "a b@c.d"), ours)
    assert (outcome.result, outcome.culprits) == (Result.REJECTED, (1, 3))
    assert "Does not contain a valid address." in outcome.reason
    assert sandbox.get("/messages") == []


def test_a_400_about_the_whole_names_nobody_and_stops_everything(sandbox: Any) -> None:
    outcome = sender(sandbox).send(envelope(subject=""), ours)
    assert (outcome.result, outcome.http_status, outcome.culprits) == (Result.FORBIDDEN, 400, ())


def test_half_a_surrogate_pair_is_found_before_anything_leaves(sandbox: Any) -> None:
    mail = envelope("ada@example.com", "bad\ud800@example.com", "bob@example.com")
    outcome = sender(sandbox).send(mail, ours)
    assert (outcome.result, outcome.culprits, outcome.http_status) == (Result.REJECTED, (1,), None)
    assert sandbox.get("/requests") == []


def test_a_wrong_key_stops_everything_and_is_not_repeated(sandbox: Any) -> None:
    outcome = sender(sandbox, key="SG.wrong").send(envelope(), ours)
    assert (outcome.result, outcome.http_status) == (Result.FORBIDDEN, 401)
    assert "invalid, expired, or revoked" in outcome.reason
    assert "SG.wrong" not in repr(outcome)


def test_thirty_megabytes_are_too_large(sandbox: Any) -> None:
    outcome = sender(sandbox).send(envelope(text="x" * 31 * 2**20), ours)
    assert (outcome.result, outcome.http_status) == (Result.TOO_LARGE, 413)


def test_429_says_when_to_come_back(sandbox: Any) -> None:
    sandbox.fault("429", seconds=30)
    outcome = sender(sandbox).send(envelope(), ours)
    assert outcome.result is Result.LATER
    assert outcome.retry_at is not None
    assert 25 < (outcome.retry_at - datetime.now(UTC)).total_seconds() <= 31
    assert sandbox.get("/messages") == []


def test_429_without_a_header_is_a_later_all_the_same(sandbox: Any) -> None:
    sandbox.fault("429-bare")
    outcome = sender(sandbox).send(envelope(), ours)
    assert (outcome.result, outcome.http_status) == (Result.LATER, 429)
    assert sandbox.get("/messages") == []


def test_the_index_says_who_got_which_notice_by_which_attempt_and_when(sandbox: Any) -> None:
    assert sender(sandbox).send(envelope(), ours).result is Result.ACCEPTED
    mails, index = sandbox.get("/messages"), sandbox.get("/messages/index")
    shown = [
        {
            "address": mail["address"].lower(),
            "attempt": mail["attempt"],
            "notice": mail["custom_args"]["notifier_notice"],
            "at": mail["received_at"],
            "fate": mail["fate"],
        }
        for mail in mails
    ]
    assert sorted(index, key=lambda one: one["address"]) == sorted(shown, key=lambda one: one["address"])


@pytest.mark.parametrize(
    ("kind", "result"),
    [("400", Result.REJECTED), ("400-message", Result.FORBIDDEN), ("413-html", Result.TOO_LARGE)],
)
def test_what_is_refused_mailed_nobody(sandbox: Any, kind: str, result: Result) -> None:
    mailer = sender(sandbox)
    sandbox.fault(kind)
    outcome = mailer.send(envelope(), ours)
    assert (outcome.result, outcome.culprits) == (result, ())
    assert sandbox.get("/messages/count")["messages"] == 0
    assert mailer.send(envelope(), ours).result is Result.ACCEPTED


@pytest.mark.parametrize(
    ("kind", "mailed"), [("500", 0), ("503-html", 0), ("accept-then-drop", 2), ("slow", 2)]
)
def test_what_may_have_been_accepted_is_unknown(sandbox: Any, kind: str, mailed: int) -> None:
    mailer = sender(sandbox, deadline=1.0)
    sandbox.fault(kind, seconds=1.5)
    assert mailer.send(envelope(), ours).result is Result.UNKNOWN
    assert sandbox.get("/messages/count")["messages"] == mailed
    # The late answer of the first request must not be taken for the answer of the next.
    time.sleep(0.7 if kind == "slow" else 0)
    assert mailer.send(envelope("nobody"), ours).result is Result.REJECTED
    assert mailer.send(envelope(attempt="attempt-2"), ours).result is Result.ACCEPTED


def test_a_claim_grown_old_sends_nothing_and_the_next_one_does(sandbox: Any) -> None:
    mailer = sender(sandbox)
    assert mailer.send(envelope(), lambda: False).result is Result.STOPPED
    assert sandbox.get("/requests") == []
    assert mailer.send(envelope(), ours).result is Result.ACCEPTED


def test_a_restart_of_the_other_side_between_two_requests_costs_nothing(sandboxes: Any) -> None:
    with sandboxes() as first:
        mailer = sender(first)
        assert mailer.send(envelope(), ours).result is Result.ACCEPTED
    assert mailer.send(envelope(), ours).result is Result.NOT_SENT
    with sandboxes(port=int(first.url.rpartition(":")[2])) as second:
        assert mailer.send(envelope(attempt="attempt-2"), ours).result is Result.ACCEPTED
        assert [r["requests"] for r in second.get("/requests")] == [1]


def test_check_mails_nobody(sandbox: Any) -> None:
    assert sender(sandbox).check().result is Result.ACCEPTED
    assert sender(sandbox, key="SG.wrong").check().result is Result.FORBIDDEN
    assert sandbox.get("/messages/count")["requests"] == 0


def test_threads_share_a_sender(sandbox: Any) -> None:
    mailer, outcomes = sender(sandbox), list[Outcome]()

    def work(name: str) -> None:
        for n in range(10):
            outcomes.append(mailer.send(envelope(f"{name}{n}@example.com", attempt=f"{name}{n}"), ours))

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {outcome.result for outcome in outcomes} == {Result.ACCEPTED}
    assert sandbox.get("/messages/count") | {"delivered": 40} == {
        "requests": 40, "messages": 40, "addresses": 40, "delivered": 40, "bounced": 0, "dropped": 0,
    }  # fmt: skip
    by_attempt = {m["attempt"]: m["x_message_id"] for m in sandbox.get("/messages")}
    assert sorted(by_attempt.values()) == sorted(str(outcome.message_id) for outcome in outcomes)

"""The sandbox as a program: its routes, faults, events and its end."""

import http.server
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sendgrid.helpers.eventwebhook import EventWebhook

from notifier.errors import Unreachable
from notifier.local.sandbox import serve
from tests.waiting import until


def mail(*addresses: str, **changed: Any) -> dict[str, Any]:
    return {
        "from": {"email": "n@acme.example"},
        "subject": "Hello -name-",
        "content": [{"type": "text/plain", "value": "Dear -name-"}],
        "custom_args": {"notifier_attempt": "a-1", "event": "never"},
        "personalizations": [
            {
                "to": [{"email": a}],
                "substitutions": {"-name-": a[:3]},
                "custom_args": {"notifier_recipient": str(n)},
            }
            for n, a in enumerate(addresses)
        ],
    } | changed


class Target:
    """Takes events; answers with what is in `refusals` first, then with 204."""

    def __init__(self) -> None:
        self.refusals: list[int] = []
        self.posts: list[tuple[dict[str, str], bytes]] = []
        target = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = target.refusals.pop() if target.refusals else 204
                if status == 204:
                    target.posts.append((dict(self.headers), body))
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/events/sendgrid"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def events(self, n: int) -> list[dict[str, Any]]:
        """So many at least, once they have come."""
        until(lambda: len(self.got) >= n)
        return self.got

    @property
    def got(self) -> list[dict[str, Any]]:
        return [event for _, body in list(self.posts) for event in json.loads(body)]


@pytest.fixture
def target(sandbox: Any) -> Iterator[Target]:
    target = Target()
    assert sandbox.call("POST", "/events/target", {"url": target.url})[0] == 200
    yield target
    target.server.shutdown()
    target.server.server_close()


def test_accepted_with_a_message_id_and_limits(sandbox: Any) -> None:
    status, body, headers = sandbox.send(mail("ada@example.com"))
    assert (status, body) == (202, "")
    assert headers["x-message-id"]
    assert {"x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"} <= headers.keys()
    (message,) = sandbox.get("/messages?address=ADA@example.com")
    assert (message["subject"], message["text"], message["html"]) == ("Hello ada", "Dear ada", None)
    assert sandbox.get("/messages?address=bob@example.com") == []


def test_one_bad_address_refuses_the_whole_request(sandbox: Any) -> None:
    status, body, _ = sandbox.send(mail("ada@example.com", "nobody"))
    assert (status, body) == (400, {"errors": [{
        "message": "Does not contain a valid address.",
        "field": "personalizations.1.to.0.email",
        "help": "http://sendgrid.com/docs/API_Reference/Web_API_v3/Mail/errors.html#message.personalizations.to",
    }]})  # fmt: skip
    assert sandbox.get("/messages") == []


def test_refusals_before_the_body_is_understood(sandbox: Any) -> None:
    whole = mail("ada@example.com")
    send = "/v3/mail/send"
    assert sandbox.call("POST", send, whole, Authorization="Bearer other")[0] == 401
    assert sandbox.call("POST", send, whole, Content_Type="text/plain")[0] == 415
    assert (
        sandbox.call("POST", send, b'{"subject":"\xff"}')[1]["errors"][0]["message"]
        == "Invalid UTF8 in request"
    )
    assert sandbox.call("POST", send, b"{")[1]["errors"] == [
        {"message": "Bad Request", "field": None, "help": None}
    ]
    assert sandbox.call("GET", send)[0] == 405
    assert sandbox.call("POST", "/v3/mail/other", whole)[0] == 404
    status, page, headers = sandbox.call("POST", send, b"x" * (30 * 2**20 + 1))
    assert (status, headers["content-type"], "<center>nginx</center>" in page) == (413, "text/html", True)
    assert sandbox.get("/messages/count")["requests"] == 0


def test_sandbox_mode_mails_nobody(sandbox: Any) -> None:
    mode = {"sandbox_mode": {"enable": True}}
    assert sandbox.send(mail("ada@example.com", mail_settings=mode))[0] == 200
    assert sandbox.get("/messages") == []


def test_web_pages_and_other_hosts_are_refused(sandbox: Any) -> None:
    assert sandbox.call("GET", "/messages", Origin="http://evil.example")[0] == 403
    assert sandbox.call("GET", "/messages", Host="evil.example")[0] == 403


def test_events_are_signed_and_carry_the_ids(sandbox: Any, target: Target) -> None:
    _, _, headers = sandbox.send(mail("ada@example.com", "bounce.me@example.com"))
    events = target.events(4)
    assert [(e["email"], e["event"]) for e in events] == [
        ("ada@example.com", "processed"), ("ada@example.com", "delivered"),
        ("bounce.me@example.com", "processed"), ("bounce.me@example.com", "bounce"),
    ]  # fmt: skip
    assert {(e["notifier_attempt"], e["notifier_recipient"]) for e in events} == {("a-1", "0"), ("a-1", "1")}
    assert all(e["sg_message_id"].startswith(headers["x-message-id"] + ".") for e in events)
    assert len({e["sg_event_id"] for e in events}) == 4
    verifier = EventWebhook(sandbox.get("/events/public-key")["public_key"])
    for sent, body in target.posts:
        signature = sent["X-Twilio-Email-Event-Webhook-Signature"]
        stamp = sent["X-Twilio-Email-Event-Webhook-Timestamp"]
        assert verifier.verify_signature(body.decode(), signature, stamp)
        assert not verifier.verify_signature(body.decode() + " ", signature, stamp)


def test_refused_events_come_again(sandbox: Any, target: Target) -> None:
    target.refusals = [500]
    sandbox.send(mail("ada@example.com"))
    assert len(target.events(2)) == 2


def test_events_can_be_lost_or_late(sandbox: Any, target: Target) -> None:
    sandbox.fault("lost-events")
    sandbox.send(mail("lost@example.com"))
    sandbox.fault("late-events", seconds=2)
    sandbox.send(mail("late@example.com"))
    sandbox.send(mail("now@example.com"))
    assert [e["email"] for e in target.events(2)[:2]] == ["now@example.com"] * 2
    assert [e["email"] for e in target.events(4)] == ["now@example.com"] * 2 + ["late@example.com"] * 2
    assert sandbox.addresses() == ["late@example.com", "lost@example.com", "now@example.com"]


@pytest.mark.parametrize(
    "url",
    ["http://example.com/", "http://127.evil.example/", "http://10.0.0.1/", "https://127.0.0.1/", "x", 3],
)
def test_events_go_to_this_machine_only(sandbox: Any, url: Any) -> None:
    assert sandbox.call("POST", "/events/target", {"url": url})[0] == 400


def test_who_bounced_or_is_listed_is_dropped(sandbox: Any, target: Target) -> None:
    sandbox.call("POST", "/suppressions", {"list": "unsubscribes", "address": "Una@example.com"})
    for _ in range(2):
        sandbox.send(mail("bounce@example.com", "una@example.com"))
    assert sandbox.get("/messages/count") == {
        "requests": 2, "messages": 4, "addresses": 2, "delivered": 0, "bounced": 1, "dropped": 3,
    }  # fmt: skip
    dropped = {(e["email"], e["reason"]) for e in target.events(5) if e["event"] == "dropped"}
    assert dropped == {("una@example.com", "Unsubscribed Address"), ("bounce@example.com", "Bounced Address")}
    bypass = {"bypass_unsubscribe_management": {"enable": True}}
    sandbox.send(mail("bounce@example.com", "una@example.com", mail_settings=bypass))
    assert [m["fate"] for m in sandbox.get("/messages?address=una@example.com")] == [
        "dropped",
        "dropped",
        "delivered",
    ]
    assert sandbox.call("DELETE", "/v3/suppression/bounces/bounce@example.com")[0] == 204
    assert sandbox.get("/v3/suppression/bounces") == []


def test_a_fault_comes_after_so_many_and_so_often(sandbox: Any) -> None:
    sandbox.fault("500", after=1, times=2)
    statuses = [sandbox.send(mail(f"p{n}@example.com"))[0] for n in range(5)]
    assert statuses == [202, 500, 500, 202, 202]
    assert sandbox.get("/faults") == []
    assert sandbox.addresses() == ["p0@example.com", "p3@example.com", "p4@example.com"]


@pytest.mark.parametrize(
    "asked", [{}, {"kind": "other"}, {"kind": "500", "times": 0}, [], {"kind": "500", "after": "x"}]
)
def test_an_unknown_fault_is_refused(sandbox: Any, asked: Any) -> None:
    assert sandbox.call("POST", "/faults", asked)[0] == 400


def test_an_attempt_id_used_twice_shows(sandbox: Any) -> None:
    for address in ("ada@example.com", "bob@example.com"):
        sandbox.send(mail(address))
    assert sandbox.get("/requests") == [{"attempt": "a-1", "requests": 2, "messages": 2}]


def test_scheduled_mail_waits_and_can_be_held_back(sandbox: Any) -> None:
    cancelled, paused = (sandbox.call("POST", "/v3/mail/batch")[1]["batch_id"] for _ in range(2))
    soon = int(time.time()) + 3
    sandbox.send(mail("gone@example.com", send_at=soon, batch_id=cancelled))
    sandbox.send(mail("held@example.com", send_at=soon, batch_id=paused))
    sandbox.send(mail("due@example.com", send_at=soon))
    for batch, status in ((cancelled, "cancel"), (paused, "pause")):
        assert (
            sandbox.call("POST", "/v3/user/scheduled_sends", {"batch_id": batch, "status": status})[0] == 201
        )
    assert sandbox.get("/messages") == []
    until(lambda: sandbox.get("/messages"))
    time.sleep(0.1)  # if the others left by mistake, they left with it
    assert sandbox.addresses() == ["due@example.com"]
    assert sandbox.call("DELETE", f"/v3/user/scheduled_sends/{paused}")[0] == 204
    assert sandbox.addresses() == ["due@example.com", "held@example.com"]
    assert sandbox.send(mail("x@example.com", batch_id="unheard-of"))[0] == 400


def test_counting_keeps_no_mail_but_notices_who_got_two(sandboxes: Callable[..., Any]) -> None:
    with sandboxes(counting=True) as counting:
        for last in ("c@example.com", "a@example.com"):
            body = json.dumps(mail("a@example.com", "b@example.com", last), separators=(",", ":")).encode()
            assert counting.call("POST", "/v3/mail/send", body)[0] == 202
        assert counting.get("/messages/count") == {"requests": 2, "messages": 6, "addresses": 3}
        assert counting.get("/requests") == [{"attempt": "a-1", "requests": 2, "messages": 6}]
        assert counting.get("/messages") == []


def test_latency_is_waited_for(sandboxes: Callable[..., Any]) -> None:
    with sandboxes(latency=0.3) as slow:
        begun = time.monotonic()
        assert slow.send(mail("a@example.com"))[0] == 202
        assert time.monotonic() - begun >= 0.3


def test_a_taken_port_is_one_clear_sentence(sandbox: Any) -> None:
    with pytest.raises(
        Unreachable, match=r"^The sandbox cannot listen on port \d+ \(.*in use.*\): give another"
    ):
        serve(port=int(sandbox.url.rpartition(":")[2]))


def test_it_stops_at_once_with_a_connection_open(sandboxes: Callable[..., Any]) -> None:
    with sandboxes() as running, socket.create_connection(("127.0.0.1", int(running.url.rpartition(":")[2]))):
        running.process.terminate()
        assert running.process.wait() == 0

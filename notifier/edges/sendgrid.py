"""SendGrid's `POST /v3/mail/send`: an envelope in, what the answer proves out.

The `sendgrid` package holds host, version, path and headers; its transport is exchanged for `wire.Poster`,
because its own opens a connection for each request, encodes with `json`, follows redirects, has no deadline
and logs the key at DEBUG (read in python-http-client 3.3.7). Nothing here logs.

Sources: SendGrid's OpenAPI (tsg_mail_v3), its error page, and what users saw; not tried on the live service.
"""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.header import Header
from typing import Any, cast

import orjson
from python_http_client.client import Client
from sendgrid import SendGridAPIClient

from notifier.edges.wire import Answer, NoAnswer, NotSent, Poster, Stopped
from notifier.errors import BadInput
from notifier.model.mail import Envelope, Letter, Outcome, Result, Sender

CONTENT_TYPE = {"Content-Type": "application/json"}
OFF = {"enable": False}
ON = {"enable": True}
TRACKING = {
    # Said in each request: an account's defaults would rewrite links, add a pixel and an unsubscribe footer.
    "click_tracking": {"enable": False, "enable_text": False},
    "open_tracking": OFF,
    "subscription_tracking": OFF,
    "ganalytics": OFF,
}
SETTINGS = {
    # A mandatory notice reaches who has unsubscribed globally; bounces and spam reports keep their effect.
    "bypass_unsubscribe_management": ON,
    # What was approved is what is sent: an account's footer would stand under it.
    "footer": OFF,
}

SPECIAL: Mapping[int, Result] = {
    # Documented refusals of the account, the place or the form of a request: no other chunk will do better.
    **dict.fromkeys((401, 403, 404, 405, 415), Result.FORBIDDEN),
    408: Result.UNKNOWN,  # sent by proxies about a connection, not about what they passed on
    413: Result.TOO_LARGE,
    429: Result.LATER,
}
"""Refusals that say more than that a request is not as it should be."""
LATEST_RETRY = timedelta(minutes=10)
SOONEST_RETRY = timedelta(seconds=1)
INDEX = re.compile(r"personalizations\.(\d{1,4})(\.|$)")
ADDRESS = re.compile(r"""(?:"[^"]*"|[^\s"'<>(),;:]*)(?:@|＠|%40|&#64;)\S*""")  # noqa: RUF001
OF_MESSAGE = frozenset({
    "from", "reply_to", "subject", "content", "headers", "custom_args", "mail_settings", "tracking_settings",
})  # fmt: skip
"""Fields of the request outside its personalizations: what is refused there is refused for everybody."""
LONGEST_MESSAGE = 2000
LONGEST_REASON = 300


def judge(
    status: int, headers: Mapping[str, str], body: bytes, now: datetime, letters: int = 1000
) -> Outcome:
    """What an answer proves. `headers` have lower-case names; `letters` bounds the indexes of culprits."""
    if status == 202:
        message_id = headers.get("x-message-id")
        left = headers.get("x-ratelimit-remaining", "")
        return Outcome(
            Result.ACCEPTED,
            "The provider has queued it.",
            status,
            message_id,
            retry_at=_retry_at(headers, now) if left == "0" else None,
            remaining=int(left) if re.fullmatch(r"\d{1,9}", left, re.ASCII) else None,
        )
    errors = _errors(body)
    said = next((message for _, message in errors if message), "no explanation")
    reason = redacted(f"The provider answered {status}: {said}")
    if (
        400 <= status < 500 and status not in SPECIAL
    ):  # 400, and what nobody documented: of one letter, or of all
        of_message = errors and all(field.partition(".")[0] in OF_MESSAGE for field, _ in errors)
        result = Result.FORBIDDEN if of_message else Result.REJECTED
        return Outcome(result, reason, status, culprits=_culprits(errors, letters))
    result = SPECIAL.get(status, Result.UNKNOWN)
    return Outcome(
        result, reason, status, retry_at=_asked_for(headers, now) if result is Result.LATER else None
    )


def redacted(text: str) -> str:
    """On one line, without addresses, of bounded length: fit for a log."""
    line = "".join(c if c.isprintable() else " " for c in text[:LONGEST_MESSAGE])
    return ADDRESS.sub("[address]", line)[:LONGEST_REASON]


def _errors(body: bytes) -> list[tuple[str, str]]:
    """(field, message) of each entry of `{"errors": [{"message", "field", "help"}]}`; HTML has none."""
    try:
        answer: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        return []
    entries = _dict(answer).get("errors")
    found = [_dict(entry) for entry in (cast("list[Any]", entries) if isinstance(entries, list) else [])]
    return [(str(entry.get("field") or ""), str(entry.get("message") or "")) for entry in found]


def _dict(value: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _culprits(errors: Sequence[tuple[str, str]], letters: int) -> tuple[int, ...]:
    named = {int(found[1]) for field, _ in errors if (found := INDEX.match(field))}
    return tuple(sorted(n for n in named if n < letters))


def _asked_for(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """When to come back after a 429; None: it does not say, as `mail/send` does, or names a time that is over."""
    reset = headers.get("x-ratelimit-reset", "")
    says = re.fullmatch(r"\d{1,10}", reset, re.ASCII) and int(reset) > now.timestamp()
    return _retry_at(headers, now) if says else None


def _retry_at(headers: Mapping[str, str], now: datetime) -> datetime:
    """`X-RateLimit-Reset` is a Unix time; a wrong clock must neither stop a send nor make it spin."""
    reset = headers.get("x-ratelimit-reset", "")
    asked = datetime.fromtimestamp(int(reset), UTC) if re.fullmatch(r"\d{1,10}", reset, re.ASCII) else now
    return min(max(asked, now + SOONEST_RETRY), now + LATEST_RETRY)


def body_of(envelope: Envelope) -> bytes:
    """The request as JSON. Raises `TypeError` for text that is not Unicode (half a surrogate pair)."""
    message: dict[str, Any] = {
        "from": _mailbox(envelope.sender),
        "subject": envelope.subject,
        "content": [
            {"type": "text/plain", "value": envelope.text},  # the order is prescribed
            {"type": "text/html", "value": envelope.html},
        ],
        "custom_args": {
            "notifier_installation": envelope.installation_id,
            "notifier_attempt": envelope.attempt_id,
            "notifier_notice": str(envelope.notice_id),
        },
        "tracking_settings": TRACKING,
        "mail_settings": SETTINGS,
        "personalizations": [_personalization(letter) for letter in envelope.letters],
    }
    if envelope.headers:
        message["headers"] = {name: _header(value) for name, value in envelope.headers.items()}
    if envelope.reply_to:
        message["reply_to"] = _mailbox(envelope.reply_to)
    return orjson.dumps(message, default=dict)


def _personalization(letter: Letter) -> dict[str, Any]:
    """One for each person: the recipients inside one personalization would see each other."""
    made: dict[str, Any] = {
        "to": [{"email": letter.address}],
        "substitutions": letter.substitutions,
        "custom_args": {"notifier_recipient": str(letter.recipient_id)},
    }
    return made if letter.subject is None else made | {"subject": letter.subject}


def _mailbox(text: str) -> dict[str, str]:
    """`Name <address>`, or an address alone. The name may hold a comma, which `parseaddr` cuts at."""
    name, bracket, address = text.rpartition("<")
    name = name.strip().strip('"')
    return {"email": address.removesuffix(">").strip()} | ({"name": name} if bracket and name else {})


def _header(value: str) -> str:
    """SendGrid wants other than ASCII encoded beforehand (RFC 2047); a header's value is one line."""
    line = " ".join(value.split())
    return line if line.isascii() else Header(line, "utf-8").encode(linesep="")


class SendGrid(Sender):
    """One account. Keeps one connection for each thread."""

    def __init__(
        self,
        name: str,
        url: str,
        key: str,
        *,
        sender: str = "notices@example.com",
        deadline: float = 20.0,
        monotonic: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`deadline`: seconds for a whole request, shorter than a lease. `sender`: who `check` writes as."""
        if not re.fullmatch(r"[!-~]+", key):
            # An empty key would make the package read the environment, another could not stand in a header.
            raise BadInput("The SendGrid key is empty or holds a character that no key has: copy it again.")
        self.name = name
        self._key = key.encode()
        self._sender = sender
        self._now = now
        built = cast(Any, SendGridAPIClient(key, host=url).client)
        poster = Poster(deadline=deadline, monotonic=monotonic)
        client = cast(Any, _Client(poster, built.host, built.request_headers))
        self._post: Callable[[bytes, Callable[[], bool]], Answer] = client.mail.send.post

    def send(self, envelope: Envelope, still_ours: Callable[[], bool]) -> Outcome:
        try:
            body = body_of(envelope)
        except TypeError:
            return _unwritable(envelope)
        return self._judged(body, still_ours, lambda answer: self._judge(answer, len(envelope.letters)))

    def check(self) -> Outcome:
        """From and to the sender's own address, in `sandbox_mode`: validated, not mailed, not charged."""
        sender = _mailbox(self._sender)
        body = orjson.dumps({
            "from": sender,
            "subject": "Check",
            "content": [{"type": "text/plain", "value": "Check"}],
            "personalizations": [{"to": [{"email": sender["email"]}]}],
            "mail_settings": {"sandbox_mode": ON},
        })  # fmt: skip
        return self._judged(body, lambda: True, self._judge_check)

    def _judge(self, answer: Answer, letters: int) -> Outcome:
        body = answer.body.replace(self._key, b"[key]")  # should a proxy ever echo it
        return judge(answer.status, answer.headers, body, self._now(), letters)

    def _judge_check(self, answer: Answer) -> Outcome:
        match answer.status:
            case 200:
                return Outcome(Result.ACCEPTED, "The provider found a mail of ours valid.", 200)
            case 202:
                return Outcome(
                    Result.UNKNOWN, "The provider ignored sandbox mode: a test mail may leave.", 202
                )
            case _:
                return self._judge(answer, letters=1)

    def _judged(
        self, body: bytes, still_ours: Callable[[], bool], judged: Callable[[Answer], Outcome]
    ) -> Outcome:
        try:
            return judged(self._post(body, still_ours))
        except Stopped as failure:
            return Outcome(Result.STOPPED, str(failure))
        except NotSent as failure:
            return Outcome(Result.NOT_SENT, str(failure))
        except NoAnswer as failure:
            return Outcome(Result.UNKNOWN, str(failure))


class _Client(Client):
    """The package's client: it builds the URL; `post` hands ready bytes to our transport."""

    host: str
    request_headers: dict[str, str]

    def __init__(self, poster: Poster, host: str, headers: dict[str, str], path: Sequence[str] = ()) -> None:
        super().__init__(host, headers, 3, list(path))
        self._poster = poster
        self._path = tuple(path)

    def _build_client(self, name: str | None = None) -> "_Client":
        path = (*self._path, name) if name else self._path
        return _Client(self._poster, self.host, self.request_headers, path)

    def post(self, body: bytes, still_ours: Callable[[], bool]) -> Answer:
        url = cast("Callable[[None], str]", self._build_url)(None)
        return self._poster.post(url, self.request_headers | CONTENT_TYPE, body, still_ours)


def _unwritable(envelope: Envelope) -> Outcome:
    """Found before anything left, and named like a 400, so that one bad name does not hold up the rest."""
    bad = tuple(n for n, letter in enumerate(envelope.letters) if not _is_writable(letter))
    return Outcome(Result.REJECTED, "Text that is not valid Unicode cannot be sent.", culprits=bad)


def _is_writable(letter: Letter) -> bool:
    try:
        orjson.dumps(_personalization(letter), default=dict)
    except TypeError:
        return False
    return True

"""An alarm over HTTP: signed by Standard Webhooks, as Slack's text, as an event of PagerDuty; and the heartbeat.

The addresses stand in the environment of whoever runs this: they may be inside their own network. Where a status
means more than that it did not work: github.com/standard-webhooks/standard-webhooks (spec, *Delivery success and
failure*), developer.pagerduty.com (Events API v2, *Response Codes & Retry Logic*).
"""

import binascii
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from html import unescape
from urllib.parse import quote, unquote, urlsplit

import orjson
from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook

from notifier.edges import alarm_bodies
from notifier.edges.bounded_network import Bounds, Failure, Unanswered
from notifier.edges.outgoing import Outgoing, ask
from notifier.edges.sendgrid import redacted
from notifier.model.alarm import AlarmNews, Channel, Destination, Reception, TryResult

PAGERDUTY = "https://events.pagerduty.com/v2/enqueue"
BOUNDS = Bounds(seconds=10.0, largest=1 << 16, allow_private=True)
HEARTBEAT_BOUNDS = Bounds(seconds=10.0, largest=1 << 16, redirects=3, allow_private=True)
OF_THE_MESSAGE = frozenset({400, 413, 422})
"""Others may pass."""
GONE_FOR = timedelta(hours=1)
"""Standard Webhooks says never to ask again after a 410. An alarm that nobody hears is worse than a request that
nobody wants: it is asked again, seldom."""
LONGEST_ASKED = timedelta(hours=1)
"""Of a Retry-After: a wrong clock over there must not silence us."""
MAY_HAVE_ARRIVED = frozenset({Failure.TIMEOUT, Failure.BROKEN, Failure.TOO_LARGE})
EXCERPT = 160
SHORTEST_SECRET = 8
"""Characters of a part of an address: a shorter one is taken for a word, and guards nothing."""
ESCAPED = re.compile(r"\\u00([2-7][0-9a-fA-F])|\\(/)")
"""As JSON may write a character of an address."""


def is_address(url: str) -> bool:
    try:
        found = urlsplit(url)
    except ValueError:
        return False
    return found.scheme in {"http", "https"} and bool(found.hostname)


def signing_fault(secret: str) -> str | None:
    """Why nothing can be signed with it, as the rest of a sentence."""
    try:
        Webhook(secret)
    except (EmptyWebhookSecretError, binascii.Error, ValueError):
        return "is no secret of Standard Webhooks: whsec_ and then base64"
    return None


def request_of(to: Destination, news: AlarmNews, now: datetime) -> Outgoing:
    """`webhook-id` and `dedup_key` are the same on each attempt; the time that is signed is the attempt's."""
    headers = {"Content-Type": "application/json"}
    match to.channel:
        case Channel.SLACK:
            body = orjson.dumps(alarm_bodies.slack(news))
        case Channel.PAGERDUTY:
            body = orjson.dumps(alarm_bodies.pagerduty(news, "".join(to.keys)))
        case _:
            body = orjson.dumps(alarm_bodies.standard(news))
            headers |= _signed(to.keys, news.message_id, now, body)
    return Outgoing(to.url or "", "POST", headers, body)


def _signed(secrets: tuple[str, ...], message_id: str, now: datetime, body: bytes) -> dict[str, str]:
    """By each secret while one is exchanged for another: one signature that fits is enough."""
    headers = {"webhook-id": message_id, "webhook-timestamp": str(int(now.timestamp()))}
    if not secrets:
        return headers
    signatures = [Webhook(secret).sign(message_id, now, body.decode()) for secret in secrets]
    return headers | {"webhook-signature": " ".join(signatures)}


def post(to: Destination, news: AlarmNews, now: datetime, bounds: Bounds = BOUNDS) -> TryResult:
    answer = ask(request_of(to, news, now), bounds)
    if isinstance(answer, Unanswered):
        return unanswered(answer)
    return judged(answer.status, answer.headers, _excerpt(answer.body, to), now)


def beat(url: str, now: datetime) -> TryResult:
    """What healthchecks, Uptime Kuma and their like take for a sign of life."""
    answer = ask(Outgoing(url), HEARTBEAT_BOUNDS)
    if isinstance(answer, Unanswered):
        return unanswered(answer)
    return judged(answer.status, answer.headers, "", now)


def unanswered(answer: Unanswered) -> TryResult:
    if answer.status is not None and 200 <= answer.status < 300:  # what it said beside that is not for us
        return TryResult(Reception.TOLD, f"It answered {answer.status}.")
    return TryResult(Reception.FAILED, answer.why, maybe=answer.failure in MAY_HAVE_ARRIVED)


def judged(status: int, headers: Mapping[str, str], excerpt: str, now: datetime) -> TryResult:
    """What an answer proves. `headers` have lower-case names; `excerpt` holds no address and no secret."""
    said = f"It answered {status}{f': {excerpt}' if excerpt else ''}."
    match status:
        case _ if 200 <= status < 300:
            return TryResult(Reception.TOLD, said)
        case _ if 300 <= status < 400:
            return TryResult(
                Reception.FAILED, f"It redirects ({status}): name the address that it redirects to."
            )
        case 410:
            gone = "It answered 410, it wants no more of this: name another address, or say off = true."
            return TryResult(Reception.FAILED, gone, again_at=now + GONE_FOR)
        case _ if status in OF_THE_MESSAGE:
            return TryResult(Reception.REFUSED, said)
        case _:
            return TryResult(Reception.FAILED, said, maybe=status >= 500, again_at=_retry_after(headers, now))


def _retry_after(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Seconds or a time (RFC 9110, 10.2.3)."""
    asked = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}", asked, re.ASCII):
        return now + min(timedelta(seconds=int(asked)), LONGEST_ASKED)
    try:
        at = parsedate_to_datetime(asked)
        return min(max(at, now), now + LONGEST_ASKED)
    except (ValueError, TypeError):
        return None  # also a time without a zone, which cannot be compared


def _excerpt(body: bytes, to: Destination) -> str:
    """What it says itself, as `invalid_token`, without what opens a door: many a server repeats the path that it
    was asked for (`Cannot POST /services/...`).
    """
    text = ESCAPED.sub(lambda found: found[2] or chr(int(found[1], 16)), body.decode(errors="replace"))
    forms = {form for secret in _secrets(to) for form in (secret, unquote(secret), quote(secret, safe=""))}
    if longest_first := sorted(filter(None, forms), key=len, reverse=True):
        text = re.sub(
            "|".join(map(re.escape, longest_first)), "[secret]", unescape(text), flags=re.IGNORECASE
        )
    return redacted(" ".join(text.split()))[:EXCERPT].rstrip(".")


def _secrets(to: Destination) -> Iterator[str]:
    """Keys; an address that is itself one, what follows its host, and each part of that."""
    yield from to.keys
    if not to.url or to.url == PAGERDUTY:
        return
    found = urlsplit(to.url)
    yield to.url
    yield found.password or ""
    yield from (found.path.rstrip("/"), found.query)
    for part in re.split(r"[/?&=;#]", f"{found.path}?{found.query}#{found.fragment}"):
        if len(part) >= SHORTEST_SECRET:
            yield part

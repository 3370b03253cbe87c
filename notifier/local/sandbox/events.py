"""Signed event webhooks: ECDSA P-256 with SHA-256 over timestamp and raw body.

Headers and fields: sendgrid/docs tracking-events/event.md, and security-features; `sendgrid.helpers.eventwebhook`
verifies them. Batches leave often here (SendGrid: every 30 s) and are tried again until taken; to loopback only.
"""

import asyncio
import base64
import ipaddress
import secrets
import time
from collections.abc import Coroutine, Sequence
from typing import Any
from urllib.parse import urlsplit

import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from notifier.local.sandbox.faults import FaultKind, PlannedFault
from notifier.local.sandbox.mailbox import Addressed, Arrival
from notifier.local.sandbox.signing import public_key

LARGEST_BATCH = 1000
FLUSH_SECONDS = 0.1
ANSWER_SECONDS = 5.0
FIRST_RETRY = 0.5
LAST_RETRY = 30.0
AT_ONCE = 4
PROCESSED = {"event": "processed", "pool": {"name": "sandbox", "id": 1}}
OUTCOMES: dict[Arrival, list[dict[str, Any]]] = {
    Arrival.DELIVERED: [PROCESSED, {"event": "delivered", "response": "250 OK", "tls": 1, "ip": "127.0.0.1"}],
    Arrival.BOUNCED: [
        PROCESSED,
        {
            "event": "bounce", "type": "bounce", "status": "5.1.1", "bounce_classification": "Invalid Address",
            "reason": "550 5.1.1 The email account that you tried to reach does not exist.",
        },
    ],
    Arrival.DROPPED: [{"event": "dropped", "status": "5.0.0"}],
}  # fmt: skip


def events_of(copy: Addressed, now: float) -> list[dict[str, Any]]:
    """Custom arguments are flattened; one that is named like a field is overwritten, as SendGrid does."""
    fields = {
        "email": copy.address,
        "timestamp": int(now),
        "smtp-id": f"<{copy.accepted.message_id}@geopod-ismtpd-sandbox>",
        "sg_message_id": f"{copy.accepted.message_id}.recvd-sandbox-1-{secrets.token_hex(4)}.0",
    }
    if copy.drop_reason:
        fields["reason"] = copy.drop_reason
    if copy.accepted.mail.get("categories"):
        fields["category"] = copy.accepted.mail["categories"]
    return [
        copy.custom_args | fields | outcome | {"sg_event_id": secrets.token_urlsafe(16)}
        for outcome in OUTCOMES[copy.fate]
    ]


def is_loopback_target(url: str) -> bool:
    """By the address itself: a name such as 127.example.com lies."""
    parts = urlsplit(url)
    try:
        return parts.scheme == "http" and (
            parts.hostname == "localhost" or ipaddress.ip_address(parts.hostname or "").is_loopback
        )
    except ValueError:
        return False


class EventWebhook:
    def __init__(self, key: ec.EllipticCurvePrivateKey, target: str | None) -> None:
        self._key = key
        self.target = target
        """Without one, events are lost, as with an account that has no webhook."""
        self._waiting: list[dict[str, Any]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._at_once = asyncio.Semaphore(AT_ONCE)

    @property
    def public_key(self) -> str:
        return public_key(self._key)

    def signed(self, timestamp: str, body: bytes) -> dict[str, str]:
        signature = self._key.sign(timestamp.encode() + body, ec.ECDSA(SHA256()))
        return {
            "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signature).decode(),
            "X-Twilio-Email-Event-Webhook-Timestamp": timestamp,
        }

    def report(self, copies: Sequence[Addressed], fault: PlannedFault | None) -> None:
        """Send what becomes of these mails, unless a fault keeps it back."""
        if self.target is None or (fault and fault.kind is FaultKind.LOST_EVENTS):
            return
        late = fault.seconds if fault and fault.kind is FaultKind.LATE_EVENTS else 0.0
        again = fault.seconds if fault and fault.kind is FaultKind.DOUBLED_EVENTS else None
        self._start(self._gather(copies, late, again))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)  # the loop itself keeps only a weak reference
        task.add_done_callback(self._tasks.discard)

    async def _gather(self, copies: Sequence[Addressed], late: float, again: float | None) -> None:
        await asyncio.sleep(late)
        now = time.time()
        events = [event for copy in copies for event in events_of(copy, now)]
        if again is not None:
            self._start(self._queue(events, again))
        await self._queue(events, 0.0)

    async def _queue(self, events: list[dict[str, Any]], late: float) -> None:
        """Whoever finds nothing waiting flushes for all that come within the next moment."""
        await asyncio.sleep(late)
        flushes = not self._waiting
        self._waiting += events
        if flushes and self._waiting:
            await asyncio.sleep(FLUSH_SECONDS)
            events, self._waiting = self._waiting, []
            for n in range(0, len(events), LARGEST_BATCH):
                self._start(self._deliver(orjson.dumps(events[n : n + LARGEST_BATCH])))

    async def _deliver(self, body: bytes) -> None:
        pause = FIRST_RETRY
        while not await self._taken(body):
            await asyncio.sleep(pause)
            pause = min(2 * pause, LAST_RETRY)

    async def _taken(self, body: bytes) -> bool:
        if self.target is None:
            return True
        headers = self.signed(str(int(time.time())), body)
        async with self._at_once:
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    return 200 <= await _post(self.target, headers, body) < 300
            except (OSError, ValueError, IndexError, TimeoutError):
                return False


async def _post(url: str, headers: dict[str, str], body: bytes) -> int:
    """The status of the answer. A connection for each: nothing is retried on a stale one."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 80)
    try:
        query = f"?{parts.query}" if parts.query else ""
        lines = [
            f"POST {parts.path or '/'}{query} HTTP/1.1",
            f"Host: {parts.netloc}",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
            "Connection: close",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode() + body)
        await writer.drain()
        return int((await reader.readline()).split()[1])
    finally:
        writer.close()

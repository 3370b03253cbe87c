"""Prometheus Alertmanager, webhook version 4 (notify/webhook/webhook.go and template/template.go there).

One request is one group of alerts, firing and resolved ones mixed; each alert is a signal of its own.
`fingerprint` and `startsAt` are the same in both (Alertmanager merges overlapping alerts and keeps the earliest
start), so together they name one trouble from firing to resolved. A firing alert has no end: the zero time,
year 1. A receiver with `max_alerts` cuts the list and says by how much in `truncatedAlerts`.

Alertmanager signs nothing. Its `http_config` sends the secret itself, as a bearer token or as the password.
"""

import hmac
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated, Any, Literal

import orjson
from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from notifier.edges.webhooks.incoming import Dialect, Incoming
from notifier.edges.webhooks.texts import Text, one_line
from notifier.errors import BadInput
from notifier.model.signal import Posted, Signal, SignalState


class Alert(BaseModel):
    status: Literal["firing", "resolved"]
    labels: dict[Text, Text]
    annotations: dict[Text, Text] = {}
    starts_at: Annotated[AwareDatetime, Field(alias="startsAt")]
    ends_at: Annotated[AwareDatetime | None, Field(alias="endsAt")] = None
    fingerprint: Annotated[str, Field(pattern=r"^[0-9A-Za-z]{1,64}$")]


class Message(BaseModel):
    version: Literal["4"]
    alerts: list[Alert]
    truncated: Annotated[int, Field(alias="truncatedAlerts", ge=0)] = 0


def dialect(options: Mapping[str, Any]) -> Dialect:
    label = str(options.get("label") or "service")
    return Dialect(verify, lambda incoming, received_at: parse(incoming.raw, received_at, label))


def verify(incoming: Incoming, secrets: Sequence[str], _now: datetime) -> bool:
    """Does the request carry a secret, as a bearer token or as the password of Basic authentication?"""
    scheme, _, given = incoming.headers.get("authorization", "").partition(" ")
    found = CREDENTIALS.get(scheme.lower(), _nothing)(given.strip())
    return any(hmac.compare_digest(found, secret.encode()) for secret in secrets)


def parse(raw: bytes, received_at: datetime, label: str = "service") -> Posted:
    """Raises `BadInput` for everything that is no message of version 4."""
    try:
        message = Message.model_validate(orjson.loads(raw))
    except orjson.JSONDecodeError as error:
        raise BadInput(f"This is not JSON in UTF-8: {error.msg}, at character {error.pos}.") from error
    except ValidationError as error:
        raise BadInput(f"This is no Alertmanager message of version 4: {_first_fault(error)}.") from error
    signals = tuple(_signal(alert, received_at, label) for alert in message.alerts)
    return Posted(signals, message.truncated, delivery_key=f"sha256:{sha256(raw).hexdigest()}")


def _bearer(given: str) -> bytes:
    return given.encode("latin-1", errors="replace")  # as headers arrive


def _password(given: str) -> bytes:
    try:
        return b64decode(given, validate=True).partition(b":")[2]
    except (NotBase64, ValueError):
        return b""


def _nothing(_given: str) -> bytes:
    return b""


CREDENTIALS: Mapping[str, Callable[[str], bytes]] = {"bearer": _bearer, "basic": _password}


def _signal(alert: Alert, received_at: datetime, label: str) -> Signal:
    started, state = _moment(alert.starts_at), SignalState(alert.status)
    occurred = started if state is SignalState.FIRING else _moment(alert.ends_at)
    return Signal(
        key=alert.fingerprint,
        state=state,
        occurred_at=min(occurred or received_at, received_at),
        hints=(alert.labels[label],) if alert.labels.get(label) else (),
        summary=one_line(alert.annotations.get("summary", "")),
        began_at=started,
    )


def _moment(time: datetime | None) -> datetime | None:
    """In UTC, or None for the zero time and for what no calendar holds."""
    try:
        utc = time.astimezone(UTC) if time else None
    except OverflowError:
        return None
    return utc if utc and utc.year > 1 else None


def _first_fault(error: ValidationError) -> str:
    fault = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(str(part) for part in fault['loc'][:3]) or 'the message'}: {fault['msg']}"

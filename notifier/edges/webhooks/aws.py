"""Amazon: SNS with its signatures, and the alarms and health events that come in it or straight from
EventBridge.

SNS (awsdocs SNS developer guide, verify-signature): a post is signed by a certificate of Amazon's whose address
it names itself, so the host of that is checked first; and a stranger's topic has valid signatures too, so the
topic must be the one that the company's file names.
"""

import re
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from http.client import HTTPException, HTTPSConnection
from typing import Any, cast
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509 import load_pem_x509_certificate

from notifier.edges.webhooks.bodies import from_json, unpacked
from notifier.edges.webhooks.idiom import Fits, Idiom, hash_of, read_message
from notifier.edges.webhooks.incoming import Dialect, Incoming
from notifier.edges.webhooks.proofs import carried
from notifier.edges.webhooks.texts import text_of
from notifier.errors import BadInput, Unreachable
from notifier.model.signal import Posted

HOST = re.compile(r"sns\.[a-z]{2}(-[a-z]+)+-\d{1,2}\.amazonaws\.com(\.cn)?")
"""With a region's name: `sns.s3-us-west-2` is whoever has a bucket of that name."""
CERTIFICATE = re.compile(r"/SimpleNotificationService-[0-9A-Za-z]{8,64}\.pem")
SIGNED = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
SIGNED_OF_SUBSCRIPTIONS = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
SIGNED_OF = {
    "Notification": SIGNED,
    "SubscriptionConfirmation": SIGNED_OF_SUBSCRIPTIONS,
    "UnsubscribeConfirmation": SIGNED_OF_SUBSCRIPTIONS,
}
SIGNED_BY = {"1": hashes.SHA1(), "2": hashes.SHA256()}  # noqa: S303 - version 1 is theirs
SECONDS = 5
LARGEST_ENVELOPE = 1 << 20
"""Four times what SNS sends; it is read before anybody knows whose it is."""
LARGEST_CERTIFICATE = 1 << 16


def _messages(at: str, delivery: tuple[str, ...]) -> tuple[Idiom, ...]:
    """`at`: where the message stands."""
    alarm, health = f"{at}detail.", f"{at}detail."
    times = (f"{alarm}state.timestamp", f"{at}time")
    return (
        Idiom(
            when=(Fits(f"{at}NewStateValue"), Fits(f"{at}AlarmName")),
            state=f"{at}NewStateValue",
            opens=("ALARM",),
            ends=("OK",),
            neither={"INSUFFICIENT_DATA": "no data is no outage"},
            key=(f"{{{at}AlarmArn}}", f"{{{at}AWSAccountId}}:{{{at}Region}}:{{{at}AlarmName}}"),
            opened_at=(f"{at}StateChangeTime",),
            ended_at=(f"{at}StateChangeTime",),
            hints=(f"{at}AlarmName",),
            summary=(f"{at}AlarmDescription", f"{at}AlarmName"),
            delivery=delivery,
        ),
        Idiom(
            when=(Fits(f"{at}detail-type", "CloudWatch Alarm State Change"),),
            no_opening=(Fits(f"{alarm}state.actionsSuppressedBy", why="kept quiet there on purpose"),),
            state=f"{alarm}state.value",
            opens=("ALARM",),
            ends=("OK",),
            neither={"INSUFFICIENT_DATA": "no data is no outage"},
            key=(f"{{{at}resources[0]}}",),
            opened_at=times,
            ended_at=times,
            hints=(f"{alarm}alarmName",),
            summary=(f"{alarm}configuration.description", f"{alarm}alarmName"),
            delivery=delivery or (f"{{{at}id}}",),
        ),
        Idiom(
            when=(Fits(f"{at}detail-type", "AWS Health Event*"),),
            nothing=(Fits(f"{health}eventTypeCategory", "!issue", "an announcement, no issue"),),
            state=f"{health}statusCode",
            opens=("open",),
            ends=("closed",),
            neither={"upcoming": "upcoming is neither"},
            key=(
                f"{{{health}eventArn}}@{{{health}affectedAccount}}",
                f"{{{health}eventArn}}@{{{at}account}}",
            ),
            opened_at=(f"{health}startTime",),
            ended_at=(f"{health}endTime", f"{health}lastUpdatedTime"),
            began_at=f"{health}startTime",
            hints=(f"{health}service", f"{health}eventTypeCode"),
            summary=(f"{health}eventDescription[0].latestDescription", f"{health}eventTypeCode"),
            delivery=delivery or (f"{{{health}communicationId}}", f"{{{at}id}}"),
        ),
        Idiom(
            when=(Fits(f"{at}detail-type"),),
            nothing=(Fits(f"{at}detail-type", why="another kind of event than alarms and health"),),
            delivery=delivery or (f"{{{at}id}}",),
        ),
    )


EVENTBRIDGE = _messages("", ())
"""CloudWatch alarms and Health events as EventBridge posts them to an API destination."""

_IN_SNS = _messages("message.", ("{MessageId}",))


def in_eventbridge(message: Any) -> Any:
    """Old Health events say no state, only whether they have an end."""
    match message:
        case {"detail-type": str(kind), "detail": {**detail}} if kind.startswith("AWS Health Event"):
            old = cast("dict[str, Any]", detail)
            status = old.get("statusCode") or ("closed" if old.get("endTime") else "open")
            return cast("dict[str, Any]", message) | {"detail": old | {"statusCode": status}}
        case _:
            return message


def is_amazons(url: str, path: re.Pattern[str] | None = None) -> bool:
    """Over https, at a host of SNS, and at such a path."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    there = parts.scheme == "https" and bool(HOST.fullmatch(parts.netloc)) and port is None
    return there and (path is None or bool(path.fullmatch(parts.path) and not parts.query))


def sns(options: Mapping[str, Any], certificate: Callable[[str], bytes] | None = None) -> Dialect:
    """`topic` of the company's file names ours. Its posts are signed; what comes raw, without an envelope, is
    only believed with a secret in header or address.
    """
    topics = {str(options.get("topic") or "")} - {""}
    fetch = certificate or fetched
    label = str(options.get("label") or "service")

    def verify(incoming: Incoming, secrets: Sequence[str], now: datetime) -> bool:
        """Raises `Unreachable` if the certificate cannot be fetched: the post is then sent again."""
        if incoming.headers.get("x-amz-sns-rawdelivery") == "true":
            return carried(incoming, secrets, now)
        envelope = _envelope(incoming)
        return (
            envelope is not None
            and text_of(envelope.get("TopicArn")) in topics
            and _is_signed(envelope, fetch)
        )

    def read(incoming: Incoming, received_at: datetime) -> Posted:
        if incoming.headers.get("x-amz-sns-rawdelivery") == "true":
            envelope: dict[str, Any] = {
                "Type": "Notification",
                "MessageId": incoming.headers.get("x-amz-sns-message-id"),
                "Message": incoming.raw.decode(errors="replace"),
            }
        else:
            envelope = _envelope(incoming) or {}
        return _read(envelope, incoming, received_at, label)

    return Dialect(verify, read, vouched=bool(topics))


def _envelope(incoming: Incoming) -> dict[str, Any] | None:
    if len(incoming.raw) > LARGEST_ENVELOPE:
        return None
    try:
        message = unpacked(incoming)
    except BadInput:
        return None
    return cast("dict[str, Any]", message) if isinstance(message, dict) else None


def _read(envelope: dict[str, Any], incoming: Incoming, received_at: datetime, label: str) -> Posted:
    delivery = text_of(envelope.get("MessageId")) or hash_of(incoming.raw)
    match envelope.get("Type"):
        case "SubscriptionConfirmation":
            url = text_of(envelope.get("SubscribeURL"))
            if not is_amazons(url):
                raise BadInput("The subscription is to be confirmed at an address that is not Amazon's.")
            return Posted((), delivery_key=delivery, why="the subscription is confirmed", confirm=url)
        case "UnsubscribeConfirmation":
            gone = "its topic has ended the subscription: subscribe it again, or remove the source."
            return Posted((), delivery_key=delivery, why="the subscription ended", warning=gone)
        case "Notification":
            message = in_eventbridge(from_json(str(envelope.get("Message") or "")))
            whole = envelope | {"message": message}
            return read_message("CloudWatch or Health", _IN_SNS, whole, incoming, received_at, label)
        case _:
            raise BadInput("This is no message of SNS: look whether the dialect is right.")


def _is_signed(envelope: Mapping[str, Any], fetch: Callable[[str], bytes]) -> bool:
    url, algorithm = (
        text_of(envelope.get("SigningCertURL")),
        SIGNED_BY.get(text_of(envelope.get("SignatureVersion"))),
    )
    if algorithm is None or not is_amazons(url, CERTIFICATE):
        return False
    names = SIGNED_OF.get(str(envelope.get("Type")))
    if names is None:
        return False
    text = "".join(f"{name}\n{envelope[name]}\n" for name in names if isinstance(envelope.get(name), str))
    try:
        signature = b64decode(text_of(envelope.get("Signature")), validate=True)
        key = load_pem_x509_certificate(fetch(url)).public_key()
        if not isinstance(key, RSAPublicKey):
            return False
        key.verify(signature, text.encode(), PKCS1v15(), algorithm)
    except (InvalidSignature, ValueError):
        return False
    return True


@lru_cache(maxsize=16)
def fetched(url: str) -> bytes:
    """The certificate at an address that was checked; once for each process. Raises `Unreachable`."""
    return visited(url)


def visited(url: str) -> bytes:
    """GET at an address of Amazon's, following nothing. Raises `Unreachable`."""
    if not is_amazons(url):
        raise Unreachable("That address is not one of Amazon's: nobody visits it.")
    parts = urlsplit(url)
    connection = HTTPSConnection(parts.netloc, timeout=SECONDS)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}" if parts.query else parts.path)
        answer = connection.getresponse()
        body = answer.read(LARGEST_CERTIFICATE)
    except (OSError, HTTPException) as error:
        raise Unreachable("Amazon does not answer.") from error
    finally:
        connection.close()
    if answer.status != 200:
        raise Unreachable(f"Amazon answers {answer.status}.")
    return body

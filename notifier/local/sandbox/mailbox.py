"""What each address got, and which addresses get nothing. In memory."""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from notifier.local.sandbox.faults import PlannedFault

Json = dict[str, Any]

ATTEMPT = "notifier_attempt"
"""The custom argument by which requests are counted."""
NOTICE = "notifier_notice"


class Arrival(StrEnum):
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    """Accepted, then refused by the receiving server: addresses whose local part begins with `bounce`."""
    DROPPED = "dropped"
    """Accepted, and not mailed: the address is on a list."""


class Suppressed(StrEnum):
    """A list of addresses, with the reason that a `dropped` event gives."""

    BOUNCES = "bounces"
    SPAM_REPORTS = "spam_reports"
    INVALID_EMAILS = "invalid_emails"
    UNSUBSCRIBES = "unsubscribes"

    @property
    def reason(self) -> str:
        return DROP_REASONS[self]


DROP_REASONS = {
    Suppressed.BOUNCES: "Bounced Address",
    Suppressed.SPAM_REPORTS: "Spam Reporting Address",
    Suppressed.INVALID_EMAILS: "Invalid",
    Suppressed.UNSUBSCRIBES: "Unsubscribed Address",
}
BYPASSED_BY = {
    "bypass_list_management": frozenset(Suppressed),
    "bypass_bounce_management": frozenset({Suppressed.BOUNCES}),
    "bypass_spam_management": frozenset({Suppressed.SPAM_REPORTS}),
    "bypass_unsubscribe_management": frozenset({Suppressed.UNSUBSCRIBES}),
}


@dataclass(frozen=True, slots=True)
class Accepted:
    """One request that was answered with 202, or would have been."""

    message_id: str
    received_at: float
    mail: Json = field(repr=False)
    fault: PlannedFault | None = None
    """What befalls its events."""

    @property
    def attempt(self) -> str:
        return str(self.mail.get("custom_args", {}).get(ATTEMPT, ""))

    @property
    def notice(self) -> str:
        return str(self.mail.get("custom_args", {}).get(NOTICE, ""))


@dataclass(frozen=True, slots=True)
class Addressed:
    """One mail to one address."""

    accepted: Accepted
    person: Json = field(repr=False)
    address: str = field(repr=False)
    fate: Arrival
    drop_reason: str | None = None

    @property
    def custom_args(self) -> Json:
        return {**self.accepted.mail.get("custom_args", {}), **self.person.get("custom_args", {})}

    def as_json(self) -> Json:
        """The mail as it left, for `GET /messages`."""
        mail = self.accepted.mail
        content = {part["type"]: self._substituted(part["value"]) for part in mail.get("content", [])}
        return {
            "address": self.address,
            "from": mail["from"],
            "reply_to": mail.get("reply_to"),
            "subject": self._substituted(self.person.get("subject") or mail.get("subject", "")),
            "text": content.get("text/plain"),
            "html": content.get("text/html"),
            "headers": {**mail.get("headers", {}), **self.person.get("headers", {})},
            "custom_args": self.custom_args,
            "attempt": self.accepted.attempt,
            "x_message_id": self.accepted.message_id,
            "received_at": datetime.fromtimestamp(self.accepted.received_at, UTC).isoformat(),
            "fate": self.fate,
        }

    def _substituted(self, text: str) -> str:
        """Raw and one after the other, as SendGrid does: a value that holds another tag is replaced again."""
        for tag, value in self.person.get("substitutions", {}).items():
            text = text.replace(tag, value)
        return text


class MailCounts:
    """Counts that stay cheap for millions: eight bytes an address."""

    def __init__(self) -> None:
        self._hashes = array("q")
        self._requests: Counter[str] = Counter()
        self._messages: Counter[str] = Counter()

    def add(self, attempt: str, addresses: Iterable[str | bytes]) -> None:
        before = len(self._hashes)
        self._hashes.extend(map(hash, addresses))
        self._requests[attempt] += 1
        self._messages[attempt] += len(self._hashes) - before

    def totals(self) -> dict[str, int]:
        """`messages` above `addresses` means that somebody was mailed more than once."""
        return {
            "requests": self._requests.total(),
            "messages": len(self._hashes),
            "addresses": len(set(self._hashes)),
        }

    def attempts(self) -> list[Json]:
        return [
            {"attempt": attempt, "requests": n, "messages": self._messages[attempt]}
            for attempt, n in self._requests.items()
        ]


class Mailbox:
    def __init__(self) -> None:
        self.lists: dict[Suppressed, dict[str, float]] = {name: {} for name in Suppressed}
        """List -> address in lower case -> when it was put there, Unix time."""
        self.clear()

    def clear(self) -> None:
        """Forget the mails; the lists stay."""
        self.tally = MailCounts()
        self._copies: defaultdict[str, list[Addressed]] = defaultdict(list)

    def deliver(self, accepted: Accepted, people: list[Json]) -> list[Addressed]:
        """Each recipient of these personalizations gets a mail, a bounce or nothing."""
        bypassed = _bypassed(accepted.mail)
        lists = {name: entries for name, entries in self.lists.items() if entries and name not in bypassed}
        copies = [_copy(accepted, person, address, lists) for person, address in _addressed(people)]
        self.tally.add(accepted.attempt, [copy.address.lower() for copy in copies])
        for copy in copies:
            self._copies[copy.address.lower()].append(copy)
            if copy.fate is Arrival.BOUNCED:
                self.lists[Suppressed.BOUNCES][copy.address.lower()] = accepted.received_at
        return copies

    def messages(self, address: str | None) -> list[Json]:
        """Newest last; of every address if none is named."""
        if address is not None:
            return [copy.as_json() for copy in self._copies.get(address.lower(), [])]
        every = [copy for copies in self._copies.values() for copy in copies]
        return [copy.as_json() for copy in sorted(every, key=lambda copy: copy.accepted.received_at)]

    def index(self) -> list[Json]:
        """Who got which notice by which attempt, in the order in which each address was first seen."""
        return [
            {
                "address": address,
                "attempt": copy.accepted.attempt,
                "notice": copy.accepted.notice,
                "at": datetime.fromtimestamp(copy.accepted.received_at, UTC).isoformat(),
                "fate": copy.fate,
            }
            for address, copies in self._copies.items()
            for copy in copies
        ]

    def fates(self) -> dict[str, int]:
        counted = Counter(copy.fate for copies in self._copies.values() for copy in copies)
        return {fate.value: counted[fate] for fate in Arrival}


def _copy(
    accepted: Accepted, person: Json, address: str, lists: dict[Suppressed, dict[str, float]]
) -> Addressed:
    key = address.lower()
    for name, entries in lists.items():
        if key in entries:
            return Addressed(accepted, person, address, Arrival.DROPPED, name.reason)
    return Addressed(
        accepted, person, address, Arrival.BOUNCED if key.startswith("bounce") else Arrival.DELIVERED
    )


def _addressed(people: list[Json]) -> Iterator[tuple[Json, str]]:
    for person in people:
        for kind in ("to", "cc", "bcc"):
            for one in person.get(kind, []):
                yield person, one["email"]


def _bypassed(mail: Json) -> frozenset[Suppressed]:
    settings = mail.get("mail_settings", {})
    on = [lists for name, lists in BYPASSED_BY.items() if settings.get(name, {}).get("enable")]
    return frozenset[Suppressed]().union(*on)

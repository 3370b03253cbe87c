"""What a notice has to say, before any language: the facts, how sure they are, and what goes with them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeAlias, cast

from notifier.errors import BadInput
from notifier.model.earlier import Earlier
from notifier.model.locales import in_locale
from notifier.model.words import Confidence, Kind, NoticeKind, Reason

FactValue: TypeAlias = "str | datetime | Mapping[str, str] | None"
"""A reviewed code or a literal (never translated), a moment, texts by locale; `None` if unknown."""

FRESH = timedelta(hours=1)
"""What was confirmed so shortly before a notice was written needs no date."""


@dataclass(frozen=True, slots=True)
class Answerable:
    """What may be answered to one question of the customer's."""

    codes: frozenset[str] = frozenset()
    """Answers that have reviewed phrases in every language."""
    literal: bool = False
    """Any string, shown untranslated: what a machine prints, what a law is called."""
    machine: bool = False
    """Shown as a machine prints it."""
    moment: bool = False


QUESTIONS: Mapping[str, Answerable] = {
    "cause": Answerable(frozenset({"government_directive", "court_order"})),
    "legal_basis": Answerable(literal=True),
    "assessment": Answerable(frozenset({"misunderstanding"})),
    "end": Answerable(moment=True),
    "symptom": Answerable(literal=True, machine=True),
    "still_works": Answerable(frozenset({"other_services", "nothing_else"})),
    "data": Answerable(frozenset({"kept", "at_risk", "partly_lost", "lost"})),
    "billing": Answerable(frozenset({"not_charged", "charged", "credited"})),
    "action": Answerable(frozenset({"none"})),
}

SINCE = "since"
"""Since when: a moment that has no words of its own, it stands in every sentence that says when."""

CONTACT: Mapping[str, re.Pattern[str]] = {
    "company": re.compile(r"[^\x00-\x1f]{1,100}"),
    "phone": re.compile(r"[+0-9 ().x/-]{3,40}"),
    "reply_to": re.compile(r"[^\s<>@]{1,64}@[^\s<>@]{1,255}"),
    "status_url": re.compile(r"https?://[^\s<>\"\\]{1,500}"),
}
"""Plain answers that are always public. `{reference}` in the status address stands for the disruption's."""


@dataclass(frozen=True, slots=True)
class ServiceName:
    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class Fact:
    value: FactValue
    confidence: Confidence = Confidence.CONFIRMED
    as_of: datetime | None = None
    public: bool = True
    """False: kept for those who work here; no mail, page or webhook ever shows it."""

    def to_json(self) -> dict[str, Any]:
        value = self.value.isoformat() if isinstance(self.value, datetime) else self.value
        return {
            "value": dict(value) if isinstance(value, Mapping) else value,
            "confidence": self.confidence.value,
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "public": self.public,
        }


@dataclass(frozen=True, slots=True)
class Facts:
    """The company's standing answers, or a disruption's own, or both merged."""

    known: Mapping[str, Fact] = field(default_factory=dict[str, Fact])
    contact: Mapping[str, str] = field(default_factory=dict[str, str])
    """`company`, `phone`, `reply_to`, `status_url`, as far as they are given."""

    @staticmethod
    def from_mapping(mapping: Mapping[str, Any]) -> "Facts":
        """Read `[facts]` of an applied file, a `--facts` file (its root or its `[facts]`), or `to_json()`.

        ```toml
        company = "Example AI"
        phone = "+1 555 0100"
        reply_to = "help@example.com"
        status_url = "https://status.example.com/{reference}"
        billing = "not_charged"                  # a code: not_charged, charged, credited
        data = "kept"                            # kept, at_risk, partly_lost, lost
        still_works = { en = "All other models.", de = "Alle anderen Modelle." }  # or a text for each locale
        symptom = "error 403, model_suspended"   # shown as it stands
        legal_basis = "15 CFR 744.23"            # shown as it stands, too
        since = { value = 2026-11-27T18:32:00-05:00, confidence = "believed" }  # "about"; unknown: "at the latest"
        assessment = { value = "misunderstanding", confidence = "believed" }
        end = { value = 2026-11-28T12:00:00-05:00, confidence = "believed", as_of = 2026-11-27T18:40:00-05:00 }
        memo = { value = "by telephone, 17:55", public = false }  # any other name, as long as it is internal
        ```
        The short form means confirmed and public. Codes: `QUESTIONS`. `confidence` is confirmed, believed or
        unknown; an unknown fact needs no value. Raises `BadInput`: one sentence, further ones as details.
        """
        inner = mapping.get("facts")
        rows = dict(cast("Mapping[str, Any]", inner) if isinstance(inner, Mapping) else mapping)
        problems: list[str] = []
        contact = {name: _contact(name, rows.pop(name), problems) for name in CONTACT if name in rows}
        known = {name: _fact(name, value, problems) for name, value in rows.items()}
        if problems:
            raise BadInput(problems[0], details=tuple(problems[1:]))
        return Facts(known, contact)

    def to_json(self) -> dict[str, Any]:
        """For `company.value` and `timeline.facts`; `from_mapping` is the way back."""
        return {name: fact.to_json() for name, fact in self.known.items()} | dict(self.contact)

    def open_to_the_public(self) -> frozenset[str]:
        """Questions that have a public answer, even if it is that nobody knows."""
        return frozenset(name for name, fact in self.known.items() if fact.public and name in QUESTIONS)

    def merged(self, own: "Facts") -> "Facts":
        """These standing answers under a disruption's `own`, which win, also when they are internal."""
        return Facts({**self.known, **own.known}, {**self.contact, **own.contact})

    def shown(self, name: str) -> Fact | None:
        """What may be said in public; `None` if it is missing, unknown or internal: nobody learns which."""
        fact = self.known.get(name)
        if fact is None or not fact.public or fact.confidence is Confidence.UNKNOWN or fact.value is None:
            return None
        return fact


@dataclass(frozen=True, slots=True)
class Story:
    """Everything that the words of one notice are made from, except what differs from person to person."""

    notice: NoticeKind
    kind: Kind
    reason: Reason
    reference: str
    """Short and public, for instance `7K2M`."""
    title: str | None
    """The subject of all notices; `None`: made from the services, in the reader's language."""
    services: tuple[ServiceName, ...]
    effective_at: datetime
    facts: Facts
    now: datetime
    """The moment of writing: decides about tenses, so the same story gives the same words for ever."""
    company: str
    statements: Mapping[str, str] = field(default_factory=dict[str, str])
    """Locale -> Markdown; a locale without one gets the phrases."""
    others: tuple[ServiceName, ...] = ()
    """Services that lists may name besides, and the subject does not."""
    next_update_at: datetime | None = None
    restored_at: datetime | None = None
    """Since when access is back; `None`: since now. Used by notices of restoration."""
    reply_to: str | None = None
    """Set: somebody reads the replies, and the mail says so. The address itself is not shown."""
    phone: str | None = None
    status_url: str | None = None
    earlier: Earlier | None = None
    fresh: frozenset[str] = frozenset()
    """Questions that this very notice answers anew."""
    in_force: Mapping[int, datetime] = field(default_factory=dict[int, datetime])
    """Revision of the scope -> since when it decided."""

    @property
    def since(self) -> tuple[datetime, Confidence]:
        """Since when, and how surely: by the fact if there is one, else as it was declared."""
        fact = self.facts.known.get(SINCE)
        if fact is None:
            return self.effective_at, Confidence.CONFIRMED
        if self.facts.shown(SINCE) and isinstance(fact.value, datetime):
            return fact.value, fact.confidence
        return self.effective_at, Confidence.UNKNOWN

    def dated(self, name: str) -> datetime | None:
        """As of when the answer to a question stands, where that matters: it is not sure, or no longer fresh."""
        fact = self.facts.known.get(name)
        if fact is None or fact.as_of is None or not fact.public:
            return None
        old = self.now - fact.as_of > FRESH
        return fact.as_of if old or fact.confidence is not Confidence.CONFIRMED else None

    def statement(self, locale: str) -> str | None:
        """The free words for a locale or its parents (de-CH, de), never those of another language."""
        return in_locale(self.statements, locale)


def _contact(name: str, value: object, problems: list[str]) -> str:
    if isinstance(value, str) and CONTACT[name].fullmatch(value.strip()):
        return value.strip()
    examples = {"company": "Example AI", "phone": "+1 555 0100", "reply_to": "help@example.com"}
    example = examples.get(name, "https://status.example.com/{reference}")
    problems.append(f"The fact {name} cannot be read: write it as {example!r}.")
    return ""


FIELDS = frozenset({"value", "confidence", "as_of", "public"})


def _fact(name: str, given: object, problems: list[str]) -> Fact:
    table: Mapping[str, Any] = cast("Mapping[str, Any]", given) if isinstance(given, Mapping) else {}
    if not table.keys() & FIELDS:
        table = {"value": given}
    if surplus := sorted(table.keys() - FIELDS):
        problems.append(f"The fact {name} has {surplus[0]!r}: only {', '.join(sorted(FIELDS))} belong there.")
    fact = Fact(
        value=_value(name, table, problems),
        confidence=_confidence(name, table.get("confidence", Confidence.CONFIRMED), problems),
        as_of=_moment(f"{name}.as_of", table.get("as_of"), problems),
        public=_public(name, table.get("public", True), problems),
    )
    if _blank(table.get("value")) and fact.confidence is not Confidence.UNKNOWN:
        problems.append(f"The fact {name} has no value: give one, or set its confidence to 'unknown'.")
    return fact


def _blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _public(name: str, value: object, problems: list[str]) -> bool:
    if not isinstance(value, bool):
        problems.append(f"The fact {name} has public = {value!r}: write true or false.")
    return value is True


def _confidence(name: str, value: object, problems: list[str]) -> Confidence:
    try:
        return Confidence(str(value))
    except ValueError:
        problems.append(f"The fact {name} has confidence {value!r}: write confirmed, believed or unknown.")
        return Confidence.UNKNOWN


def _value(name: str, table: Mapping[str, Any], problems: list[str]) -> FactValue:
    value: object = table.get("value")
    asked = Answerable(moment=True) if name == SINCE else QUESTIONS.get(name)
    if asked is None and table.get("public", True) is not False:
        problems.append(
            f"The fact {name} has no words in a mail: use one of {', '.join((*QUESTIONS, SINCE, *CONTACT))},"
            " or mark it public = false."
        )
    if _blank(value):
        return None
    if isinstance(value, Mapping):
        return _texts(name, cast("Mapping[object, object]", value), problems)
    return _plain(name, value, asked, problems)


def _plain(name: str, value: object, asked: Answerable | None, problems: list[str]) -> FactValue:
    if asked is None:
        return str(value)
    if asked.moment:
        return _moment(name, value, problems)
    if isinstance(value, str) and (asked.literal or value in asked.codes):
        return value
    codes = ", ".join(sorted(asked.codes))
    problems.append(
        f"The fact {name} is {value!r}: use "
        + (f"one of {codes}, or " if codes else "a string, or ")
        + 'a text for each language, { en = "...", de = "..." }.'
    )
    return None


def _texts(name: str, value: Mapping[object, object], problems: list[str]) -> FactValue:
    texts = {str(tag): text.strip() for tag, text in value.items() if isinstance(text, str) and text.strip()}
    if len(texts) < len(value) or not texts:
        problems.append(f'The fact {name} needs a text for each language, {{ en = "...", de = "..." }}.')
    if odd := next(
        (tag for tag in texts if not re.fullmatch(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*", tag)), None
    ):
        problems.append(
            f"The fact {name} has a text for {odd!r}, which is not a language such as 'en' or 'de-CH'."
        )
    return texts


def _moment(name: str, value: object, problems: list[str]) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        moment = value
    if isinstance(moment, datetime) and moment.tzinfo is not None:
        return moment
    if value is not None:
        problems.append(
            f"The fact {name} is {str(value)!r}: write a time with its zone, such as 2026-11-27T22:00:00-05:00."
        )
    return None

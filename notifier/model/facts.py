"""What is known, before any language: the answers to the customer's questions, and how sure they are."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias, cast

from notifier.errors import BadInput
from notifier.model.vocabulary import Confidence, Reason

FactValue: TypeAlias = "str | datetime | Mapping[str, str] | None"
"""A reviewed code or a literal (never translated), a moment, texts by locale; `None` if unknown."""


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
    "who": Answerable(),
    "legal_basis": Answerable(literal=True),
    "assessment": Answerable(frozenset({"misunderstanding"})),
    "end": Answerable(moment=True),
    "effort": Answerable(frozenset({"restoring"})),
    "symptom": Answerable(literal=True, machine=True),
    "still_works": Answerable(frozenset({"other_services", "nothing_else"})),
    "data": Answerable(frozenset({"kept", "at_risk", "partly_lost", "lost"})),
    "billing": Answerable(frozenset({"not_charged", "charged", "credited"})),
    "action": Answerable(frozenset({"none"})),
    "open_question": Answerable(),
}

WHATEVER_HAPPENS = frozenset({"billing"})
"""Questions that a company decides by itself. The others are about what has happened."""

SINCE = "since"
"""Since when: a moment that has no words of its own, it stands in every sentence that says when."""

CONTACT: Mapping[str, re.Pattern[str]] = {
    "company": re.compile(r"[^\x00-\x1f]{1,100}"),
    "signed_by": re.compile(r"[^\x00-\x1f]{1,100}"),
    "phone": re.compile(r"[+0-9 ().x/-]{3,40}"),
    "reply_to": re.compile(r"[^\s<>@]{1,64}@[^\s<>@]{1,255}"),
    "status_url": re.compile(r"https?://[^\s<>\"\\]{1,500}"),
}
"""Plain answers that are always public. `{reference}` in the status address stands for the disruption's."""


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
    """`company`, `signed_by`, `phone`, `reply_to`, `status_url`, as far as they are given."""

    @staticmethod
    def from_mapping(mapping: Mapping[str, Any]) -> "Facts":
        """Read `[facts]` of an applied file, a `--facts` file (its root or its `[facts]`), or `to_json()`.

        ```toml
        company = "Example AI"
        signed_by = "Ann Berg, Head of Support"
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
        """What has a public answer, even if it is that nobody knows: questions, since when, whom to reach."""
        public = (name for name, fact in self.known.items() if fact.public and name in {*QUESTIONS, SINCE})
        return frozenset((*public, *self.contact))

    def while_nobody_knows_why(self) -> "Facts":
        """These standing answers, without those that an unknown cause may have made untrue, such as `data`."""
        doubtful = (QUESTIONS.keys() | {SINCE}) - WHATEVER_HAPPENS
        return Facts({n: f for n, f in self.known.items() if n not in doubtful}, self.contact)

    def cause_known(self, reason: Reason) -> bool:
        """By a fact that may be said, else by what the reason implies."""
        if "cause" in self.known:
            return self.shown("cause") is not None
        return reason is not Reason.UNKNOWN

    def merged(self, own: "Facts") -> "Facts":
        """These standing answers under a disruption's `own`, which win, also when they are internal."""
        return Facts({**self.known, **own.known}, {**self.contact, **own.contact})

    def shown(self, name: str) -> Fact | None:
        """What may be said in public; `None` if it is missing, unknown or internal: nobody learns which."""
        fact = self.known.get(name)
        if fact is None or not fact.public or fact.confidence is Confidence.UNKNOWN or fact.value is None:
            return None
        return fact


def _contact(name: str, value: object, problems: list[str]) -> str:
    if isinstance(value, str) and CONTACT[name].fullmatch(value.strip()):
        return value.strip()
    examples = {
        "company": "Example AI",
        "signed_by": "Ann Berg, Head of Support",
        "phone": "+1 555 0100",
        "reply_to": "help@example.com",
    }
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

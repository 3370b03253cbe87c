"""Made-up notices that templates are tried with before anything depends on them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from notifier.model.earlier import Earlier
from notifier.model.facts import Facts
from notifier.model.kinds import CORRECTING
from notifier.model.notice_context import NoticeContext, ServiceName
from notifier.model.people import Person, ToldServices
from notifier.model.vocabulary import Kind, NoticeKind, Reason, Standing, Variant

NONCE = "sampleSAMPLE0000"
FRIDAY = datetime(2026, 11, 27, 23, 32, tzinfo=UTC)

ANSWERS = {
    "data": "kept",
    "billing": "not_charged",
    "still_works": "other_services",
    "symptom": "error 403, model_suspended",
    "assessment": {"value": "misunderstanding", "confidence": "believed"},
    "action": "none",
    "effort": "restoring",
    "who": {
        "value": {"en": "All customers abroad are concerned.", "de": "Das gilt für alle Kunden im Ausland."}
    },
    "open_question": {"value": {"en": "Where are you based?", "de": "Wo ist Ihr Sitz?"}},
    "end": {"value": FRIDAY + timedelta(days=1), "confidence": "believed"},
}


_STATEMENTS = {
    "ar": "بيان من الشركة.",
    "de": "Eine Erklärung.",
    "en": "A statement.",
    "es": "Un comunicado.",
    "fr": "Une déclaration.",
    "ja": "会社からのお知らせです。",
    "pt-BR": "Um comunicado.",
}
_WRONG = {
    "ar": "بيان غير صحيح.",
    "de": "Eine falsche Erklärung.",
    "en": "A wrong statement.",
    "es": "Un comunicado incorrecto.",
    "fr": "Une déclaration inexacte.",
    "ja": "誤ったお知らせです。",
    "pt-BR": "Um comunicado errado.",
}
LOCALES = ("ar", "de", "en", "es", "fr", "ja", "pt-BR")
_WHOLE = {(locale, variant.value): "The whole text." for locale in LOCALES for variant in Variant}
_EARLIER = Earlier(FRIDAY, passages=_WRONG)


def bare(notice: NoticeKind) -> NoticeContext:
    """Nothing known, not even a telephone: what the thinnest Friday looks like."""
    return NoticeContext(
        notice=notice,
        kind=Kind.OUTAGE,
        reason=Reason.UNKNOWN,
        reference="7K2M",
        title=None,
        services=(ServiceName("fable-5", "Fable 5"),),
        effective_at=FRIDAY,
        facts=Facts(),
        now=FRIDAY + timedelta(minutes=9),
        company="Example AI",
    )


def full(notice: NoticeKind) -> NoticeContext:
    return NoticeContext(
        notice=notice,
        kind=Kind.SUSPENSION,
        reason=Reason.LEGAL,
        reference="7K2M",
        title=None,
        services=(ServiceName("fable-5", "Fable 5"), ServiceName("mythos-5", "Mythos 5")),
        effective_at=FRIDAY,
        facts=Facts.from_mapping(ANSWERS),
        now=FRIDAY + timedelta(minutes=9),
        company="Example AI",
        statements=_STATEMENTS,
        next_update_at=FRIDAY + timedelta(hours=3, minutes=28),
        restored_at=FRIDAY + timedelta(days=1, hours=14),
        signed_by="Ann Berg, Head of Support",
        reply_to="help@example.com",
        phone="+1 555 0100",
        status_url="https://status.example.com/7K2M",
        earlier=_EARLIER if notice in CORRECTING else None,
    )


def contexts(notice: NoticeKind) -> Iterator[NoticeContext]:
    yield bare(notice)
    yield full(notice)
    if notice in CORRECTING:
        about = Earlier(FRIDAY, texts=_WHOLE, stands=True)
        yield replace(full(notice), statements={}, earlier=about)


def person(variant: Variant, both: tuple[str, ...] = ("fable-5", "mythos-5")) -> Person:
    """Somebody in New York with two organisations, who reads this variant about these services."""
    affected = (
        ToldServices("Acme Ltd", Standing.AFFECTED, both),
        ToldServices("Acme Labs", Standing.AFFECTED, both),
    )
    possibly = (ToldServices("Okafor & Daughters", Standing.POSSIBLY, both[:1]),)
    over = (ToldServices("Acme Ltd", Standing.RESTORED, both[-1:]),)
    held = {
        Variant.AFFECTED: affected,
        Variant.POSSIBLY: possibly,
        Variant.BOTH: affected + possibly,
        Variant.STILL_AFFECTED: over + affected[1:],
        Variant.STILL_POSSIBLY: over + possibly,
        Variant.STILL_BOTH: over + affected[1:] + possibly,
    }
    return Person("Ada Okafor", "America/New_York", held[variant])

"""Made-up stories that templates are tried with before anything depends on them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from notifier.model.earlier import Earlier
from notifier.model.story import Facts, ServiceName, Story
from notifier.model.words import CORRECTING, Kind, NoticeKind, Reason, Variant

NONCE = "sampleSAMPLE0000"
FRIDAY = datetime(2026, 11, 27, 23, 32, tzinfo=UTC)

ANSWERS = {
    "data": "kept",
    "billing": "not_charged",
    "still_works": "other_services",
    "symptom": "error 403, model_suspended",
    "assessment": {"value": "misunderstanding", "confidence": "believed"},
    "action": "none",
    "end": {"value": FRIDAY + timedelta(days=1), "confidence": "believed"},
}


_WHOLE = {(locale, variant.value): "The whole text." for locale in ("en", "de") for variant in Variant}
_EARLIER = Earlier(FRIDAY, statements={"en": "A wrong statement.", "de": "Eine falsche Erklärung."})


def bare(notice: NoticeKind) -> Story:
    """Nothing known, not even a telephone: what the thinnest Friday looks like."""
    return Story(
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


def full(notice: NoticeKind) -> Story:
    return Story(
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
        statements={"en": "A statement.", "de": "Eine Erklärung."},
        next_update_at=FRIDAY + timedelta(hours=3, minutes=28),
        restored_at=FRIDAY + timedelta(days=1, hours=14),
        reply_to="help@example.com",
        phone="+1 555 0100",
        status_url="https://status.example.com/7K2M",
        earlier=_EARLIER if notice in CORRECTING else None,
    )


def stories(notice: NoticeKind) -> Iterator[Story]:
    yield bare(notice)
    yield full(notice)
    if notice in CORRECTING:
        about = Earlier(FRIDAY, texts=_WHOLE, stands=True)
        yield replace(full(notice), statements={}, earlier=about)

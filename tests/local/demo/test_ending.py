"""The demo does not say that all is well where a language, a kind or a reader of the wrong words is missing."""

from notifier.local.demo import mails
from notifier.local.demo.ending import Wrong, misses
from notifier.local.demo.mailbox import ArrivedMail
from notifier.local.demo.mails import ShownMail
from notifier.model.vocabulary import NoticeKind
from notifier.store.read.reconciliation import Reader

ALL = ("ar", "de", "en", "es", "fr", "ja", "pt-BR")


def one(kind: NoticeKind, locale: str) -> ShownMail:
    return ShownMail(
        Reader(1, kind, locale, 10, "p@example.com"), ArrivedMail(1, "About", "Words", "<p>Words</p>")
    )


def test_a_language_that_nobody_reads_is_a_problem() -> None:
    voices = tuple(one(NoticeKind.FIRST, locale) for locale in ALL)
    assert mails.missing([NoticeKind.FIRST], voices, voices) == ()
    assert mails.missing([NoticeKind.FIRST], voices, voices[1:]) == ("nobody reads ar in the first notice",)
    assert mails.missing([NoticeKind.FIRST], voices[:-1], voices) == ("nobody reads pt-BR in the files",)


def test_a_kind_of_which_no_mail_arrived_is_a_problem() -> None:
    voices = tuple(one(NoticeKind.FIRST, locale) for locale in ALL)
    found = mails.missing([NoticeKind.FIRST, NoticeKind.RELEASED], voices, voices)
    assert found == ("no mail of the kind released has arrived",)


def test_a_correction_must_reach_the_same_people_and_somebody() -> None:
    a, b = frozenset({"a", "b"}), frozenset({"a", "c"})
    assert misses(Wrong(a, a)) == []
    assert misses(Wrong(a, b)) == ["the wrong sentence reached 2, its correction 2, and 1 got both"]
    assert misses(Wrong(frozenset(), frozenset()))


def test_kinds_with_few_languages_choose_first() -> None:
    readers = {
        NoticeKind.FIRST: [one(NoticeKind.FIRST, locale).reader for locale in ("de", "en", "fr")],
        NoticeKind.CORRECTION: [one(NoticeKind.CORRECTION, locale).reader for locale in ("de", "en")],
        NoticeKind.PARTIAL: [one(NoticeKind.PARTIAL, "en").reader],
    }
    chosen = mails.chosen(readers)
    assert [(kind.value, reader.locale) for kind, reader in chosen.items()] == [
        ("first", "fr"), ("correction", "de"), ("partial", "en"),
    ]  # fmt: skip

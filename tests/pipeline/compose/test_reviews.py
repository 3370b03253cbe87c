"""A name stands under a message as it was read: a change of the English or of the translation voids it."""

from datetime import date
from pathlib import Path

import pytest

from notifier.model.vocabulary import Kind, NoticeKind
from notifier.pipeline.compose import Words, reviews
from notifier.pipeline.compose.template import WordsFault
from notifier.settings import data_folder

PACKAGED = data_folder("templates") / "email"
DAY = date(2026, 11, 30)


def signed(own: Path, locale: str, *left_out: str) -> None:
    """Every message of a language but these."""
    taken = Words.load(PACKAGED, own).shelf
    spoken, english = (taken.languages[each].catalogue for each in (locale, "en"))
    every = {name for name in spoken.messages if name not in left_out}
    found = {name: reviews.made(spoken, english, name, 'Ann "A" Berg\\', DAY) for name in every}
    path = own / "email" / "reviews" / f"{locale}.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(reviews.written(found), "utf-8")


def put(own: Path, locale: str, text: str) -> None:
    path = own / "email" / "languages" / f"{locale}.ftl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def reviewed(own: Path, notice: NoticeKind = NoticeKind.FIRST, kind: Kind = Kind.SUSPENSION) -> bool:
    return Words.load(PACKAGED, own).reviewed(notice, "de", kind)


def test_packaged_words_are_not_reviewed_until_somebody_signs(tmp_path: Path) -> None:
    assert not reviewed(tmp_path)
    signed(tmp_path, "de")
    assert reviewed(tmp_path)
    (first, *_) = Words.load(PACKAGED, tmp_path).reviews(NoticeKind.FIRST, "de")
    assert (first.by, first.on) == ('Ann "A" Berg\\', DAY)


@pytest.mark.parametrize("locale", ["de", "en"])
@pytest.mark.parametrize("message", ["first-heading = Neu\n", "data-lost = Neu\n    .believed = Neu\n"])
def test_a_change_of_either_side_voids_it(tmp_path: Path, locale: str, message: str) -> None:
    signed(tmp_path, "de")
    put(tmp_path, locale, message)
    assert not reviewed(tmp_path)


def test_only_what_a_notice_can_say_counts(tmp_path: Path) -> None:
    signed(tmp_path, "de", "holding-heading", "broken-heading")
    assert reviewed(tmp_path)
    assert not reviewed(tmp_path, NoticeKind.HOLDING)
    assert not reviewed(tmp_path, kind=Kind.OUTAGE)


def test_what_stands_in_another_message_counts_too(tmp_path: Path) -> None:
    signed(tmp_path, "de", "state")
    assert not reviewed(tmp_path)


def test_two_headings_that_were_swapped_are_no_longer_signed(tmp_path: Path) -> None:
    """What no rule can see."""
    signed(tmp_path, "de")
    put(tmp_path, "de", "why = Abrechnung\nbilling = Warum\n")
    assert not reviewed(tmp_path)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("why = {\n", 1),
        ('why = { by = "Ann", on = 2026-11-30, english = "x", text = "y" }\nbilling = "Ann"\n', 2),
        ('why = { by = "Ann", on = "2026-11-30", english = "x", text = "y" }\n', 1),
    ],
)
def test_a_file_of_reviews_that_cannot_be_read_is_refused_with_its_line(
    tmp_path: Path, text: str, line: int
) -> None:
    path = tmp_path / "de.toml"
    path.write_text(text)
    with pytest.raises(WordsFault, match=rf"email/reviews/de\.toml, line {line}: "):
        reviews.load([(path, "email/reviews/de.toml")])

"""Lines of the text as they arrive: with everything filled in, in columns as they are shown."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import available_timezones

import pytest
from wcwidth import width

from notifier.model.facts import Facts
from notifier.model.kinds import variants_of
from notifier.model.vocabulary import Confidence, NoticeKind
from notifier.pipeline.compose import Words, moments, sample
from notifier.pipeline.compose.wrapping import value_in_lines, wrapped
from notifier.settings import data_folder

WORDS = Words.load(data_folder("templates") / "email")
JAPANESE = "政府の指示により、お客様のご利用を停止しております（対象：Fable 5、Mythos 5）。" * 9  # noqa: RUF001
ARABIC = "نعتذر لكم. فأنتم تعتمدون على هذه الخدمة، وقد حدث ذلك دون إنذار مسبق، وسنخبركم. " * 9
WEDNESDAY = datetime(2026, 9, 30, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["a few words and " * 30, JAPANESE, ARABIC, "naïve Überprüfung e\u0301 " * 30]
)
def test_a_line_is_nearly_full_and_never_too_wide(text: str) -> None:
    lines = wrapped(text.strip(), "", "", {}).split("\n")
    assert max(map(width, lines)) <= 78
    assert min(map(width, lines[:-1])) > 60


def test_no_line_of_japanese_begins_or_ends_with_what_may_not() -> None:
    for start in range(40):
        lines = wrapped(JAPANESE[start:], "", "", {}).split("\n")
        assert not [line for line in lines[1:] if line[0] in "、。）"]  # noqa: RUF001
        assert not [line for line in lines[:-1] if line[-1] == "（"]  # noqa: RUF001


@pytest.mark.parametrize("around", ["see {} for more ", "詳しくは{}をご覧ください。"])
def test_a_link_is_never_broken(around: str) -> None:
    for length in range(20, 130):
        link = "https://status.example.com/" + "a-b_c/d?e=" * 20
        text = "".join(around.format(link[:length]) for _ in range(3))
        assert wrapped(text, "", "", {}).replace("\n", "").count(link[:length]) == 3
        assert sum(link[:length] in line for line in wrapped(text, "", "", {}).split("\n")) >= 2


def test_what_runs_the_other_way_stays_on_one_line() -> None:
    run = "\u206818:32 EST\u2069"
    for before in range(60, 80):
        assert run in wrapped("x" * before + f" {run} and more", "", "", {})


def test_lists_keep_their_form() -> None:
    lines = wrapped("word " * 30, "- ", "  ", {}).split("\n")
    assert lines[0].startswith("- word")
    assert all(line.startswith("  word") for line in lines[1:])
    value = value_in_lines(f"Acme: {'Fable-5, ' * 12}\nBeta: Mythos 5")
    assert [line[:5] for line in value.split("\n")] == ["Acme:", "  Fab", "Beta:"]
    assert value_in_lines("Acme Ltd") == "Acme Ltd"


@pytest.mark.parametrize("locale", sample.LOCALES)
def test_no_moment_is_wider_than_it_is_counted(locale: str) -> None:
    phrases = WORDS.shelf.languages[locale]
    zones = sorted(available_timezones())
    for sure in Confidence:
        said = [
            moments.since(phrases, WEDNESDAY + timedelta(days=37 * n, hours=n % 24), tz, sure)
            for n, tz in enumerate([*zones, *zones])
        ]
        widest = max(map(width, said))
        assert moments.columns(phrases, sure) - 12 <= widest <= moments.columns(phrases, sure)


@pytest.mark.parametrize("locale", sample.LOCALES)
def test_every_mail_is_at_most_78_wide_for_whoever_reads_it(locale: str) -> None:
    unsure = Facts.from_mapping({**sample.ANSWERS, "since": {"value": WEDNESDAY, "confidence": "believed"}})
    for notice in WORDS.shelf.sources:
        for variant in variants_of(NoticeKind(notice)):
            told = replace(sample.full(NoticeKind(notice)), facts=unsure)
            text = WORDS.render(told, locale, variant, sample.NONCE).text
            for name, tz in (
                ("Ada", None),
                ("Ada " * 40, "Asia/Kathmandu"),
                ("吾輩は猫である" * 20, "Asia/Tokyo"),
            ):
                reader = sample.person(variant)._replace(name=name, tz=tz)
                arrived = text
                for tag, value in WORDS.values(told, locale, reader, sample.NONCE).items():
                    arrived = arrived.replace(tag, value)
                assert [line for line in arrived.split("\n") if width(line) > 78] == []

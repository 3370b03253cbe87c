"""Each mistake of `mistakes.txt` is planted in a catalogue as it is: lint names it, and its signature is void."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from notifier.pipeline.compose import against_english, catalogue, ftl, lint_messages, phrases, reviews, shelf
from notifier.settings import data_folder

PACKAGED = data_folder("templates") / "email"
TAKEN = shelf.take(PACKAGED, None)
ENGLISH = TAKEN.languages["en"].catalogue
LANGUAGES = sorted({*TAKEN.languages} - {"en"})

SIGNATURE = "only a signature"
"""No rule can see it: what was signed is no longer what stands there."""

BLOCKS = Path(__file__).with_name("mistakes.txt").read_text("utf-8").split("\n## ")[1:]
MISTAKES = [(*block.partition("\n")[0].split(": ", 1), block.partition("\n")[2]) for block in BLOCKS]


def text_of(locale: str) -> str:
    return (PACKAGED / "languages" / f"{locale}.ftl").read_text("utf-8")


def planted(text: str, mistake: str) -> tuple[str, str]:
    """A catalogue with the mistake in it, and the name of the message where."""
    exchange = re.fullmatch(r"exchange (\S+) (\S+)(?: in (\S+))?", mistake.strip())
    if exchange is None:
        name = mistake.partition(" =")[0]
        message, _, attribute = name.partition(".")
        if attribute:
            line = rf"(?m)^ +\.{attribute} =.*$"
            whole = re.sub(line, f"    .{mistake.strip().partition('.')[2]}", ftl.messages(text)[message])
            return put(text, message, whole), message
        return put(text, name, mistake), name
    one, other, inside = exchange.groups()
    said = ftl.messages(text)
    if inside:
        return put(
            text, inside, said[inside].replace(one, "\0").replace(other, one).replace("\0", other)
        ), inside
    first, second = (said[name].partition(" =")[2] for name in (one, other))
    return put(put(text, one, f"{one} ={second}"), other, f"{other} ={first}"), one


def put(text: str, name: str, message: str) -> str:
    """In the layout that the file has."""
    changed, times = re.subn(
        rf"^{name} =.*\n(?:[ ].*\n)*", lambda _: f"{message.strip()}\n", text, flags=re.MULTILINE
    )
    assert times == 1, name
    return ftl.canonical(changed)


def found(locale: str, path: Path) -> list[str]:
    """What lint says of the file of one language; it reads the others and makes the mails as well."""
    layer = ftl.layer(path.read_text("utf-8"), path.name)
    spoken = catalogue.load(locale, [layer])
    if unusable := [*layer.faults, *phrases.faults(spoken)]:
        return [fault.sentence for fault in unusable]
    language = phrases.load(spoken)
    taken = replace(TAKEN, languages={**TAKEN.languages, locale: language})
    every = (*lint_messages.faults(taken, [language]), *against_english.warnings(spoken, ENGLISH))
    return [fault.sentence for fault in every]


@pytest.mark.parametrize(("locale", "caught", "mistake"), MISTAKES)
def test_a_mistake_is_caught(locale: str, caught: str, mistake: str, tmp_path: Path) -> None:
    path = tmp_path / f"{locale}.ftl"
    changed, message = planted(text_of(locale), mistake)
    path.write_text(changed, "utf-8")
    said = found(locale, path)
    assert [each for each in said if caught in each] or (caught == SIGNATURE and not said), said
    before = TAKEN.languages[locale].catalogue
    signature = reviews.made(before, ENGLISH, message, "Ann", date(2026, 11, 30))
    assert reviews.holds(signature, before, ENGLISH, message)
    after = catalogue.load(locale, [ftl.layer(path.read_text("utf-8"), path.name)])
    assert not reviews.holds(signature, after, ENGLISH, message)


@pytest.mark.parametrize("locale", LANGUAGES)
def test_nothing_is_said_of_what_is_right(locale: str) -> None:
    assert found(locale, PACKAGED / "languages" / f"{locale}.ftl") == []


def test_nineteen_and_twenty_mistakes_are_spread_over_the_languages() -> None:
    assert len(MISTAKES) == 19 + 20
    assert {locale for locale, _, _ in MISTAKES} == set(LANGUAGES)

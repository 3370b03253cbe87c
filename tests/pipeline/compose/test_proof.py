"""What a reviewer reads before signing: nothing is absent, and it fits a terminal."""

import re
from datetime import date
from itertools import product
from pathlib import Path

import pytest
from wcwidth import width

from notifier.pipeline.compose import ftl, proof, reviews, shelf
from notifier.pipeline.compose.catalogue import Catalogue
from notifier.pipeline.compose.ftl import CHOICES, NUMBER
from notifier.settings import data_folder

PACKAGED = data_folder("templates") / "email"
TAKEN = shelf.take(PACKAGED, None)


def parts(sheet: str) -> dict[str, str]:
    """Name of a message -> all that stands under it, without spaces and the marks of lines."""
    found = re.split(r"^([\w-]+) -{2,} .*$", sheet, flags=re.MULTILINE)[1:]
    return {name: solid(text) for name, text in zip(found[::2], found[1::2], strict=True)}


def solid(text: str) -> str:
    return re.sub(r"\s", "", re.sub(r"^  (?:\w\w|\w{3}) {1,2}(?=\S)", "", text, flags=re.MULTILINE))


def combinations(name: str, spoken: Catalogue) -> list[dict[str, str | int]]:
    """Everything that a message may be asked for: by the catalogue alone, and not as the sheet does it."""
    choices = spoken.choices(name)
    numbers = {spoken.babel.plural_form(number): number for number in (1_000_000, *range(200, -1, -1))}
    values = {
        variable: [*numbers.values()] if variable == NUMBER else CHOICES.get(variable, sorted(named))
        for variable, named in choices.items()
        if variable != "zone"
    }
    rows = product(*values.values())
    kinds = choices.get("kind", frozenset())
    made = [dict(zip(values, row, strict=True)) for row in rows]
    return [each for each in made if "kind" not in each or each["kind"] in kinds]


@pytest.mark.parametrize("locale", sorted(TAKEN.languages))
def test_no_message_and_no_form_is_absent(locale: str) -> None:
    spoken = TAKEN.languages[locale].catalogue
    shown = parts(proof.sheet(TAKEN, locale))
    assert [*shown] == [*spoken.messages]
    for name, entry in spoken.entries.items():
        if "zone" in entry.chosen or name in proof.DAYS:
            continue
        for chosen in combinations(name, spoken):
            pieces = re.split(r"\{\w+\}", spoken.pattern(name, chosen))
            there = ".*".join(re.escape(solid(piece)) for piece in pieces)
            assert re.search(there, shown[entry.message]), (name, chosen)


@pytest.mark.parametrize("locale", sorted(TAKEN.languages))
def test_it_fits_eighty_columns_and_nothing_is_left_unfilled(locale: str) -> None:
    sheet = proof.sheet(TAKEN, locale)
    for line in sheet.split("\n"):
        assert width(line) <= 80, line
    left = {name: text for name, text in parts(sheet).items() if re.search(r"\{\w", text)}
    assert [*left] == ["hedges"]


def test_the_english_stands_above_with_examples_in_each_language() -> None:
    sheet = proof.sheet(TAKEN, "de")
    lead = sheet.partition("\nlead ")[2].partition("\n\n\n")[0]
    first = lead.partition("kind: outage; time: now\n")[2].partition("\n\n")[0]
    english, german = first.split("\n  de  ")
    assert english.startswith("  en  As of Friday 27 November, 18:32 EST (23:32 UTC)")
    assert "Freitag, 27. November, 18:32 Uhr EST (23:32 Uhr UTC)" in " ".join(german.split())


def test_who_signed_stands_beside_the_message_until_it_changes(tmp_path: Path) -> None:
    (tmp_path / "email" / "reviews").mkdir(parents=True)
    spoken, english = (TAKEN.languages[each].catalogue for each in ("de", "en"))
    signed = {"why": reviews.made(spoken, english, "why", "Ann Berg", date(2026, 11, 30))}
    (tmp_path / "email" / "reviews" / "de.toml").write_text(reviews.written(signed), "utf-8")
    sheet = proof.sheet(shelf.take(PACKAGED, tmp_path), "de")
    assert re.search(r"^why -+ signed by Ann Berg, 2026-11-30$", sheet, re.MULTILINE)
    assert re.search(r"^details -+ not signed$", sheet, re.MULTILINE)
    (tmp_path / "email" / "languages").mkdir()
    (tmp_path / "email" / "languages" / "de.ftl").write_text("why = Weshalb\n", "utf-8")
    sheet = proof.sheet(shelf.take(PACKAGED, tmp_path), "de")
    assert re.search(r"^why -+ changed since it was signed$", sheet, re.MULTILINE)


def test_what_is_not_translated_is_said(tmp_path: Path) -> None:
    (tmp_path / "email" / "languages").mkdir(parents=True)
    english = (PACKAGED / "languages" / "en.ftl").read_text("utf-8")
    left = english.replace(ftl.messages(english)["update-new"], "")
    (tmp_path / "email" / "languages" / "nl.ftl").write_text(left, "utf-8")
    sheet = proof.sheet(shelf.take(PACKAGED, tmp_path), "nl")
    assert "update-new" in sheet
    assert "It is not translated" in sheet.partition("\nupdate-new ")[2].partition("\n\n")[0]

"""What Fluent passes over in silence is refused, with file and line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from notifier.pipeline.compose import catalogue, ftl
from notifier.pipeline.compose.catalogue import Catalogue
from notifier.pipeline.compose.template import WordsFault

NOW = {"time": "now", "kind": "outage"}


@pytest.fixture
def made(tmp_path: Path) -> Callable[..., Catalogue]:
    def make(*texts: str, locale: str = "en") -> Catalogue:
        layers: list[ftl.Layer] = []
        for number, text in enumerate(texts):
            path = tmp_path / f"{number}.ftl"
            path.write_text(text, "utf-8")
            layers.append(ftl.layer(path.read_text("utf-8"), path.name, own=number > 0))
        assert not [fault for layer in layers for fault in layer.faults]
        return catalogue.load(locale, layers)

    return make


LEAD = """\
state =
    { $kind ->
        [outage] interrupted
       *[suspension] suspended
    }
    .first = Interrupted
lead =
    { $time ->
        [future] From { $since }, it will be { state }.
       *[now] It is { state } since { $since }.
    }
"""


def test_a_message_chooses_and_is_filled_in(made: Callable[..., Catalogue]) -> None:
    words = made(LEAD)
    assert words.say("lead", NOW, {"since": "noon"}) == "It is interrupted since noon."
    later = {"time": "future", "kind": "suspension"}
    assert words.say("lead", later, {"since": "noon"}) == "From noon, it will be suspended."
    assert words.say("state.first", {}, {}) == "Interrupted"


def test_what_is_filled_in_may_be_long_and_is_never_read_as_a_message(made: Callable[..., Catalogue]) -> None:
    value = "{ state } \ue002since\ue003 { $since }" * 500
    assert made("a = <{ $since }>\n").say("a", {}, {"since": value}) == f"<{value}>"


def test_for_what_is_filled_in_often_there_is_a_pattern(made: Callable[..., Catalogue]) -> None:
    assert made("hello = Hello { $name },\n").pattern("hello") == "Hello {name},"


@pytest.mark.parametrize(
    ("name", "chosen", "filled", "sentence"),
    [
        (
            "lead",
            {"kind": "outage"},
            {"since": "x"},
            "line 7: lead chooses by $time, which is not known here",
        ),
        ("lead", {"time": "now"}, {"since": "x"}, "line 7: lead chooses by $kind"),
        ("lead", {"time": "futur", "kind": "outage"}, {"since": "x"}, "line 7: $time is never 'futur'"),
        ("lead", NOW, {}, "line 7: lead shows $since, which is not known here"),
        ("leads", NOW, {}, "line 1: there is no message leads: add it"),
        ("lead.titled", NOW, {}, "line 7: there is no message lead.titled: add it"),
    ],
)
def test_nothing_is_guessed(
    made: Callable[..., Catalogue], name: str, chosen: dict[str, str], filled: dict[str, str], sentence: str
) -> None:
    with pytest.raises(WordsFault, match=sentence.replace("$", r"\$")):
        made(LEAD).say(name, chosen, filled)


def test_messages_that_ask_for_each_other_are_refused(made: Callable[..., Catalogue]) -> None:
    with pytest.raises(WordsFault, match="line 1: b stands in itself"):
        made("a = { b }\nb = { c }\nc = { b }\n").say("a", {}, {})


def test_a_companys_message_takes_the_place_of_the_packaged_one_wherever_it_stands(
    made: Callable[..., Catalogue],
) -> None:
    words = made(LEAD, "state = down\n")
    assert words.say("lead", NOW, {"since": "noon"}) == "It is down since noon."
    assert "state.first" not in words  # as a whole, with its attributes
    assert words.own


@pytest.mark.parametrize(("locale", "plurals"), [("en", "one other"), ("ar", "zero one two few many other")])
def test_numbers_take_the_plurals_of_the_language(
    made: Callable[..., Catalogue], locale: str, plurals: str
) -> None:
    rows = "".join(f"        [{each}] {each} {{ $n }}\n" for each in plurals.split()[:-1])
    words = made(f"more =\n    {{ $n ->\n{rows}       *[other] other {{ $n }}\n    }}\n", locale=locale)
    said = {words.say("more", {"n": n}, {"n": str(n)}).split()[0] for n in (0, 1, 2, 3, 11, 100)}
    assert said == set(plurals.split())
    assert words.say("more", {"n": 1500}, {"n": "1,500"}).endswith("1,500")

"""Mistakes that translators and companies make: each is planted, and each is named with its line."""

from pathlib import Path

import pytest

from notifier.pipeline.compose import against_english, lint, lint_messages, shelf
from notifier.settings import data_folder

PACKAGED = data_folder("templates") / "email"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    (tmp_path / "email" / "languages").mkdir(parents=True)
    return tmp_path


def found(own: Path, text: str, locale: str = "de") -> list[str]:
    path = own / "email" / "languages" / f"{locale}.ftl"
    path.write_text(text, "utf-8")
    taken = shelf.take(PACKAGED, own)
    every = (*taken.faults, *lint_messages.faults(taken))
    return [str(fault).removeprefix(f"{path}, line 1: ").rstrip(".") for fault in every]


PHONE = """\
contact =
    { $contact ->
        [phone] Rufen Sie uns an.
        [reply] Antworten Sie.
        [reply-phone] Antworten Sie, oder rufen Sie an: { $phone }.
       *[none] Antworten Sie.
    }
"""


NUMBERS = """\
more =
    {{ $n ->
        [{0}] noch {1}
       *[other] noch {2}
    }}
    .lines = und {{ $n }}
"""
LEAVES_OUT = "add it, or write '# without {0}' above the message"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("hello = Moin { $nome },\n    .unknown = Moin,\n", "the message hello must hold exactly { $name }"),
        ("hello = Moin { $name },\n", "there is no message hello.unknown: add it"),
        ("more-rest = { contact } { $since }\n", "more-rest shows $since, which no mail fills in there"),
        (
            "more-rest =\n    { $certainty ->\n       *[affected] { contact }\n    }\n",
            "more-rest chooses by $certainty, which is not known where it is said",
        ),
        ("ask = Ask { $phone }\n", "the message ask must hold exactly nothing that is filled in"),
        ("more = einige\n    .lines = und { $n }\n", "the message more must hold exactly { $n }"),
        (NUMBERS.format("one", "einer", "einige"), "the message more must show { $n } for 'other'"),
        (
            NUMBERS.format("few", "{ $n }", "{ $n }"),
            "more: the plurals of this language are one, other, not 'few'",
        ),
        ("frist-heading = Zugang\n", "no mail says frist-heading: is it the name of another message?"),
        (
            "next = Später\n    .promised = Vor { $next }.\n",
            "next takes the place of the packaged message as a whole: add next.open to it",
        ),
        (
            "restored-lead = Wieder offen:\n",
            f"restored-lead leaves out $back: {LEAVES_OUT.format('$back')}",
        ),
        (PHONE, f"contact, contact phone, leaves out $phone: {LEAVES_OUT.format('$phone')}"),
        ("details = Mehr von { $companie }\n", "details shows $companie, which no mail fills in"),
        ("details = Mehr { $affected }\n", "details shows $affected, which no mail fills in"),
        (
            "details =\n    { $n ->\n       *[other] Mehr\n    }\n",
            "details chooses by $n, which is not known where it is said",
        ),
        ("why = { billing }\nbilling = { why }\n", "why stands in itself"),
        ("details = Mehr: { mehr }\n", "details asks for { mehr }, and there is no such message"),
    ],
)
def test_a_mistake_is_named(own: Path, text: str, sentence: str) -> None:
    assert sentence in found(own, text)


def test_what_is_left_out_on_purpose_is_no_mistake(own: Path) -> None:
    assert found(own, "# without $back: the heading has it\nrestored-lead = Wieder offen:\n") == []


SORRY = "first-sorry = Wir bitten um Entschuldigung.\n"
KEPT = "data-lost = Sie bleiben erhalten.\n    .believed = Wir gehen davon aus, dass sie verloren sind.\n"
SAME = "data-kept = Sie bleiben erhalten.\n    .believed = Wir gehen davon aus: erhalten.\n"
UNSURE = "retraction-may-be = Vielleicht ist der Zugang für Sie { state }:\n"
HEDGES = (
    "hedges = vielleicht | möglicherweise | könnte | wir gehen | noch nicht | soweit wir | etwa { $at }\n"
)


@pytest.mark.parametrize(
    ("mistaken", "meant"),
    [
        (SORRY, f"# Same for every $time.\n{SORRY}"),
        (PHONE, f"# without $phone: it rings in vain.\n# Same for every $contact.\n{PHONE}"),
        (SAME + KEPT, f"{SAME}# Same as data-kept: so they want it.\n{KEPT}"),
        (UNSURE, f"{HEDGES}{UNSURE}"),
    ],
)
def test_what_is_meant_is_said_and_is_no_mistake(own: Path, mistaken: str, meant: str) -> None:
    assert found(own, mistaken) != []
    assert found(own, meant) == []


@pytest.mark.parametrize(("comment", "left"), [("", ["why"]), ("# Same as English.\n", [])])
def test_english_may_stay_on_purpose(own: Path, comment: str, left: list[str]) -> None:
    assert found(own, f"{comment}why = Why\n") == []
    taken = shelf.take(PACKAGED, own)
    assert taken.english
    warned = [
        fault.sentence for fault in against_english.warnings(taken.languages["de"].catalogue, taken.english)
    ]
    assert [each.split(";")[0] for each in warned] == [f"still English: {each}" for each in left]


def test_a_message_for_a_skeleton_of_the_companys_own_is_said(own: Path) -> None:
    (own / "email" / "notices").mkdir()
    first = (PACKAGED / "notices" / "first.md.j2").read_text("utf-8")
    (own / "email" / "notices" / "first.md.j2").write_text(f'{first}\n{{{{ "our-claim" | say }}}}\n', "utf-8")
    assert found(own, "our-claim = We are there.\n", "en") == []
    words = shelf.take(PACKAGED, own)
    assert words.missing(words.sources["first"], "de") == ["our-claim"]


def test_the_packaged_files_are_laid_out_as_translators_tools_do_it(tmp_path: Path) -> None:
    email = tmp_path / "email"
    (email / "languages").mkdir(parents=True)
    for path in (PACKAGED / "notices").iterdir():
        (email / "notices").mkdir(exist_ok=True)
        (email / "notices" / path.name).write_text(path.read_text("utf-8"), "utf-8")
    (email / "layout.html.j2").write_text((PACKAGED / "layout.html.j2").read_text("utf-8"), "utf-8")
    english = (PACKAGED / "languages" / "en.ftl").read_text("utf-8")
    (email / "languages" / "en.ftl").write_text(
        english.replace("no-password = ", "no-password =   "), "utf-8"
    )
    (fault,) = lint(email, None).faults
    assert "it is not laid out as Fluent's own serializer does it" in fault.sentence
    assert english.split("\n")[fault.line - 1].startswith("no-password")

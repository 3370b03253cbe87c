"""A company's own words: copied, changed, checked, looked at; the package stays untouched."""

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from notifier.actions.inspect import doctor, templates
from notifier.app import words
from notifier.entry.cli import all_commands
from notifier.errors import BadInput, Refused
from notifier.model.vocabulary import Kind, NoticeKind, Variant
from notifier.pipeline.compose import Words, sample
from notifier.settings import Settings, from_env


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "ours"
    folder.mkdir()
    return folder


@pytest.fixture
def ours(own: Path) -> Settings:
    return from_env({"NOTIFIER_TEMPLATES": str(own), "NOTIFIER_REHEARSALS_ONLY": "1"})


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_what_was_copied_and_changed_is_what_is_sent(ours: Settings, own: Path) -> None:
    path = templates.copy(ours, "de", ["hello", "first-sorry"])
    assert path == own / "email" / "languages" / "de.ftl"
    change(path, "Guten Tag { $name },", "Moin { $name },")
    change(path, "Wir bitten um Entschuldigung.", "Es tut uns von Herzen leid.")
    change(path, "Wir bitten um Entschuldigung.", "Es tut uns von Herzen leid.")
    change(templates.copy(ours, "first"), '{{ "why" | say }}', '{{ "details" | say }}')
    change(templates.copy(ours, "layout"), "#b3541e", "#113355")
    assert templates.lint(ours).faults == ()
    found = words(own)
    story = sample.full(NoticeKind.FIRST)
    rendered = found.render(story, "de", Variant.AFFECTED, sample.NONCE)
    values = found.values(story, "de", sample.person(Variant.AFFECTED), sample.NONCE)
    assert "Es tut uns von Herzen leid." in rendered.text
    assert "Moin Ada Okafor," in values.values()
    assert "Warum:" not in rendered.text
    assert "#113355" in rendered.html
    packaged = words().render(story, "de", Variant.AFFECTED, sample.NONCE)
    assert "Es tut uns von Herzen leid." not in packaged.text


def test_every_fault_is_found_at_once_and_refused_at_the_start(ours: Settings, own: Path) -> None:
    path = templates.copy(ours, "first")
    change(path, "{{ symptom }}", "{{ symptoms }}")
    change(path, "{{ billing }}", "{{ bill }}")
    messages = templates.copy(ours, "fr", ["hello"])
    change(messages, "Bonjour { $name },", "Bonjour { $nom },")
    (own / "email" / "notices" / "frist.md.j2").write_text("")
    found = [str(fault) for fault in templates.lint(ours).faults]
    assert len(found) == 4
    for at, sentence in (
        (path, "there is no variable 'symptoms'; did you mean 'symptom'?"),
        (path, "there is no variable 'bill'; did you mean 'billing'?"),
        (messages, "line 1: the message hello must hold exactly { $name }"),
        (f"{own}/email/notices/frist.md.j2", "there is no notice 'frist'"),
    ):
        assert [each for each in found if each.startswith(str(at)) and sentence in each], found
    with pytest.raises(BadInput):
        words(own)
    assert not doctor.check_templates(ours).ok


def test_a_folder_of_the_old_kind_is_refused_in_one_sentence(ours: Settings, own: Path) -> None:
    for name in ("first/de.md.j2", "outage_first/en.md.j2", "phrases/de.toml"):
        (own / "email" / name).parent.mkdir(parents=True, exist_ok=True)
        (own / "email" / name).write_text("")
    (fault,) = templates.lint(ours).faults
    for place in ("email/languages/<locale>.ftl", "email/notices/<notice>.md.j2", "email/layout.html.j2"):
        assert place in fault.sentence
    with pytest.raises(BadInput, match="words stand elsewhere"):
        words(own)


def test_only_what_is_packaged_is_copied_and_nothing_is_overwritten(ours: Settings, own: Path) -> None:
    templates.copy(ours, "pt")
    for name in ("frist", "../phrases", "../de", "xx-nonsense"):
        with pytest.raises(BadInput, match="There is no packaged"):
            templates.copy(ours, name)
    with pytest.raises(BadInput, match="There is no message 'first-headin'; there are first-heading"):
        templates.copy(ours, "de", ["first-headin"])
    with pytest.raises(Refused, match="is there already"):
        templates.copy(ours, "pt")
    with pytest.raises(Refused, match=r"why stands in .*pt\.ftl already"):
        templates.copy(ours, "pt", ["why"])
    with pytest.raises(BadInput, match="NOTIFIER_TEMPLATES is not set"):
        templates.copy(from_env({"NOTIFIER_REHEARSALS_ONLY": "1"}), "first")
    assert [path.name for path in own.rglob("*") if path.is_file()] == ["pt.ftl"]


def test_messages_are_added_to_those_that_are_there(ours: Settings) -> None:
    templates.copy(ours, "de", ["why"])
    path = templates.copy(ours, "de", ["billing", "hello"])
    assert [line.partition(" =")[0] for line in path.read_text().splitlines()] == [
        "why", "billing", "hello", "    .unknown",
    ]  # fmt: skip
    assert templates.lint(ours).faults == ()


def test_a_language_in_the_making_reads_english_where_it_has_no_words(ours: Settings) -> None:
    path = templates.copy(ours, "nl")
    assert "any-language" not in path.read_text()  # said to those who read English and no Dutch
    change(path, "update-new = What is new\n", "")
    found = templates.lint(ours)
    assert found.faults == ()
    lacks, hedges, english, _ = [w.sentence for w in found.warnings if w.name == str(path)]
    assert lacks == "update lacks update-new; people read English."
    assert hedges.startswith("it does not say in the message hedges")
    assert re.match(r"still English: hello and \d+ more;", english)
    there = words(ours.templates)
    assert there.resolve("nl-BE", NoticeKind.FIRST) == "nl"
    assert there.resolve("nl-BE", NoticeKind.UPDATE) == "en"


def test_who_has_read_the_words_stands_beside_them(ours: Settings, own: Path) -> None:
    day = date(2026, 11, 30)
    with pytest.raises(BadInput, match="There is no message 'wy' in de"):
        templates.sign(ours, "de", "Ann", ["wy"], day)
    with pytest.raises(BadInput, match="There are no words in 'nl'"):
        templates.sign(ours, "nl", "Ann", [], day)
    path, first = templates.sign(ours, "de", "Ann", ["why"], day)
    assert (path, first) == (own / "email" / "reviews" / "de.toml", 1)
    assert not Words.load(templates.packaged(), own).reviewed(NoticeKind.FIRST, "de")
    templates.sign(ours, "de", "Bo", [], day)
    found = Words.load(templates.packaged(), own)
    assert found.reviewed(NoticeKind.FIRST, "de")
    assert {review.by for review in found.reviews(NoticeKind.FIRST, "de")} == {"Ann", "Bo"}
    assert not [w for w in templates.lint(ours).warnings if w.name.endswith("de.ftl")]
    change(templates.copy(ours, "de", ["why"]), "Warum", "Weshalb")
    assert not Words.load(templates.packaged(), own).reviewed(NoticeKind.FIRST, "de")
    assert [w.sentence for w in templates.lint(ours).warnings if w.name.endswith("de.ftl")] == [
        "nobody has reviewed all of it."
    ]


def test_a_preview_is_a_page_and_a_text_for_everybody(ours: Settings, tmp_path: Path) -> None:
    wanted = templates.WantedMails(("first",), ("ja",), (Variant.AFFECTED,))
    written = templates.preview(ours, wanted, tmp_path / "out")
    assert [path.name for path in written] == [
        "first.ja.affected.html", "first.ja.affected.txt",
        "outage_first.ja.affected.html", "outage_first.ja.affected.txt",
    ]  # fmt: skip
    text = written[1].read_text()
    assert text.startswith("Subject: Fable 5、Mythos 5のご利用停止")
    assert "Ada Okafor 様" in text
    assert sample.NONCE not in "".join(path.read_text() for path in written)
    asked = replace(wanted, names=("update",), kinds=(Kind.MAINTENANCE,))
    (page, _) = templates.preview(ours, asked, tmp_path / "out")
    assert page.name == "maintenance_update.ja.affected.html"
    with pytest.raises(BadInput, match="no such mail"):
        templates.preview(ours, templates.WantedMails(("frist",)), tmp_path / "out")


def test_the_command_line_names_faults_and_ends_with_2(own: Path) -> None:
    app = typer.Typer()
    all_commands.register(app)
    environment = {"NOTIFIER_TEMPLATES": str(own), "NOTIFIER_REHEARSALS_ONLY": "1"}
    run = CliRunner(env=environment).invoke
    assert run(app, ["templates", "new", "es", "restored-lead", "why"]).exit_code == 0
    assert "2 messages signed by Ann" in run(
        app, ["templates", "sign", "es", "restored-lead", "why", "--by", "Ann"]
    ).output.replace("\n", " ")
    assert "No fault" in run(app, ["templates", "lint"]).output
    path = own / "email" / "languages" / "es.ftl"
    change(path, "{ $back }", "ahora")
    done = run(app, ["templates", "lint", "--json"])
    assert done.exit_code == 2
    (fault,) = json.loads(done.output)["faults"]
    assert fault["file"] == str(path)
    assert "restored-lead leaves out $back" in fault["says"]


def test_all_means_every_notice(ours: Settings, tmp_path: Path) -> None:
    named = templates.preview(ours, templates.WantedMails(["all"], ["de"]), tmp_path / "named")
    left_out = templates.preview(ours, templates.WantedMails([], ["de"]), tmp_path / "left out")
    assert [path.name for path in named] == [path.name for path in left_out]


def test_a_reviewer_gets_a_sheet_for_each_language(ours: Settings, tmp_path: Path) -> None:
    assert [path.name for path in templates.every(ours, ["ja"], tmp_path)] == ["every.ja.txt"]
    assert "first-heading" in (tmp_path / "every.ja.txt").read_text()
    assert len(templates.every(ours, [], tmp_path / "all")) == len(words(None).shelf.languages)
    with pytest.raises(BadInput, match="no words in 'nl'"):
        templates.every(ours, ["nl"], tmp_path)
    app = typer.Typer()
    all_commands.register(app)
    run = CliRunner(env={"NOTIFIER_REHEARSALS_ONLY": "1"}).invoke
    wanted = ["templates", "preview", "--every", "--locale", "de", "-o", str(tmp_path / "sheets")]
    assert "every.de.txt" in run(app, wanted).output.replace("\n", "")
    assert isinstance(run(app, [*wanted, "first"]).exception, BadInput)

"""A company's own words: copied, changed, checked, looked at; the package stays untouched."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from notifier.actions.inspect import doctor, templates
from notifier.app import words
from notifier.entry.cli import all_commands
from notifier.errors import BadInput, Refused
from notifier.model.vocabulary import NoticeKind, Variant
from notifier.pipeline.compose import sample
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
    path = templates.copy(ours, "first", "de")
    assert path == own / "email" / "first" / "de.md.j2"
    change(path, "Wir bitten um Entschuldigung.", "Es tut uns von Herzen leid.")
    (own / "email" / "phrases").mkdir()
    (own / "email" / "phrases" / "de.toml").write_text('[hello]\nknown = "Moin {name},"\n')
    change(templates.copy(ours, "layout", "en"), "#b3541e", "#113355")
    assert templates.lint(ours).faults == ()
    found = words(own)
    story = sample.full(NoticeKind.FIRST)
    rendered = found.render(story, "de", Variant.AFFECTED, sample.NONCE)
    values = found.values(story, "de", sample.person(Variant.AFFECTED), sample.NONCE)
    assert "Es tut uns von Herzen leid." in rendered.text
    assert "Moin Ada Okafor," in values.values()
    assert "#113355" in rendered.html
    assert (
        "Es tut uns von Herzen leid." not in words().render(story, "de", Variant.AFFECTED, sample.NONCE).text
    )


def test_every_fault_is_found_at_once_and_refused_at_the_start(ours: Settings, own: Path) -> None:
    path = templates.copy(ours, "first", "de")
    change(path, "{{ symptom }}", "{{ symptoms }}")
    change(path, "{{ billing }}", "{{ bill }}")
    phrases = templates.copy(ours, "phrases", "fr")
    change(phrases, "Bonjour {name},", "Bonjour {nom},")
    (own / "email" / "frist").mkdir()
    (own / "email" / "frist" / "en.md.j2").write_text("")
    found = [str(fault) for fault in templates.lint(ours).faults]
    assert len(found) == 4
    for at, sentence in (
        (f"{path}, line 39", "there is no variable 'symptoms'; did you mean 'symptom'?"),
        (f"{path}, line 51", "there is no variable 'bill'; did you mean 'billing'?"),
        (f"{phrases}, line 10", "the phrase hello.known must hold exactly {name}"),
        (f"{own}/email/frist/en.md.j2, line 1", "there is no notice 'frist'"),
    ):
        assert [each for each in found if each.startswith(at.rpartition(" ")[0]) and sentence in each], found
    with pytest.raises(BadInput):
        words(own)
    assert not doctor.check_templates(ours).ok


def test_only_what_is_packaged_is_copied_and_nothing_is_overwritten(ours: Settings, own: Path) -> None:
    templates.copy(ours, "phrases", "pt")
    for name, locale in (("frist", "de"), ("../phrases", "de"), ("first", "../de"), ("first", "xx-nonsense")):
        with pytest.raises(BadInput, match="There is no packaged"):
            templates.copy(ours, name, locale)
    with pytest.raises(Refused, match="is there already"):
        templates.copy(ours, "phrases", "pt")
    with pytest.raises(BadInput, match="NOTIFIER_TEMPLATES is not set"):
        templates.copy(from_env({"NOTIFIER_REHEARSALS_ONLY": "1"}), "first", "de")
    assert [path.name for path in own.rglob("*") if path.is_file()] == ["pt.toml"]


def test_a_language_in_the_making_reads_english_where_it_has_no_words(ours: Settings) -> None:
    templates.copy(ours, "phrases", "pt")
    templates.copy(ours, "first", "pt")
    found = templates.lint(ours)
    assert found.faults == ()
    assert [
        w for w in found.warnings if w.name == "email/update/pt.md.j2" and "people read English" in w.sentence
    ]
    there = words(ours.templates)
    assert there.resolve("pt-BR", NoticeKind.FIRST) == "pt"
    assert there.resolve("pt-BR", NoticeKind.UPDATE) == "en"


def test_a_preview_is_a_page_and_a_text_for_everybody(ours: Settings, tmp_path: Path) -> None:
    wanted = templates.WantedMails(("first", "outage_first"), ("ja",), (Variant.AFFECTED,))
    written = templates.preview(ours, wanted, tmp_path / "out")
    assert [path.name for path in written] == [
        "first.ja.affected.html", "first.ja.affected.txt",
        "outage_first.ja.affected.html", "outage_first.ja.affected.txt",
    ]  # fmt: skip
    text = written[1].read_text()
    assert text.startswith("Subject: Fable 5、Mythos 5のご利用について")
    assert "Ada Okafor 様" in text
    assert sample.NONCE not in "".join(path.read_text() for path in written)
    with pytest.raises(BadInput, match="no such mail"):
        templates.preview(ours, templates.WantedMails(("frist",)), tmp_path / "out")


def test_the_command_line_names_faults_and_ends_with_2(own: Path) -> None:
    app = typer.Typer()
    all_commands.register(app)
    environment = {"NOTIFIER_TEMPLATES": str(own), "NOTIFIER_REHEARSALS_ONLY": "1"}
    run = CliRunner(env=environment).invoke
    assert run(app, ["templates", "new", "update", "es"]).exit_code == 0
    assert "No fault" in run(app, ["templates", "lint"]).output
    change(own / "email" / "update" / "es.md.j2", "{{ what }}", "")
    done = run(app, ["templates", "lint", "--json"])
    assert done.exit_code == 2
    (fault,) = json.loads(done.output)["faults"]
    assert fault["file"] == str(own / "email" / "update" / "es.md.j2")
    assert "never shows {{ what }}" in fault["says"]


def test_all_means_every_notice(ours: Settings, tmp_path: Path) -> None:
    named = templates.preview(ours, templates.WantedMails(["all"], ["de"]), tmp_path / "named")
    left_out = templates.preview(ours, templates.WantedMails([], ["de"]), tmp_path / "left out")
    assert [path.name for path in named] == [path.name for path in left_out]

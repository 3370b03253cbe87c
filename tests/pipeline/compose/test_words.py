"""Loading refuses what would fail on a Friday; hashes name the words and nothing else."""

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from notifier.errors import BadInput
from notifier.model.kinds import OUT
from notifier.model.vocabulary import NoticeKind, Variant
from notifier.pipeline.compose import Words, headers, lint, sample
from notifier.settings import data_folder

FOLDER = data_folder("templates") / "email"
WORDS = Words.load(FOLDER)
STORY = sample.full(NoticeKind.FIRST)
NONCES = ("aaaaaaaabbbbbbbb", "0123456789ABCDEF0123456789ABCDEF")


FEW = ("en", "de")
"""Languages of a folder in which a fault is planted: what is packaged in all of them is linted as it is, below."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    others = [f"{locale}.*" for locale in WORDS.locales(NoticeKind.FIRST) if locale not in FEW]
    return Path(shutil.copytree(FOLDER, tmp_path / "email", ignore=shutil.ignore_patterns(*others)))


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def line_of(path: Path, what: str) -> int:
    return 1 + path.read_text().split(what)[0].count("\n")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("{{ symptom }}", "{{ symptoms }}", "there is no variable 'symptoms'"),
        ("{{ symptom }}", "{{ symptom }", "unexpected '}'"),
        ("{{ symptom }}", "{{ 'x' * 1000000000 }}", "a template may not use this (mul)"),
        ("{{ symptom }}", "{{ 2 ** 9 }}", "a template may not use this (pow)"),
        ("{{ symptom }}", "{{ ''.__class__ }}", "a template may not use this (getattr)"),
        ("{{ symptom }}", "{{ symptom | upper }}", "no filter named 'upper'"),
        ("{{ symptom }}", "{{ symptom | say }}", "say the name of a message, or choose between such names"),
        ("{{ symptom }}", "{{ 'symptoms' | say }}", "no English message 'symptoms'; did you mean 'symptom'?"),
        (
            "{{ symptom }}",
            "{% for x in symptom %}{{ symptom }}{% endfor %}",
            "a template may not use this (for)",
        ),
        ("{{ symptom }}", "{% include 'x' %}", "a template may not use this (include)"),
    ],
)
def test_a_faulty_template_is_named_with_its_line(folder: Path, old: str, new: str, sentence: str) -> None:
    path = folder / "notices" / "first.md.j2"
    change(path, old, new)
    line = line_of(path, new)
    (message,) = [str(f) for f in lint(folder, None).faults if sentence in str(f)]
    assert message.startswith(f"email/notices/first.md.j2, line {line}: ")
    assert "\n" not in message


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("subject: ", "subjekt: ", "line 2: only subject, preheader"),
        ("preheader: ", "reviewed_by: Ann\npreheader: ", "line 3: only subject, preheader"),
        ("if title else", "if titel else", "line 2: there is no variable 'titel'"),
        ("---\n", "", "line 1: begin with front matter"),
        ("{{ what }}", "", "never shows {{ what }} to those who are affected"),
        ("# {{", "{{", "exactly one heading"),
        ("subject: ", "subject: About ", "all notices share one"),
        ("subject: ", "subject: {{ hello }}", "the same for everybody"),
    ],
)
def test_faulty_front_matter_and_missing_parts_are_named(
    folder: Path, old: str, new: str, sentence: str
) -> None:
    change(folder / "notices" / "first.md.j2", old, new)
    found = [str(fault) for fault in lint(folder, None).faults]
    assert [fault for fault in found if sentence in fault], found


def no_english(folder: Path) -> None:
    (folder / "languages" / "en.ftl").unlink()


def latin_1(folder: Path) -> None:
    (folder / "languages" / "de.ftl").write_bytes("für".encode("latin-1"))


def no_layout(folder: Path) -> None:
    (folder / "layout.html.j2").unlink()


def no_language(folder: Path) -> None:
    (folder / "languages" / "de.ftl").rename(folder / "languages" / "xx-nonsense.ftl")


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (no_english, "email/languages/en.ftl, line 1: it is missing"),
        (latin_1, "email/languages/de.ftl, line 1: it is not UTF-8"),
        (no_layout, "email/layout.html.j2, line 1: it is missing"),
        (no_language, "email/languages/xx-nonsense.ftl, line 1: 'xx-nonsense' is not a language"),
    ],
)
def test_faults_around_the_templates_are_named(
    folder: Path, fault: Callable[[Path], None], sentence: str
) -> None:
    fault(folder)
    found = [str(each) for each in lint(folder, None).faults]
    assert [each for each in found if sentence in each], found


def test_what_is_packaged_has_no_fault_and_every_language_says_everything() -> None:
    found = lint(FOLDER, None)
    assert found.faults == ()
    assert not [warning for warning in found.warnings if "people read English" in warning.sentence]


def test_a_skeleton_holds_no_word_and_a_catalogue_no_condition() -> None:
    """What a translator reads is words, and a sentence that is changed in all languages is one edit in each."""
    for path in (FOLDER / "notices").iterdir():
        _, front, body = path.read_text().split("---\n", 2)
        values = "".join(line.partition(":")[2] for line in front.splitlines())
        left = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", values + body)
        assert not re.search(r"\w", left), path.name
    for path in (FOLDER / "languages").iterdir():
        assert "{%" not in path.read_text(), path.name


def test_french_signs_never_stand_at_the_beginning_of_a_line() -> None:
    """The space before them is one that does not break."""
    for path in (FOLDER / "languages").glob("fr*.ftl"):
        words = re.sub(r"^#.*$", "", path.read_text(), flags=re.MULTILINE)
        assert not re.findall(r".*[^\s=]? [:;?!»].*", words)


def test_the_words_stay_short_enough_to_be_read() -> None:
    """Skeletons, catalogues and the page; not who has reviewed them."""
    files = [path for path in FOLDER.rglob("*") if path.is_file() and path.parent.name != "reviews"]
    assert sum(path.read_text().count("\n") for path in files) <= 3_600


def test_a_sentence_changes_in_all_languages_by_one_edit_in_each(tmp_path: Path) -> None:
    """Whatever kind of notice says it, in its text and in its page."""
    folder = Path(shutil.copytree(FOLDER, tmp_path / "email"))
    files = sorted((folder / "languages").iterdir())
    for path in files:
        words, edits = re.subn(r"(?m)^no-password = .*$", "no-password = Qqq.", path.read_text())
        assert edits == 1
        path.write_text(words)
    words = Words.load(folder)
    assert len(files) == len(sample.LOCALES)
    for notice, locale in product(NoticeKind, sample.LOCALES):
        made = words.render(sample.full(notice), locale, Variant.AFFECTED, NONCES[0])
        assert ("Qqq." in made.text, "Qqq." in made.html) == (True, True), (notice, locale)


def test_a_language_is_one_file(folder: Path) -> None:
    """A made-up one: Esperanto with English words, each marked."""
    english = (folder / "languages" / "en.ftl").read_text()
    (folder / "languages" / "eo.ftl").write_text(english.replace("We ", "Ni "))
    assert lint(folder, None).faults == ()
    words = Words.load(folder)
    for notice in NoticeKind:
        assert "eo" in words.locales(notice)
    assert "Ni are sorry." in words.render(STORY, "eo", Variant.AFFECTED, NONCES[0]).text


@pytest.mark.parametrize(
    ("asked", "got"),
    [
        ("de-CH", "de"),
        ("de_AT", "de"),
        ("DE", "de"),
        ("en-GB", "en"),
        ("fr-CA", "fr"),
        ("es-MX", "es"),
        ("es-419", "es"),
        ("ja_JP", "ja"),
        ("ar-EG", "ar"),
        ("pt_BR", "pt-BR"),
        ("pt-PT", "pt-BR"),
        ("deu", "de"),
        ("fr_CA.UTF-8", "fr"),
        ("nl", "en"),
        ("", "en"),
        (None, "en"),
        ("../de", "en"),
    ],
)
def test_whoever_has_no_words_of_their_own_reads_the_nearest_and_then_english(
    asked: str | None, got: str
) -> None:
    assert WORDS.resolve(asked, NoticeKind.FIRST) == got


@pytest.mark.parametrize(
    ("there", "asked", "written"), [("nb", "nn-NO", "no"), ("he", "iw", "iw_IL"), ("eo", "eo-PL", "epo")]
)
def test_own_words_reach_their_readers_however_either_is_spelt(
    folder: Path, there: str, asked: str, written: str
) -> None:
    shutil.copy(folder / "languages" / "en.ftl", folder / "languages" / f"{there}.ftl")
    words = Words.load(folder)
    assert words.resolve(asked, NoticeKind.FIRST) == there
    story = replace(STORY, statements={"de": "Andere Worte.", written: "These words."})
    assert "These words." in words.render(story, there, Variant.AFFECTED, NONCES[0]).text


def test_who_comes_late_reads_the_first_notice() -> None:
    assert WORDS.locales(NoticeKind.CATCH_UP) == WORDS.locales(NoticeKind.FIRST)
    assert WORDS.locales(NoticeKind.FIRST) == ("ar", "de", "en", "es", "fr", "ja", "pt-BR")
    late = WORDS.render(sample.full(NoticeKind.CATCH_UP), "en", Variant.AFFECTED, NONCES[0])
    assert late.text == WORDS.render(STORY, "en", Variant.AFFECTED, NONCES[0]).text


def test_a_notice_without_words_is_refused_in_one_sentence(tmp_path: Path) -> None:
    shutil.copytree(data_folder("templates") / "email", tmp_path / "email")
    (tmp_path / "email" / "notices" / "holding.md.j2").unlink()
    words = Words.load(tmp_path / "email")
    assert words.locales(NoticeKind.HOLDING) == ()
    with pytest.raises(BadInput, match=r"no words for the notice 'holding' in 'en'"):
        words.render(sample.full(NoticeKind.HOLDING), "en", Variant.AFFECTED, NONCES[0])


def test_hashes_do_not_depend_on_the_nonce_and_change_with_every_word() -> None:
    def contents(nonce: str, story: object = STORY) -> list[str]:
        assert isinstance(story, type(STORY))
        return [WORDS.render(story, locale, v, nonce).sha256 for locale in ("en", "de") for v in OUT]

    assert contents(NONCES[0]) == contents(NONCES[1])
    assert len(set(contents(NONCES[0]))) == 6
    other = contents(NONCES[0], replace(STORY, statements=dict(STORY.statements) | {"en": "A statement!"}))
    assert [a == b for a, b in zip(contents(NONCES[0]), other, strict=True)] == [False] * 3 + [True] * 3


@pytest.mark.parametrize("nonce", ["short", "with space 12345", "under_score_1234", "a" * 33, "<script>aaaa"])
def test_a_nonce_that_text_could_damage_is_refused(nonce: str) -> None:
    with pytest.raises(ValueError, match="nonce"):
        WORDS.render(STORY, "en", Variant.AFFECTED, nonce)


def test_a_statement_too_long_for_a_mail_is_refused() -> None:
    with pytest.raises(BadInput, match="shorten the statement"):
        WORDS.render(replace(STORY, statements={"en": "word " * 20_000}), "en", Variant.AFFECTED, NONCES[0])


def test_jinja_in_a_statement_is_text() -> None:
    story = replace(STORY, statements={"en": "{{ 7 * 7 }} {% raw %} costs {{ company }}"})
    assert (
        "{{ 7 * 7 }} {% raw %} costs {{ company }}"
        in WORDS.render(story, "en", Variant.AFFECTED, NONCES[0]).text
    )


def test_one_conversation_and_no_automatic_answers() -> None:
    found = headers(STORY, "Münch.example")
    assert found["References"] == found["In-Reply-To"] == "<7k2m.disruption@xn--mnch-0ra.example>"
    assert found["Auto-Submitted"] == "auto-generated"
    assert found["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    over = headers(replace(STORY, notice=NoticeKind.RESTORED), "Münch.example")
    assert over == found | {"Feedback-ID": over["Feedback-ID"]}


def test_complaints_are_counted_by_notice_and_never_by_person() -> None:
    found = headers(STORY, "example.com")["Feedback-ID"]
    assert re.fullmatch(r"7k2m:first:suspension:n[0-9a-f]{12}", found)
    assert (
        found.rpartition(":")[2]
        == headers(sample.bare(NoticeKind.UPDATE), "example.com")["Feedback-ID"].rpartition(":")[2]
    )


def test_what_cannot_stand_in_a_header_is_refused() -> None:
    with pytest.raises(ValueError, match="letters, digits"):
        headers(replace(STORY, reference="7K2M\r\nBcc: x"), "example.com")

"""What the operator gave: languages of statements."""

from pathlib import Path

import pytest

from notifier.entry.cli import arguments
from notifier.errors import BadInput


def test_a_statement_is_kept_in_one_spelling_of_its_language(tmp_path: Path) -> None:
    words = tmp_path / "words.md"
    words.write_text("These words.")
    given = (f"deu={words}", f"nb_no={words}", str(words))
    assert arguments.statements(given) == dict.fromkeys(("de", "nb-NO", "en"), "These words.")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (("de={}", "deu={}"), "There are two statements for 'de'"),
        (("final={}",), "names no language: write it like 'de=words.md'."),
    ],
)
def test_a_statement_that_nobody_would_read_is_refused(
    tmp_path: Path, given: tuple[str, ...], says: str
) -> None:
    (tmp_path / "w").write_text("These words.")
    with pytest.raises(BadInput, match=says):
        arguments.statements(each.format(tmp_path / "w") for each in given)

"""HTML and text from the same tokens."""

import pytest

from notifier.pipeline.compose import markdown

NONCE = "k3k9s8d7f6g5h4j3"
MARKER = f"n{NONCE}statementN"


def text(source: str, statement: str | None = None) -> str:
    return markdown.to_text(markdown.parse(source, statement, NONCE), NONCE, {"since": 50})


def html(source: str, statement: str | None = None) -> str:
    return markdown.to_html(markdown.parse(source, statement, NONCE), NONCE)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("# A\n\nB *c* **d** `e`", "A\n\nB c d e\n"),
        ("## Why\n\nBecause.", "Why: Because.\n"),
        ("## Why?\n\nBecause.", "Why? Because.\n"),
        ("## List\n\n- a\n- b", "List:\n\n- a\n\n- b\n"),
        ("3. a\n4. b\n   - c", "3. a\n\n4. b\n\n   - c\n"),
        ("> quoted\n> words", "> quoted words\n"),
        ("[words](https://a.example/b)", "words (https://a.example/b)\n"),
        ("<https://a.example/b>", "https://a.example/b\n"),
        ("<help@example.com>", "help@example.com\n"),
        ("```\na  b\n```", "a  b\n"),
        ("a\n\n---\n\nb", "a\n\n----\n\nb\n"),
        ("a  \nb", "a\nb\n"),
    ],
)
def test_text(source: str, expected: str) -> None:
    assert text(source) == expected


def test_lines_are_wrapped_and_a_placeholder_counts_as_its_widest_value() -> None:
    assert max(map(len, text("word " * 100).splitlines())) <= 78
    lines = text(f"Since n{NONCE}sinceN there is no access for you or anybody.").splitlines()
    assert lines == [f"Since n{NONCE}sinceR there is no access", "for you or anybody."]


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![pixel](https://evil.example/p.png)",
        "[x](javascript:alert(1))",
        "[x](data:text/html,hi)",
        "<a href='https://evil.example'>x</a>",
    ],
)
def test_a_statement_brings_no_markup_image_or_script_along(hostile: str) -> None:
    made = html(MARKER, hostile)
    for forbidden in ("<script", "<img", 'href="javascript', 'href="data', "<a href='"):
        assert forbidden not in made


def test_a_statement_ends_with_itself() -> None:
    statement = "```\nnever closed\n\n[Reply]: https://evil.example"
    made = html(f"a\n\n{MARKER}\n\n[Reply] to **us**.", statement)
    assert "[Reply] to <strong>us</strong>" in made
    assert "never closed" in made


def test_the_headings_of_a_statement_are_smaller_than_the_notices() -> None:
    made = html(f"# Title\n\n{MARKER}", "# Big\n\n###### Small")
    assert made.count("<h1") == 1
    assert "<h2>Big</h2>" in made
    assert "<h3>Small</h3>" in made


def test_a_block_of_names_is_set_apart() -> None:
    made = html(f"n{NONCE}whatN")
    assert made.startswith('<table role="presentation" dir="ltr"')
    assert f'<td class="what">n{NONCE}whatH</td>' in made
    assert html(f"a n{NONCE}sinceN") == f"<p>a n{NONCE}sinceR</p>\n"


@pytest.mark.parametrize("words", ["*a* _b_ <c> [d](e) `f` \\g &amp; # h", "1. x", "~~~", "a|b"])
def test_quoted_words_mean_themselves(words: str) -> None:
    assert text(markdown.quoted(words)) == f"{words}\n"


@pytest.mark.parametrize("words", ["error 403, model_suspended", "a`b", "``", "`x`"])
def test_code_shows_any_text(words: str) -> None:
    assert text(f"x {markdown.code(words)}") == f"x {words}\n"

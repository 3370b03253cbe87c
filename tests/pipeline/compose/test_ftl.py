"""What a file of messages hides is found when it is read."""

from pathlib import Path

import pytest

from notifier.pipeline.compose import ftl


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ("a = b\n\nnot a message\n", 3, "this is no message"),
        ("a = { $b\n", 1, "this is no message"),
        ("a = b\nc = d\na = e\n", 3, "the message a stands here twice"),
        ("-brand = Example\n", 1, "write -brand as a message"),
        ("a = { -brand }\n", 1, "write { brand } and a message of this name"),
        ("a = { NUMBER($n) }\n", 1, "NUMBER() is not used here"),
        ("a =\n    { $time ->\n        [futur] x\n       *[now] y\n    }\n", 1, "$time is never 'futur': now"),
        ("a =\n    { $color ->\n       *[red] x\n    }\n", 1, "it can choose by $certainty"),
        ("a = x\n    .b = - a list\n", 2, "'-' is markup: lists and links belong into the skeleton"),
        ("a = see [this](https://example.com)\n", 1, "'](' is markup"),
        (
            "a = x\n    .b =\n        { $time ->\n            [now] x\n           *[now] y\n        }\n",
            2,
            "[now] stands there twice",
        ),
    ],
)  # fmt: skip
def test_what_a_file_hides_is_found(tmp_path: Path, text: str, line: int, sentence: str) -> None:
    path = tmp_path / "en.ftl"
    path.write_text(text)
    (fault,) = ftl.layer(path.read_text("utf-8"), "email/languages/en.ftl").faults
    assert str(fault).startswith(f"email/languages/en.ftl, line {line}: ")
    assert sentence in fault.sentence


def test_tools_for_translators_write_it_as_it_stands() -> None:
    assert ftl.canonical("a =   b\n") == "a = b\n"
    assert ftl.messages("# c\na = b\n    .d = e\n") == {"a": "# c\na = b\n    .d = e\n"}


def test_what_a_message_leaves_out_on_purpose_stands_above_it(tmp_path: Path) -> None:
    path = tmp_path / "de.ftl"
    path.write_text("# without $since: the heading says it\nlead = Es ist { state }.\n")
    (found,) = ftl.layer(path.read_text("utf-8"), "de.ftl").entries.values()
    assert (found.declined, found.asks) == ({"since"}, ("state",))

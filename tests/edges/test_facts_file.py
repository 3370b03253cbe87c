import pytest

from notifier.edges.facts_file import line_of, read
from notifier.errors import BadInput

GOOD = """
# What is known.
[facts]
cause = "court_order"
data = { value = "kept", confidence = "believed", as_of = 2026-11-27T18:40:00-05:00 }

[facts.billing]
value = { en = "Free until it is back.", de = "Bis dahin kostenlos." }
"""


def test_a_good_file_is_its_table() -> None:
    assert read(GOOD, "facts.toml")["facts"]["cause"] == "court_order"


def test_every_fault_has_its_line() -> None:
    bad = GOOD.replace('"court_order"', '"curt_order"').replace("value = {", "valu = {")
    with pytest.raises(BadInput) as error:
        read(bad + '\n[facts.end]\nvalue = "tomorrow"\n', "facts.toml")
    said = [str(error.value), *error.value.details]
    assert said[0].startswith("facts.toml, line 4: The fact cause is 'curt_order': use one of")
    assert any(each.startswith("facts.toml, line 7: The fact billing") for each in said)
    assert any(each.startswith("facts.toml, line 10: The fact end is 'tomorrow'") for each in said)


def test_a_key_outside_of_the_table_is_not_silently_left_out() -> None:
    with pytest.raises(BadInput, match=r"facts.toml, line 1: 'data' stands outside of \[facts\]"):
        read('data = "kept"\n[facts]\ncause = "court_order"\n', "facts.toml")


def test_what_is_not_toml_names_its_line() -> None:
    with pytest.raises(BadInput, match=r"facts.toml is not TOML: .*line 1"):
        read("data = kept", "facts.toml")


@pytest.mark.parametrize(
    "text",
    ['x = 1\ndata = "k"', "x = 1\n[data]", "x=1\n[facts.data]", 'x=1\nfacts.data = "k"', 'x=1\n"data"=2'],
)
def test_a_key_is_found_however_it_is_written(text: str) -> None:
    assert line_of(text, "data") == 2

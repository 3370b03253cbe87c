"""What looks like an address is never repeated."""

import pytest

from notifier.model.quoting import looks_like_address, quoted


@pytest.mark.parametrize(
    "text",
    ["ann@acme.example", "Ann <ann@acme.example>", "mailto:ann@acme.example", "a@x.example; b@y.example",
     "jörg@müller.example", "ann@acme.example.", '"a b"@acme.example'],
)  # fmt: skip
def test_an_address(text: str) -> None:
    assert looks_like_address(text)
    assert quoted(text) == "(an address)"


@pytest.mark.parametrize(
    "text", ["", "@ann", "fable-5@eu", "a @ b.example", "lib@2.10", "ann@acme", "x.y@", "a@b."]
)
def test_no_address(text: str) -> None:
    assert not looks_like_address(text)
    assert quoted(text) == repr(text)

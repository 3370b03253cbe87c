"""One person is one key, and two persons are two."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.edges import addresses as addresses_module
from notifier.edges.addresses import Address, normalised


def key(written: str) -> str:
    found = normalised(written)
    assert isinstance(found, Address), found
    return found.key


locals_ = st.from_regex(r"[A-Za-z0-9_+-]{1,20}(\.[A-Za-z0-9_+-]{1,20})?", fullmatch=True)
labels = st.from_regex(r"[A-Za-z]([A-Za-z0-9]{0,10})", fullmatch=True) | st.sampled_from(
    ["bücher", "café", "mañana", "日本", "пример", "straße", "σίγμα"]
)
addresses = st.builds("{}@{}.example.com".format, locals_, labels)


@given(addresses)
def test_the_key_of_a_key_is_itself(written):
    assert key(key(written)) == key(written)


@given(addresses, st.data())
def test_case_of_ascii_letters_does_not_matter(written, data):
    flips = data.draw(st.lists(st.booleans(), min_size=len(written), max_size=len(written)))
    other = "".join(
        c.swapcase() if flip and c.isascii() else c for c, flip in zip(written, flips, strict=True)
    )
    assert key(other) == key(written)


@given(addresses)
def test_the_unicode_form_does_not_matter(written):
    assert key(unicodedata.normalize("NFD", written)) == key(unicodedata.normalize("NFC", written))


@given(addresses)
def test_the_punycode_form_does_not_matter(written):
    found = normalised(written)
    assert isinstance(found, Address)
    assert found.deliverable.isascii()
    assert key(found.deliverable) == found.key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a@straße.example.com", "a@strasse.example.com"),
        ("a@İstanbul.example.com", "a@istanbul.example.com"),
        ("a@\u0131stanbul.example.com", "a@istanbul.example.com"),
        ("a@\u03c3\u03b1\u03c2.example.com", "a@\u03c3\u03b1\u03c3.example.com"),
        ("a.b@example.com", "ab@example.com"),
        ("a+x@example.com", "a@example.com"),
    ],
)
def test_what_casefold_would_merge_stays_apart(one, other):
    assert key(one) != key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a@ΣΊΓΜΑ.example.com", "a@σίγμα.example.com"),
        ("a@BÜCHER.example", "a@bücher.example"),
        ("a@XN--BCHER-KVA.example", "a@bücher.example"),
        (" A@Example.com\t", "a@example.com"),
    ],
)
def test_capitals_of_other_alphabets_are_the_same_domain(one, other):
    assert key(one) == key(other)


def test_an_ascii_address_is_kept_as_written():
    found = normalised("Amara.Okafor@Acme.example.com")
    assert isinstance(found, Address)
    assert found.deliverable == "Amara.Okafor@Acme.example.com"
    assert found.key == "amara.okafor@acme.example.com"


@pytest.mark.parametrize(
    "written",
    [
        "", "a", "a@", "@example.com", "a@b", "a b@example.com", "a@b@example.com", "a..b@example.com",
        "a@localhost", "a\r\nBcc: x@example.com", "Ann <a@example.com>", '"a b"@example.com', "a@[127.0.0.1]",
        "ß@example.com", "a@x.test", "a" * 65 + "@example.com", "a@-x.example.com", "a\0@example.com",
        "İ@example.com", "a@example.com;b@example.com",
    ],
)  # fmt: skip
def test_what_cannot_be_written_to_is_said_without_naming_it(written):
    problem = normalised(written)
    assert isinstance(problem, str)
    assert len(written) < 3 or written not in problem


@given(st.text(max_size=80))
def test_nothing_raises(written):
    assert isinstance(normalised(written), Address | str)


ALMOST = st.lists(
    st.sampled_from(
        [
            "a",
            "B",
            ".",
            "..",
            "@",
            "+",
            "-",
            "_",
            '"',
            " ",
            "x" * 64,
            "y" * 200,
            "example",
            "com",
            "é",
            "(",
            "1",
        ]
    ),
    max_size=9,
).map("".join) | st.builds(
    "{}@{}".format, locals_, st.sampled_from(["example.com", "x.test", "localhost", "[1.2.3.4]", "a..b", ""])
)


@given(ALMOST)
def test_the_short_way_for_plain_addresses_says_the_same_as_the_long_one(written):
    short, long = (
        normalised(written),
        addresses_module._checked(unicodedata.normalize("NFC", written.strip())),
    )
    assert short == long


ascii_labels = st.from_regex(r"[a-zA-Z0-9-]{1,8}", fullmatch=True) | st.sampled_from(
    [
        "xn--bcher-kva",
        "ab--c",
        "a--b",
        "x" * 63,
        "x" * 64,
        "local",
        "localhost",
        "test",
        "arpa",
        "onion",
        "com",
    ]
)


@given(st.lists(ascii_labels, min_size=1, max_size=4).map(".".join))
def test_a_plain_domain_is_what_the_whole_check_makes_of_it(domain):
    """It is not asked for most addresses: a million of them have hundreds of thousands of domains."""
    plain = addresses_module._plain_domain(domain)
    checked = addresses_module._checked(f"a@{domain}")
    assert plain is None or (isinstance(checked, Address) and checked.key == f"a@{plain}")


def test_nearly_every_domain_is_plain():
    for domain in ("Example.com", "mail-1.example.co.uk", "3m.example"):
        assert addresses_module._plain_domain(domain) == domain.lower()
    for domain in (
        "example",
        "a.local",
        "a.xn--p1ai",
        "xn--a.com",
        "ab--c.com",
        "a..com",
        "-a.com",
        "a-.com",
        "a.c0",
    ):
        assert addresses_module._plain_domain(domain) is None

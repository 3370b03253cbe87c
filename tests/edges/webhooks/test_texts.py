from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.edges.webhooks.texts import moment, one_line, text_of

AT = datetime(2026, 11, 26, 22, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("two\n lines\t\u2028here", "two lines here"),
        ("ask oncall@example.com or <a@b>, now", "ask [address] or [address] now"),
        ("see http://x/?u=a%40b.c", "see [address]"),
        ("a\x00b", "ab"),
        ("", ""),
    ],
)
def test_a_summary_is_one_line_without_addresses(text: str, line: str) -> None:
    assert one_line(text) == line


@given(st.text(alphabet=st.sampled_from("ab @\n%40.é"), max_size=2000))
def test_a_summary_is_short_and_holds_no_address(text: str) -> None:
    line = one_line(text)
    assert len(line) <= 300
    assert "@" not in line
    assert "\n" not in line


def test_a_hostile_summary_costs_no_time() -> None:
    before = datetime.now(UTC)
    one_line("a" * 1_000_000)
    one_line("@" * 1_000_000)
    assert datetime.now(UTC) - before < timedelta(seconds=1)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (" a\x00b ", "ab"),
        (18446744073709551615, "18446744073709551615"),
        ("0042", "0042"),
        (True, "true"),
        (None, ""),
        (1.8e19, ""),
        ([1], ""),
        ("$HOSTNAME", ""),
        ("$TAGS[service]", ""),
        ("$SERVICEDESC$", ""),
        ("{EVENT.RECOVERY.DATE}", ""),
        ("{{ .CommonLabels.service }}", ""),
        ("*sslExpiryDate*", ""),
        ("costs $5", "costs $5"),
        ("{env:prod} and more", "{env:prod} and more"),
    ],
)
def test_ids_keep_their_digits_and_holes_of_templates_say_nothing(value: object, text: str) -> None:
    assert text_of(value) == text


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-26T22:15:00Z",
        "2026-11-26T23:15:00.0000000+01:00",
        "2026-11-26T22:15:00.000+0000",
        "Thu, 26 Nov 2026 22:15:00 GMT",
        1795731300,
        "1795731300",
        1795731300.0,
        "1795731300000",
        1795731300000000000,
    ],
)
def test_a_time_in_each_of_its_spellings(value: object) -> None:
    assert moment(value) == AT


@pytest.mark.parametrize(
    "value",
    [None, "", 0, -1, "yesterday", "20261126", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-05:00", [], True,
     "2026-11-26 22:15:00", "2026-13-26T00:00:00Z", "Thu, 99 Nov 2026 22:15:00 GMT", 1e300, "9" * 30, "²"],
)  # fmt: skip
def test_what_is_no_time(value: object) -> None:
    assert moment(value) is None


def test_a_time_without_its_offset_counts_where_it_is_known_to_be_utc() -> None:
    assert moment("2026-11-26 22:15:00", naive_is_utc=True) == AT

"""M of N, or a time."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from notifier.model.terms import ANY, Lack, Terms, Voice, lack

NOW = datetime(2026, 11, 27, 23, 40, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
NEW = Terms(needs=2, witnesses=("prom", "eu", "us"))
FOR_LONG = Terms(after=5 * MINUTE)


def says(source: str, minutes: float = 0, service: str = "api", *, flapping: bool = False) -> Voice:
    return Voice(service, source, NOW - minutes * MINUTE, flapping)


@pytest.mark.parametrize(
    ("terms", "said", "missing"),
    [
        (ANY, [says("prom")], None),
        (ANY, [], Lack("api", 0, 1, None)),
        (ANY, [says("prom", service="other")], Lack("api", 0, 1, None)),
        (NEW, [says("prom", 99)], Lack("api", 1, 2, None)),
        (NEW, [says("prom"), says("prom", 9)], Lack("api", 1, 2, None)),
        (NEW, [says("prom"), says("eu")], None),
        (NEW, [says("prom"), says("kuma"), says("zabbix")], Lack("api", 1, 2, None)),
        (Terms(needs=2), [says("kuma"), says("zabbix")], None),
        (FOR_LONG, [says("prom", 4)], Lack("api", 1, 1, NOW + MINUTE)),
        (FOR_LONG, [says("prom", 4), says("eu", 4), says("us")], Lack("api", 3, 1, NOW + MINUTE)),
        (FOR_LONG, [says("prom", 5)], None),
        (FOR_LONG, [says("prom", flapping=True)], None),
        (Terms(needs=2, after=5 * MINUTE), [says("prom", 5)], None),
        (Terms(needs=2, after=5 * MINUTE), [says("prom", 1), says("eu")], None),
        (Terms(needs=2, after=5 * MINUTE), [says("prom", 1)], Lack("api", 1, 2, NOW + 4 * MINUTE)),
        (Terms(needs=2, witnesses=("a", "b"), after=MINUTE), [says("c", 9)], Lack("api", 0, 2, None)),
    ],
)
def test_what_is_missing(terms: Terms, said: list[Voice], missing: Lack | None) -> None:
    assert lack("api", terms, said, {}, NOW) == missing


@pytest.mark.parametrize(
    ("terms", "said", "missing"),
    [
        (ANY, [says("slow", 1)], Lack("api", 0, 1, NOW + 2 * MINUTE)),
        (ANY, [says("slow", 3)], None),
        (ANY, [says("slow"), says("eu")], None),
        (ANY, [says("slow", flapping=True)], None),
        (NEW, [says("us", 1), says("prom")], None),
        (Terms(needs=2), [says("slow", 1), says("eu")], Lack("api", 1, 2, NOW + 2 * MINUTE)),
    ],
)
def test_a_source_counts_once_it_has_said_so_for_as_long_as_it_must(
    terms: Terms, said: list[Voice], missing: Lack | None
) -> None:
    assert lack("api", terms, said, {"slow": 3 * MINUTE}, NOW) == missing


def test_what_is_missing_reads_as_m_of_n() -> None:
    assert str(Lack("api", 1, 2, None)) == "1 of 2 for api"


def every_case() -> Iterator[tuple[Terms, list[Voice], dict[str, timedelta]]]:
    """Three sources that have said so for no, some or a long time, or do not say it, under all terms."""
    for ages in product((None, 0, 3, 7), repeat=3):
        said = [says(name, age) for name, age in zip("abc", ages, strict=True) if age is not None]
        for needs, after, slow in product((None, 1, 2, 3), (None, 5 * MINUTE), (0, 4)):
            yield Terms(needs=needs, after=after), said, {"a": slow * MINUTE}


def test_what_is_missing_is_there_at_its_moment_and_not_before_and_more_of_it_never_takes_it_away() -> None:
    second = timedelta(seconds=1)
    seen = 0
    for terms, said, patience in every_case():
        missing = lack("api", terms, said, patience, NOW)
        if missing is None:
            assert lack("api", terms, said, patience, NOW + MINUTE) is None
            for more in (says("d"), says("a", 9)):
                assert lack("api", terms, [*said, more], patience, NOW) is None
        elif missing.until is not None:
            seen += 1
            assert missing.until > NOW
            assert lack("api", terms, said, patience, missing.until) is None
            assert lack("api", terms, said, patience, missing.until - second) is not None
        else:
            assert lack("api", terms, said, patience, NOW + timedelta(days=9)) is not None
    assert seen > 100

"""A real Prometheus watches through a real blackbox exporter and tells two real Alertmanagers, which tell us."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from notifier.local.stack import Stack

from .conftest import Place
from .peers import ALERTMANAGER, BLACKBOX, PROMETHEUS, Monitoring, monitoring

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(
        not (PROMETHEUS and BLACKBOX and ALERTMANAGER),
        reason="prometheus, prometheus-blackbox-exporter or prometheus-alertmanager is not installed (Debian)",
    ),
]


@pytest.fixture
def watched(notifier: Place, stack: Stack, tmp_path: Path) -> Iterator[Monitoring]:
    (before,) = notifier.rows("SELECT reopen_seconds FROM source WHERE name = 'prometheus'")
    notifier.rows("UPDATE source SET reopen_seconds = 2 WHERE name = 'prometheus'")
    with monitoring(stack.web_url or "", tmp_path, replicas=2) as found:
        yield found
    notifier.rows("UPDATE source SET reopen_seconds = %s WHERE name = 'prometheus'", *before)


def test_a_rule_that_fires_is_resolved_lapses_and_fires_again_is_one_draft(
    notifier: Place, watched: Monitoring
) -> None:
    notifier.people(2)

    def stands(state: str, rounds: int) -> bool:
        """The one trouble that there is, in this round or, on a slow machine, a later one."""
        found = notifier.rows("SELECT state, round FROM trouble WHERE source = 'prometheus'")
        return any(each == state and n >= rounds for each, n in found)

    watched.target.works = False
    notifier.until(lambda: stands("firing", 1))
    notifier.until(lambda: notifier.states() == ["draft"])
    watched.target.works = True
    notifier.until(lambda: stands("resolved", 1))

    watched.target.works = False
    notifier.until(lambda: stands("firing", 2))
    beginning = newest_at(notifier)
    watched.silence()  # what it said lapses
    notifier.until(lambda: stands("resolved", 2))
    watched.go_on()  # and it says the same beginning again
    notifier.until(lambda: stands("firing", 3))
    assert newest_at(notifier) == beginning

    notifier.until(lambda: not notifier.rows("SELECT 1 FROM signal WHERE judged_at IS NULL"))
    assert notifier.rows("SELECT count(*) FROM trouble") == [(1,)]
    assert len(notifier.references) == 1
    assert notifier.states() == ["draft"]
    assert notifier.provider.count() + notifier.sandbox.count() == 0


def newest_at(notifier: Place) -> object:
    return notifier.rows("SELECT newest_at FROM trouble WHERE source = 'prometheus'")[0][0]

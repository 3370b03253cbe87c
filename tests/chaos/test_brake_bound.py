"""The brake in the middle of 50,000 mails: no more leave than it printed, also without a broker."""

import os
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from notifier.actions.control import brake
from notifier.entry.tasks import ring
from notifier.local import broker
from notifier.model.act import Act
from notifier.store import Db
from tests.waiting import until

from .decisions import declares
from .island import PATIENCE, WORKERS, Island, an_island
from .world import people

PEOPLE, LANES = 50_000, 2
COMPANY = f"""
[[services]]
slug = "fable-5"
name = "Fable 5"
[attributes]
seats = "number"
[facts]
company = "Example AI"
phone = "+1 555 0100"
data = "kept"
[policy]
sweep_seconds = 0.3
lease_seconds = 12.0
claim_age_seconds = 4.0
deadline_seconds = 6.0
lanes = {LANES}
chunk_people = 250
"""
MAY_HAVE_LOOKED = LANES * WORKERS * ((os.cpu_count() or 1) + 1)


@pytest.fixture
def island() -> Iterator[Island]:
    with an_island(COMPANY, people(PEOPLE), ("--latency", "0.1", "--counting")) as running:
        yield running


@pytest.fixture
def db(island: Island) -> Iterator[Db]:
    with Db(island.settings.database_url or "") as opened:
        yield opened


def count(island: Island, of: str = "messages") -> int:
    return int(island.ask("GET", "/messages/count")[of])


def attempts(island: Island) -> int:
    found: list[tuple[int]] = island.rows("SELECT count(*) FROM attempt")
    return found[0][0]


def paused(island: Island, db: Db) -> int:
    """Pull the brake, hold what leaves after it against the bound; how many mails have left."""
    bound = brake.pause_all(db, Act("person:lind", datetime.now(UTC))).at_most
    printed = count(island)
    until(lambda: island.rows("SELECT count(*) FROM attempt WHERE outcome = 'open'") == [(0,)])
    settled = count(island)
    assert settled - printed <= bound
    assert 0 < bound < PEOPLE / 4, "that bound would say nothing"
    assert settled < PEOPLE, "the brake came too late to be seen"
    return settled


@pytest.mark.long
@pytest.mark.timeout(900)
def test_what_leaves_after_the_brake_is_within_the_bound_and_resume_sends_exactly_the_rest(
    island: Island, db: Db
) -> None:
    notice_id = declares(island, PEOPLE).notice_id
    until(lambda: count(island) > 5_000)
    told = paused(island, db)

    claimed = attempts(island)
    time.sleep(1.5)  # five sweeps: they find the brake before they claim anything
    assert count(island) == told
    # Who had looked before the brake may claim once after it, and gives back what must not leave.
    assert attempts(island) - claimed <= MAY_HAVE_LOOKED

    # The brake stops what leaves, not the freezing of the list; `waiting` counts what is frozen.
    until(lambda: island.rows("SELECT closed_at IS NOT NULL FROM notice") == [(True,)])
    released = brake.resume_all(db, Act("person:lind", datetime.now(UTC)))
    assert released.waiting == PEOPLE - told
    ring(island.settings, released.rings)
    until(lambda: count(island) > told + 5_000)

    os.kill(island.servers["broker"].pid, signal.SIGKILL)
    told = paused(island, db)
    released = brake.resume_all(db, Act("person:lind", datetime.now(UTC)))
    assert released.waiting == PEOPLE - told
    island.servers["broker"].ended(seconds=PATIENCE)
    island.servers["broker"] = broker.start(island.home)

    until(lambda: island.rows("SELECT state FROM notice WHERE notice_id = %s", notice_id) == [("finished",)])
    assert count(island) == count(island, "addresses") == PEOPLE

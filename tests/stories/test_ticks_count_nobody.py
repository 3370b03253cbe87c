"""Ticks of evidence: what was counted is not counted again while nothing changes, and no lock is held for it."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import psycopg
import pytest

from notifier.actions.background.signals import judge_signals, watch_cut_offs
from notifier.store.disruptions.disruptions import DECLARE_LOCK
from tests.actions.control.test_latecomers import (
    MANY,
    holders,
    others_wait_for,
    rows_read,
    settled,
    someone_waits,
    until,
)
from tests.lab import Lab
from tests.stories.test_by_itself import cut_off, firing, secret, source  # noqa: F401  # pyright: ignore[reportUnusedImport]


def watch(lab: Lab) -> None:
    watch_cut_offs(lab.app.db, lab.app.writer, lab.now())


def judge(lab: Lab) -> None:
    lab.ring(judge_signals(lab.app.db, lab.app.writer, lab.now()).rings)


def read_by(lab: Lab, work: Callable[[Lab], None]) -> Counter[str]:
    settled(lab)
    before = rows_read(lab)
    work(lab)
    settled(lab)
    return rows_read(lab) - before


def all_cut_off(lab: Lab) -> None:
    addresses = lab.people(MANY)
    cut_off(lab, *addresses)
    lab.rows("ANALYZE")


def test_a_draft_that_a_person_threw_away_costs_no_count_at_every_tick(lab: Lab) -> None:
    all_cut_off(lab)
    watch(lab)
    judge(lab)
    lab.rows("UPDATE disruption SET ended_at = now(), ended_as = 'void'")
    assert max(read_by(lab, watch).values(), default=0) < MANY / 10


def test_a_draft_that_waits_costs_a_count_only_when_something_has_changed(lab: Lab) -> None:
    all_cut_off(lab)
    watch(lab)
    judge(lab)
    assert max(read_by(lab, judge).values(), default=0) < MANY / 10
    assert lab.alarms()[0].startswith("4,000 customers are cut off")
    lab.rows("UPDATE entitlement SET suspended_at = NULL WHERE entitlement_id = 1")
    judge(lab)
    assert lab.alarms()[0].startswith("3,999 customers are cut off")


def test_a_cut_off_that_was_written_down_for_later_counts_when_its_moment_has_come(lab: Lab) -> None:
    cut_off(lab, *lab.people(5))
    lab.rows("UPDATE entitlement SET suspended_at = now() + interval '2 minutes' WHERE entitlement_id = 1")
    watch(lab)
    judge(lab)
    assert lab.alarms()[0].startswith("4 customers are cut off")
    judge_signals(lab.app.db, lab.app.writer, lab.now() + timedelta(minutes=1))
    assert lab.alarms()[0].startswith("4 customers are cut off")
    judge_signals(lab.app.db, lab.app.writer, lab.now() + timedelta(minutes=3))
    assert lab.alarms()[0].startswith("5 customers are cut off")


@pytest.mark.usefixtures("secret")
def test_a_draft_above_its_ceiling_is_not_counted_at_every_tick(lab: Lab) -> None:
    all_cut_off(lab)
    source(lab, secret_env="LAB_HOOK_SECRET", ceiling=50)
    firing(lab, authorization="Bearer s3cret")
    judge(lab)
    judge(lab)
    assert max(read_by(lab, judge).values(), default=0) < MANY / 10
    lab.rows("UPDATE source SET announce_ceiling = 5000")
    judge(lab)
    assert lab.value("SELECT state FROM notice") == "approved"


@pytest.mark.usefixtures("secret")
def test_while_policy_counts_a_draft_nobody_waits_for_it(lab: Lab) -> None:
    """It is stopped in the middle of its count; a person decides about the very same draft meanwhile."""
    addresses = lab.people(5)
    cut_off(lab, *addresses)
    source(lab, secret_env="LAB_HOOK_SECRET", ceiling=1)
    firing(lab, authorization="Bearer s3cret")
    judge(lab)
    lab.rows("UPDATE entitlement SET suspended_at = NULL WHERE entitlement_id = 1")
    with others_wait_for(lab, "contact"):
        thread = threading.Thread(target=judge, args=(lab,))
        thread.start()
        until(lambda: someone_waits(lab))
        assert holders(lab, DECLARE_LOCK) == 0
        with psycopg.connect(lab.database_url) as person:
            person.execute("SELECT FROM disruption FOR UPDATE NOWAIT")
            person.execute("SELECT FROM notice FOR UPDATE NOWAIT")
    thread.join()

"""What became of drafts: which ended a moment ago, which lie there, what a source has opened."""

from datetime import UTC, datetime, timedelta

import pytest

from notifier.model.act import Act
from notifier.model.vocabulary import Kind, Mode
from notifier.pipeline.disruption import open_draft
from notifier.store import Db, Tx
from notifier.store.disruptions import disruptions, succession
from notifier.store.disruptions.succession import EndedDisruption

NOW = datetime(2026, 11, 27, 23, 40, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def tx(db: Db):
    with db.transaction() as tx:
        yield tx


def draft(tx: Tx, *services: str, mode: Mode = Mode.LIVE, at: datetime = NOW) -> int:
    act = Act("source:eu", at)
    return open_draft(tx, act, mode=mode, kind=Kind.OUTAGE, services=services, effective_at=NOW)


def test_what_a_source_has_opened_lately_without_what_a_person_split_off(tx: Tx) -> None:
    first = draft(tx, "fable-5")
    assert succession.opened_lately(tx, "source:eu", since=NOW - HOUR) == 1
    assert succession.opened_lately(tx, "source:eu", since=NOW) == 0
    assert succession.opened_lately(tx, "source:us", since=NOW - HOUR) == 0
    succession.set_split(tx, draft(tx, "mythos-5"), split_from=first)
    assert succession.opened_lately(tx, "source:eu", since=NOW - HOUR) == 1


def test_what_ended_a_moment_ago_the_newest_first(tx: Tx) -> None:
    void, told, merged, old, rehearsed = (draft(tx, f"s{n}") for n in range(5))
    disruptions.set_declared(tx, told, now=NOW)
    for minutes, (id_, how) in enumerate(
        [(void, "void"), (told, "restored"), (merged, "merged"), (old, "void"), (rehearsed, "void")]
    ):
        disruptions.end(tx, id_, ended_as=how, now=NOW + timedelta(minutes=minutes))
    tx.execute("UPDATE disruption SET ended_at = %s WHERE disruption_id = %s", (NOW - 2 * HOUR, old))
    tx.execute("UPDATE disruption SET mode = 'rehearsal' WHERE disruption_id = %s", (rehearsed,))
    assert succession.ended_lately(tx, Mode.LIVE, since=NOW - HOUR) == [
        EndedDisruption(told, ["s1"], told=True, kind=Kind.OUTAGE),
        EndedDisruption(void, ["s0"], told=False, kind=Kind.OUTAGE),
    ]


def test_only_a_draft_that_was_void_goes_on(tx: Tx) -> None:
    void, told = draft(tx, "s0"), draft(tx, "s1")
    disruptions.set_declared(tx, told, now=NOW)
    for id_ in (void, told):
        disruptions.end(tx, id_, ended_as="void", now=NOW)
        succession.reopen(tx, id_, effective_at=NOW - HOUR, now=NOW)
    assert [one.disruption_id for one in disruptions.open_ones(tx, Mode.LIVE)] == [void]
    assert disruptions.by_id(tx, void).effective_at == NOW - HOUR


def test_a_draft_lies_there_since_it_was_opened_arranged_or_taken_up_again(tx: Tx) -> None:
    untouched, arranged, back = (draft(tx, f"s{n}", at=NOW - HOUR) for n in range(3))
    disruptions.end(tx, back, ended_as="void", now=NOW)
    succession.reopen(tx, back, effective_at=NOW, now=NOW)
    succession.arrange(tx, Act("person:lind", NOW), arranged, effective_at=NOW, without=())
    ids = [untouched, arranged, back]
    assert succession.untouched(tx, ids, before=NOW - HOUR / 2) == [untouched]
    assert succession.untouched(tx, [arranged], before=NOW) == [arranged]
    assert succession.untouched(tx, ids, before=NOW - 2 * HOUR) == []

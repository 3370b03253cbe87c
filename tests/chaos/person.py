"""The person for whom unknown chunks wait: what they see before they decide, and what they decide."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from notifier.actions import brake
from notifier.app import opened
from notifier.entry.tasks import ring
from notifier.store import views

from .island import Island, Stuck
from .plan import Plan

MOST_DECISIONS = 6


@dataclass
class Decided:
    people: int = 0
    """Whom the person decided about."""
    wrong: list[str] = field(default_factory=list[str])


def decides(island: Island, plan: Plan, notice_id: int) -> Decided:
    """Until nothing is left to decide: what is sent again may become unknown again."""
    decided = Decided()
    for turn in range(MOST_DECISIONS):
        if not (waiting := dead(island, notice_id)):
            return decided
        decided.wrong += seen(island, notice_id, waiting, first=turn == 0)
        with opened(island.settings, connections=1) as app:
            act = brake.retry_dead if plan.person == "retry" else brake.drop_dead
            said = act(app.db, "person:lind", app.clock.now(), notice_id)
        if said.people != waiting:
            decided.wrong.append(f"{waiting} people wait for a person, who decided about {said.people}")
        decided.people += said.people
        ring(island.settings, said.rings)
        island.until_quiet(plan, notice_id, [])
    raise Stuck(f"after {MOST_DECISIONS} decisions: {dead(island, notice_id)} people wait for another")


def dead(island: Island, notice_id: int) -> int:
    """Letters of chunks that wait for a person."""
    statement = "SELECT coalesce(sum(hi - lo), 0)::int FROM chunk WHERE notice_id = %s AND state = 'dead'"
    return island.rows(statement, notice_id)[0][0]


def seen(island: Island, notice_id: int, waiting: int, *, first: bool) -> Iterator[str]:
    """What is wrong with what the person sees."""
    with opened(island.settings, connections=1) as app, app.db.transaction() as tx:
        troubles = views.troubles(tx, notice_id)
        alarms = views.alarms(tx)
    shown = sum(trouble.people for trouble in troubles if trouble.state == "dead" and trouble.reason)
    if shown != waiting:
        yield f"{waiting} people wait for a person, who sees {shown}: {troubles}"
    if not any("`notifier dead`" in alarm.text for alarm in alarms):
        yield "people wait for a person, and no alarm says so"
    if first:
        yield from undecided(island)


def undecided(island: Island) -> Iterator[str]:
    """Before anybody decided, nothing was sent twice on purpose, nor by accident."""
    if marked := island.rows(
        "SELECT count(*) FROM chunk k LEFT JOIN attempt a USING (chunk_id) WHERE k.again OR a.again"
        " OR a.outcome = 'presumed_lost'"
    )[0][0]:
        yield f"{marked} chunks or attempts are given up or marked before a person decided"
    got = Counter(mail["address"] for mail in island.ask("GET", "/messages/index"))
    if repeated := sum(n > 1 for n in got.values()):
        yield f"{repeated} people got two mails before a person decided"

"""The person for whom unknown chunks and drafts wait: what they see before they decide, and what they decide."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from notifier.actions.control import approve, brake, latecomers, older_database
from notifier.app import App
from notifier.entry.tasks import ring
from notifier.errors import Refused
from notifier.model.act import Act
from notifier.store.disruptions import disruptions
from notifier.store.read import views

from .course import Course
from .decisions import YES
from .island import LIND, Island, Stuck, a_person
from .plan import LATECOMERS_SECONDS, Copy, Plan

MOST_DECISIONS = 6
MOST_LOOKS_SECONDS = 5.0
NOT_ASKED = """
SELECT FROM disruption d LEFT JOIN latecomers l USING (disruption_id)
WHERE d.declared_at IS NOT NULL AND d.ended_at IS NULL AND coalesce(l.asked_at < %s, true)"""


@dataclass
class Decided:
    people: int = 0
    """Whom the person decided about."""
    dropped: set[int] = field(default_factory=set[int])
    """Notices whose dead chunks a person gave up."""
    refused: int = 0
    """Drafts that were void by the time they were approved."""
    wrong: list[str] = field(default_factory=list[str])


def decides(course: Course) -> Decided:
    """Until nothing is left to decide: what is sent again may become unknown again."""
    island, plan, decided = course.island, course.plan, Decided()
    for _ in range(MOST_DECISIONS + len(island.foreign)):
        # Requests of the truer database may be reported one after the other, and each may stop everything.
        if island.swapped_at and course.is_stopped():
            lets_go(course, decided)
    for turn in range(MOST_DECISIONS):
        late = catches_up(course, decided) if plan.laters else False
        waiting = dead(island) if plan.person else {}
        if not (late or waiting):
            return decided
        for notice_id, people in waiting.items():
            decided.wrong += seen(island, plan, notice_id, people, first=turn == 0)
            settles(island, plan, notice_id, people, decided)
        course.until_quiet()
    raise Stuck(f"after {MOST_DECISIONS} decisions: {dead(island)} people wait for another")


def settles(island: Island, plan: Plan, notice_id: int, waiting: int, decided: Decided) -> None:
    """Retry or drop, as the plan says; a retry that a rule refuses is dropped instead, as the refusal says."""
    with a_person(island.settings) as app:
        now = app.clock.now()
        try:
            if plan.person == "retry":
                said = brake.retry_dead(app.db, Act(LIND, now), notice_id)
            else:
                said = brake.drop_dead(app.db, Act(LIND, now), notice_id)
        except Refused as error:
            if not plan.laters or "--drop" not in str(error):
                decided.wrong.append(f"a retry is refused: {error}")
            said = brake.drop_dead(app.db, Act(LIND, now), notice_id)
    if plan.person == "drop":
        decided.dropped.add(notice_id)
    exact = said.people == waiting or (plan.events and said.people < waiting)  # evidence was faster
    if not exact and not plan.laters:
        decided.wrong.append(f"{waiting} people wait for a person, who decided about {said.people}")
    decided.people += said.people
    ring(island.settings, said.rings)


def lets_go(course: Course, decided: Decided) -> None:
    """A person says that the copy of the database counts; before that nothing has left that it asked for."""
    island = course.island
    # A dump is not where the ledger was: it sends nothing. A folder is: only what the provider reports tells.
    is_dump = Copy.DUMP in {blow.what for blow in course.plan.blows}
    since = island.swapped_at if is_dump and not course.trusted else course.stopped_at
    claimed = {
        row[0] for row in island.rows("SELECT attempt_id::text FROM attempt WHERE claimed_at > %s", since)
    }
    left = claimed & {mail["attempt"] for mail in island.ask("GET", "/messages/index")}
    if left:
        decided.wrong.append(f"{len(left)} requests left by themselves from an older database")
    if not island.rows("SELECT FROM alarm WHERE key LIKE 'database:%%' AND cleared_at IS NULL"):
        decided.wrong.append("the database is older than what was sent, and no alarm says so")
    with a_person(island.settings) as app:
        ring(island.settings, older_database.trust(app.db, Act(LIND, app.clock.now())).rings)
    course.trusted, course.stopped_at = True, None
    course.until_quiet()


def catches_up(course: Course, decided: Decided) -> bool:
    """A look for who came late, as the tick has it; a person approves the drafts that an alarm speaks of."""
    island = course.island
    rung = looks(course)
    with a_person(island.settings) as app:
        with app.db.transaction() as tx:
            disruptions.lock_declarations(tx)  # a tick that looks at the same time has it until it commits
            drafts = island.rows(
                "SELECT notice_id FROM notice WHERE state = 'draft' AND only_customer IS NULL ORDER BY 1"
            )
            alarms = island.rows("SELECT text FROM alarm WHERE cleared_at IS NULL AND key LIKE 'late:%%'")
        if len(alarms) < len(drafts):
            decided.wrong.append(f"{len(drafts)} drafts wait for a person, and {len(alarms)} alarms say so")
        for (notice_id,) in drafts:
            approves(island, app, notice_id, decided)
    return bool(rung or drafts or course.moving())


def approves(island: Island, app: App, notice_id: int, decided: Decided) -> None:
    try:
        gate = approve.approve(app.db, Act(LIND, app.clock.now()), notice_id, YES)
    except Refused as error:
        if island.rows("SELECT FROM notice WHERE notice_id = %s AND state = 'draft'", notice_id):
            decided.wrong.append(f"a catch-up is refused: {error}")
        decided.refused += 1  # a tick has found meanwhile that nobody is late any more
        return
    if gate.refusal:
        decided.wrong.append(f"a catch-up is refused: {gate.refusal}")
    ring(island.settings, gate.rings)


def looks(course: Course) -> bool:
    """Until who began after this has asked who is late, or something moves. True: this look has rung for it."""
    island, rung = course.island, False
    with a_person(island.settings) as app:
        began = app.clock.now()
        patience = time.monotonic() + MOST_LOOKS_SECONDS  # nobody asks while a notice is held
        while not rung and time.monotonic() < patience:
            time.sleep(2 * LATECOMERS_SECONDS)  # else whoever has just asked has the last word
            looked = latecomers.look(app.db, app.writer, app.clock.now())
            ring(island.settings, looked.rings)
            rung = bool(looked.rings)
            if not island.rows(NOT_ASKED, began) or course.moving():
                return rung
    return rung


def dead(island: Island) -> dict[int, int]:
    """Notice -> letters of chunks that wait for a person."""
    statement = "SELECT notice_id, sum(hi - lo)::int FROM chunk WHERE state = 'dead' GROUP BY 1 ORDER BY 1"
    return dict(island.rows(statement))


def seen(island: Island, plan: Plan, notice_id: int, waiting: int, *, first: bool) -> Iterator[str]:
    """What is wrong with what the person sees."""
    with a_person(island.settings) as app, app.db.transaction() as tx:
        troubles = views.troubles(tx, notice_id)
        alarms = views.alarms(tx)
    if dead(island).get(notice_id) != waiting:
        return  # evidence was faster
    shown = sum(trouble.people for trouble in troubles if trouble.state == "dead" and trouble.reason)
    if shown != waiting:
        yield f"{waiting} people wait for a person, who sees {shown}: {troubles}"
    if not any("`notifier dead`" in alarm.text for alarm in alarms):
        yield "people wait for a person, and no alarm says so"
    if first and not plan.laters:
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

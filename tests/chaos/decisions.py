"""What a person decides in the middle of a run, by the actions behind the commands; and what is true then."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from notifier.actions.announce import correct, declare, rescope, timeline
from notifier.actions.announce.restore import EVERYTHING, RestoredPart
from notifier.actions.announce.timeline import News
from notifier.actions.control import brake
from notifier.actions.control.approve import Consent
from notifier.actions.notices.named import find
from notifier.app import App
from notifier.entry.tasks import ring
from notifier.errors import Refused
from notifier.model.act import Act
from notifier.model.ring import Ring
from notifier.model.vocabulary import Reason

from .island import LIND, Island, a_person
from .plan import Deed, Later
from .truth import Declared

YES = Consent(yes=True)


def declares(island: Island, people: int, service: str = "fable-5", every: int = 1) -> Declared:
    wish = declare.Wish(services=(service,), reason=Reason.LEGAL, where=f"seats <= {people}", rehearse=True)
    # A pool of its own each time: connections that were open when Postgres was restarted are dead.
    with a_person(island.settings) as app:
        done = declare.suspend(app.db, app.writer, Act(LIND, app.clock.now()), wish, Consent(yes=True))
        assert done.gate.approved, done.gate.refusal
        ring(island.settings, done.gate.rings)
        name = done.name
        with app.db.transaction() as tx:
            disruption_id = find(tx, name.reference).disruption_id
    return Declared(name.reference, disruption_id, name.notice_id, [people], every)


def decide(island: Island, later: Later, declared: list[Declared]) -> bool:
    """False: the product refused it, because what it is about was over; any other refusal is raised.

    The truth is changed here, and only by what was accepted.
    """
    for answer in later.answers:
        island.ask("POST", "/faults", asdict(answer))
    about = declared[0]
    if later.act is Deed.SECOND:
        declared.append(declares(island, later.bound, "mythos-5", every=2))
        return True
    try:
        with a_person(island.settings) as app:
            rings = _act(app, later, about, app.clock.now())
    except Refused:
        if later.act is Deed.CANCEL and is_finished(island, about.notice_id):
            return False
        raise
    about.done.append(later.act)
    ring(island.settings, rings)
    return True


def is_finished(island: Island, notice_id: int) -> bool:
    """Everything of it has left: there is nothing to cancel, and nothing of it may count as cancelled."""
    return island.rows("SELECT state FROM notice WHERE notice_id = %s", notice_id) == [("finished",)]


def _act(app: App, later: Later, about: Declared, now: datetime) -> Sequence[Ring]:
    match later.act:
        case Deed.UPDATE | Deed.CORRECT:
            return _words(app, later.act, about, now)
        case Deed.RESTORE | Deed.PART:
            return _restore(app, later, about, now)
        case Deed.CANCEL:
            notice_id = about.notice_id
            brake.cancel(app.db, Act(LIND, now), notice_id)
            about.cancelled.add(notice_id)
            return ()
        case Deed.SAME:
            return _rescope(app, about, now, f"seats < {about.bounds[-1] + 1}", about.bounds[-1])
        case _:
            return _rescope(app, about, now, f"seats <= {later.bound}", later.bound)


def _words(app: App, act: Deed, about: Declared, now: datetime) -> tuple[Ring, ...]:
    say = timeline.update if act is Deed.UPDATE else correct.correct
    words = News(statements={"en": f"This is what the {act} says."})
    return _rings(say(app.db, app.writer, Act(LIND, now), about.reference, words, YES))


def _restore(app: App, later: Later, about: Declared, now: datetime) -> tuple[Ring, ...]:
    part = RestoredPart(where=f"seats <= {later.bound}") if later.act is Deed.PART else EVERYTHING
    said = timeline.restore(app.db, app.writer, Act(LIND, now), about.reference, News(), YES, part)
    if later.act is Deed.PART:
        about.parts.append(later.bound)
    else:
        about.ended = True
    return _rings(said)


def _rescope(app: App, about: Declared, now: datetime, where: str, bound: int) -> Sequence[Ring]:
    change = rescope.ScopeChange(where=where)
    done = rescope.rescope(app.db, app.writer, Act(LIND, now), about.reference, change, News(), YES)
    about.bounds.append(bound)
    assert not done.kept, [said.gate.refusal for said in done.kept]
    return tuple(each for said in done.said for each in said.gate.rings)


def _rings(said: timeline.Said) -> tuple[Ring, ...]:
    assert said.gate.approved, said.gate.refusal
    return said.gate.rings

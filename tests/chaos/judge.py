"""After a run: what the ledger says, held against what the sandbox really got, notice by notice."""

from collections import Counter
from dataclasses import dataclass, field

from notifier.store import Db
from notifier.store.read import views

from .course import Course
from .last import last_words
from .person import Decided
from .plan import CLAIM_AGE, DEADLINE, Plan
from .post import Post, post_of
from .world import BOUNCING, UNWRITABLE

VISIBLE = {"unreachable", "unknown", "dead", "held"}
"""Without a mail, and somebody sees it."""


@dataclass
class Verdict:
    plan: Plan
    struck: int = 0
    """Traps that went off, blows and faulty answers that were planned."""
    lost: int = 0
    repeated: int = 0
    """People who got one notice more than once."""
    unmarked: int = 0
    """Of them: without a mark on every attempt but the first."""
    unknown: int = 0
    again: int = 0
    """Letters of attempts that are marked."""
    ledger_twice: int = 0
    sandbox_twice: int = 0
    asked: int = 0
    """People whose unknown chunks a person decided about."""
    left_out: int = 0
    """People who were suppressed in the middle, and left out of their request."""
    named: int = 0
    """People whose last mail is not the truth, and who stand where somebody sees it."""
    missed: int = 0
    """Decisions whose moment did not come."""
    refused: int = 0
    """Decisions that came too late, and changed nothing."""
    identity: bool = False
    wrong: list[str] = field(default_factory=list[str])
    logs: str = ""

    def must(self, true: object, words: str) -> None:
        if not true:
            self.wrong.append(words)


def judge(course: Course, decided: Decided) -> Verdict:
    island, plan = course.island, course.plan
    verdict = Verdict(plan, struck=island.sprung() + len(plan.blows) + len(plan.every_answer))
    verdict.asked, verdict.missed = decided.people, course.missed
    verdict.refused = course.refused + decided.refused
    verdict.wrong += [*course.wrong, *decided.wrong]
    post = post_of(island)
    accounts(verdict, course)
    everybody(verdict, post)
    repeats(verdict, post)
    outcomes(verdict, course, post)
    suppressions(verdict, course, post)
    arranged(verdict, post)
    too_late(verdict, course, decided, post)
    last_words(verdict, course, decided, post)
    return verdict


def accounts(verdict: Verdict, course: Course) -> None:
    """The identity of every notice, against the number of people that the suite itself put into the audience."""
    verdict.identity = True
    first = {one.notice_id: one.bounds[0] for one in course.declared}
    with Db(course.island.settings.database_url or "") as db, db.transaction() as tx:
        notices = [each for one in course.declared for each in views.notices(tx, one.disruption_id)]
        found = {notice.notice_id: views.accounts(tx, notice) for notice in notices}
    others = [notice.kind.value for notice in notices if notice.notice_id not in first]
    verdict.must(course.plan.laters or not others, f"nobody asked for {others}")
    for notice in notices:
        states = found[notice.notice_id]
        name = f"{notice.reference}/{notice.seq} {notice.kind}"
        # What somebody decides while the list is frozen changes who is still to be put into it.
        whole = notice.notice_id in first and not course.plan.laters
        one = next(one for one in course.declared if one.reference == notice.reference)
        expected = sum(one.is_in(n, one.bounds[0]) for n in range(1, one.bounds[0] + 1))
        adds_up = sum(states.values()) == notice.audience_n == (expected if whole else notice.audience_n)
        verdict.identity &= adds_up
        verdict.must(adds_up, f"the states {states} of {name} do not add up to {notice.audience_n} people")
        verdict.unknown += states["unknown"]
        verdict.again += notice.again
        verdict.ledger_twice += notice.twice


def everybody(verdict: Verdict, post: Post) -> None:
    """Of each notice: everybody has it, or stands where somebody sees them; whoever counts as told has it."""
    given_up = verdict.plan.person == "drop" or verdict.plan.suppressed or verdict.plan.laters
    visible = {*VISIBLE, "cancelled"} if given_up else VISIBLE
    given = {"accepted", *VISIBLE}
    lost: Counter[str] = Counter()
    hidden: Counter[str] = Counter()
    unreachable: set[str] = set()
    for place in post.places:
        got = post.got[place.notice_id, place.address]
        unreachable |= {place.address} if place.state == "unreachable" else set()
        if not got and place.state not in visible:
            lost[f"{place.kind}: {place.state}"] += 1
        # What was given up for want of evidence, and then overtaken, may have arrived all the same.
        doubted = any(post.attempts[mail.attempt].is_doubted for mail in got if mail.attempt in post.attempts)
        if got and place.state not in given and not (place.state == "cancelled" and doubted):
            hidden[f"{place.kind}: {place.state}"] += 1
    verdict.lost = lost.total()
    verdict.must(not lost, f"people got no mail, and count as {dict(lost)}")
    verdict.must(not hidden, f"people got a mail, and count as {dict(hidden)}")
    members = {(place.notice_id, place.address) for place in post.places}
    strangers = {key for key, mails in post.got.items() if mails} - members
    verdict.must(not strangers, f"{len(strangers)} people got a mail who are not in its audience")
    bad = BOUNCING + UNWRITABLE + verdict.plan.suppressed
    verdict.must(len(unreachable) <= bad, f"{len(unreachable)} people count as unreachable")


def repeats(verdict: Verdict, post: Post) -> None:
    twice = {key: mails for key, mails in post.got.items() if len(mails) > 1}
    verdict.repeated = len(twice)
    for mails in twice.values():
        attempts = [post.attempts[mail.attempt] for mail in mails if mail.attempt in post.attempts]
        carried = sorted(attempts, key=lambda each: each.claimed_at)
        verdict.unmarked += not all(each.again for each in carried[1:])
        known = sum(each.outcome == "accepted" for each in carried)
        verdict.sandbox_twice += known > 1
    verdict.must(not verdict.unmarked, f"{verdict.unmarked} people got a notice twice without a mark `again`")
    # Nor does evidence help against a request that left when its lease was over: its process was not let run.
    stalled = {mail.attempt for mail in post.mails if post.is_late(mail, CLAIM_AGE + DEADLINE)}
    quick = [mails for mails in twice.values() if not stalled & {mail.attempt for mail in mails}]
    verdict.must(
        not (verdict.plan.evidence_arrives and quick),
        f"{len(quick)} people got a notice twice although evidence arrives",
    )
    verdict.must(
        verdict.ledger_twice == verdict.sandbox_twice,
        f"the ledger counts {verdict.ledger_twice} twice, the sandbox {verdict.sandbox_twice}",
    )


def outcomes(verdict: Verdict, course: Course, post: Post) -> None:
    """No attempt is used twice, none is called refused that was taken, none taken that was not."""
    taken = {mail.attempt for mail in post.mails}
    used = Counter({row["attempt"]: row["requests"] for row in course.island.ask("GET", "/requests")})
    verdict.must(not [n for n in used.values() if n > 1], "an attempt id was used for two requests")
    # Of a database that was put back: what was sent since then under the truer one.
    verdict.must(taken <= set(post.attempts) | course.island.foreign, "a mail left under no attempt")
    known = {one.attempt_id for one in post.attempts.values() if one.outcome == "accepted"}
    verdict.must(known <= taken, f"{len(known - taken)} attempts count as accepted and never arrived")
    called = Counter(post.attempts[each].outcome for each in taken - known if each in post.attempts)
    verdict.must(
        set(called) <= {"unknown", "presumed_lost"}, f"attempts that were accepted are called {dict(called)}"
    )
    lost = any(answer.kind == "lost-events" for answer in verdict.plan.every_answer)
    sure = verdict.plan.events and not lost and not verdict.plan.copies
    verdict.must(
        not (sure and called), f"all events have come, and accepted attempts are called {dict(called)}"
    )
    if verdict.plan.answers_are_seen:
        forgotten = taken - known - course.excused
        repeated = verdict.repeated and not course.excused
        verdict.must(
            not forgotten and not repeated,
            f"{len(forgotten)} answers that a living process had read are not in the ledger,"
            f" and {verdict.repeated} people got their mail twice",
        )


def suppressions(verdict: Verdict, course: Course, post: Post) -> None:
    """Whoever was suppressed before a claim is not in its request; nobody else is left out."""
    since = course.island.suppressed
    late = [
        mail
        for mail in post.mails
        if mail.address in since and post.attempts[mail.attempt].claimed_at > since[mail.address]
    ]
    verdict.must(not late, f"{len(late)} mails went to people who were suppressed before the claim")
    rows = course.island.rows(
        "SELECT lower(address) FROM fate JOIN recipient USING (recipient_id) WHERE fate = 'suppressed'"
    )
    left_out = {address for (address,) in rows}
    verdict.left_out = len(left_out)
    verdict.must(left_out <= set(since), f"{len(left_out - set(since))} people were left out for no reason")


def too_late(verdict: Verdict, course: Course, decided: Decided, post: Post) -> None:
    """What was refused as finished has changed nothing: all of it has left, and counts so."""
    if course.refused:
        first = course.declared[0].notice_id
        gone = sum(place.notice_id == first and place.state == "cancelled" for place in post.places)
        verdict.must(
            not gone or first in decided.dropped, f"{gone} people of a finished notice count as cancelled"
        )


def arranged(verdict: Verdict, post: Post) -> None:
    """What a plan is about has really happened: its moment is arranged, not hoped for."""
    plan = verdict.plan
    if plan.suppressed:
        verdict.must(verdict.left_out, "nobody was suppressed while their chunk waited")
    if "429-bare" in {answer.kind for answer in plan.answers}:
        waiting = sum(place.state in {"dead", "held"} for place in post.places)
        verdict.must(not waiting, f"{waiting} people wait for a person, after a definite later")
    if plan.person and not plan.laters:
        verdict.must(verdict.asked, "nothing waited for the person")

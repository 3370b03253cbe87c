"""After a run: what the ledger says, held against what the sandbox really got."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from notifier.store import Db, views

from .island import BOUNCING, UNWRITABLE, Island
from .plan import Plan

VISIBLE = {"unreachable", "unknown", "dead"}
"""Without a mail, and somebody sees it."""


@dataclass(frozen=True, slots=True)
class Attempt:
    attempt_id: str
    outcome: str
    again: bool
    claimed_at: datetime


@dataclass
class Verdict:
    plan: Plan
    struck: int = 0
    """Traps that went off, blows and faulty answers that were planned."""
    lost: int = 0
    repeated: int = 0
    """People who got more than one mail."""
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
    identity: bool = False
    wrong: list[str] = field(default_factory=list[str])

    def must(self, true: object, words: str) -> None:
        if not true:
            self.wrong.append(words)


def judge(island: Island, plan: Plan, notice_id: int) -> Verdict:
    verdict = Verdict(plan, struck=island.sprung() + len(plan.blows) + len(plan.answers))
    mails = island.ask("GET", "/messages/index")
    attempts = attempts_of(island)
    accounts(verdict, island, notice_id)
    everybody(verdict, island, notice_id, mails)
    repeats(verdict, mails, attempts)
    outcomes(verdict, island, mails, attempts)
    suppressions(verdict, island, notice_id, mails, attempts)
    return verdict


def attempts_of(island: Island) -> dict[str, Attempt]:
    rows = island.rows("SELECT attempt_id::text, outcome, again, claimed_at FROM attempt")
    return {row[0]: Attempt(*row) for row in rows}


def accounts(verdict: Verdict, island: Island, notice_id: int) -> None:
    """The identity, against the number of people that the suite itself put into the audience."""
    with Db(island.settings.database_url or "") as db, db.transaction() as tx:
        disruption_id = island.rows("SELECT disruption_id FROM notice WHERE notice_id = %s", notice_id)[0][0]
        notice, *others = views.notices(tx, disruption_id)
        found = views.accounts(tx, notice)
    verdict.must(not others, f"nobody asked for {[other.kind.value for other in others]}")
    verdict.unknown = found["unknown"]
    verdict.again, verdict.ledger_twice = notice.again, notice.twice
    verdict.identity = sum(found.values()) == notice.audience_n == verdict.plan.people
    verdict.must(verdict.identity, f"the states {found} do not add up to {verdict.plan.people} people")


def everybody(verdict: Verdict, island: Island, notice_id: int, mails: list[dict[str, str]]) -> None:
    """Everybody has a mail, or stands where somebody sees them; whoever counts as told has one."""
    got = Counter(mail["address"] for mail in mails)
    given_up = verdict.plan.person == "drop" or verdict.plan.suppressed
    visible = {*VISIBLE, "cancelled"} if given_up else VISIBLE
    rows = island.rows(
        "SELECT lower(r.address),"
        " CASE WHEN d.exclusion IS NOT NULL OR f.fate IN ('rejected', 'suppressed', 'dropped', 'bounced')"
        " THEN 'unreachable'"
        " ELSE k.state END FROM delivery d JOIN recipient r USING (recipient_id)"
        " LEFT JOIN chunk k ON k.root_id = d.root_chunk_id AND k.state <> 'split'"
        " AND d.pos >= k.lo AND d.pos < k.hi"
        " LEFT JOIN fate f ON f.notice_id = d.notice_id AND f.recipient_id = d.recipient_id"
        " WHERE d.notice_id = %s",
        notice_id,
    )
    lost = [state for address, state in rows if not got[address] and state not in visible]
    hidden = [state for address, state in rows if got[address] and state not in {"accepted", *visible}]
    unreachable = sum(state == "unreachable" for _, state in rows)
    verdict.lost = len(lost)
    verdict.must(not lost, f"{len(lost)} people got no mail, and count as {set(lost)}")
    verdict.must(not hidden, f"{len(hidden)} people got a mail, and count as {set(hidden)}")
    verdict.must(
        set(got) <= {address for address, _ in rows}, "somebody got a mail who is not in the audience"
    )
    bad = BOUNCING + UNWRITABLE + verdict.plan.suppressed
    verdict.must(unreachable <= bad, f"{unreachable} people count as unreachable")


def repeats(verdict: Verdict, mails: list[dict[str, str]], attempts: dict[str, Attempt]) -> None:
    by_address: defaultdict[str, list[str]] = defaultdict(list)
    for mail in mails:
        by_address[mail["address"]].append(mail["attempt"])
    twice = {address: ids for address, ids in by_address.items() if len(ids) > 1}
    verdict.repeated = len(twice)
    for ids in twice.values():
        carried = sorted((attempts[each] for each in ids), key=lambda each: each.claimed_at)
        verdict.unmarked += not all(each.again for each in carried[1:])
        known = sum(each.outcome == "accepted" for each in carried)
        verdict.sandbox_twice += known > 1
    verdict.must(not verdict.unmarked, f"{verdict.unmarked} people got two mails without a mark `again`")
    verdict.must(
        not (verdict.plan.evidence_arrives and twice),
        f"{len(twice)} people got two mails although evidence arrives",
    )
    verdict.must(
        verdict.ledger_twice == verdict.sandbox_twice,
        f"the ledger counts {verdict.ledger_twice} twice, the sandbox {verdict.sandbox_twice}",
    )


def outcomes(
    verdict: Verdict, island: Island, mails: list[dict[str, str]], attempts: dict[str, Attempt]
) -> None:
    """No attempt is used twice, none is called refused that was taken, none taken that was not."""
    taken = {mail["attempt"] for mail in mails}
    used = Counter({row["attempt"]: row["requests"] for row in island.ask("GET", "/requests")})
    verdict.must(not [n for n in used.values() if n > 1], "an attempt id was used for two requests")
    verdict.must(taken <= set(attempts), "a mail left under no attempt")
    known = {one.attempt_id for one in attempts.values() if one.outcome == "accepted"}
    verdict.must(known <= taken, f"{len(known - taken)} attempts count as accepted and never arrived")
    called = Counter(attempts[each].outcome for each in taken - known if each in attempts)
    verdict.must(
        set(called) <= {"unknown", "presumed_lost"}, f"attempts that were accepted are called {dict(called)}"
    )
    sure = verdict.plan.events and not any(a.kind == "lost-events" for a in verdict.plan.answers)
    verdict.must(
        not (sure and called), f"all events have come, and accepted attempts are called {dict(called)}"
    )


def suppressions(
    verdict: Verdict,
    island: Island,
    notice_id: int,
    mails: list[dict[str, str]],
    attempts: dict[str, Attempt],
) -> None:
    """Whoever was suppressed before a claim is not in its request; nobody else is left out."""
    since = island.suppressed
    late = [
        mail
        for mail in mails
        if mail["address"] in since and attempts[mail["attempt"]].claimed_at > since[mail["address"]]
    ]
    verdict.must(not late, f"{len(late)} mails went to people who were suppressed before the claim")
    rows = island.rows(
        "SELECT lower(address) FROM fate JOIN recipient USING (recipient_id)"
        " WHERE notice_id = %s AND fate = 'suppressed'",
        notice_id,
    )
    left_out = {address for (address,) in rows}
    verdict.left_out = len(left_out)
    verdict.must(left_out <= set(since), f"{len(left_out - set(since))} people were left out for no reason")

"""Merge and split: what is evidence of what, whom nobody was told of, and who is faster."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from notifier.actions.announce import holding
from notifier.actions.announce.declare import Wish, suspend
from notifier.actions.announce.holding import Plan
from notifier.actions.background.signals import judge_signals
from notifier.actions.control import approve as gate
from notifier.actions.control.approve import Consent
from notifier.actions.control.arranging import merge, split
from notifier.errors import BadInput, NotifierError, Refused
from notifier.model.act import Act
from notifier.model.vocabulary import Mode, NoticeState, Reason
from notifier.pipeline.detect import QUIET
from notifier.store import Db, value, values
from notifier.store.company import catalogue
from notifier.store.disruptions import contents, disruptions, notices, succession
from notifier.store.disruptions.disruptions import OpenDisruption
from tests.actions.background.test_signals import (
    CUT,
    MAPPING,
    NOW,
    TRUSTED_ENV,
    WRITER,
    alert,
    cut_off,
    post,
)
from tests.actions.background.test_signals import company as _company
from tests.locking import At, WatchedDb, unwatched

company = _company
LIND = Act("person:lind", NOW)
HOURS = timedelta(hours=3)
LATER = NOW + timedelta(minutes=1)


def open_ones(db: Db) -> dict[str, OpenDisruption]:
    """By what they are about."""
    with db.transaction() as tx:
        return {" ".join(one.services): one for one in disruptions.open_ones(tx, Mode.REHEARSAL)}


@pytest.fixture
def two(company: Db) -> Db:
    """Two drafts: they began hours apart."""
    post(company, alert("fable-prod", start=CUT - HOURS))
    post(company, alert("mythos-prod"))
    judge_signals(company, WRITER, NOW)
    assert set(open_ones(company)) == {"fable-5", "mythos-5"}
    return company


@pytest.fixture
def one(company: Db) -> Db:
    """One draft about two services, of three alerts: one of each, and one that names both."""
    post(company, alert("fable-prod"))
    post(company, alert("mythos-prod", start=CUT + timedelta(minutes=2)))
    judge_signals(company, WRITER, NOW)
    assert set(open_ones(company)) == {"fable-5 mythos-5"}
    return company


def names(db: Db) -> tuple[str, str]:
    found = open_ones(db)
    return found["fable-5"].reference, found["mythos-5"].reference


def rests_on(db: Db, reference: str) -> list[str]:
    with db.transaction() as tx:
        return values(
            tx,
            "SELECT DISTINCT t.key FROM disruption_trouble t JOIN disruption USING (disruption_id)"
            " WHERE reference = %(r)s ORDER BY 1",
            r=reference,
        )


def first_notice(db: Db, one: OpenDisruption) -> int:
    with db.transaction() as tx:
        (notice,) = notices.drafts(tx, one.disruption_id)
        return notice.notice_id


def acts(db: Db) -> list[str]:
    with db.transaction() as tx:
        return values(tx, "SELECT act FROM audit ORDER BY seq")


# ---------------------------------------------------------------- merge


def test_the_first_takes_in_services_evidence_and_words_of_the_other(two: Db) -> None:
    stays, ends = names(two)
    done = merge(two, WRITER, LIND, stays, ends)
    assert (done.reference, done.services, done.other) == (stays, ("fable-5", "mythos-5"), ends)
    (draft,) = open_ones(two).values()
    assert (draft.reference, draft.effective_at, draft.arranged_by) == (stays, CUT - HOURS, "person:lind")
    assert rests_on(two, stays) == ["f1fableprod", "f1mythosprod"]
    assert rests_on(two, ends) == []
    with two.transaction() as tx:
        assert values(tx, "SELECT DISTINCT disruption_id FROM signal") == [draft.disruption_id]
        ended = disruptions.by_reference(tx, ends)
        assert ended
        assert ended.ended_as == "merged"
        assert {each.state for each in notices.of_disruption(tx, ended.disruption_id)} == {NoticeState.VOID}
        (notice,) = notices.drafts(tx, draft.disruption_id)
        assert notice.rev == disruptions.revision(tx, draft.disruption_id).rev
        subjects = {c.subject for c in contents.contents(tx, notice.notice_id) if c.locale == "en"}
    assert all("Mythos 5" in subject for subject in subjects)
    assert acts(two)[-2:] == ["merge", "merged"]
    judge_signals(two, WRITER, LATER)
    with two.transaction() as tx:
        keys = values(tx, "SELECT key FROM alarm WHERE cleared_at IS NULL")
    assert keys == [f"draft:{draft.disruption_id}"]


def test_merged_twice_is_merged_once(two: Db) -> None:
    stays, ends = names(two)
    merge(two, WRITER, LIND, stays, ends)
    before = acts(two)
    assert merge(two, WRITER, LIND, stays, ends).already
    assert acts(two) == before
    with pytest.raises(Refused, match="is over"):
        merge(two, WRITER, LIND, ends, stays)
    with pytest.raises(BadInput, match="name two"):
        merge(two, WRITER, LIND, stays, stays)


def test_a_merged_draft_is_void_when_the_tools_have_taken_back_both_and_not_before(two: Db) -> None:
    merge(two, WRITER, LIND, *names(two))
    post(two, alert("mythos-prod", end=NOW), now=LATER)
    judge_signals(two, WRITER, LATER)
    assert judge_signals(two, WRITER, LATER + QUIET).voided == ()
    post(two, alert("fable-prod", start=CUT - HOURS, end=NOW), now=LATER)
    judge_signals(two, WRITER, LATER)
    with two.transaction() as tx:
        assert "the draft loses this evidence" in values(
            tx, "SELECT judgement FROM signal ORDER BY signal_id"
        )
    assert len(judge_signals(two, WRITER, LATER + QUIET).voided) == 1


def test_what_comes_later_for_the_one_that_ended_goes_to_the_one_that_stays(two: Db) -> None:
    stays, _ = names(two)
    merge(two, WRITER, LIND, *names(two))
    post(two, alert("mythos-prod", id_="g"), now=LATER)
    assert judge_signals(two, WRITER, LATER).opened == ()
    assert "gmythosprod" in rests_on(two, stays)


# ---------------------------------------------------------------- split


def test_services_and_what_names_only_them_become_a_draft_of_their_own(one: Db) -> None:
    (draft,) = open_ones(one).values()
    done = split(one, WRITER, LIND, draft.reference, ["mythos-5"])
    found = open_ones(one)
    assert set(found) == {"fable-5", "mythos-5"}
    new = found["mythos-5"]
    assert (done.reference, done.other, done.other_services) == (
        draft.reference,
        new.reference,
        ("mythos-5",),
    )
    assert (new.effective_at, new.opened_by) == (CUT + timedelta(minutes=2), "source:prometheus")
    assert found["fable-5"].effective_at == CUT
    assert rests_on(one, draft.reference) == ["f1fableprod"]
    assert rests_on(one, new.reference) == ["f1mythosprod"]
    with one.transaction() as tx:
        for draft_ in (new, found["fable-5"]):
            (notice,) = notices.drafts(tx, draft_.disruption_id)
            assert notice.rev == disruptions.revision(tx, draft_.disruption_id).rev
    assert acts(one)[-2:] == ["split", "draft"]


def test_evidence_about_what_was_split_off_goes_there_and_never_back(one: Db) -> None:
    (draft,) = open_ones(one).values()
    new = split(one, WRITER, LIND, draft.reference, ["mythos-5"]).other
    post(one, alert("mythos-prod", id_="g"), now=LATER)
    judge_signals(one, WRITER, LATER)
    assert rests_on(one, new) == ["f1mythosprod", "gmythosprod"]
    for id_ in ("f1", "g"):
        post(one, alert("mythos-prod", start=CUT + timedelta(minutes=2), end=NOW, id_=id_), now=LATER)
    judge_signals(one, WRITER, LATER)
    (voided,) = judge_signals(one, WRITER, LATER + QUIET).voided
    post(one, alert("mythos-prod", start=NOW + QUIET, id_="h"), now=LATER + QUIET)
    assert judge_signals(one, WRITER, LATER + QUIET).opened == ()
    assert open_ones(one)["mythos-5"].disruption_id == voided, "the same draft again"
    assert set(open_ones(one)) == {"fable-5", "mythos-5"}


def test_not_even_when_its_draft_ended_long_ago(one: Db) -> None:
    with one.transaction() as tx:
        catalogue.put_company(tx, "policy", {"follow_minutes": 1})
    (draft,) = open_ones(one).values()
    split(one, WRITER, LIND, draft.reference, ["mythos-5"])
    post(one, alert("mythos-prod", start=CUT + timedelta(minutes=2), end=NOW), now=LATER)
    judge_signals(one, WRITER, LATER)
    assert judge_signals(one, WRITER, LATER + QUIET).voided
    later = LATER + QUIET + timedelta(minutes=2)
    post(one, alert("mythos-prod", start=later), now=later)
    assert len(judge_signals(one, WRITER, later).opened) == 1
    assert set(open_ones(one)) == {"fable-5", "mythos-5"}


def test_what_names_both_counts_for_both(company: Db) -> None:
    both = {"label": "service", "map": MAPPING["map"] | {"all": "fable-5"}}
    with company.transaction() as tx:
        source = next(each for each in catalogue.sources(tx) if each.name == "prometheus")
        catalogue.put_source(tx, replace(source, services=both))
    post(company, alert("fable-prod"), alert("mythos-prod"))
    judge_signals(company, WRITER, NOW)
    (draft,) = open_ones(company).values()
    with company.transaction() as tx:  # as a tool that names several services in one report
        tx.execute("UPDATE signal SET services = '{fable-5,mythos-5}' WHERE dedupe_key = 'f1fableprod'")
        tx.execute("UPDATE trouble SET services = '{fable-5,mythos-5}' WHERE key = 'f1fableprod'")
        tx.execute("UPDATE disruption_trouble SET services = '{fable-5,mythos-5}' WHERE key = 'f1fableprod'")
    new = split(company, WRITER, LIND, draft.reference, ["mythos-5"]).other
    assert rests_on(company, draft.reference) == ["f1fableprod"]
    assert rests_on(company, new) == ["f1fableprod", "f1mythosprod"]
    post(company, alert("mythos-prod", end=NOW), now=LATER)
    judge_signals(company, WRITER, LATER)
    assert judge_signals(company, WRITER, LATER + QUIET).voided == (), "the other still names it"


def test_split_twice_is_split_once_and_what_is_not_there_is_said(one: Db) -> None:
    (draft,) = open_ones(one).values()
    new = split(one, WRITER, LIND, draft.reference, ["mythos-5"]).other
    before = acts(one)
    again = split(one, WRITER, LIND, draft.reference, ["mythos-5"])
    assert (again.other, again.already) == (new, True)
    assert acts(one) == before
    for wrong in (["fable-5"], ["sonnet-5"]):
        with pytest.raises(BadInput, match="name some of them"):
            split(one, WRITER, LIND, draft.reference, wrong)
    with pytest.raises(BadInput, match="There is no service"):
        split(one, WRITER, LIND, draft.reference, ["none"])


def test_what_was_split_can_be_merged_again(one: Db) -> None:
    (draft,) = open_ones(one).values()
    new = split(one, WRITER, LIND, draft.reference, ["mythos-5"]).other
    merge(one, WRITER, LIND, draft.reference, new)
    (whole,) = open_ones(one).values()
    assert (whole.services, whole.without) == (["fable-5", "mythos-5"], [])
    assert rests_on(one, draft.reference) == ["f1fableprod", "f1mythosprod"]


# ---------------------------------------------------------------- what is refused


def test_what_has_told_people_or_is_a_persons_is_refused_with_the_reason(two: Db) -> None:
    fable, mythos = names(two)
    at = Plan(at=NOW + timedelta(minutes=20))
    prepared = holding.prepare(two, WRITER, LIND, mythos, at, Consent(yes=True, ceiling=9, accept_gap=2))
    assert prepared.gate.approved, prepared.gate.refusal
    with pytest.raises(Refused, match="approved to leave by itself"):
        merge(two, WRITER, LIND, fable, mythos)
    suspend(two, WRITER, LIND, Wish(("fable-5",), Reason.LEGAL), Consent())
    with pytest.raises(Refused, match="a person has declared"):
        merge(two, WRITER, LIND, fable, mythos)
    with pytest.raises(Refused, match="a person has declared"):
        split(two, WRITER, LIND, fable, ["fable-5"])
    with two.transaction() as tx:
        (notice,) = notices.drafts(tx, disruptions.by_reference(tx, fable).disruption_id)  # type: ignore[union-attr]
    gate.approve(two, LIND, notice.notice_id, Consent(yes=True, accept_gap=2))
    with pytest.raises(Refused, match="has told people"):
        merge(two, WRITER, LIND, fable, mythos)


def test_a_part_that_somebody_has_approved_is_not_rewritten(one: Db) -> None:
    with one.transaction() as tx:
        catalogue.put_company(tx, "policy", {"four_eyes": "audience"})
    (draft,) = open_ones(one).values()
    words = Consent(yes=True, part=gate.Part.WORDS)
    gate.approve(one, LIND, first_notice(one, draft), words)
    with pytest.raises(Refused, match="has approved a part"):
        split(one, WRITER, LIND, draft.reference, ["mythos-5"])


# ---------------------------------------------------------------- what policy may do with it


def test_what_a_person_has_arranged_policy_lets_go_no_more(company: Db) -> None:
    cut_off(company, "fable-5", CUT)
    cut_off(company, "mythos-5", CUT)
    with company.transaction() as tx:
        trusted = next(each for each in catalogue.sources(tx) if each.name == "trusted")
        catalogue.put_source(tx, replace(trusted, announce_ceiling=1, secret_env=TRUSTED_ENV))
    post(company, alert("fable-prod"), alert("mythos-prod"), source="trusted")
    assert judge_signals(company, WRITER, NOW).announced == ()
    (draft,) = open_ones(company).values()
    split(company, WRITER, LIND, draft.reference, ["mythos-5"])
    with company.transaction() as tx:
        catalogue.put_source(tx, replace(trusted, announce_ceiling=50, secret_env=TRUSTED_ENV))
    assert judge_signals(company, WRITER, LATER).announced == ()
    assert all(one.declared_at is None for one in open_ones(company).values())


def test_policy_that_was_asked_before_a_person_split_lets_nothing_go(company: Db) -> None:
    cut_off(company, "fable-5", CUT)
    cut_off(company, "mythos-5", CUT)
    post(company, alert("fable-prod"), alert("mythos-prod"))
    judge_signals(company, WRITER, NOW)
    (draft,) = open_ones(company).values()
    split(company, WRITER, LIND, draft.reference, ["mythos-5"])
    act = Act("source:trusted", NOW)
    for services in (["fable-5", "mythos-5"], ["fable-5"]):
        assert gate.approve_by_policy(company, act, draft.disruption_id, 50, services) == ()


# ---------------------------------------------------------------- two at once


@pytest.mark.parametrize("point", range(2, 12))
def test_a_merge_and_an_approval_at_once_are_one_after_the_other(two: Db, point: int) -> None:
    """Whoever is first: the other is refused, and nobody reads of what the merge has taken away."""
    found = open_ones(two)
    stays, ends = found["fable-5"], found["mythos-5"]
    id_ = first_notice(two, ends)
    at = At(point)
    failed: dict[str, Exception] = {}

    def do(name: str, act: object) -> None:
        try:
            act()  # type: ignore[operator]
        except NotifierError as refused:
            failed[name] = refused
        finally:
            at.there.set()

    yes = Consent(yes=True, accept_gap=2)
    with WatchedDb(two.url, at.transaction) as db, WatchedDb(two.url, unwatched) as other:
        merging = threading.Thread(
            target=do, args=("merge", lambda: merge(db, WRITER, LIND, stays.reference, ends.reference))
        )
        merging.start()
        assert at.there.wait(60)
        approving = threading.Thread(target=do, args=("approve", lambda: gate.approve(other, LIND, id_, yes)))
        approving.start()
        approving.join(0.05)
        at.go_on.set()
        merging.join(60)
        approving.join(60)
        assert db.gave_way + other.gave_way == []
    assert len(failed) == 1, failed
    with two.transaction() as tx:
        state = notices.by_id(tx, id_).state
        merged = succession.ties(tx, ends.disruption_id).merged_into
        declared = disruptions.by_id(tx, ends.disruption_id).declared_at
    assert (state is NoticeState.VOID) == (merged is not None) == (declared is None)


def test_eight_merges_at_once_are_one(two: Db) -> None:
    stays, ends = names(two)
    done: list[bool] = []

    def work() -> None:
        with Db(two.url) as own:
            done.append(merge(own, WRITER, LIND, stays, ends).already)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [False, *[True] * 7]
    assert acts(two).count("merge") == 1
    with two.transaction() as tx:
        assert value(tx, "SELECT count(*) FROM notice WHERE state = 'draft'") == 1


def test_a_rehearsal_and_a_live_one_stay_apart(two: Db) -> None:
    fable, mythos = names(two)
    with two.transaction() as tx:
        tx.execute("UPDATE disruption SET mode = 'live' WHERE reference = %s", (fable,))
    with pytest.raises(Refused, match="stay apart"):
        merge(two, WRITER, LIND, fable, mythos)

"""From evidence to a verdict: how much it takes, what hangs together, what comes late, and what nobody touches."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notifier.actions.announce import holding
from notifier.actions.announce.declare import Wish, suspend
from notifier.actions.announce.holding import Plan
from notifier.actions.announce.restore import EVERYTHING
from notifier.actions.announce.timeline import News, restore
from notifier.actions.background.signals import Judged, judge_signals
from notifier.actions.control.approve import Consent
from notifier.actions.control.arranging import merge, split
from notifier.entry.cli.screens import heard as screen
from notifier.errors import NotifierError
from notifier.model.act import Act
from notifier.model.terms import May, Terms
from notifier.model.vocabulary import Mode, Reason
from notifier.pipeline.detect import QUIET
from notifier.store import Db, value, values
from notifier.store.company import catalogue
from notifier.store.disruptions import alarms, disruptions, signals
from notifier.store.disruptions.disruptions import OpenDisruption
from notifier.store.disruptions.troubles import CALM
from notifier.store.read import heard
from tests.actions.background.test_signals import CUT, NOW, TRUSTED_ENV, WRITER, alert, cut_off, post
from tests.actions.background.test_signals import company as _company

company = _company
LIND = Act("person:lind", NOW)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
PROBES = ("eu", "us", "asia")
SLUGS = ("fable-5", "mythos-5", "sonnet-5")


@pytest.fixture
def world(company: Db) -> Db:
    """Three probes beside the sources of `company`."""
    with company.transaction() as tx:
        source = catalogue.source(tx, "prometheus")
        assert source
        for name in PROBES:
            catalogue.put_source(tx, replace(source, name=name, drafts_per_hour=1000))
    return company


def has(db: Db, slug: str, *depends_on: str, **terms: Any) -> None:
    with db.transaction() as tx:
        catalogue.put_service(tx, slug, slug.title(), Terms(**terms))
        catalogue.drop_dependencies(tx, slug)
        catalogue.add_dependencies(tx, slug, depends_on)


def source_has(db: Db, name: str, **fields: Any) -> None:
    with db.transaction() as tx:
        found = catalogue.source(tx, name)
        assert found
        catalogue.put_source(tx, replace(found, **fields))


def vouch_for(db: Db, *names: str) -> None:
    """As for `trusted`: only a holder of the secret speaks for them."""
    for name in names:
        source_has(db, name, secret_env=TRUSTED_ENV, open=False)


def judge(db: Db, now: Any = NOW) -> list[Judged]:
    """Until nothing is rung for."""
    done = [judge_signals(db, WRITER, now)]
    while any(ring.task == "judge" for ring in done[-1].rings):
        done.append(judge_signals(db, WRITER, now))
    return done


def open_ones(db: Db) -> list[OpenDisruption]:
    with db.transaction() as tx:
        return disruptions.open_ones(tx, Mode.REHEARSAL)


def drafts(db: Db) -> list[str]:
    return [" ".join(one.services) for one in open_ones(db) if one.declared_at is None]


def waits(db: Db) -> list[tuple[str, str]]:
    with db.transaction() as tx:
        return [(each.source, each.why) for each in heard.waits_for(tx)]


def judgements(db: Db) -> list[str]:
    with db.transaction() as tx:
        return values(tx, "SELECT judgement FROM signal ORDER BY signal_id")


def alarm_keys(db: Db) -> list[str]:
    with db.transaction() as tx:
        return [each.key.partition(":")[0] for each in alarms.open_ones(tx)]


def count(db: Db) -> int:
    with db.transaction() as tx:
        return value(tx, "SELECT count(*) FROM disruption")


# ---------------------------------------------------------------- M of N, or a time


def test_what_one_of_two_reports_waits_visibly_and_the_second_makes_it_one_draft(world: Db) -> None:
    has(world, "fable-5", needs=2, witnesses=PROBES)
    post(world, alert("fable-5"), source="eu")
    post(world, alert("fable-5"), source="prometheus")
    judge(world)
    assert drafts(world) == []
    told = "waits: too few report it (1 of 2 for fable-5)"
    assert waits(world) == [("eu", told), ("prometheus", told)]
    assert alarm_keys(world) == [], "nothing is wrong"
    later = NOW + 31 * MINUTE
    judge(world, later)
    assert drafts(world) == []
    with world.transaction() as tx:
        (alone,) = alarms.open_ones(tx)
    assert alone.text == (
        "eu and prometheus report trouble since 27 Nov 23:40 UTC, and too few others do (1 of 2 for fable-5):"
        " if it is true, notifier suspend fable-5."
    )
    post(world, alert("fable-5"), source="us", now=later)
    judge(world, later)
    assert drafts(world) == ["fable-5"]
    assert waits(world) == []
    assert alarm_keys(world) == ["draft"]
    assert set(judgements(world)) == {"no open disruption covers this", "an open disruption covers this"}
    (draft,) = open_ones(world)
    for source in ("eu", "us", "prometheus"):
        post(world, alert("fable-5", end=later), source=source, now=later)
        judge(world, later)
    assert len(judge_signals(world, WRITER, later + QUIET).voided) == 1
    assert draft.opened_by == "source:us"


def test_what_ends_before_a_second_reports_it_is_dropped(world: Db) -> None:
    has(world, "fable-5", needs=2)
    post(world, alert("fable-5"), source="eu")
    judge(world)
    post(world, alert("fable-5", end=NOW), source="eu", now=NOW + MINUTE)
    judge(world, NOW + 2 * MINUTE)
    assert waits(world) == []
    assert judgements(world)[0] == "was over before its turn came"
    post(world, alert("fable-5"), source="us", now=NOW + 3 * MINUTE)
    judge(world, NOW + 3 * MINUTE)
    assert drafts(world) == [], "never two at once"


def test_after_so_long_one_is_enough_and_not_a_second_earlier(world: Db) -> None:
    has(world, "fable-5", needs=3, after=90 * MINUTE / 60)
    post(world, alert("fable-5"), source="eu")
    judge(world)
    judge(world, NOW + timedelta(seconds=89))
    assert drafts(world) == []
    assert waits(world) == [("eu", "waits: too few report it (1 of 3 for fable-5)")]
    judge(world, NOW + timedelta(seconds=90))
    assert drafts(world) == ["fable-5"]


def test_a_source_whose_reports_count_only_after_a_while(world: Db) -> None:
    source_has(world, "eu", after_seconds=300)
    post(world, alert("fable-5"), source="eu")
    judge(world, NOW + 4 * MINUTE)
    assert drafts(world) == []
    judge(world, NOW + 5 * MINUTE)
    assert drafts(world) == ["fable-5"]


def test_what_one_report_names_besides_is_drafted_at_once_and_the_rest_when_it_is_enough(world: Db) -> None:
    has(world, "mythos-5", needs=2)
    post(world, alert("fable-5"), source="eu")
    with world.transaction() as tx:  # as a tool that names several services in one report
        tx.execute("UPDATE signal SET services = '{fable-5,mythos-5}'")
        tx.execute("UPDATE trouble SET services = '{fable-5,mythos-5}'")
    judge(world)
    assert drafts(world) == ["fable-5"]
    assert [why for _, why in waits(world)] == ["waits: too few report it (1 of 2 for mythos-5)"]
    post(world, alert("mythos-5"), source="us", now=NOW + MINUTE)
    judge(world, NOW + MINUTE)
    assert drafts(world) == ["fable-5 mythos-5"]
    assert waits(world) == []


def test_the_data_needs_no_witness(world: Db) -> None:
    from notifier.actions.background.signals import watch_cut_offs

    has(world, "fable-5", needs=3, may=May.RECORD)
    cut_off(world, "fable-5", NOW)
    watch_cut_offs(world, WRITER, NOW)
    judge(world)
    assert drafts(world) == ["fable-5"]


def test_it_began_when_the_first_witness_says_and_not_when_the_last_does(world: Db) -> None:
    has(world, "fable-5", needs=3, witnesses=("trusted", "us", "asia"))
    vouch_for(world, "us", "asia", "prometheus")
    for minutes, source in enumerate(("trusted", "us", "asia")):
        post(world, alert("fable-5", start=CUT + minutes * MINUTE), source=source)
        # Who does not count says nothing of the beginning either.
        post(world, alert("fable-5", start=CUT - HOUR), source="prometheus")
        judge(world)
    (draft,) = open_ones(world)
    assert draft.effective_at == CUT


def test_a_stranger_says_when_it_began_for_nobody_else(world: Db) -> None:
    has(world, "fable-5", needs=2)
    post(world, alert("fable-5", start=CUT - HOUR), source="eu")
    judge(world)
    post(world, alert("fable-5"), source="trusted")
    judge(world)
    (draft,) = open_ones(world)
    assert draft.effective_at == CUT


# ---------------------------------------------------------------- flapping


@pytest.mark.parametrize(("every", "down"), [(5, 2), (29, 3), (45, 2)])
def test_what_flaps_twenty_times_is_one_disruption_and_at_most_one_mail_for_each(
    world: Db, every: float, down: float
) -> None:
    """Also where its source may announce, and also where its ends are further apart than a draft lives."""
    cut_off(world, "fable-5", NOW)
    source_has(world, "trusted", drafts_per_hour=1000)
    now = NOW
    for _ in range(20):
        post(world, alert("fable-5", start=now), source="trusted", now=now)
        judge(world, now)
        ended = now + down * MINUTE
        post(world, alert("fable-5", start=now, end=ended), source="trusted", now=ended)
        for minutes in (0, 10.5, 12):
            if down + minutes < every:
                judge(world, ended + minutes * MINUTE)
        now += every * MINUTE
    assert count(world) == 1
    with world.transaction() as tx:
        assert value(tx, "SELECT count(*) FROM notice WHERE approved_at IS NOT NULL") == 1


@pytest.mark.parametrize("every", [1, 45])
def test_what_only_drafts_and_flaps_is_one_draft_too(world: Db, every: float) -> None:
    now = NOW
    for _ in range(20):
        post(world, alert("fable-5", start=now), source="eu", now=now)
        judge(world, now)
        post(world, alert("fable-5", start=now, end=now), source="eu", now=now + MINUTE / 2)
        judge(world, now + MINUTE / 2)
        judge(world, now + MINUTE / 2 + min(QUIET, (every - 0.75) * MINUTE))
        now += every * MINUTE
    assert count(world) == 1
    judge(world, now + CALM)
    assert drafts(world) == []


def test_what_comes_back_again_and_again_has_fired_for_long_enough(world: Db) -> None:
    """A service that falls over every minute would otherwise never be down for five."""
    has(world, "fable-5", after=5 * MINUTE)
    for n in range(3):
        began = NOW + n * MINUTE
        post(world, alert("fable-5", start=began), source="eu", now=began)
        judge(world, began)
        if n < 2:
            post(world, alert("fable-5", start=began, end=began), source="eu", now=began + MINUTE / 2)
            judge(world, began + MINUTE / 2)
    assert drafts(world) == ["fable-5"]


# ---------------------------------------------------------------- what hangs together


def test_what_needs_another_joins_its_draft_whichever_is_reported_first(world: Db) -> None:
    has(world, "mythos-5", "sonnet-5")
    for first, then in (("sonnet-5", "mythos-5"), ("mythos-5", "sonnet-5")):
        post(world, alert(first, start=NOW - 6 * HOUR), source="eu")
        judge(world)
        post(world, alert(then), source="us")
        judge(world)
        assert drafts(world) == ["mythos-5 sonnet-5"]
        with world.transaction() as tx:
            tx.execute("TRUNCATE signal, trouble, disruption RESTART IDENTITY CASCADE")


def test_what_needs_something_that_people_know_of_is_a_draft_that_follows_it(world: Db) -> None:
    """What has told people is never widened, and whoever has the other service is not forgotten."""
    has(world, "mythos-5", "sonnet-5")
    has(world, "fable-5", "sonnet-5")
    suspend(world, WRITER, LIND, Wish(("sonnet-5",), Reason.FAULT), Consent(yes=True))
    (known,) = open_ones(world)
    post(world, alert("mythos-5"), source="eu")
    judge(world)
    post(world, alert("fable-5", start=NOW - 5 * HOUR), source="us")
    judge(world)
    assert drafts(world) == ["fable-5 mythos-5"]
    draft = open_ones(world)[1]
    assert draft.follows == known.disruption_id
    with world.transaction() as tx:
        assert [(r.how, r.reference) for r in heard.related(tx, draft.disruption_id)] == [
            ("follows", known.reference)
        ]


def names(db: Db, key: str, *slugs: str) -> None:
    """As a tool that names several services in one report."""
    with db.transaction() as tx:
        what = {"slugs": list(slugs), "key": key}
        tx.execute("UPDATE signal SET services = %(slugs)s WHERE dedupe_key = %(key)s", what)
        tx.execute("UPDATE trouble SET services = %(slugs)s WHERE key = %(key)s", what)


def test_a_draft_stays_while_somebody_reports_it_whatever_else_they_report(world: Db) -> None:
    """Of two drafts that one report is about neither is void while it goes on."""
    post(world, alert("fable-5"), source="eu")
    judge(world)
    later = NOW + 70 * MINUTE
    post(world, alert("fable-5", start=later, id_="b"), source="us", now=later)
    names(world, "bfable5", "fable-5", "mythos-5")
    judge(world, later)
    assert drafts(world) == ["fable-5", "mythos-5"]
    post(world, alert("fable-5", end=later), source="eu", now=later)
    judge(world, later)
    judge(world, later + QUIET)
    assert drafts(world) == ["fable-5", "mythos-5"]
    post(world, alert("fable-5", start=later, end=later, id_="b"), source="us", now=later + QUIET)
    judge(world, later + QUIET)
    judge(world, later + 2 * QUIET)
    assert drafts(world) == []


@pytest.mark.parametrize("why", ["its turn", "its age"])
def test_what_waits_or_is_too_old_counts_for_what_is_open_all_the_same(world: Db, why: str) -> None:
    post(world, alert("fable-5"), source="eu")
    judge(world)
    began, later = CUT, NOW + 2 * HOUR
    if why == "its turn":
        began = later
        with world.transaction() as tx:
            catalogue.put_company(tx, "policy", {"most_drafts": 1})
    else:
        source_has(world, "us", max_age_seconds=60)
    post(world, alert("fable-5", start=began, id_="b"), source="us", now=later)
    names(world, "bfable5", "fable-5", "mythos-5")
    judge(world, later)
    post(world, alert("fable-5", end=later), source="eu", now=later)
    judge(world, later)
    judge(world, later + QUIET)
    assert drafts(world) == ["fable-5"]


# ---------------------------------------------------------------- what comes late


def ended(db: Db, at: Any) -> OpenDisruption:
    """The source announced it, everybody came back, and a person said so."""
    cut_off(db, "fable-5", NOW)
    post(db, alert("fable-5"), source="trusted")
    assert judge(db)[0].announced
    (one,) = open_ones(db)
    post(db, alert("fable-5", end=NOW), source="trusted", now=at)
    cut_off(db, "fable-5", None)
    judge(db, at)
    done = restore(db, WRITER, Act("person:lind", at), one.reference, News(), Consent(yes=True), EVERYTHING)
    assert done.gate.approved, done.gate.refusal
    return one


def test_what_comes_back_after_an_end_is_a_draft_that_says_what_it_follows_and_only_a_person_lets_go(
    world: Db,
) -> None:
    over = ended(world, NOW + MINUTE)
    later = NOW + 30 * MINUTE
    cut_off(world, "fable-5", later)
    post(world, alert("fable-5", start=later), source="trusted", now=later)
    assert all(each.announced == () for each in judge(world, later))
    (draft,) = open_ones(world)
    assert (draft.follows, draft.declared_at) == (over.disruption_id, None)
    assert judge_signals(world, WRITER, later + 9 * HOUR).announced == ()


def test_long_after_an_end_it_is_another_story(world: Db) -> None:
    ended(world, NOW + MINUTE)
    with world.transaction() as tx:
        catalogue.put_company(tx, "policy", {"follow_minutes": 20})
    later = NOW + 30 * MINUTE
    cut_off(world, "fable-5", later)
    post(world, alert("fable-5", start=later), source="trusted", now=later)
    assert judge(world, later)[0].announced


def test_a_void_draft_goes_on_about_what_is_reported_now_and_nothing_else(world: Db) -> None:
    for slug in ("fable-5", "mythos-5"):
        post(world, alert(slug), source="eu")
    judge(world)
    (first,) = open_ones(world)
    for slug in ("fable-5", "mythos-5"):
        post(world, alert(slug, end=NOW), source="eu", now=NOW)
    judge(world)
    later = NOW + QUIET
    assert judge(world, later)[0].voided == (first.disruption_id,)
    post(world, alert("mythos-5", start=later), source="us", now=later)
    judge(world, later)
    (again,) = open_ones(world)
    assert (again.disruption_id, again.services, again.effective_at) == (
        first.disruption_id,
        ["mythos-5"],
        later,
    )
    with world.transaction() as tx:
        acts = values(
            tx, "SELECT act FROM audit WHERE disruption_id = %(i)s ORDER BY seq", i=again.disruption_id
        )
        assert acts == ["draft", "widen draft", "void draft", "reopen draft"]
        assert value(tx, "SELECT count(*) FROM notice WHERE state = 'draft'") == 1


def comes_and_goes(db: Db, at: Any, *slugs: str, source: str = "trusted") -> OpenDisruption:
    """Reported, taken back, and void."""
    for slug in slugs:
        post(db, alert(slug, start=at), source=source, now=at)
    judge(db, at)
    (draft,) = (one for one in open_ones(db) if set(one.services) == set(slugs))
    for slug in slugs:
        post(db, alert(slug, start=at, end=at), source=source, now=at)
    judge(db, at)
    assert judge(db, at + QUIET)[0].voided == (draft.disruption_id,)
    return draft


def test_a_draft_that_goes_on_after_a_restoration_follows_it(world: Db) -> None:
    over = ended(world, NOW + MINUTE)
    later = NOW + 5 * MINUTE
    void = comes_and_goes(world, later, "mythos-5")
    later += 2 * QUIET
    cut_off(world, "fable-5", later)
    cut_off(world, "mythos-5", later)
    post(world, alert("fable-5", start=later, id_="both"), source="trusted", now=later)
    with world.transaction() as tx:  # as a tool that names several services in one report
        tx.execute("UPDATE signal SET services = '{fable-5,mythos-5}' WHERE dedupe_key = 'bothfable5'")
        tx.execute("UPDATE trouble SET services = '{fable-5,mythos-5}' WHERE key = 'bothfable5'")
    assert all(each.announced == () for each in judge(world, later))
    (draft,) = open_ones(world)
    assert (draft.disruption_id, draft.services) == (void.disruption_id, ["fable-5", "mythos-5"])
    assert draft.follows == over.disruption_id


def test_a_draft_that_goes_on_beside_what_people_know_of_follows_it(world: Db) -> None:
    has(world, "fable-5", "sonnet-5")
    void = comes_and_goes(world, NOW, "fable-5")
    later = NOW + 2 * QUIET
    suspend(world, WRITER, Act("person:lind", later), Wish(("sonnet-5",), Reason.FAULT), Consent(yes=True))
    cut_off(world, "fable-5", later)
    post(world, alert("fable-5", start=later), source="trusted", now=later)
    assert all(each.announced == () for each in judge(world, later))
    known, draft = sorted(open_ones(world), key=lambda one: one.declared_at is None)
    assert (draft.disruption_id, draft.follows) == (void.disruption_id, known.disruption_id)


def test_a_draft_that_was_there_before_people_were_told_of_what_it_needs_waits_for_a_person(
    world: Db,
) -> None:
    has(world, "fable-5", "sonnet-5")
    post(world, alert("fable-5"), source="trusted")
    assert judge(world)[0].announced == (), "the data shows nobody who is cut off"
    suspend(world, WRITER, LIND, Wish(("sonnet-5",), Reason.FAULT), Consent(yes=True))
    cut_off(world, "fable-5", NOW)
    assert judge(world)[0].announced == ()
    assert "fable-5" in drafts(world)


# ---------------------------------------------------------------- what it may lead to at most


def test_what_is_only_recorded_is_kept_and_drafts_ends_and_keeps_nothing(world: Db) -> None:
    source_has(world, "eu", may=May.RECORD)
    post(world, alert("fable-5"), source="eu")
    judge(world)
    assert (drafts(world), alarm_keys(world)) == ([], [])
    post(world, alert("fable-5"), source="us")
    judge(world)
    post(world, alert("fable-5", id_="g"), source="eu")
    judge(world)
    post(world, alert("fable-5", end=NOW), source="us")
    judge(world)
    assert len(judge_signals(world, WRITER, NOW + QUIET).voided) == 1, "what is recorded holds no draft"
    assert judgements(world).count("is only recorded: policy drafts nothing for this") == 2


def test_the_service_limits_every_source(world: Db) -> None:
    has(world, "fable-5", may=May.RECORD)
    post(world, alert("fable-5"), alert("mythos-5"), source="eu")
    judge(world)
    assert drafts(world) == ["mythos-5"]


@pytest.mark.parametrize(
    ("terms", "fields", "goes"),
    [
        ({}, {}, True),
        ({"announce_ceiling": 2}, {}, True),
        ({"announce_ceiling": 1}, {}, False),
        ({"may": May.DRAFT}, {}, False),
        ({}, {"may": May.DRAFT}, False),
    ],
)
def test_how_far_policy_goes(world: Db, terms: dict[str, Any], fields: dict[str, Any], *, goes: bool) -> None:
    """Two people would read it."""
    has(world, "fable-5", **terms)
    source_has(world, "trusted", **fields)
    cut_off(world, "fable-5", NOW)
    post(world, alert("fable-5"), source="trusted")
    assert bool(judge(world)[0].announced) is goes


def test_policy_announces_nothing_that_a_stranger_began_anew(world: Db) -> None:
    comes_and_goes(world, NOW, "fable-5")
    later = NOW + 2 * QUIET
    cut_off(world, "fable-5", later)
    post(world, alert("fable-5", start=later - 20 * HOUR), source="eu", now=later)
    judge(world, later)
    post(world, alert("fable-5", start=later), source="trusted", now=later)
    assert all(each.announced == () for each in judge(world, later))
    assert drafts(world) == ["fable-5"]


@pytest.mark.parametrize("order", [("eu", "trusted"), ("trusted", "eu")])
def test_a_stranger_is_no_witness_of_what_policy_announces(world: Db, order: Sequence[str]) -> None:
    has(world, "fable-5", needs=2)
    cut_off(world, "fable-5", NOW)
    for source in order:
        post(world, alert("fable-5"), source=source)
        judge(world)
    post(world, alert("fable-5", id_="again"), source="trusted")
    assert all(each.announced == () for each in judge(world))
    assert drafts(world) == ["fable-5"]


def test_what_is_only_recorded_is_no_witness(world: Db) -> None:
    has(world, "fable-5", needs=2)
    source_has(world, "eu", may=May.RECORD)
    for source in ("eu", "us"):
        post(world, alert("fable-5"), source=source)
        judge(world)
    assert drafts(world) == []
    assert waits(world) == [("us", "waits: too few report it (1 of 2 for fable-5)")]


def test_policy_announces_nothing_once_the_witnesses_are_too_few_again(world: Db) -> None:
    has(world, "fable-5", needs=2)
    vouch_for(world, *PROBES)
    for source in ("trusted", "eu"):
        post(world, alert("fable-5"), source=source)
    assert all(each.announced == () for each in judge(world)), "the data shows nobody who is cut off"
    post(world, alert("fable-5", end=NOW), source="eu")
    cut_off(world, "fable-5", NOW)
    assert judge(world)[0].announced == ()
    post(world, alert("fable-5", start=NOW), source="us", now=NOW + MINUTE)
    assert judge(world, NOW + MINUTE)[0].announced


# ---------------------------------------------------------------- what nobody touches


def test_a_draft_that_nobody_touches_is_an_alarm_of_its_own_until_somebody_does(world: Db) -> None:
    post(world, alert("fable-5"), source="eu")
    judge(world)
    judge(world, NOW + 29 * MINUTE)
    assert alarm_keys(world) == ["draft"]
    later = NOW + 31 * MINUTE
    judge(world, later)
    assert alarm_keys(world) == ["draft", "untouched"]
    (draft,) = open_ones(world)
    at = Plan(at=later + 20 * MINUTE)
    act = Act("person:lind", later)
    holding.prepare(world, WRITER, act, draft.reference, at, Consent(yes=True, ceiling=9, accept_gap=2))
    judge(world, later)
    assert alarm_keys(world) == ["draft"]


def test_whoever_splits_a_draft_has_touched_both_halves(world: Db) -> None:
    post(world, alert("fable-5"), alert("mythos-5"), source="eu")
    judge(world)
    later = NOW + 31 * MINUTE
    (draft,) = open_ones(world)
    split(world, WRITER, Act("person:lind", later), draft.reference, ["mythos-5"])
    judge(world, later)
    assert "untouched" not in alarm_keys(world)
    judge(world, later + 31 * MINUTE)
    assert alarm_keys(world).count("untouched") == 2


def test_of_what_is_over_by_itself_nobody_has_to_do_anything(world: Db) -> None:
    post(world, alert("fable-5"), source="eu")
    judge(world)
    post(world, alert("fable-5", end=NOW), source="eu", now=NOW + 29 * MINUTE)
    judge(world, NOW + 31 * MINUTE)
    assert alarm_keys(world) == ["draft"]


# ---------------------------------------------------------------- what show says


def test_show_says_what_was_heard_what_was_concluded_and_why_on_80_columns(world: Db) -> None:
    for n in range(40):
        post(world, alert("fable-5", id_=f"f{n}"), source="eu")
    post(world, alert("fable-5", id_="f0"), source="eu", now=NOW + MINUTE)
    post(world, alert("mythos-5"), source="us", now=NOW + MINUTE)
    judge(world, NOW + MINUTE)
    post(world, alert("mythos-5", end=NOW), source="us", now=NOW + 2 * MINUTE)
    judge(world, NOW + 2 * MINUTE)
    (draft,) = open_ones(world)
    split(world, WRITER, Act("person:lind", NOW + 3 * MINUTE), draft.reference, ["mythos-5"])
    with world.transaction() as tx:
        said = heard.said_of(tx, draft.disruption_id, 12)
        acts = heard.concluded(tx, draft.disruption_id, 12)
    text = "\n".join(lines := screen.timeline(said, acts))
    assert max(map(len, lines)) <= 80
    for words in (
        "eu reports fable-5",
        "39 reports of 39 troubles",
        "said again 1 times",
        "-> opened a draft: no open disruption covers this",
        "-> counted for it: an open disruption covers this",
        "source:eu drafted it for fable-5",
        "source:us widened it from fable-5 to fable-5, mythos-5",
        "person:lind split it: from fable-5, mythos-5 to fable-5",
    ):
        assert " ".join(words.split()) in " ".join(text.split()), text
    assert len(lines) < 30
    with world.transaction() as tx:
        assert [row.left_out for row in heard.said_of(tx, draft.disruption_id, 1)] == [1]


# ---------------------------------------------------------------- all of it, in any order


BEGINNING = [("fire", "eu", "fable-5"), ("fire", "us", "mythos-5"), ("fire", "eu", "mythos-5")]
"""One draft about two services, of which one has two witnesses."""
STEPS = st.one_of(
    st.tuples(st.just("fire"), st.sampled_from(PROBES), st.sampled_from(SLUGS)),
    st.tuples(st.just("resolve"), st.sampled_from(PROBES), st.sampled_from(SLUGS)),
    st.tuples(st.just("pass"), st.sampled_from([1, 4, 11, 35, 70]), st.none()),
    st.tuples(st.just("merge"), st.integers(0, 2), st.integers(0, 2)),
    st.tuples(st.just("split"), st.integers(0, 1), st.sampled_from(SLUGS)),
    st.tuples(st.just("split"), st.just(0), st.sampled_from(SLUGS)),
    st.tuples(st.just("declare"), st.sampled_from(SLUGS), st.none()),
)


def play(db: Db, steps: Sequence[tuple[str, Any, Any]], check: Callable[[], None]) -> None:
    """Each step at its time; every judgement in it."""
    now, began = NOW, dict[tuple[str, str], Any]()
    for what, one, other in steps:
        now += timedelta(seconds=1)
        match what:
            case "fire":
                began[one, other] = now
                post(db, alert(other, start=now), source=one, now=now)
            case "resolve":
                start = began.get((one, other), now)
                post(db, alert(other, start=start, end=now), source=one, now=now)
            case "pass":
                now += one * MINUTE
            case _:
                with suppress(NotifierError):  # refused, with a sentence
                    decide(db, Act("person:lind", now), what, one, other)
        judge(db, now)
        check()


def decide(db: Db, act: Act, what: str, one: Any, other: Any) -> None:
    references = [each.reference for each in open_ones(db)]
    match what:
        case "merge" if max(one, other) < len(references):
            merge(db, WRITER, act, references[one], references[other])
        case "split" if one < len(references):
            split(db, WRITER, act, references[one], [other])
        case "declare":
            suspend(db, WRITER, act, Wish((one,), Reason.FAULT), Consent(yes=True, accept_gap=2))
        case _:
            pass


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=3, max_size=10))
def test_whatever_is_merged_split_declared_and_heard_nothing_is_forgotten_or_drafted_twice(
    world: Db, steps: list[tuple[str, Any, Any]]
) -> None:
    """What fires and is enough is covered by exactly one open disruption, which rests on it; what told people is
    never changed by evidence; whoever judges once more changes nothing.
    """
    has(world, "mythos-5", needs=2)
    has(world, "sonnet-5", "fable-5")
    with world.transaction() as tx:
        tx.execute("TRUNCATE signal, trouble, disruption, alarm RESTART IDENTITY CASCADE")
        catalogue.put_company(tx, "policy", {"most_drafts": 1000})
    told: dict[int, list[str]] = {}

    def check() -> None:
        with world.transaction() as tx:
            open_now = disruptions.open_ones(tx, Mode.REHEARSAL)
            firing = {
                (source, slug)
                for source in PROBES
                for slug in values(
                    tx,
                    "SELECT DISTINCT unnest(services) FROM trouble WHERE state = 'firing' AND source = %(s)s",
                    s=source,
                )
            }
            evidence = set(signals.drafts_on_evidence(tx, Mode.REHEARSAL))
            rest = values(
                tx,
                "SELECT disruption_id || t.source || slug FROM disruption_trouble d JOIN trouble t USING"
                " (source, key) CROSS JOIN unnest(d.services) slug WHERE t.state = 'firing'",
            )
            named = [slug for one in open_now for slug in one.services]
            assert len(named) == len(set(named)), "one service, two disruptions"
            for source, slug in firing:
                enough = slug != "mythos-5" or len({s for s, about in firing if about == slug}) >= 2
                about = [one for one in open_now if slug in one.services]
                assert about or not enough, f"{source} reports {slug}, and nothing is open"
                for one in about:
                    assert one.disruption_id not in evidence or f"{one.disruption_id}{source}{slug}" in rest
            for one in open_now:
                if one.declared_at is not None:
                    assert told.setdefault(one.disruption_id, one.services) == one.services
                first = "SELECT count(*) FROM notice WHERE disruption_id = %(i)s AND state = 'draft'"
                if one.disruption_id in evidence:
                    assert value(tx, first, i=one.disruption_id) == 1
                    assert not set(one.services) & set(one.without)

    play(world, [*BEGINNING, *steps], check)

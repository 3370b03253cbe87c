"""What was approved beforehand leaves once, as it was approved, or not at all; promises raise their alarms."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from notifier.actions.announce.declare import Wish, suspend
from notifier.actions.announce.holding import Plan, Prepared, prepare
from notifier.actions.announce.timeline import News, Said, update
from notifier.actions.background.freeze import freeze
from notifier.actions.background.signals import judge_signals, watch_cut_offs
from notifier.actions.control import brake
from notifier.actions.control.approve import Consent, approve
from notifier.actions.control.lists import show_list
from notifier.actions.control.promises import tick
from notifier.actions.notices.draft import Writer
from notifier.app import words
from notifier.entry.cli.output import clock
from notifier.entry.cli.screens.standing import disruption_lines
from notifier.errors import BadInput, Refused
from notifier.model.act import Act
from notifier.model.vocabulary import Kind, NoticeKind, NoticeState, Reason
from notifier.settings import from_env
from notifier.store import Db
from notifier.store.company import catalogue
from notifier.store.disruptions import alarms, disruptions, notices, promises
from notifier.store.disruptions.disruptions import Entry
from notifier.store.read import views

NOW = datetime(2026, 11, 27, 23, 41, 30, tzinfo=UTC)
AT = NOW + timedelta(minutes=15)
HOUR = timedelta(hours=1)
LIND = "person:lind"
YES = Consent(yes=True, ceiling=9)
COMPANY = """
INSERT INTO service (slug, name) VALUES ('fable-5', 'Fable 5'), ('mythos-5', 'Mythos 5');
INSERT INTO recipient (address, address_key) SELECT a, a FROM (
  SELECT 'p' || i || '@example.com' AS a FROM generate_series(1, 9) i) x;
INSERT INTO customer (ext_id, name) SELECT 'c' || i, 'Customer ' || i FROM generate_series(1, 9) i;
INSERT INTO contact (customer_id, recipient_id) SELECT i, i FROM generate_series(1, 9) i;
INSERT INTO entitlement (customer_id, service_id, suspended_at)
  SELECT i, 1, '2026-11-27 23:32Z' FROM generate_series(1, 9) i;"""


WIDER = """
INSERT INTO scope_revision (disruption_id, rev, text, services, possibly, actor, at)
SELECT disruption_id, rev + 1, text, '{fable-5,mythos-5}', possibly, actor, at FROM scope_revision"""


class Friday:
    """The database shows that nine customers are cut off; nobody was told."""

    def __init__(self, db: Db) -> None:
        self.db = db
        self.writer = Writer(from_env({"NOTIFIER_REHEARSALS_ONLY": "1"}), words())

    def evidence(self) -> str:
        watch_cut_offs(self.db, self.writer, NOW)
        judge_signals(self.db, self.writer, NOW)
        return self.reference()

    def reference(self) -> str:
        with psycopg.connect(self.db.url) as connection:
            row = connection.execute("SELECT reference FROM disruption ORDER BY 1").fetchone()
        assert row
        return row[0]

    def holding(self, plan: Plan | None = None, consent: Consent = YES) -> Prepared:
        return prepare(self.db, self.writer, Act(LIND, NOW), self.reference(), plan or Plan(AT), consent)

    def tick(self, at: datetime = AT) -> int:
        return len(tick(self.db, self.writer, at))

    def state(self, notice_id: int) -> tuple[NoticeState, str | None]:
        with self.db.transaction() as tx:
            found = notices.by_id(tx, notice_id)
        return found.state, found.hold_reason

    def alarms(self, kind: str) -> list[str]:
        with self.db.transaction() as tx:
            return [alarm.text for alarm in alarms.open_ones(tx) if alarm.key.startswith(f"{kind}:")]

    def run(self, statement: str) -> None:
        with psycopg.connect(self.db.url) as connection:
            connection.execute(statement)  # pyright: ignore[reportArgumentType, reportCallIssue]

    def told(self) -> str:
        """A first notice of which everything has left, and which promised an update at `AT`."""
        wish = Wish(("fable-5",), Reason.LEGAL, next_update_at=AT, rehearse=True)
        said = suspend(self.db, self.writer, Act(LIND, NOW), wish, Consent(yes=True))
        assert freeze(self.db, self.writer.words, NOW, said.name.notice_id)
        self.run("UPDATE chunk SET state = 'accepted'")
        return said.name.reference

    def update(self, reference: str, news: News, consent: Consent = YES) -> Said:
        return update(self.db, self.writer, Act(LIND, NOW), reference, news, consent)

    def leaves(self, notice_id: int) -> None:
        assert freeze(self.db, self.writer.words, NOW, notice_id)
        self.run("UPDATE chunk SET state = 'accepted'")


@pytest.fixture
def friday(db: Db) -> Friday:
    with psycopg.connect(db.url) as connection:
        connection.execute(COMPANY)
    return Friday(db)


def test_a_holding_notice_leaves_at_its_time_and_once_with_two_beats(friday: Friday) -> None:
    friday.evidence()
    said = friday.holding()
    assert said.kind is NoticeKind.HOLDING
    assert said.gate.approved
    assert friday.tick(AT - timedelta(seconds=1)) == 0
    with friday.db.transaction() as tx:
        assert notices.open_ids(tx) == []  # workers have nothing to do for it yet
    assert freeze(friday.db, friday.writer.words, NOW, said.name.notice_id) == ()
    assert "nobody was told" in friday.alarms("draft")[0]
    with ThreadPoolExecutor(4) as beats:
        rings = list(beats.map(friday.tick, [AT] * 4))
    assert sorted(rings) == [0, 0, 0, 1]
    assert friday.tick(AT + timedelta(minutes=1)) == 0
    assert freeze(friday.db, friday.writer.words, AT, said.name.notice_id)
    with friday.db.transaction() as tx:
        assert notices.by_id(tx, said.name.notice_id).people_n == 9
        assert disruptions.by_id(tx, 1).declared_at == AT
        (draft, _) = notices.of_disruption(tx, 1)
    assert draft.state is NoticeState.VOID  # a first notice would tell everybody once more


def test_its_approval_names_words_rule_and_ceiling(friday: Friday) -> None:
    friday.evidence()
    for less in (Consent(), Consent(yes=True)):
        refused = friday.holding(consent=less)
        assert refused.gate.refusal
        assert "--ceiling" in refused.gate.refusal
        with pytest.raises(Refused, match="--ceiling"):
            show_list(friday.db, friday.writer, NOW, refused.name.notice_id)
    said = friday.holding()
    with psycopg.connect(friday.db.url) as connection:
        rows = connection.execute(
            "SELECT n.notice_id, a.words_hash = n.words_hash, a.rule_hash = n.rule_hash, a.ceiling, a.list_hash"
            " FROM approval a JOIN notice n USING (notice_id)"
        ).fetchall()
    assert rows == [(said.name.notice_id, True, True, 9, None)]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE service SET name = 'Fable Five' WHERE slug = 'fable-5'",
        "INSERT INTO company (key, value) VALUES ('facts', '{\"phone\": \"+1 555 0199\"}')",
        "UPDATE disruption SET reason = 'legal'",
        "UPDATE disruption SET effective_at = effective_at - interval '1 hour'",
        WIDER,
    ],
)
def test_what_changed_since_it_was_approved_is_held_with_an_alarm_never_sent_edited(
    friday: Friday, change: str
) -> None:
    friday.evidence()
    said = friday.holding()
    friday.run(change)
    assert friday.tick() == 0
    state, reason = friday.state(said.name.notice_id)
    assert state is NoticeState.HELD
    assert reason
    assert "changed since it was approved" in reason
    (text,) = friday.alarms("holding")
    assert f"{said.name} did not leave by itself" in text
    brake.resume(friday.db, Act(LIND, AT), said.name.notice_id)  # nobody can let it go edited
    assert friday.tick() == 0
    assert friday.state(said.name.notice_id)[0] is NoticeState.HELD


def test_it_does_not_leave_once_somebody_has_spoken(friday: Friday) -> None:
    reference = friday.evidence()
    said = friday.holding()
    with friday.db.transaction() as tx:
        (draft,) = notices.drafts(tx, 1)
    assert approve(friday.db, Act(LIND, NOW), draft.notice_id, Consent(yes=True)).approved
    assert friday.state(said.name.notice_id)[0] is NoticeState.CANCELLED
    assert friday.tick() == 0
    assert reference


def test_it_does_not_leave_once_it_is_stopped_or_the_disruption_is_over(friday: Friday) -> None:
    friday.evidence()
    stopped = friday.holding().name.notice_id
    brake.cancel(friday.db, Act(LIND, NOW), stopped)
    assert friday.tick() == 0
    assert friday.state(stopped)[0] is NoticeState.CANCELLED
    over = friday.holding().name.notice_id
    friday.run("UPDATE disruption SET ended_at = now(), ended_as = 'void'")
    assert friday.tick(NOW) == 0
    assert friday.state(over)[0] is NoticeState.CANCELLED


def test_a_brake_at_its_time_holds_it_and_a_later_one_takes_its_place(friday: Friday) -> None:
    friday.evidence()
    first, second = friday.holding().name.notice_id, friday.holding().name.notice_id
    assert friday.state(first)[0] is NoticeState.CANCELLED
    brake.pause_all(friday.db, Act(LIND, NOW))
    assert friday.tick() == 0
    assert friday.state(second)[0] is NoticeState.HELD
    brake.resume_all(friday.db, Act(LIND, AT))
    brake.resume(friday.db, Act(LIND, AT), second)
    assert friday.tick(AT + timedelta(minutes=1)) == 1
    assert friday.alarms("holding") == []


def test_more_evidence_leaves_it_alone_and_widens_the_draft(friday: Friday) -> None:
    friday.evidence()
    said = friday.holding()
    friday.run(
        "INSERT INTO entitlement (customer_id, service_id, suspended_at) VALUES (1, 2, '2026-11-27 23:35Z')"
    )
    watch_cut_offs(friday.db, friday.writer, NOW)
    judge_signals(friday.db, friday.writer, NOW)
    assert friday.state(said.name.notice_id)[0] is NoticeState.APPROVED
    assert friday.tick() == 0
    assert friday.state(said.name.notice_id)[0] is NoticeState.HELD


def test_to_those_who_were_told_it_keeps_the_promise(friday: Friday) -> None:
    reference = friday.told()
    said = friday.holding(Plan(AT - timedelta(minutes=5)))
    assert said.kind is NoticeKind.UPDATE
    assert said.next_update_at is not None  # as long again as the first promise took
    assert friday.tick(AT - timedelta(minutes=5)) == 1
    assert reference


def test_a_promise_is_watched_ahead_when_overdue_and_until_it_is_kept(friday: Friday) -> None:
    reference = friday.told()
    friday.tick(AT - timedelta(minutes=31))
    assert friday.alarms("promise") == []
    friday.tick(AT - timedelta(minutes=30))
    (soon,) = friday.alarms("promise")
    assert "is promised by 23:56 UTC" in soon
    friday.tick(AT)
    (late,) = friday.alarms("promise")
    assert "OVERDUE" in late
    later = AT + timedelta(minutes=3)
    kept = update(
        friday.db, friday.writer, Act(LIND, later), reference, News(nothing_new=True), Consent(yes=True)
    )
    assert kept.next_update_at
    assert kept.next_update_at > later
    friday.tick(later)
    assert friday.alarms("promise") == [late]  # approved, and nobody has heard it yet
    freeze(friday.db, friday.writer.words, later, kept.name.notice_id)
    friday.run("UPDATE chunk SET state = 'accepted'")
    friday.tick(later)
    assert [text for text in friday.alarms("promise") if "OVERDUE" in text] == []


def test_show_names_the_promise_that_people_have_heard(friday: Friday) -> None:
    """Not that of an update which was written, shown and dropped."""
    reference = friday.told()

    def shown() -> list[str]:
        with friday.db.transaction() as tx:
            row = views.disruption(tx, reference)
        assert row
        return [line for line in disruption_lines(row) if "promised" in line]

    heard = [f"  next update promised by {clock(AT)}"]
    assert shown() == heard
    dropped = friday.update(reference, News(statements={"en": "More."}, next_update_at=AT + HOUR), Consent())
    assert shown() == heard
    brake.cancel(friday.db, Act(LIND, NOW), dropped.name.notice_id)
    assert shown() == heard
    said = friday.update(reference, News(statements={"en": "More."}, next_update_at=AT + 2 * HOUR))
    assert shown() == heard  # approved, and nobody has it yet
    friday.leaves(said.name.notice_id)
    assert shown() == [f"  next update promised by {clock(AT + 2 * HOUR)}"]
    silent = friday.update(reference, News(statements={"en": "Last."}, no_promise=True))
    friday.leaves(silent.name.notice_id)
    assert shown() == []


def test_policy_proposes_and_a_person_overrides(friday: Friday) -> None:
    with friday.db.transaction() as tx:
        catalogue.put_company(tx, "policy", {"next_update_minutes": {"suspension": 180}})
    wish = Wish(("fable-5",), Reason.LEGAL, rehearse=True)
    said = suspend(friday.db, friday.writer, Act(LIND, NOW), wish, Consent(yes=True))
    assert said.next_update_at == datetime(2026, 11, 28, 2, 45, tzinfo=UTC)
    silent = replace(wish, kind=Kind.OUTAGE, again=True)
    assert suspend(friday.db, friday.writer, Act(LIND, NOW), silent, Consent(yes=True)).next_update_at is None
    none = replace(wish, no_promise=True, again=True)
    assert suspend(friday.db, friday.writer, Act(LIND, NOW), none, Consent(yes=True)).next_update_at is None


def test_nothing_new_with_news_and_a_plan_in_the_past_are_refused(friday: Friday) -> None:
    reference = friday.told()
    with pytest.raises(BadInput, match="--nothing-new says that nothing is new"):
        update(
            friday.db,
            friday.writer,
            Act(LIND, NOW),
            reference,
            News({"data": "kept"}, nothing_new=True),
            Consent(),
        )
    with pytest.raises(BadInput, match="--at is in the past"):
        friday.holding(Plan(NOW))
    with pytest.raises(BadInput, match="--next-update is before --at"):
        friday.holding(Plan(AT, next_update_at=AT))


def test_only_one_can_ever_let_it_go(friday: Friday) -> None:
    friday.evidence()
    notice_id = friday.holding().name.notice_id
    with friday.db.transaction() as tx:
        assert [promises.let_go(tx, notice_id, now=AT) for _ in range(3)] == [True, False, False]
        assert promises.waiting(tx) == []


def test_what_leaves_is_what_was_approved_to_the_letter(friday: Friday) -> None:
    friday.evidence()
    said = friday.holding(Plan(AT, facts={"cause": "court_order"}))
    with friday.db.transaction() as tx:
        before = notices.by_id(tx, said.name.notice_id)
        entries: list[Entry] = disruptions.timeline(tx, 1)
    friday.tick()
    with friday.db.transaction() as tx:
        after = notices.by_id(tx, said.name.notice_id)
    assert (after.words_hash, after.rule_hash, after.nonce) == (
        before.words_hash,
        before.rule_hash,
        before.nonce,
    )
    assert entries[-1].facts == {"cause": "court_order"}

"""From what tools post and what the database shows to drafts, alarms and, where policy says so, mail."""

import json
import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from notifier.actions.announce.declare import Wish, dry_run, suspend
from notifier.actions.background.posts import record_signals, speaker
from notifier.actions.background.signals import evidence_mode, judge_signals, watch_cut_offs
from notifier.actions.company import apply_company
from notifier.actions.control.approve import Consent
from notifier.actions.notices.draft import Writer
from notifier.edges import company_file
from notifier.entry.cli.screens.dry_run import picture
from notifier.model.act import Act
from notifier.model.ring import Ring
from notifier.model.vocabulary import Kind, Mode, NoticeState, Reason
from notifier.pipeline.compose import Words
from notifier.pipeline.detect import QUIET
from notifier.settings import data_folder, from_env
from notifier.store import Db, Tx, value
from notifier.store.company import catalogue
from notifier.store.company.catalogue import Source
from notifier.store.disruptions import alarms, contents, disruptions, notices
from notifier.store.disruptions.disruptions import OpenDisruption
from notifier.store.disruptions.troubles import CALM
from tests.shop import a_shop

NOW = datetime(2026, 11, 27, 23, 40, tzinfo=UTC)
CUT = NOW - timedelta(minutes=8)
MAPPING = {"label": "service", "map": {"fable-prod": "fable-5", "mythos-prod": "mythos-5"}}
SECRET_ENV = "TEST_HOOK_SECRET"
TRUSTED_ENV = "TEST_TRUSTED_SECRET"
WRITER = Writer(from_env({"NOTIFIER_REHEARSALS_ONLY": "1"}), Words.load(data_folder("templates") / "email"))
PAYLOADS = Path(__file__).parents[2] / "edges/webhooks/alertmanager"


@pytest.fixture
def company(db: Db, monkeypatch: pytest.MonkeyPatch) -> Db:
    """Three services, two customers of both (one mail address each), three sources."""
    monkeypatch.setenv(TRUSTED_ENV, "trusted")
    with db.transaction() as tx:
        for slug, name in (("fable-5", "Fable 5"), ("mythos-5", "Mythos 5"), ("sonnet-5", "Sonnet 5")):
            catalogue.put_service(tx, slug, name)
        catalogue.put_source(tx, Source("prometheus", "alertmanager", None, MAPPING, None, open=True))
        catalogue.put_source(tx, Source("trusted", "alertmanager", TRUSTED_ENV, MAPPING, 2))
        catalogue.put_source(tx, Source("guarded", "alertmanager", SECRET_ENV, MAPPING, None))
        for n in (1, 2):
            tx.execute("INSERT INTO customer (ext_id, name) VALUES (%s, 'Acme')", (str(n),))
            tx.execute(
                "INSERT INTO recipient (address, address_key) VALUES (%(a)s, %(a)s)",
                {"a": f"p{n}@example.com"},
            )
        tx.execute(
            "INSERT INTO contact (customer_id, recipient_id) SELECT customer_id, recipient_id FROM customer"
            " JOIN recipient ON address = 'p' || ext_id || '@example.com'"
        )
        tx.execute(
            "INSERT INTO entitlement (customer_id, service_id) SELECT customer_id, service_id"
            " FROM customer, service WHERE slug <> 'sonnet-5'"
        )
    return db


@pytest.fixture
def secret() -> Iterator[str]:
    os.environ[SECRET_ENV] = "s3cret"
    yield "s3cret"
    os.environ.pop(SECRET_ENV, None)


def alert(
    service: str, *, start: datetime = CUT, end: datetime | None = None, id_: str = "f1"
) -> dict[str, Any]:
    return {
        "status": "resolved" if end else "firing",
        "labels": {"alertname": "ServiceDown", "service": service},
        "annotations": {"summary": "it is down"},
        "startsAt": start.isoformat(),
        "endsAt": end.isoformat() if end else "0001-01-01T00:00:00Z",
        "fingerprint": id_ + service.replace("-", ""),
    }


def post(db: Db, *alerts: dict[str, Any], source: str = "prometheus", now: datetime = NOW) -> int:
    body = json.dumps({"version": "4", "groupKey": "{}", "alerts": alerts}).encode()
    with db.transaction() as tx:
        declared = catalogue.source(tx, source)
    guarded = declared is not None and declared.secret_env == TRUSTED_ENV
    headers = {"authorization": "Bearer trusted"} if guarded else {}
    return record_signals(db, speaker(db, source), headers, body, now).new


def cut_off(db: Db, service: str, at: datetime | None, customers: str = "1,2") -> None:
    with db.transaction() as tx:
        tx.execute(
            "UPDATE entitlement e SET suspended_at = %s FROM service s, customer c WHERE s.slug = %s"
            " AND e.service_id = s.service_id AND c.customer_id = e.customer_id AND c.ext_id = ANY(%s)",
            (at, service, customers.split(",")),
        )


def tick(db: Db, now: datetime = NOW, writer: Writer = WRITER) -> None:
    """What beat does: watch, then judge."""
    watch_cut_offs(db, writer, now)
    judge_signals(db, writer, now)


def open_ones(db: Db, mode: Mode = Mode.REHEARSAL) -> list[OpenDisruption]:
    with db.transaction() as tx:
        return disruptions.open_ones(tx, mode)


def alarm_texts(db: Db) -> list[str]:
    with db.transaction() as tx:
        return [alarm.text for alarm in alarms.open_ones(tx)]


def judgements(tx: Tx) -> list[str]:
    return [row[0] for row in tx.execute("SELECT judgement FROM signal ORDER BY signal_id").fetchall()]


def everything(db: Db) -> tuple[int, int]:
    with db.transaction() as tx:
        row = tx.execute(
            "SELECT count(*), count(*) FILTER (WHERE ended_at IS NULL) FROM disruption"
        ).fetchone()
        assert row
        return row


def test_an_alert_becomes_a_draft_with_its_words_and_an_alarm_and_tells_nobody(company: Db) -> None:
    body = (PAYLOADS / "firing.json").read_bytes()
    now = datetime(2026, 11, 23, 22, 45, tzinfo=UTC)
    recorded = record_signals(company, speaker(company, "prometheus"), {}, body, now)
    assert (recorded.new, recorded.duplicates, recorded.rings) == (1, 0, (Ring("judge"),))
    judged = judge_signals(company, WRITER, now)
    (draft,) = open_ones(company)
    assert judged.opened == (draft.disruption_id,)
    assert (draft.services, draft.opened_by, draft.declared_at) == (["fable-5"], "source:prometheus", None)
    assert draft.effective_at == datetime(2026, 11, 23, 22, 41, 24, 579904, tzinfo=UTC)
    with company.transaction() as tx:
        (notice,) = notices.drafts(tx, draft.disruption_id)
        assert contents.contents(tx, notice.notice_id)
    assert alarm_texts(company) == [
        "Prometheus reports trouble with Fable 5 since 22:41 UTC and nobody was told."
    ]
    assert (judged.announced, judged.rings) == ((), (Ring("alarms"),))


def test_posting_it_again_is_no_news(company: Db) -> None:
    post(company, alert("fable-prod"))
    tick(company)
    assert post(company, alert("fable-prod"), now=NOW + timedelta(hours=4)) == 0
    assert judge_signals(company, WRITER, NOW).signals == 0
    assert everything(company) == (1, 1)


def test_several_services_are_one_draft_with_one_set_of_words_for_its_last_revision(company: Db) -> None:
    post(company, alert("fable-prod"), alert("mythos-prod"), alert("sonnet-5"))
    tick(company)
    (draft,) = open_ones(company)
    assert draft.services == ["fable-5", "mythos-5", "sonnet-5"]
    with company.transaction() as tx:
        (notice,) = notices.drafts(tx, draft.disruption_id)
        assert disruptions.revision(tx, draft.disruption_id).rev == notice.rev


def test_a_flapping_alert_is_one_draft_which_ends_when_it_has_been_quiet(company: Db) -> None:
    for flap in range(20):
        began = NOW + timedelta(minutes=5 * flap)
        ended = began + timedelta(minutes=2)
        post(company, alert("fable-prod", start=began), now=began)
        tick(company, began)
        post(company, alert("fable-prod", start=began, end=ended), now=ended)
        tick(company, ended)
    assert everything(company) == (1, 1)
    assert alarm_texts(company)[0].startswith(
        "Prometheus reports trouble with Fable 5 again and again, not now"
    )
    tick(company, ended + CALM - timedelta(seconds=1))
    assert everything(company) == (1, 1)
    judged = judge_signals(company, WRITER, ended + CALM)
    assert len(judged.voided) == 1
    assert everything(company) == (1, 0)
    assert alarm_texts(company) == []
    with company.transaction() as tx:
        assert {n.state for n in notices.of_disruption(tx, judged.voided[0])} == {NoticeState.VOID}


def test_twenty_flaps_at_once_are_one_draft_too(company: Db) -> None:
    for flap in range(20):
        began = NOW + timedelta(seconds=flap)
        post(company, alert("fable-prod", start=began), now=began)
        post(company, alert("fable-prod", start=began, end=began + timedelta(milliseconds=500)), now=began)
    judged = judge_signals(company, WRITER, NOW + timedelta(seconds=30))
    assert (judged.signals, len(judged.opened)) == (40, 1)


def test_a_resolution_that_overtakes_its_alert_opens_nothing(company: Db) -> None:
    post(company, alert("fable-prod", end=NOW))
    tick(company)
    post(company, alert("fable-prod"))
    tick(company)
    assert everything(company) == (0, 0)
    with company.transaction() as tx:
        assert judgements(tx) == ["resolved, and never heard firing", "arrived after its own resolution"]


def test_evidence_that_names_nothing_of_ours_is_kept_and_said_until_the_map_is_right(company: Db) -> None:
    post(company, alert("checkout"))
    tick(company)
    with company.transaction() as tx:
        assert judgements(tx) == ["names no service of ours"]
    assert everything(company) == (0, 0)
    assert alarm_texts(company)[0].startswith("prometheus reports trouble that names no service of ours")
    better = {"label": "service", "map": {"checkout": "sonnet-5"}}
    with company.transaction() as tx:
        catalogue.put_source(tx, Source("prometheus", "alertmanager", None, better, None, open=True))
    assert post(company, alert("checkout")) == 1
    tick(company)
    assert [one.services for one in open_ones(company)] == [["sonnet-5"]]
    assert [text for text in alarm_texts(company) if "no service of ours" in text] == []


def test_the_database_reports_a_cut_off_that_nobody_explained(company: Db) -> None:
    cut_off(company, "fable-5", CUT)
    cut_off(company, "mythos-5", CUT + timedelta(minutes=1), "1")
    recorded = watch_cut_offs(company, WRITER, NOW)
    assert (recorded.new, recorded.rings) == (2, (Ring("judge"),))
    judge_signals(company, WRITER, NOW)
    (draft,) = open_ones(company)
    assert (draft.services, draft.opened_by, draft.effective_at) == (["fable-5", "mythos-5"], "database", CUT)
    assert alarm_texts(company) == [
        "2 customers are cut off from Fable 5 and Mythos 5 since 23:32 UTC and nobody was told."
    ]
    assert watch_cut_offs(company, WRITER, NOW + timedelta(seconds=5)).new == 0


def test_a_draft_that_a_person_threw_away_stays_away_until_more_are_cut_off(company: Db) -> None:
    cut_off(company, "fable-5", CUT, "1")
    tick(company)
    with company.transaction() as tx:
        disruptions.end(tx, open_ones(company)[0].disruption_id, ended_as="void", now=NOW)
    tick(company)
    assert everything(company) == (1, 0)
    assert alarm_texts(company) == []
    cut_off(company, "fable-5", NOW, "2")
    tick(company)
    assert everything(company) == (1, 1), "the same story goes on"


def test_a_cut_off_that_ends_takes_its_draft_with_it_and_may_come_back_unchanged(company: Db) -> None:
    cut_off(company, "fable-5", CUT)
    tick(company)
    cut_off(company, "fable-5", None)
    tick(company)
    tick(company, NOW + QUIET)
    assert everything(company) == (1, 0)
    cut_off(company, "fable-5", CUT)
    tick(company, NOW + QUIET)
    assert everything(company) == (1, 1)


def writer_of(audience_url: str) -> Writer:
    return Writer(replace(WRITER.settings, audience_url=audience_url), WRITER.words)


def declare(db: Db, *services: str, consent: Consent | None = None) -> None:
    consent = consent or Consent(yes=True)
    suspend(db, WRITER, Act("person:lind", NOW), Wish(services, Reason.LEGAL), consent)


def test_what_a_person_declared_explains_the_cut_off(company: Db) -> None:
    declare(company, "fable-5")
    cut_off(company, "fable-5", NOW)
    tick(company)
    assert everything(company) == (1, 1)
    assert alarm_texts(company) == []


def test_a_draft_that_a_person_took_over_is_theirs_and_the_alarm_stays(company: Db) -> None:
    post(company, alert("fable-prod"), source="trusted")
    cut_off(company, "fable-5", CUT, "1")
    tick(company)
    declare(company, "fable-5", consent=Consent())
    cut_off(company, "fable-5", CUT)
    judged = judge_signals(company, WRITER, NOW)
    assert judged.announced == ()
    assert alarm_texts(company) == [
        "2 customers are cut off from Fable 5 since 23:32 UTC and nobody was told."
    ]
    post(company, alert("fable-prod", end=NOW), source="trusted")
    cut_off(company, "fable-5", None)
    tick(company)
    assert judge_signals(company, WRITER, NOW + 2 * QUIET).voided == ()
    assert everything(company) == (1, 1)
    assert alarm_texts(company)[0].startswith("The evidence for Fable 5 is gone")


def test_resolved_never_ends_what_a_person_declared(company: Db) -> None:
    post(company, alert("fable-prod"))
    tick(company)
    declare(company, "fable-5")  # adopts the draft
    post(company, alert("fable-prod", end=NOW))
    tick(company)
    tick(company, NOW + 2 * QUIET)
    (one,) = open_ones(company)
    assert one.declared_at is not None
    (text,) = alarm_texts(company)
    assert text.startswith(f"Prometheus reports that Fable 5 is back, and D-{one.reference} is still open:")
    with company.transaction() as tx:
        assert {n.kind for n in notices.of_disruption(tx, one.disruption_id)} == {"first"}
    post(company, alert("fable-prod", start=NOW))
    tick(company)
    assert alarm_texts(company) == []


def test_what_a_declaration_leaves_out_of_a_draft_is_drafted_again(company: Db) -> None:
    cut_off(company, "fable-5", CUT)
    cut_off(company, "mythos-5", CUT)
    tick(company)
    declare(company, "fable-5")
    tick(company)
    assert [(one.services, one.declared_at is None) for one in open_ones(company)] == [
        (["fable-5"], False),
        (["mythos-5"], True),
    ]
    tick(company)
    assert everything(company) == (2, 2)


def test_policy_lets_a_source_announce_up_to_its_ceiling(company: Db) -> None:
    cut_off(company, "fable-5", CUT)
    post(company, alert("fable-prod"), source="trusted")
    judged = judge_signals(company, WRITER, NOW)
    assert judged.announced == judged.opened
    assert [ring.task for ring in judged.rings] == ["freeze", "alarms"]
    (one,) = open_ones(company)
    assert one.declared_at == NOW
    assert judge_signals(company, WRITER, NOW).announced == ()


def test_above_the_ceiling_nothing_leaves(company: Db) -> None:
    with company.transaction() as tx:
        catalogue.put_source(tx, Source("trusted", "alertmanager", TRUSTED_ENV, MAPPING, 1))
    cut_off(company, "fable-5", CUT)
    post(company, alert("fable-prod"), source="trusted")
    assert judge_signals(company, WRITER, NOW).announced == ()
    assert open_ones(company)[0].declared_at is None
    assert len(alarm_texts(company)) == 1


def test_a_source_announces_when_the_data_agrees(company: Db) -> None:
    cut_off(company, "fable-5", CUT, "1")
    post(company, alert("fable-prod"), source="trusted")
    assert judge_signals(company, WRITER, NOW).announced == ()
    cut_off(company, "fable-5", CUT)
    assert len(judge_signals(company, WRITER, NOW).announced) == 1


def test_a_source_does_not_announce_what_another_one_reports(company: Db) -> None:
    cut_off(company, "fable-5", CUT)
    cut_off(company, "mythos-5", CUT)
    post(company, alert("fable-prod"), source="trusted")
    post(company, alert("mythos-prod"), source="prometheus")
    assert judge_signals(company, WRITER, NOW).announced == ()


def test_words_that_cannot_be_written_do_not_take_the_evidence_with_them(company: Db) -> None:
    with company.transaction() as tx:
        catalogue.put_company(tx, "facts", {"billing": "nonsense"})
    post(company, alert("fable-prod"))
    judge_signals(company, WRITER, NOW)
    assert len(open_ones(company)) == 1
    texts = alarm_texts(company)
    assert any(text.startswith("The first notice for a draft cannot be written") for text in texts)
    assert any("nobody was told" in text for text in texts)


def test_eight_judges_at_once_open_one_draft(company: Db) -> None:
    for n in range(30):
        post(company, alert("fable-prod", id_=f"f{n}"), alert("mythos-prod", id_=f"f{n}"))
    failures: list[Exception] = []

    def judge() -> None:
        try:
            with Db(company.url) as own:
                judge_signals(own, WRITER, NOW)
        except Exception as error:  # noqa: BLE001
            failures.append(error)

    threads = [threading.Thread(target=judge) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert everything(company) == (1, 1)
    with company.transaction() as tx:
        assert None not in judgements(tx)


def test_evidence_is_live_unless_everything_here_is_a_rehearsal() -> None:
    own = {"NOTIFIER_DATABASE_URL": "postgresql://db/notifier", "NOTIFIER_MAIL_FROM": "a@example.com"}
    assert evidence_mode(from_env(own)) is Mode.LIVE
    assert evidence_mode(from_env(own | {"SENDGRID_API_KEY": "SG.x"})) is Mode.LIVE
    assert evidence_mode(from_env({})) is Mode.REHEARSAL
    assert (
        evidence_mode(from_env({"SENDGRID_API_KEY": "SG.x", "NOTIFIER_MAIL_FROM": "a@example.com"}))
        is Mode.LIVE
    )
    assert evidence_mode(from_env({"NOTIFIER_REHEARSALS_ONLY": "1"} | own)) is Mode.REHEARSAL


def test_a_rehearsal_explains_no_real_cut_off(company: Db) -> None:
    declare(company, "fable-5")
    cut_off(company, "fable-5", CUT)
    live = replace(
        WRITER, settings=replace(WRITER.settings, rehearsals_only=False, database_url="postgresql://x")
    )
    tick(company, writer=live)
    assert [one.services for one in open_ones(company, Mode.LIVE)] == [["fable-5"]]


def test_what_policy_announces_goes_to_whom_the_companys_own_database_shows(
    company: Db, server: Path
) -> None:
    with company.transaction() as tx:
        catalogue.put_source(tx, Source("trusted", "alertmanager", TRUSTED_ENV, MAPPING, 4))
    away = writer_of("postgresql:///nowhere?host=/tmp&user=nobody")
    with a_shop(server, f"shop{os.urandom(4).hex()}") as shop:
        shop.people(2, first=101)
        shop.run("UPDATE subscription SET blocked_on = %s", (CUT,))
        cut_off(company, "fable-5", CUT)
        post(company, alert("fable-prod"), source="trusted")
        assert judge_signals(company, away, NOW).announced == ()  # nobody knows who they are: the draft stays
        assert len(judge_signals(company, writer_of(shop.url), NOW).announced) == 1
    with company.transaction() as tx:
        assert value(tx, "SELECT count(*) FROM customer WHERE ext_id IN ('101', '102')") == 2
        assert value(tx, "SELECT people_from FROM disruption") == "view"


def words(db: Db) -> str:
    """What an affected person reads in English, in the draft."""
    with db.transaction() as tx:
        (draft,) = [one for one in disruptions.open_ones(tx, Mode.REHEARSAL) if one.declared_at is None]
        (notice,) = notices.drafts(tx, draft.disruption_id)
        found = contents.contents(tx, notice.notice_id)
    return next(c.text for c in found if (c.locale, c.variant) == ("en", "affected"))


def test_what_a_tool_reports_reads_as_an_outage_and_what_the_data_shows_as_a_suspension(company: Db) -> None:
    post(company, alert("sonnet-5"))
    tick(company)
    assert [one.kind for one in open_ones(company)] == [Kind.OUTAGE]
    assert "An outage affects you" in words(company)
    assert "suspend" not in words(company)
    cut_off(company, "fable-5", CUT - timedelta(hours=5))
    tick(company)
    assert [one.kind for one in open_ones(company)] == [Kind.OUTAGE, Kind.SUSPENSION]


def test_a_source_says_what_its_reports_read_as(company: Db) -> None:
    file = company_file.read(
        b'[[sources]]\nname = "latency"\ndialect = "alertmanager"\nopen = true\nkind = "degradation"\n'
    )
    apply_company.apply(company, Act("person:lind", NOW), file, apply_company.difference(company, file))
    post(company, alert("fable-5"), source="latency")
    tick(company)
    assert [one.kind for one in open_ones(company)] == [Kind.DEGRADATION]
    assert "A fault affects you" in words(company)


@pytest.mark.parametrize(
    ("reason", "asked", "kind"),
    [
        (Reason.UNKNOWN, None, Kind.OUTAGE),
        (Reason.LEGAL, None, Kind.SUSPENSION),
        (Reason.UNKNOWN, Kind.MAINTENANCE, Kind.MAINTENANCE),
    ],
)
def test_a_person_who_takes_a_draft_over_may_say_what_it_reads_as(
    company: Db, reason: Reason, asked: Kind | None, kind: Kind
) -> None:
    post(company, alert("fable-5"))
    tick(company)
    wish = Wish(("fable-5",), reason, kind=asked)
    said = picture(dry_run(company, WRITER, NOW, wish).estimate)
    assert "(--kind changes it)" in said
    suspend(company, WRITER, Act("person:lind", NOW), wish, Consent())
    assert [one.kind for one in open_ones(company)] == [kind]

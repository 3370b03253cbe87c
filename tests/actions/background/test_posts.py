"""What tools post: believed or refused, kept if nobody understands it, and a trace for people of each."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from notifier.actions.background.posts import (
    MOST_KEPT,
    MOST_OF_ANYBODY,
    NotSigned,
    UnknownSource,
    note_refused,
    record_signals,
    speaker,
    try_post,
)
from notifier.edges.webhooks import DIALECTS, aws
from notifier.errors import Unreachable
from notifier.store import Db
from notifier.store.company import catalogue
from notifier.store.company.catalogue import Source
from notifier.store.disruptions import alarms, signals
from notifier.store.read.sources import KeptPost, SourceRow, kept_posts, source_rows
from tests.edges.webhooks.samples import FOLDER, OPTIONS

NOW = datetime(2026, 11, 27, 23, 40, tzinfo=UTC)
SECRET_ENV = "TEST_POST_SECRET"
BODY = (Path(__file__).parents[2] / "edges/webhooks/alertmanager/firing.json").read_bytes()
KUMA = (FOLDER / "uptimekuma/firing.json").read_bytes()
PING = (FOLDER / "uptimekuma/ping.json").read_bytes()
MAPPING: dict[str, Any] = {"label": "service", "map": {"fable-prod": "fable-5"}}


@pytest.fixture
def company(db: Db) -> Db:
    with db.transaction() as tx:
        catalogue.put_service(tx, "fable-5", "Fable 5")
        catalogue.put_source(tx, Source("prometheus", "alertmanager", None, MAPPING, None, open=True))
        catalogue.put_source(
            tx, Source("kuma", "uptimekuma", None, {"map": {"checkout": "fable-5"}}, None, open=True)
        )
        catalogue.put_source(tx, Source("guarded", "alertmanager", SECRET_ENV, MAPPING, None))
        catalogue.put_source(tx, Source("amazon", "sns", None, OPTIONS["sns"], None))
        catalogue.put_source(tx, Source("cloud", "cloudevents", None, {}, None, open=True))
    return db


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    first, second = "first-of-two-secrets", "second-of-two-secrets"
    monkeypatch.setenv(SECRET_ENV, f"{first}, {second}")
    return first, second


PEM = (FOLDER / "sns/sns-test.cert.pem").read_bytes()
SIGNED = {**DIALECTS, "sns": lambda options: aws.sns(options, lambda _url: PEM)}
"""With a certificate that is not Amazon's own: there is no Amazon in a test."""


def row(db: Db, name: str) -> SourceRow:
    with db.transaction() as tx:
        return next(row for row in source_rows(tx) if row.name == name)


def kept(db: Db, name: str) -> list[KeptPost]:
    with db.transaction() as tx:
        return kept_posts(tx, name)


def alarm_texts(db: Db) -> list[str]:
    with db.transaction() as tx:
        return [alarm.text for alarm in alarms.open_ones(tx)]


# ---------------------------------------------------------------- believed or refused


def test_each_of_several_secrets_is_believed_and_no_part_of_them(
    company: Db, secrets: tuple[str, str]
) -> None:
    for secret in secrets:
        assert (
            record_signals(
                company, speaker(company, "guarded"), {"authorization": f"Bearer {secret}"}, BODY, NOW
            ).faults
            == ()
        )
    for headers in ({}, {"authorization": "Bearer first, second"}, {"authorization": "Bearer "}):
        with pytest.raises(NotSigned):
            record_signals(company, speaker(company, "guarded"), headers, b"not even JSON", NOW)
    assert alarm_texts(company) == []
    assert kept(company, "guarded") == []


def test_what_was_refused_stands_beside_what_was_last_posted(company: Db, secrets: tuple[str, str]) -> None:
    assert row(company, "guarded").posted_at is row(company, "guarded").refused_at is None
    with pytest.raises(NotSigned):
        record_signals(company, speaker(company, "guarded"), {}, BODY, NOW)
    record_signals(
        company,
        speaker(company, "guarded"),
        {"x-notifier-secret": secrets[1]},
        BODY,
        NOW + timedelta(minutes=1),
    )
    found = row(company, "guarded")
    assert (found.refused_at, found.posted_at) == (NOW, NOW + timedelta(minutes=1))
    assert found.refused_why == "It came without a secret or a signature."
    for headers, query in (
        ({"authorization": "Bearer x"}, {}),
        ({}, {"secret": "x"}),
        ({"x-signature": "x"}, {}),
    ):
        with pytest.raises(NotSigned):
            record_signals(
                company,
                speaker(company, "guarded"),
                headers,
                BODY,
                NOW + timedelta(hours=len(query) + 1),
                query=query,
            )
        assert "does not fit the secret here" in row(company, "guarded").refused_why
    assert (found.said, found.troubles) == ("1 firing", 1)


def test_too_much_and_a_source_that_nobody_knows_leave_what_they_should(company: Db) -> None:
    note_refused(company, "prometheus", "The body is too long.", NOW)
    note_refused(company, "nobody", "The body is too long.", NOW)
    assert row(company, "prometheus").refused_why == "The body is too long."
    with company.transaction() as tx:
        assert "nobody" not in {row.name for row in source_rows(tx)}


def test_a_source_whose_secret_is_missing_here_is_closed_and_says_so(
    company: Db, monkeypatch: pytest.MonkeyPatch
) -> None:
    for empty in ("", " , "):
        monkeypatch.setenv(SECRET_ENV, empty)
        for headers in ({}, {"authorization": "Bearer "}, {"authorization": "Basic Og=="}):
            with pytest.raises(NotSigned):
                record_signals(company, speaker(company, "guarded"), headers, BODY, NOW)
    (text,) = alarm_texts(company)
    assert SECRET_ENV in text
    monkeypatch.setenv(SECRET_ENV, "s3cret")
    record_signals(company, speaker(company, "guarded"), {"authorization": "Bearer s3cret"}, BODY, NOW)
    assert alarm_texts(company) == []


def test_a_source_that_nobody_declared_or_whose_dialect_is_gone(company: Db) -> None:
    with company.transaction() as tx:
        catalogue.put_source(tx, Source("odd", "klingon", None, {}, None))
    for name in ("nobody", "odd"):
        with pytest.raises(UnknownSource):
            record_signals(company, speaker(company, name), {}, b"{}", NOW)


def test_a_tool_may_post_by_get(company: Db) -> None:
    query = {name: v if isinstance(v, str) else json.dumps(v) for name, v in json.loads(KUMA).items()}
    speaks = speaker(company, "kuma")
    assert speaks.dialect.methods == {"GET", "POST", "PUT"}
    assert record_signals(company, speaks, {}, b"", NOW, query=query, method="GET").new == 1


def test_whoever_reaches_us_stores_so_much_at_once_and_no_more(
    company: Db, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SECRET_ENV, "s3cret")
    (alert,) = json.loads(BODY)["alerts"][:1]
    many = [alert | {"fingerprint": f"f{n}"} for n in range(MOST_OF_ANYBODY + 5)]
    body = json.dumps(json.loads(BODY) | {"alerts": many}).encode()
    recorded = record_signals(company, speaker(company, "prometheus"), {}, body, NOW)
    assert recorded.new == MOST_OF_ANYBODY
    assert "of a source without a secret only the first 2,000 are taken" in recorded.faults[0]
    assert any("give it a secret_env" in text for text in alarm_texts(company))
    headers = {"authorization": "Bearer s3cret"}
    guarded = record_signals(company, speaker(company, "guarded"), headers, body, NOW)
    assert (guarded.new, guarded.faults) == (MOST_OF_ANYBODY + 5, ())


# ---------------------------------------------------------------- what nobody understands


def test_what_is_not_understood_is_kept_counted_and_an_alarm_for_a_day(company: Db) -> None:
    strange = json.dumps({"ask": "someone@example.com", "or": "a%40b.example", "nul": "\x00"}).encode()
    recorded = record_signals(company, speaker(company, "prometheus"), {}, strange, NOW)
    assert recorded.faults
    assert recorded.new == 0
    (only,) = kept(company, "prometheus")
    assert "example" not in only.body
    assert "[address]" in only.body
    assert row(company, "prometheus").strange == 1
    (text,) = alarm_texts(company)
    assert "notifier sources kept prometheus" in text
    record_signals(company, speaker(company, "prometheus"), {}, BODY, NOW + timedelta(hours=2))
    assert [text] == alarm_texts(company)
    record_signals(company, speaker(company, "prometheus"), {}, BODY, NOW + timedelta(hours=25))
    assert alarm_texts(company) == []


def test_one_strange_alert_of_a_group_costs_none_of_the_others(company: Db) -> None:
    message = json.loads(BODY)
    message["alerts"].append(message["alerts"][0] | {"status": "pending"})
    recorded = record_signals(company, speaker(company, "prometheus"), {}, json.dumps(message).encode(), NOW)
    assert (recorded.new, len(recorded.faults)) == (1, 1)
    assert row(company, "prometheus").said == "1 firing, not understood"


def test_only_so_much_is_kept(company: Db) -> None:
    for n in range(MOST_KEPT + 3):
        record_signals(company, speaker(company, "prometheus"), {}, b"{%d" % n + b" " * 100_000, NOW)
    found = kept(company, "prometheus")
    assert len(found) == MOST_KEPT
    assert found[0].body.startswith("{22")
    assert all(len(each.body) < 40_000 for each in found)
    assert row(company, "prometheus").strange == MOST_KEPT + 3


def test_a_test_is_a_sign_of_life_and_opens_nothing(company: Db) -> None:
    recorded = record_signals(company, speaker(company, "kuma"), {}, PING, NOW)
    assert (recorded.new, recorded.faults) == (0, ())
    assert recorded.why.startswith("a test")
    found = row(company, "kuma")
    assert (found.posted_at, found.said) == (NOW, recorded.why)
    assert alarm_texts(company) == []


# ---------------------------------------------------------------- Amazon


def test_a_subscription_of_ours_is_confirmed_once_it_is_proved(company: Db) -> None:
    visits: list[str] = []
    ping = (FOLDER / "sns/ping.json").read_bytes()
    record_signals(company, speaker(company, "amazon", SIGNED), {}, ping, NOW, visit=visits.append)
    assert [url.partition("?")[0] for url in visits] == ["https://sns.eu-west-1.amazonaws.com/"]
    with pytest.raises(NotSigned):
        record_signals(
            company,
            speaker(company, "amazon", SIGNED),
            {},
            ping.replace(b"You have", b"We have"),
            NOW,
            visit=visits.append,
        )
    assert len(visits) == 1


def test_a_confirmation_that_fails_is_asked_for_again(company: Db) -> None:
    def away(_url: str) -> None:
        raise Unreachable

    ping = (FOLDER / "sns/ping.json").read_bytes()
    with pytest.raises(Unreachable):
        record_signals(company, speaker(company, "amazon", SIGNED), {}, ping, NOW, visit=away)
    assert row(company, "amazon").posted_at is None


def test_the_end_of_a_subscription_is_an_alarm_until_something_comes_again(company: Db) -> None:
    gone, firing = ((FOLDER / f"sns/{name}.json").read_bytes() for name in ("other_unsubscribe", "firing"))
    record_signals(company, speaker(company, "amazon", SIGNED), {}, gone, NOW)
    assert any("ended the subscription" in text for text in alarm_texts(company))
    record_signals(company, speaker(company, "amazon", SIGNED), {}, firing, NOW)
    assert not any("ended the subscription" in text for text in alarm_texts(company))


# ---------------------------------------------------------------- what a body would do


def test_what_a_body_would_do_is_said_and_not_done(company: Db) -> None:
    found = try_post(company, "kuma", None, KUMA, NOW)
    (would,) = found.signals
    assert (would.state, would.key, would.services) == ("firing", "17", ("fable-5",))
    assert (found.believed, found.new, found.faults) == (None, 1, ())
    assert try_post(company, "prometheus", {}, b"{}", NOW).faults
    with company.transaction() as tx:
        assert signals.take_unjudged(tx, 10, now=NOW) == []
    assert row(company, "kuma").posted_at is None
    record_signals(company, speaker(company, "kuma"), {}, KUMA, NOW)
    assert try_post(company, "kuma", None, KUMA, NOW).new == 0


def test_whether_a_body_would_be_believed(company: Db, secrets: tuple[str, str]) -> None:
    right = {"authorization": f"Bearer {secrets[0]}"}
    assert try_post(company, "guarded", right, BODY, NOW).believed is True
    assert try_post(company, "guarded", {}, BODY, NOW).believed is False
    assert try_post(company, "kuma", {}, KUMA, NOW).believed is True
    assert row(company, "guarded").refused_at is None

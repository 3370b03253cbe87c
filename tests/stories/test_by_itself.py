"""What leaves without a person: only what a secret vouches for, and only where the data shows who is cut off."""

import json
from datetime import timedelta

import pytest

from notifier.actions.announce import holding
from notifier.actions.background.posts import NotSigned, record_signals, speaker
from notifier.actions.control.approve import Consent
from notifier.actions.inspect.doctor import check_sources
from tests.lab import Lab

VARIABLE = "LAB_HOOK_SECRET"
SIGNED = {"authorization": "Bearer s3cret"}


@pytest.fixture
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "s3cret")


def source(
    lab: Lab, name: str = "prometheus", secret_env: str | None = None, ceiling: int | None = 50
) -> None:
    """A row as an earlier version of `apply` has left it."""
    lab.rows(
        "INSERT INTO source (name, dialect, secret_env, services, announce_ceiling)"
        " VALUES (%s, 'alertmanager', %s, '{\"label\": \"service\"}', %s)",
        name,
        secret_env,
        ceiling,
    )


def firing(lab: Lab, name: str = "prometheus", service: str = "fable-5", **headers: str) -> None:
    alert = {
        "status": "firing",
        "labels": {"service": service},
        "startsAt": (lab.now() - timedelta(minutes=5)).isoformat(),
        "endsAt": "0001-01-01T00:00:00Z",
        "fingerprint": f"f{name}{service.replace('-', '')}",
    }
    body = json.dumps({"version": "4", "groupKey": "{}", "alerts": [alert]}).encode()
    record_signals(lab.app.db, speaker(lab.app.db, name), headers, body, lab.now())


def cut_off(lab: Lab, *addresses: str) -> None:
    lab.rows(
        "UPDATE entitlement SET suspended_at = now() - interval '9 minutes' FROM contact k, recipient r"
        " WHERE k.customer_id = entitlement.customer_id AND r.recipient_id = k.recipient_id"
        " AND r.address = ANY(%s)",
        list(addresses),
    )


def declared(lab: Lab) -> int:
    return lab.value("SELECT count(*) FROM disruption WHERE declared_at IS NOT NULL")


def test_one_post_without_a_header_mails_nobody(lab: Lab) -> None:
    cut_off(lab, *lab.people(1))
    source(lab)
    with pytest.raises(NotSigned):
        firing(lab)
    assert any("prometheus" in text and "open = true" in text for text in lab.alarms())
    lab.tick("judge")
    assert lab.sink.mails == []
    assert declared(lab) == 0


def test_what_an_open_source_has_reported_is_a_draft_whatever_ceiling_is_stored(lab: Lab) -> None:
    cut_off(lab, *lab.people(1))
    source(lab)
    lab.rows("UPDATE source SET open = true")
    firing(lab)
    lab.tick("judge")
    assert lab.sink.mails == []
    assert declared(lab) == 0
    assert any(text.startswith("prometheus only drafts") and "secret_env" in text for text in lab.alarms())


@pytest.mark.usefixtures("secret")
def test_whose_secret_is_gone_announces_nothing_any_more(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    everybody = lab.people(2)
    cut_off(lab, everybody[0])
    source(lab, secret_env=VARIABLE)
    firing(lab, **SIGNED)
    lab.tick("judge")
    assert declared(lab) == 0, "one of the two is not cut off"
    cut_off(lab, everybody[1])
    monkeypatch.delenv(VARIABLE)
    lab.tick("judge")
    assert declared(lab) == 0
    assert any(text.startswith("prometheus only drafts") and VARIABLE in text for text in lab.alarms())
    monkeypatch.setenv(VARIABLE, "s3cret")
    lab.tick("judge")
    assert lab.sink.counts == dict.fromkeys(everybody, 1)
    lab.tick("judge")
    assert lab.alarms() == []


@pytest.mark.usefixtures("secret")
def test_compared_with_nobody_a_source_announces_nothing(lab: Lab) -> None:
    everybody = lab.people(2)
    source(lab, secret_env=VARIABLE)
    firing(lab, **SIGNED)
    lab.tick("judge")
    assert lab.sink.mails == []
    assert declared(lab) == 0
    cut_off(lab, *everybody)
    lab.tick("judge")
    assert lab.sink.counts == dict.fromkeys(everybody, 1)


@pytest.mark.usefixtures("secret")
def test_an_open_source_does_not_begin_what_another_one_announces(lab: Lab) -> None:
    """Since when it is out is read by customers: it comes from whom we believe."""
    cut_off(lab, *lab.people(1))
    source(lab, "anybody", ceiling=None)
    lab.rows("UPDATE source SET open = true")
    source(lab, secret_env=VARIABLE)
    firing(lab, "anybody")
    lab.tick("judge")
    firing(lab, **SIGNED)
    lab.tick("judge")
    assert lab.sink.mails == []
    assert declared(lab) == 0


def late(lab: Lab, name: str) -> list[str]:
    """One more customer, and the tick that asks who came late."""
    came = lab.people(1, name)
    lab.rows("UPDATE latecomers SET asked_at = asked_at - interval '1 day'")
    return came


@pytest.mark.usefixtures("secret")
def test_after_a_source_has_announced_only_who_is_cut_off_is_caught_up_with(lab: Lab) -> None:
    first = lab.people(1)
    cut_off(lab, *first)
    source(lab, secret_env=VARIABLE)
    firing(lab, **SIGNED)
    lab.tick("judge")
    assert lab.sink.counts == {first[0]: 1}
    lab.policy(catch_up_ceiling=50)
    came = late(lab, "q")
    lab.tick("late")
    assert lab.sink.counts == {first[0]: 1}, "the data does not say that they are cut off"
    assert any("notifier approve" in text for text in lab.alarms())
    cut_off(lab, *came)
    late_again(lab)
    assert lab.sink.counts == {first[0]: 1, came[0]: 1}


@pytest.mark.usefixtures("secret")
def test_after_a_source_has_announced_nobody_cut_off_any_more_is_no_check(lab: Lab) -> None:
    first = lab.people(1)
    cut_off(lab, *first)
    source(lab, secret_env=VARIABLE)
    firing(lab, **SIGNED)
    lab.tick("judge")
    lab.policy(catch_up_ceiling=50)
    lab.rows("UPDATE entitlement SET suspended_at = NULL")
    late(lab, "q")
    lab.tick("late")
    assert lab.sink.counts == {first[0]: 1}


def test_what_a_person_has_declared_is_caught_up_with_by_its_scope_unless_the_data_contradicts(
    lab: Lab,
) -> None:
    first = lab.people(1)
    lab.suspend()
    lab.settle()
    lab.policy(catch_up_ceiling=50)
    came = late(lab, "q")
    lab.tick("late")
    assert lab.sink.counts == {first[0]: 1, came[0]: 1}, "a person has approved the scope"
    cut_off(lab, *first)
    contradicted = late(lab, "r")
    lab.tick("late")
    assert lab.sink.to(contradicted[0]) == []
    cut_off(lab, *contradicted)
    late_again(lab)
    assert len(lab.sink.to(contradicted[0])) == 1


def late_again(lab: Lab) -> None:
    lab.rows("UPDATE latecomers SET asked_at = asked_at - interval '1 day'")
    lab.tick("late")


def test_a_holding_notice_does_not_leave_over_a_gap_that_nobody_has_acknowledged(lab: Lab) -> None:
    first = lab.people(2)
    cut_off(lab, *first)
    lab.tick("watch")
    (reference,) = lab.rows("SELECT reference FROM disruption")[0]
    plan = holding.Plan(lab.now() + timedelta(seconds=60))
    holding.prepare(lab.app.db, lab.app.writer, lab.act(), reference, plan, Consent(yes=True, ceiling=50))
    lab.people(3, "q")
    lab.pass_time(61)
    lab.tick("promises")
    assert lab.sink.mails == []
    assert any("3 customers differ between cut off and told" in text for text in lab.alarms())


def test_a_holding_notice_leaves_over_the_gap_that_was_acknowledged(lab: Lab) -> None:
    cut_off(lab, *lab.people(2))
    lab.people(3, "q")
    lab.tick("watch")
    (reference,) = lab.rows("SELECT reference FROM disruption")[0]
    plan = holding.Plan(lab.now() + timedelta(seconds=60))
    agreed = Consent(yes=True, ceiling=50, accept_gap=3)
    holding.prepare(lab.app.db, lab.app.writer, lab.act(), reference, plan, agreed)
    lab.pass_time(61)
    lab.tick("promises")
    assert lab.sink.counts.total() == 5


def test_doctor_names_who_is_open_and_whose_secret_is_missing(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    source(lab, "anybody", ceiling=None)
    lab.rows("UPDATE source SET open = true")
    source(lab, "guarded", secret_env=VARIABLE)
    assert f"{VARIABLE} is empty" in check_sources(lab.app.db).found
    monkeypatch.setenv(VARIABLE, "s3cret")
    found = check_sources(lab.app.db)
    assert found.ok
    assert "anybody" in found.found
    lab.rows("UPDATE source SET announce_ceiling = 5 WHERE name = 'anybody'")
    assert not check_sources(lab.app.db).ok

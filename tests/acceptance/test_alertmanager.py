"""The real Alertmanager, unmodified, with one receiver: our `/hooks/{source}`."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from notifier.local.stack import Stack

from .conftest import Place
from .peers import ALERTMANAGER, TOOL, Alertmanager, an_alertmanager

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(
        not (ALERTMANAGER and TOOL), reason="prometheus-alertmanager is not installed (a Debian package)"
    ),
]
MANY = 1_800


@pytest.fixture
def alertmanager(stack: Stack, tmp_path: Path) -> Iterator[Alertmanager]:
    with an_alertmanager(stack.web_url or "", tmp_path) as found:
        yield found


def test_an_alert_becomes_a_draft_with_an_alarm_and_after_approval_one_mail_each(
    notifier: Place, alertmanager: Alertmanager
) -> None:
    notifier.people(20)
    notifier.people(5, "other", services="mythos-5")
    alertmanager.add("fable-prod")
    notifier.until(lambda: notifier.states() == ["draft"])
    (reference,) = notifier.references
    listed = notifier("list").out
    assert "NEEDS YOU" in listed
    assert "Prometheus reports trouble with Fable 5" in listed
    assert f"D-{reference}" in listed
    assert notifier.provider.count() == 0
    approved = notifier("approve", reference, "--yes")
    assert approved.code == 0, approved.said
    assert notifier.provider.addresses() == {f"p{i}@example.com": 1 for i in range(1, 21)}
    notifier.until(lambda: "nobody was told" not in notifier("list").out)
    again = notifier("approve", reference, "--yes")
    assert again.code == 3

    alertmanager.resolve("fable-prod")
    notifier.until(
        lambda: notifier.rows("SELECT 1 FROM signal WHERE state = 'resolved' AND judged_at IS NOT NULL")
    )
    notifier.until(lambda: f"notifier restore {reference}" in notifier("list").out)
    assert notifier.states() == ["finished"]
    assert notifier.provider.count() == 20


def test_where_the_data_differs_the_approval_names_the_number(
    notifier: Place, alertmanager: Alertmanager
) -> None:
    notifier.people(3)
    notifier.people(4, "cut", header=",suspended", cells=",fable-5")
    alertmanager.add("fable-prod")
    notifier.until(
        lambda: notifier.rows("SELECT 1 FROM signal WHERE source = 'prometheus' AND judged_at IS NOT NULL")
    )
    notifier.until(lambda: notifier.states() == ["draft"])
    (reference,) = notifier.references
    refused = notifier("approve", reference, "--yes")
    assert refused.code == 3
    assert re.search(rf"notifier approve {reference}/\d --accept-gap 3", refused.err)
    assert notifier.provider.count() == 0
    assert notifier("approve", reference, "--yes", "--accept-gap", "3").code == 0
    assert notifier.provider.addresses().total() == 7


def test_a_flapping_alert_is_one_draft(notifier: Place, alertmanager: Alertmanager) -> None:
    notifier.people(2)
    for turn in range(1, 4):
        alertmanager.add("fable-prod")
        notifier.until(lambda t=turn: len(heard(notifier, "firing")) == t)
        alertmanager.resolve("fable-prod")
        notifier.until(lambda t=turn: len(heard(notifier, "resolved")) == t)
    notifier.until(lambda: not notifier.rows("SELECT 1 FROM signal WHERE judged_at IS NULL"))
    assert len(notifier.references) == 1
    assert notifier.states() == ["draft"]
    assert notifier.provider.count() + notifier.sandbox.count() == 0


def test_many_alerts_of_one_group_are_all_heard_and_one_draft(
    notifier: Place, alertmanager: Alertmanager
) -> None:
    notifier.people(2)
    alertmanager.add_all(
        {"alertname": "ServiceDown", "service": "fable-prod", "instance": f"host{n}"} for n in range(MANY)
    )
    notifier.until(lambda: len(heard(notifier, "firing")) == MANY)
    notifier.until(lambda: not notifier.rows("SELECT 1 FROM signal WHERE judged_at IS NULL"))
    assert notifier.states() == ["draft"]
    said = notifier("show", notifier.references[0]).out
    assert "1,800" in said, said


def heard(notifier: Place, state: str) -> list[tuple[object, ...]]:
    return notifier.rows("SELECT signal_id FROM signal WHERE source = 'prometheus' AND state = %s", state)

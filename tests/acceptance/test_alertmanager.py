"""The real Alertmanager, unmodified, with one receiver: our `/hooks/{source}`."""

import re
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from notifier.local.stack import Stack

from .conftest import Place, free_port

BINARY, TOOL = shutil.which("prometheus-alertmanager"), shutil.which("amtool")
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(
        not (BINARY and TOOL), reason="prometheus-alertmanager is not installed (a Debian package)"
    ),
]
CONFIG = """
route:
  receiver: notifier
  group_by: [alertname, service]
  group_wait: 0s
  group_interval: 1s
  repeat_interval: 1h
receivers:
- name: notifier
  webhook_configs:
  - url: {url}/hooks/prometheus
    send_resolved: true
"""


class Alertmanager:
    def __init__(self, url: str) -> None:
        self.url = url

    def add(self, service: str, *more: str) -> None:
        subprocess.run(
            [TOOL or "", "alert", "add", f"--alertmanager.url={self.url}", *more, "alertname=ServiceDown",
             f"service={service}", "--annotation=summary=requests fail"],
            check=True, capture_output=True,
        )  # fmt: skip

    def resolve(self, service: str) -> None:
        """As Prometheus does: the same labels, with an end."""
        self.add(service, f"--end={datetime.now(UTC).isoformat()}")


@pytest.fixture
def alertmanager(notifier: Place, stack: Stack, tmp_path: Path) -> Iterator[Alertmanager]:
    (tmp_path / "am.yml").write_text(CONFIG.format(url=stack.web_url))
    url = f"http://127.0.0.1:{free_port()}"
    process = subprocess.Popen(
        [BINARY or "", f"--config.file={tmp_path / 'am.yml'}", f"--storage.path={tmp_path / 'am'}",
         f"--web.listen-address={url.removeprefix('http://')}", "--cluster.listen-address="],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip

    def ready() -> bool:
        try:
            with urllib.request.urlopen(f"{url}/-/ready") as answer:
                return answer.status == 200
        except urllib.error.URLError:
            return False

    notifier.until(ready)
    yield Alertmanager(url)
    process.terminate()
    process.wait()


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


def heard(notifier: Place, state: str) -> list[tuple[object, ...]]:
    return notifier.rows("SELECT signal_id FROM signal WHERE source = 'prometheus' AND state = %s", state)

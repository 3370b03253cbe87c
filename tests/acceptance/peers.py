"""Prometheus, Alertmanager and the blackbox exporter, as Debian packages them, for as long as a test."""

import json
import shutil
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Generator, Iterable
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from tests.waiting import until

from .conftest import free_port

ALERTMANAGER, TOOL = shutil.which("prometheus-alertmanager"), shutil.which("amtool")
PROMETHEUS, BLACKBOX = shutil.which("prometheus"), shutil.which("prometheus-blackbox-exporter")
RESEND_SECONDS = 1
"""Prometheus says so often that an alert fires; what it has not said for four times as long has lapsed."""

ROUTES = """
route:
  receiver: notifier
  group_by: [alertname, service]
  group_wait: 0s
  group_interval: 1s
  repeat_interval: {repeat}
receivers:
- name: notifier
  webhook_configs:
  - url: {url}/hooks/prometheus
    send_resolved: true
"""
SCRAPES = """
global: {{scrape_interval: 250ms, scrape_timeout: 250ms, evaluation_interval: 250ms}}
rule_files: [rules.yml]
alerting:
  alertmanagers: [{{static_configs: [{{targets: {alertmanagers}}}]}}]
scrape_configs:
- job_name: blackbox
  metrics_path: /probe
  params: {{module: [http], target: ["{target}"]}}
  static_configs: [{{targets: ["{blackbox}"], labels: {{service: fable-prod}}}}]
"""
RULES = """
groups:
- name: services
  rules:
  - alert: ServiceDown
    expr: probe_success == 0
    annotations: {summary: requests fail}
"""
MODULES = "modules: {http: {prober: http, timeout: 1s, http: {preferred_ip_protocol: ip4}}}\n"


@contextmanager
def running(command: Iterable[str], ready: str) -> Generator["subprocess.Popen[bytes]"]:
    """A server, once it answers there."""
    process = subprocess.Popen(list(command), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(lambda: answers(ready))
        yield process
    finally:
        process.send_signal(signal.SIGCONT)  # it may have been stopped
        process.terminate()
        process.wait()


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url) as answer:
            return answer.status == 200
    except urllib.error.URLError:
        return False


@dataclass(frozen=True)
class Alertmanager:
    url: str

    def add(self, service: str, *more: str) -> None:
        subprocess.run(
            [TOOL or "", "alert", "add", f"--alertmanager.url={self.url}", *more, "alertname=ServiceDown",
             f"service={service}", "--annotation=summary=requests fail"],
            check=True, capture_output=True,
        )  # fmt: skip

    def resolve(self, service: str) -> None:
        """As Prometheus does: the same labels, with an end."""
        self.add(service, f"--end={datetime.now(UTC).isoformat()}")

    def add_all(self, labels: Iterable[dict[str, str]]) -> None:
        """In one request, as Prometheus sends what begins together."""
        body = json.dumps([{"labels": each} for each in labels]).encode()
        request = urllib.request.Request(
            f"{self.url}/api/v2/alerts", body, {"Content-Type": "application/json"}
        )
        urllib.request.urlopen(request).close()


@contextmanager
def an_alertmanager(hooks: str, folder: Path, *, repeat: str = "1h") -> Generator[Alertmanager]:
    """One that tells nobody but `hooks`."""
    folder.mkdir(exist_ok=True)
    (folder / "am.yml").write_text(ROUTES.format(url=hooks, repeat=repeat))
    listens = f"127.0.0.1:{free_port()}"
    command = (
        ALERTMANAGER or "", f"--config.file={folder / 'am.yml'}", f"--storage.path={folder / 'am'}",
        f"--web.listen-address={listens}", "--cluster.listen-address=",
    )  # fmt: skip
    with running(command, f"http://{listens}/-/ready"):
        yield Alertmanager(f"http://{listens}")


class Target:
    """What is probed: it works, or it does not."""

    def __init__(self) -> None:
        target, self.works = self, True

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200 if target.works else 503)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"


@dataclass(frozen=True)
class Monitoring:
    """A rule of Prometheus over what the blackbox exporter finds, told to every Alertmanager."""

    target: Target
    prometheus: "subprocess.Popen[bytes]"
    alertmanagers: tuple[Alertmanager, ...]

    def silence(self) -> None:
        """Prometheus hangs, and what it said lapses."""
        self.prometheus.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self.prometheus.send_signal(signal.SIGCONT)


@contextmanager
def monitoring(hooks: str, folder: Path, *, replicas: int) -> Generator[Monitoring]:
    """Replicas of Alertmanager know nothing of each other: each says everything."""
    with ExitStack() as stack:
        target = Target()
        Thread(target=target.server.serve_forever, args=(0.02,), daemon=True).start()
        stack.callback(target.server.server_close)
        stack.callback(target.server.shutdown)
        (folder / "blackbox.yml").write_text(MODULES)
        blackbox = f"127.0.0.1:{free_port()}"
        command = (
            BLACKBOX or "",
            f"--config.file={folder / 'blackbox.yml'}",
            f"--web.listen-address={blackbox}",
        )
        stack.enter_context(running(command, f"http://{blackbox}/-/healthy"))
        told = tuple(
            stack.enter_context(an_alertmanager(hooks, folder / f"replica{n}", repeat="2s"))
            for n in range(replicas)
        )
        addresses = json.dumps([each.url.removeprefix("http://") for each in told])
        (folder / "rules.yml").write_text(RULES)
        (folder / "prometheus.yml").write_text(
            SCRAPES.format(alertmanagers=addresses, target=target.url, blackbox=blackbox)
        )
        listens = f"127.0.0.1:{free_port()}"
        command = (
            PROMETHEUS or "", f"--config.file={folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={folder / 'tsdb'}", f"--web.listen-address={listens}",
            f"--rules.alert.resend-delay={RESEND_SECONDS}s",
        )  # fmt: skip
        process = stack.enter_context(running(command, f"http://{listens}/-/ready"))
        yield Monitoring(target, process, told)

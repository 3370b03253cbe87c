"""A notice through a real RabbitMQ: quorum queues, confirmed rings, emptied and stopped in the middle of a send.

The broker is the test's own: its ports, its data and its node name. Debian's package is `rabbitmq-server`.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.waiting import until

from .conftest import COMPANY, Box, Place, a_sandbox, environment_of, free_port, stopped

SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
MANY = 1200
pytestmark = [
    pytest.mark.skipif(not SERVER.exists(), reason="rabbitmq-server is not installed (a Debian package)"),
    pytest.mark.long,
]


@dataclass
class Rabbit:
    home: Path
    port: int
    environment: dict[str, str]
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"

    def start(self) -> None:
        with (self.home / "rabbit.out").open("ab") as out:
            self.process = subprocess.Popen(
                [str(SERVER)], env=self.environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                start_new_session=True,
            )  # fmt: skip
        until(self.greets)

    def greets(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, (self.home / "rabbit.out").read_text()[-2000:]
        return self.answers()

    def answers(self) -> bool:
        """It greets an unknown protocol with its own."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as client:
                client.sendall(b"AMQP\x00\x00\x09\x09")
                return client.recv(4) == b"AMQP"
        except OSError:
            return False

    def stop(self) -> None:
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def purge(self) -> None:
        import amqp

        with amqp.Connection(f"127.0.0.1:{self.port}") as connection:
            channel: Any = connection.channel()
            for queue in ("notifier", "notifier-ticks"):
                channel.queue_purge(queue)


@pytest.fixture
def rabbit(tmp_path: Path) -> Iterator[Rabbit]:
    port, home = free_port(), tmp_path / "rabbit"
    home.mkdir()
    (home / "none.conf").write_text("")
    (home / "plugins").write_text("[].\n")
    rabbit = Rabbit(
        home,
        port,
        {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "RABBITMQ_NODENAME": f"notifier{os.getpid()}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(port),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "ERL_EPMD_PORT": str(free_port()),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_MNESIA_BASE": str(home / "data"),
            "RABBITMQ_LOG_BASE": str(home / "log"),
            "RABBITMQ_PID_FILE": str(home / "pid"),
            "RABBITMQ_CONFIG_FILE": str(home / "none"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "plugins"),
            "RABBITMQ_CONF_ENV_FILE": str(home / "none.env"),
        },
    )
    try:
        rabbit.start()
        yield rabbit
    finally:
        rabbit.stop()
        subprocess.run(["epmd", "-kill"], env=rabbit.environment, capture_output=True, check=False)
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def place(rabbit: Rabbit, database_url: str, tmp_path: Path) -> Iterator[Place]:
    process, box = a_sandbox("--latency", "0.3")
    ours = environment_of(
        tmp_path / "home",
        NOTIFIER_DATABASE_URL=database_url,
        NOTIFIER_BROKER_URL=rabbit.url,
        NOTIFIER_SANDBOX_URL=box.url,
    )
    place = Place(ours, tmp_path, database_url, box, Box(box.url))
    slow = "requests_per_second = 6\nchunk_people = 50\n"
    (tmp_path / "company.toml").write_text(COMPANY + slow)
    assert place("apply", "company.toml", "--yes").code == 0
    yield place
    place.end()
    stopped(process)


def test_a_send_ends_right_whatever_becomes_of_the_broker(place: Place, rabbit: Rabbit) -> None:
    place.start("worker")
    place.start("beat")
    place.people(MANY)
    assert "answers" in place("doctor").out
    place.start("suspend", "fable-5", "--reason", "legal", "--rehearse", "--yes")
    place.until(lambda: place.sandbox.count() > 0)
    rabbit.purge()
    before = place.sandbox.count()
    place.until(lambda: place.sandbox.count() > before + 100)
    rabbit.stop()
    time.sleep(1)
    rabbit.start()
    place.until_state("finished")
    assert place.sandbox.addresses() == {f"p{i}@example.com": 1 for i in range(1, MANY + 1)}
    (notice,) = place.shown()
    assert notice["accounts"]["told"] == MANY
    with psycopg.connect(place.database_url) as connection:
        assert connection.execute("SELECT count(*) FROM attempt WHERE again").fetchone() == (0,)

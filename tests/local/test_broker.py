import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from celery import Celery
from kombu import Connection

from notifier.local import broker


def test_two_starts_at_once_are_one_server(home: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        servers = list(pool.map(broker.start, [home, home]))
    assert servers[0].pid == servers[1].pid
    broker.stop(next(server for server in servers if server.child))
    assert not broker.answers(home)


def test_kill_of_the_server_keeps_the_queue_and_its_old_socket_is_no_obstacle(home: Path) -> None:
    server = broker.start(home)
    app = Celery("test", broker=broker.url(home), set_as_current=False)
    with app.connection_for_write() as connection:
        app.send_task("deliver", args=[7], connection=connection, ignore_result=True)
    app.pool.force_close_all()
    os.kill(server.pid, signal.SIGKILL)
    server.ended(seconds=5)
    again = broker.start(home)
    with Connection(broker.url(home)) as connection:
        assert connection.default_channel.client.llen("celery") == 1
    broker.stop(again)


def test_works_under_a_deep_path_with_blanks(home: Path) -> None:
    folder = home / "/".join(["with blank 'and' \"quotes\""] * 14)
    server = broker.start(folder)
    assert broker.answers(folder)
    assert (folder / "broker" / "appendonlydir").is_dir()
    broker.stop(server)

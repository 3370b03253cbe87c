"""Real processes: what the embedded sandbox reports is signed with its own key, and the web process takes it."""

import json
import os
import signal
import urllib.request
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from notifier.errors import BadInput, Unreachable
from notifier.local.children import Program
from notifier.local.sandbox import serve, signing
from notifier.local.stack import EVENT_KEY, Stack
from notifier.settings import SANDBOX_KEY, from_env
from tests.waiting import until

ATTEMPT = str(UUID(int=5))
SMALL = frozenset({Program.POSTGRES, Program.BROKER, Program.SANDBOX, Program.WEB})


def send(url: str, address: str) -> None:
    mail = {
        "from": {"email": "notices@example.com"}, "subject": "s",
        "content": [{"type": "text/plain", "value": "t"}],
        "personalizations": [{"to": [{"email": address}], "custom_args": {"notifier_recipient": "1"}}],
        "custom_args": {"notifier_attempt": ATTEMPT, "notifier_notice": "1"},
    }  # fmt: skip
    headers = {"Authorization": f"Bearer {SANDBOX_KEY}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{url}/v3/mail/send", json.dumps(mail).encode(), headers)
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 202


def test_events_come_back_also_after_the_sandbox_was_killed(home: Path) -> None:
    settings = from_env({"NOTIFIER_REHEARSALS_ONLY": "1", "NOTIFIER_HOME": str(home), "NOTIFIER_PORT": "0"})
    with Stack(settings, parts=SMALL, say=lambda _: None) as stack:
        url = stack.settings.sandbox_url or ""

        def kinds() -> list[tuple[Any, ...]]:
            with psycopg.connect(stack.settings.database_url or "") as connection:
                return connection.execute("SELECT kind, attempt_id::text FROM event ORDER BY 1").fetchall()

        send(url, "ada@example.com")
        assert until(lambda: kinds() == [("delivered", ATTEMPT), ("processed", ATTEMPT)])
        (sandbox,) = stack._supervisor.pids(Program.SANDBOX)
        os.kill(sandbox, signal.SIGKILL)
        assert until(lambda: sandbox not in (pids := stack._supervisor.pids(Program.SANDBOX)) and pids)
        assert until(lambda: answers(url))
        send(url, "bounce@example.com")
        assert until(
            lambda: [kind for kind, _ in kinds()] == ["bounce", "delivered", "processed", "processed"]
        )
    assert (home / EVENT_KEY).stat().st_mode & 0o777 == 0o600


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/events/public-key") as answer:
            return bool(json.load(answer)["public_key"])
    except OSError:
        return False


def test_the_key_stays_the_same(tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    first = signing.public_key(signing.key_at(file))
    assert signing.public_key(signing.key_at(file)) == first
    assert signing.public_key(signing.new_key()) != first
    assert [each.name for each in tmp_path.iterdir()] == ["key.pem"]


@pytest.mark.parametrize(
    "content", [b"", b"no key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"]
)
def test_a_file_that_is_no_key(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "key.pem").write_bytes(content)
    with pytest.raises(Unreachable, match="delete it"):
        signing.key_at(tmp_path / "key.pem")


def test_events_never_leave_this_machine() -> None:
    with pytest.raises(BadInput, match="this machine"):
        serve(events_to="http://example.com/events/sendgrid")

import os
import subprocess
import sys
from pathlib import Path

import pytest

from notifier.errors import BadInput
from notifier.settings import SENDGRID_HOSTS, for_children, from_env, is_loopback, secrets


def test_an_empty_environment_is_embedded_and_rehearses() -> None:
    settings = from_env({})
    assert settings.embedded
    assert settings.sendgrid_key is None
    assert settings.home == Path.cwd() / ".notifier"
    assert settings.port == 8025


def test_every_problem_is_reported_at_once() -> None:
    with pytest.raises(BadInput) as wrong:
        from_env(
            {
                "NOTIFIER_DATABASE_URL": "mysql://x",
                "NOTIFIER_BROKER_URL": "sqs://x",
                "NOTIFIER_SENDGRID_REGION": "mars",
                "NOTIFIER_PORT": "99999",
                "NOTIFIER_SANDBOX_URL": "https://api.sendgrid.com",
                "NOTIFIER_ALARM_COMMAND": "tell 'nobody",
                "NOTIFIER_HEARTBEAT_URL": "hc.example",
                "SENDGRID_API_KEY": "SG.x",
            }
        )
    assert len(wrong.value.details) == 8


def test_a_database_of_its_own_is_not_embedded() -> None:
    assert not from_env({"NOTIFIER_DATABASE_URL": "postgresql://db/x"}).embedded


def test_rehearsals_only_looks_at_no_key() -> None:
    settings = from_env({"NOTIFIER_REHEARSALS_ONLY": "1", "SENDGRID_API_KEY": "SG.real"})
    assert settings.sendgrid_key is None


def test_the_key_is_never_shown() -> None:
    settings = from_env({"SENDGRID_API_KEY": "SG.secret", "NOTIFIER_MAIL_FROM": "a@example.com"})
    assert "SG.secret" not in repr(settings)


def test_mail_in_clear_leaves_for_loopback_only() -> None:
    assert from_env({"NOTIFIER_SENDGRID_URL": "http://127.0.0.1:1"}).sendgrid_url == "http://127.0.0.1:1"
    for away in (
        "http://sendgrid.example",
        "http://127.evil.com",
        "http://127.0.0.1.evil.com",
        "http://10.0.0.1",
    ):
        with pytest.raises(BadInput):
            from_env({"NOTIFIER_SENDGRID_URL": away})


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1", "http://127.8.9.1", "http://[::1]:80", "http://localhost"]
)
def test_what_is_this_machine(url: str) -> None:
    assert is_loopback(url)


def test_the_region_names_the_host() -> None:
    assert from_env({"NOTIFIER_SENDGRID_REGION": "eu"}).sendgrid_url == SENDGRID_HOSTS["eu"]


@pytest.mark.parametrize("embedded", [True, False])
def test_a_child_reads_the_same_settings(embedded: bool) -> None:
    given = {
        "NOTIFIER_HOME": "/tmp/a home",
        "NOTIFIER_DATABASE_URL": "postgresql:///notifier?host=/tmp/x&user=notifier",
        "NOTIFIER_BROKER_URL": "redis+socket:///tmp/x/broker.sock",
        "SENDGRID_API_KEY": "SG.key",
        "NOTIFIER_SENDGRID_REGION": "eu",
        "NOTIFIER_ALARM_COMMAND": "/usr/bin/tell 'the night shift'",
        "NOTIFIER_HEARTBEAT_URL": "https://hc.example/ping/",
        "NOTIFIER_SANDBOX_URL": "http://127.0.0.1:8026",
        "NOTIFIER_SENDGRID_EVENT_KEYS": "one, two",
        "NOTIFIER_MAIL_FROM": "Us <us@example.com>",
        "NOTIFIER_REPLY_TO": "help@example.com",
        "NOTIFIER_PUBLIC_URL": "https://status.example.com/",
        "NOTIFIER_PORT": "0",
        "NOTIFIER_ACTOR": "person:osei",
    } | ({"NOTIFIER_EMBEDDED": "1"} if embedded else {})
    settings = from_env(given)
    assert settings.embedded is embedded
    assert from_env(for_children(settings)) == settings


def read_port(folder: Path, **environment: str) -> str:
    words = "from notifier.settings import from_env, secret; print(from_env().port, secret('HOOK_SECRET'))"
    clean = {k: v for k, v in os.environ.items() if not k.startswith("NOTIFIER_")}
    done = subprocess.run(
        [sys.executable, "-c", words], cwd=folder, env=clean | environment, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    return done.stdout.strip()


def test_the_env_file_is_read_but_not_for_rehearsals_and_not_by_children_of_up(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("NOTIFIER_PORT=4711\nHOOK_SECRET=shh\n")
    assert read_port(tmp_path) == "4711 shh"
    assert read_port(tmp_path, NOTIFIER_PORT="4712") == "4712 shh"
    assert read_port(tmp_path, NOTIFIER_REHEARSALS_ONLY="1") == "8025 None"
    assert read_port(tmp_path, NOTIFIER_EMBEDDED="1") == "8025 None"


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("", ()),
        ("s3cret", ("s3cret",)),
        ("p,Q7!longpassword", ("p,Q7!longpassword",)),
        (f"{'a' * 16},{'b' * 16} {'c' * 20}", ("a" * 16, "b" * 16, "c" * 20)),
    ],
)
def test_several_secrets_are_long_ones(
    value: str, found: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_SEVERAL", value)
    assert secrets("TEST_SEVERAL") == found

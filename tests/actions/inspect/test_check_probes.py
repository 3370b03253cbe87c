"""What `doctor` says of probes: which variable is empty, and which probe sees nothing."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from notifier.actions.company import apply_company
from notifier.actions.inspect.check_probes import check_probes
from notifier.actions.inspect.doctor import check_sources
from notifier.edges import company_file
from notifier.model.act import Act
from notifier.settings import from_env
from notifier.store import Db

NOW = datetime(2026, 11, 28, 8, tzinfo=UTC)
FILE = b"""
[[services]]
slug = "fable-5"
name = "Fable 5"
[[probes]]
name = "api"
type = "http"
url = "https://api.example.com/"
services = ["fable-5"]
headers_env = { Authorization = "TEST_API_AUTH" }
announce_ceiling = 5
[[probes]]
name = "cut"
type = "sql"
query = "SELECT service FROM cut"
[[probes]]
name = "beat"
type = "heartbeat"
secret_env = "TEST_BEAT"
services = ["fable-5"]
"""


def test_each_variable_that_a_probe_needs_is_named_while_it_is_empty(
    db: Db, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blank = {"NOTIFIER_DATABASE_URL": db.url, "NOTIFIER_HOME": str(tmp_path)}
    settings = from_env(blank)
    assert check_probes(db, settings) == []
    wanted = company_file.read(FILE)
    apply_company.apply(db, Act("person:test", NOW), wanted, apply_company.difference(db, wanted))
    (check,) = check_probes(db, settings)
    assert (check.ok, check.found) == (False, "TEST_API_AUTH is empty: set it, api looks with it.")
    monkeypatch.setenv("TEST_API_AUTH", "Bearer x")
    (check,) = check_probes(db, settings)
    assert (check.ok, check.found) == (False, "NOTIFIER_AUDIENCE_URL is empty: set it, cut looks with it.")
    full = from_env(blank | {"NOTIFIER_AUDIENCE_URL": db.url})
    (check,) = check_probes(db, full)
    assert (check.ok, check.warns, check.found) == (True, False, "3 declared")
    assert check_sources(db).found == "TEST_BEAT is empty: set it to the secret that beat sends."
    monkeypatch.setenv("TEST_BEAT", "x")
    assert check_sources(db).ok, "a probe may have a ceiling without a secret: it looks itself"
    with db.transaction() as tx:
        tx.execute("UPDATE probe_run SET unknown_since = %s, said = 'It is away.' WHERE name = 'cut'", (NOW,))
    (check,) = check_probes(db, full)
    assert (check.ok, check.warns) == (True, True)
    assert check.found == "3 declared; cut says nothing since 2026-11-28 08:00 UTC: It is away."

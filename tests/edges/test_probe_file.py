"""`[[probes]]`: what may stand in it, and one clear sentence for what may not."""

import pytest

from notifier.edges import company_file
from notifier.edges.probe_file import NEEDS, OF_TYPES, ProbeTable
from notifier.errors import BadInput
from notifier.model.probe import ProbeType

HTTP = 'name = "api"\ntype = "http"\nurl = "https://api.example.com/health"\nservices = ["fable-5"]\n'
PAGE = (
    'name = "cloud"\ntype = "status_page"\nurl = "https://status.example/api/v2/summary.json"\n'
    'map = { API = "fable-5" }\n'
)
BEAT = 'name = "billing"\ntype = "heartbeat"\nsecret_env = "BEAT"\nservices = ["fable-5"]\nevery = "1h"\n'
SQL = 'name = "cut"\ntype = "sql"\nquery = "SELECT service FROM cut_off"\n'


def read(*tables: str) -> list[ProbeTable]:
    return company_file.read("".join(f"[[probes]]\n{each}" for each in tables).encode()).probes


def test_each_type_is_read_with_its_defaults() -> None:
    http, page, beat, query = read(HTTP, PAGE, BEAT, SQL)
    assert [each.patience for each in (http, page, beat, query)] == [(2, 2), (1, 2), (1, 1), (2, 2)]
    assert (http.host, page.host, beat.host, query.host) == ("api.example.com", "status.example", "", "")
    assert http.asks == {"url": "https://api.example.com/health", "services": ["fable-5"]}
    assert beat.asks == {"services": ["fable-5"]}, "the secret's variable stands in its source"
    assert query.asks == {"query": "SELECT service FROM cut_off"}
    (whole,) = read(
        HTTP + 'every = "30s"\nfails = 3\nrecovers = 1\ntimeout = "5s"\nmethod = "GET"\nredirects = 2\n'
        'expect = [200, 204]\ncontains = ["ok"]\nlacks = ["suspended"]\njson = { "status.state" = "up" }\n'
        'headers_env = { Authorization = "API_AUTH" }\nallow_private = true\nannounce_ceiling = 10\n'
        'silence = "1h"\nmax_age = "2h"\ndrafts_per_hour = 3\nkind = "degradation"\noff = true\n'
    )
    assert whole.asks["json_has"] == {"status.state": "up"}
    assert (whole.every, whole.patience, whole.asks["timeout"], whole.off) == (30, (3, 1), 5, True)


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        (HTTP.replace("https", "ftp"), "url is no address that begins with https:// or http://"),
        (HTTP.replace("//", "//ida:secret@"), "url holds a name or a password: remove it"),
        (PAGE.replace("//", "//token@"), "url holds a name or a password"),
        (
            HTTP + 'headers = { Authorization = "Bearer x" }',
            "headers holds the secret Authorization: name the",
        ),
        (HTTP + 'headers = { Accept = "*/*", x-api-KEY = "x" }', "headers holds the secret x-api-KEY"),
        (HTTP + 'headers = { PRIVATE-TOKEN = "x" }', "headers holds the secret PRIVATE-TOKEN"),
        (HTTP + 'headers = { Cookie = "x" }', "headers holds the secret Cookie"),
        (HTTP.replace("services", "#"), "has no services: a probe of the type http needs one"),
        (HTTP + 'every = "9s"', "every is shorter than 10s"),
        (HTTP + 'timeout = "31s"', "timeout is longer than 30s"),
        (HTTP + 'query = "SELECT 1"', "query is for probes of the type sql: remove it"),
        (HTTP + 'secret_env = "A"', "secret_env is for probes of the type heartbeat"),
        (HTTP + 'method = "HEAD"\ncontains = ["x"]', "looks at a body, and HEAD brings none"),
        (PAGE + 'json = { a = "b" }', "json is for probes of the type http"),
        (PAGE.replace("map", "#"), "has no map: a probe of the type status_page needs one"),
        (
            BEAT.replace("secret_env", "#"),
            "names the variable of its secret in secret_env, or says open = true",
        ),
        (BEAT + "open = true", "one of them"),
        (SQL.replace("service", "is_down"), "has no services: name what is in trouble"),
        (HTTP + "redirects = 11", "redirects"),
        (HTTP + 'colour = "red"', "is not known here"),
        (HTTP.replace('"api"', '"database"'), "can be called 'database'"),
        (HTTP + "[[probes]]\n" + HTTP, "the probe 'api' stands there twice"),
        (
            HTTP + '[[sources]]\nname = "api"\ndialect = "grafana"\nopen = true',
            "the source or probe 'api' stands there twice",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_place(table: str, sentence: str) -> None:
    with pytest.raises(BadInput) as refused:
        read(table)
    (fault,) = refused.value.details
    assert sentence in fault


def test_every_key_belongs_to_a_type_that_there_is() -> None:
    assert set(OF_TYPES) <= set(ProbeTable.model_fields)
    assert set(NEEDS) == set(ProbeType)
    assert '"probes"' in company_file.schema()

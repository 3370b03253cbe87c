"""The company's file: all faults at once, each with its place."""

import json

import pytest

from notifier.edges import company_file
from notifier.errors import BadInput

GOOD = b"""
[[services]]
slug = "fable-5"
name = "Fable 5"

[[services]]
slug = "mythos-5"
name = "Mythos 5"
depends_on = ["fable-5"]

[[sources]]
name = "alertmanager"
dialect = "alertmanager"
secret_env = "AM_SECRET"
label = "service"
announce_ceiling = 50
[sources.map]
"fable-prod" = "fable-5"

[attributes]
plan = "text"
nationality = { type = "text", sensitive = true }
name_of_owner = "text"

[facts]
company = "Example AI"
data = "kept"

[policy]
lanes = 4
sweep_seconds = 2
"""


def faults(raw: bytes) -> tuple[str, ...]:
    with pytest.raises(BadInput) as caught:
        company_file.read(raw)
    assert caught.value.exit_code == 2
    return caught.value.details or (str(caught.value),)


def test_a_good_file_is_read_whole():
    found = company_file.read(GOOD)
    assert [s.slug for s in found.services] == ["fable-5", "mythos-5"]
    assert found.services[1].depends_on == ["fable-5"]
    assert found.sources[0].map == {"fable-prod": "fable-5"}
    assert found.policy_values() == {"lanes": 4, "sweep_seconds": 2}


def test_a_byte_order_mark_is_accepted():
    assert company_file.read(b"\xef\xbb\xbf" + GOOD) == company_file.read(GOOD)


def test_every_fault_is_named_at_once_with_its_place():
    found = faults(b"""
surprise = 1
[[services]]
slug = "Bad Slug"
name = "x"
[[services]]
slug = "a"
depends_onn = []
[[sources]]
name = "am"
dialect = "telepathy"
announce_ceiling = true
[attributes]
region = "text"
name = "text"
plan = "txt"
seats = { type = "number", sensitiv = true }
[policy]
lanes = 100
stale = 1
lease_seconds = inf
[facts]
data = "eaten"
""")
    for place, word in [
        ("surprise", "not known"),
        ("[[services]] number 1 (Bad Slug), slug", "must match"),
        ("[[services]] number 2 (a), name", "is missing"),
        ("[[services]] number 2 (a), depends_onn", "not known"),
        ("[[sources]] number 1 (am), dialect", "alertmanager"),
        ("[[sources]] number 1 (am), announce_ceiling", "valid integer"),
        ("[attributes], region", "reserved"),
        ("[attributes], name", "reserved"),
        ("[attributes], plan", "'number'"),
        ("[attributes], seats, sensitiv", "not known"),
        ("[policy], lanes", "64"),
        ("[policy], stale", "not known"),
        ("[policy], lease_seconds", "finite"),
        ("[facts], line 23", "data"),
    ]:
        assert [f for f in found if f.startswith(f"{place}: ") and word in f], (place, found)
    assert len([f for f in found if not f.startswith("[facts]")]) == 13


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        (b"[[services]\n", "line 1"),
        (b"x = 1\ny = '\xff'\n", "Line 2 is not UTF-8"),
        (b"services = 3", "services"),
        (b"services = [3]", "number 1"),
        (b"[[services]]\nslug='a'\nname='A'\n[[services]]\nslug='a'\nname='B'", "'a' stands there twice"),
        (b"[[sources]]\nname='database'\ndialect='alertmanager'", "database"),
        (b"[[probes]]\nurl='x'", "probes"),
        (b"x = " + b"[" * 5000, "TOML"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(raw, word):
    assert any(word in fault for fault in faults(raw))


SOURCE = b"[[sources]]\nname='am'\ndialect='alertmanager'\n"


@pytest.mark.parametrize(
    ("more", "word"),
    [
        (b"", "has no secret: name the variable that holds it in secret_env, or say open = true"),
        (b"open=false", "has no secret"),
        (b"announce_ceiling=50", "announce_ceiling needs a secret_env"),
        (b"announce_ceiling=50\nopen=true", "announce_ceiling needs a secret_env"),
        (b"secret_env='AM'\nopen=true", "keep one of them"),
        (b"open='yes'", "valid boolean"),
    ],
)
def test_a_source_has_a_secret_or_says_that_it_is_open_and_announces_only_with_one(more, word):
    (fault,) = faults(SOURCE + more)
    assert fault.startswith("[[sources]] number 1 (am)")
    assert word in fault


def test_a_source_that_is_open_and_one_that_announces():
    assert company_file.read(SOURCE + b"open=true").sources[0].open
    assert company_file.read(SOURCE + b"secret_env='AM'\nannounce_ceiling=5").sources[0].announce_ceiling == 5


TOPIC = b"topic='arn:aws:sns:eu-west-1:123456789012:alarms'\n"
SNS = b"[[sources]]\nname='aws'\ndialect='sns'\n"
ANY = b"[[sources]]\nname='nagios'\ndialect='generic'\nsecret_env='N'\n"
READ = b"read = { state = 'type', opens = ['PROBLEM'], ends = ['RECOVERY'], key = '{host}!{service}' }"


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        (SNS, "topic and the dialect sns belong together"),
        (SNS + b"secret_env='A'", "topic and the dialect sns belong together"),
        (SNS + b"topic='alarms'", "must match"),
        (SNS + TOPIC + b"open=true", "keep the topic"),
        (SOURCE + b"secret_env='A'\n" + TOPIC, "topic and the dialect sns belong together"),
        (SOURCE + b"secret_env='A'\n" + READ, "the dialect alertmanager knows how"),
        (ANY, "has no state in its read"),
        (ANY + b"read = { state = 'type', opens = ['a'], ends = ['b'] }", "has no key in its read"),
        (ANY + b"read = { stat = 'type' }", "not known"),
    ],
)
def test_a_source_that_cannot_be_read_or_believed(raw, word):
    (fault,) = faults(raw)
    assert word in fault


def test_a_topic_needs_no_secret_and_any_tool_is_read_by_paths():
    assert company_file.read(SNS + TOPIC).sources[0].topic
    read = company_file.read(ANY + READ).sources[0].read
    assert read.model_dump(exclude_defaults=True) == {
        "state": "type",
        "opens": ["PROBLEM"],
        "ends": ["RECOVERY"],
        "key": "{host}!{service}",
    }


def test_the_schema_says_the_same_of_sources():
    source = json.loads(company_file.schema())["$defs"]["SourceTable"]
    assert source["dependentRequired"] == {"announce_ceiling": ["secret_env"]}
    assert [way["required"] for way in source["oneOf"]] == [["secret_env"], ["open"], ["topic"]]
    assert source["properties"]["open"]["type"] == "boolean"


def test_the_schema_says_what_dialect_it_is_and_forbids_the_unknown():
    schema = json.loads(company_file.schema())
    assert schema["$schema"].startswith("https://json-schema.org/")
    assert schema["additionalProperties"] is False
    assert set(schema["properties"]) == {
        "services", "sources", "probes", "alarms", "attributes", "imports", "facts", "policy",
    }  # fmt: skip


def test_how_long_a_source_is_waited_for_is_a_duration() -> None:
    asked = b'open=true\nreopen_after="15m"\nsilence="4h"\nmax_age="7d"\ndrafts_per_hour=2\n'
    (source,) = company_file.read(SOURCE + asked).sources
    found = (source.reopen_after, source.silence, source.max_age, source.drafts_per_hour)
    assert found == (900, 14_400, 604_800, 2)
    (source,) = company_file.read(SOURCE + b"open=true").sources
    found = (source.reopen_after, source.silence, source.max_age, source.drafts_per_hour)
    assert found == (300, None, 86_400, 10)
    for wrong in (b"silence=20", b'silence="soon"', b'reopen_after="0m"'):
        with pytest.raises(BadInput) as refused:
            company_file.read(SOURCE + b"open=true\n" + wrong)
        assert "'5m'" in refused.value.details[0]

"""What every dialect owes: its tool's own bodies, its own secret and no other, and one sentence for garbage."""

import contextlib
import json
import random
import re
from base64 import b64encode
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.edges.source_file import DialectName
from notifier.edges.webhooks import DIALECTS, Incoming, status_pages
from notifier.edges.webhooks.idiom import hash_of
from notifier.errors import BadInput
from notifier.model.signal import Posted, SignalState
from tests.documents import rows_of_table
from tests.edges.webhooks.samples import DIALECT_OF, POSTS, RECEIVED, SAMPLES, SIGNS, Sample

STATES = {SignalState.FIRING: "opens", SignalState.RESOLVED: "ends"}
SECRET = "s3cret-pä:ss"
POLLED = {"gcp_status": status_pages.read_google_status}

CARRIED = (
    {"authorization": f"Bearer {SECRET}".encode().decode("latin-1")},
    {"authorization": f"bearer  {SECRET}".encode().decode("latin-1")},
    {"authorization": f"Basic {b64encode(f'anybody:{SECRET}'.encode()).decode()}"},
    {"x-notifier-secret": SECRET.encode().decode("latin-1")},
)
NOT_CARRIED = (
    {},
    {"authorization": ""},
    {"authorization": SECRET},
    {"authorization": "Bearer"},
    {"authorization": "Bearer s3cret"},
    {"authorization": "Bearer ☃"},
    {"authorization": f"Digest {SECRET}"},
    {"authorization": "Basic !!!"},
    {"authorization": f"Basic {b64encode(SECRET.encode()).decode()}"},
    {"authorization": f"Basic {b64encode(f'{SECRET}:'.encode()).decode()}"},
    {"x-secret": SECRET},
    {"x-notifier-secret": ""},
)
GARBAGE = (
    b"",
    b"null",
    b"[]",
    b"4",
    b'"4"',
    b"{}",
    b"{",
    b"\xff\xfe",
    b"\x00",
    b"[" * 100_000,
    b'{"version": NaN}',
)


def test_every_dialect_that_a_company_may_declare_is_there_and_has_samples() -> None:
    assert set(get_args(DialectName)) == set(DIALECTS)
    sampled = {DIALECT_OF.get(sample.folder, sample.folder) for sample in POSTS}
    assert sampled == set(DIALECTS) - {"openstatus"}, "OpenStatus has no sample that can be trusted"


# ---------------------------------------------------------------- the samples


def concluded(posted: Posted) -> list[tuple[str, str, datetime]]:
    return [(STATES[signal.state], signal.key, signal.occurred_at) for signal in posted.signals]


def expected_of(sample: Sample, received: datetime) -> list[tuple[str, str, datetime]]:
    return [
        (
            each["state"],
            each["key"],
            received if each["occurred_at"] == "receipt" else datetime.fromisoformat(each["occurred_at"]),
        )
        for each in sample.expected["concludes"]
    ]


def holds(sample: Sample, posted: Posted, received: datetime) -> None:
    assert posted.faults == ()
    assert concluded(posted) == expected_of(sample, received)
    assert bool(posted.why) == (not posted.signals)
    for signal, each in zip(posted.signals, sample.expected["concludes"], strict=True):
        # More names than the tool's own best ones do no harm; those must be there, in their order.
        assert [hint for hint in signal.hints if hint in each["services_hint"]] == each["services_hint"]
        assert "@" not in signal.summary
    deliveries = {signal.delivery_key or posted.delivery_key for signal in posted.signals}
    wanted = sample.expected["delivery_key"]
    if wanted == "one per event":
        assert len(deliveries) == len(posted.signals) > 1
    elif "minute" in wanted:
        assert deliveries == {f"{hash_of(sample.raw)}:{received:%Y-%m-%dT%H:%M}"}
    elif posted.signals:
        assert deliveries == {hash_of(sample.raw) if wanted.startswith("sha256") else wanted}
    else:  # which of two it is matters where something is concluded
        assert wanted.startswith("sha256") or posted.delivery_key in {hash_of(sample.raw), wanted}


@pytest.mark.parametrize("sample", POSTS, ids=lambda sample: sample.name)
def test_every_sample_concludes_what_is_right(sample: Sample) -> None:
    incoming, received, dialect = sample.incoming, sample.received, sample.dialect
    if sample.secret or sample.folder == "sns":
        believed = dialect.verify(incoming, ["another", sample.secret], received)
        assert believed is ("response" not in sample.expected)
        if not believed:  # nobody reads it
            return
    holds(sample, dialect.read(incoming, received), received)


@pytest.mark.parametrize(
    "sample", [sample for sample in SAMPLES if sample.is_poll], ids=lambda sample: sample.name
)
def test_what_a_poll_reads_concludes_what_is_right(sample: Sample) -> None:
    read = POLLED.get(sample.folder, status_pages.read_statuspage)
    holds(sample, read(sample.raw, RECEIVED), RECEIVED)


@pytest.mark.parametrize("sample", POSTS, ids=lambda sample: sample.name)
def test_nobody_else_is_believed(sample: Sample) -> None:
    incoming, received, verify = sample.incoming, sample.received, sample.dialect.verify
    if sample.folder != "sns":
        assert not verify(incoming, ["another"], received)
        assert not verify(incoming, [], received)
    assert not verify(replace(incoming, headers={}), [sample.secret or "another"], received) or (
        sample.folder in {"sns", "statuscake"}
    )
    if sample.folder in SIGNS and "response" not in sample.expected:
        # A blank within the outermost braces changes no meaning, only bytes; SNS signs what stands in the fields.
        changed = (
            sample.raw.replace(b"northwind-alarms.\\n", b"northwind-alarms,\\n").replace(b"EU (I", b"EU (J")
            if sample.folder == "sns"
            else sample.raw + b" "
        )
        if changed != sample.raw:
            assert not verify(replace(incoming, raw=changed), [sample.secret], received)


@pytest.mark.parametrize("late", [timedelta(minutes=6), timedelta(minutes=-6)])
@pytest.mark.parametrize(
    "name", ["grafana/firing.json", "standard_webhooks/firing.json", "incidentio/firing.json"]
)
def test_what_signs_a_time_is_believed_for_five_minutes(name: str, late: timedelta) -> None:
    sample = next(sample for sample in POSTS if sample.name == name)
    assert sample.dialect.verify(sample.incoming, [sample.secret], sample.received)
    assert not sample.dialect.verify(sample.incoming, [sample.secret], sample.received + late)


# ---------------------------------------------------------------- secrets that are carried

CARRYING = sorted(
    set(DIALECTS) - {"pagerduty", "sentry", "checkly", "incidentio", "standard_webhooks", "sns"}
)


@pytest.mark.parametrize("name", CARRYING)
def test_the_secret_is_believed_in_each_of_its_forms(name: str) -> None:
    dialect = DIALECTS[name]({})
    for headers in CARRIED:
        assert dialect.verify(Incoming(headers, b"{}"), ["another", SECRET], RECEIVED), headers
    assert dialect.verify(Incoming({}, b"{}", {"secret": SECRET}), [SECRET], RECEIVED)


@pytest.mark.parametrize("name", DIALECTS)
def test_nothing_else_is_believed(name: str) -> None:
    for headers in NOT_CARRIED:
        assert DIALECTS[name]({}).verify(Incoming(headers, b"{}"), [SECRET], RECEIVED) is False, headers


# ---------------------------------------------------------------- bodies to paste


MANUAL = (Path(__file__).parents[3] / "notifier/docs/webhooks.md").read_text("utf-8")
PASTED = {"Datadog": "datadog", "healthchecks": "healthchecks", "Checkly": "checkly", "UptimeRobot": "uptimerobot",
          "Zabbix": "zabbix"}  # fmt: skip


@pytest.mark.parametrize("tool", PASTED)
def test_what_the_manual_lets_people_paste_says_as_much_as_the_sample(tool: str) -> None:
    (row,) = [row for row in rows_of_table(MANUAL, "tool") if row[0] == tool]
    fields = set(re.findall(r'"(\w+)":', row[1]))
    for name in ("firing", "resolved"):
        (sample,) = [each for each in POSTS if each.name == f"{PASTED[tool]}/{name}.json"]
        body = {field: value for field, value in json.loads(sample.raw).items() if field in fields}
        assert set(body) == fields
        posted = sample.dialect.read(Incoming({}, json.dumps(body).encode()), RECEIVED)
        assert concluded(posted) == expected_of(sample, RECEIVED)
        assert posted.signals[0].hints == sample.dialect.read(sample.incoming, RECEIVED).signals[0].hints
        assert posted.delivery_key == sample.expected["delivery_key"]


# ---------------------------------------------------------------- garbage


@pytest.mark.parametrize("name", DIALECTS)
@pytest.mark.parametrize("raw", GARBAGE, ids=repr)
def test_garbage_is_refused_in_one_sentence_or_says_nothing(name: str, raw: bytes) -> None:
    said = said_of(name, raw)
    if isinstance(said, str):
        assert said.endswith(".")
        assert "\n" not in said
    else:
        assert said.signals == ()
        assert said.faults or (name in {"generic", "cloudevents"} and raw == b"[]")


def said_of(name: str, raw: bytes) -> Posted | str:
    try:
        return DIALECTS[name]({}).read(Incoming({}, raw), RECEIVED)
    except BadInput as refused:
        return str(refused)


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=20)
    | st.sampled_from(
        ["firing", "resolved", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-05:00", "\x00", "{X}", "$X", "a@b.c",
         "{" * 99, "[service:", 2**63, -(2**63), 2**64 - 1, 1e300, 1795731300.5, "Thu, 99 Nov 2026", "²"]
    )
)  # fmt: skip
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=8,
)


def places_of(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    children = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for name, inner in children:
        found += places_of(inner, (*path, name))
    return found


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy


@st.composite
def hostile(draw: st.DrawFn) -> tuple[Sample, Incoming]:
    """A body of a tool in which some values are others, or bytes are, or headers."""
    sample = draw(st.sampled_from(POSTS))
    incoming = sample.incoming
    try:
        body = json.loads(sample.raw)
        if sample.folder == "sns" and draw(st.booleans()):
            body = {**body, "Message": json.dumps(draw(JSON))}
        for _ in range(draw(st.integers(0, 3))):
            places = places_of(body)
            if places:
                body = replaced(body, draw(st.sampled_from(places)), draw(JSON))
        raw = json.dumps(body).encode()
    except ValueError:
        at = draw(st.integers(0, len(sample.raw)))
        raw = sample.raw[:at] + draw(st.binary(max_size=20)) + sample.raw[at:]
    if draw(st.integers(0, 9)) == 0:
        raw = raw[: draw(st.integers(0, len(raw)))] + draw(st.binary(max_size=20))
    headers = dict(incoming.headers)
    if headers and draw(st.integers(0, 3)) == 0:
        headers[draw(st.sampled_from(sorted(headers)))] = draw(
            st.text(st.characters(max_codepoint=255), max_size=30)
        )
    return sample, replace(incoming, headers=headers, raw=raw)


def is_read_or_refused(post: tuple[Sample, Incoming]) -> None:
    sample, incoming = post
    dialect, received = sample.dialect, sample.received
    assert dialect.verify(incoming, [sample.secret, SECRET], received) in {True, False}
    with contextlib.suppress(BadInput):
        posted = dialect.read(incoming, received)
        assert posted.signals or posted.why or posted.faults
        assert posted.delivery_key
        for signal in posted.signals:
            stored = (signal.key, signal.summary, signal.delivery_key, posted.delivery_key, *signal.hints)
            assert all(
                "\x00" not in text and text.encode() is not None and len(text) < 1000 for text in stored
            )
            assert signal.key
            assert signal.occurred_at <= received
            assert "@" not in signal.summary


@given(hostile())
@settings(max_examples=400, deadline=None)
def test_hostile_bodies_are_read_or_refused(post: tuple[Sample, Incoming]) -> None:
    is_read_or_refused(post)


ODD = (
    None,
    True,
    0,
    -1,
    2**63,
    2**64 - 1,
    1e300,
    1795731300,
    "",
    "\x00",
    "{X}",
    "$X",
    "firing",
    "Resolved",
    "a@b.c",
    [],
    {},
    [[]],
    {"id": [1]},
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59-05:00",
    "Thu, 99 Nov 2026",
    "x" * 10_000,
    "²",
)


def mutant(chance: random.Random) -> tuple[Sample, Incoming]:
    """A body of a tool with other values, or cut or joined bytes, or other headers; much faster than `hostile`."""
    sample = chance.choice(POSTS)
    raw, headers = sample.raw, dict(sample.incoming.headers)
    with contextlib.suppress(ValueError):
        body = json.loads(raw)
        for _ in range(chance.randrange(1, 5)):
            other = chance.choice(ODD)
            if chance.random() < 0.2:
                other = json.loads(chance.choice(JSON_POSTS).raw)
            if places := places_of(body):
                body = replaced(body, chance.choice(places), other)
        raw = json.dumps(body).encode()
    if chance.random() < 0.2:
        at = chance.randrange(len(raw) + 1)
        raw = raw[:at] + chance.randbytes(chance.randrange(9)) + raw[at + chance.randrange(9) :]
    if headers and chance.random() < 0.3:
        headers[chance.choice(list(headers))] = chance.choice(
            ["", "v1=", "v1,", "Basic !", "ä" * 99, "1" * 40]
        )
    return sample, replace(sample.incoming, headers=headers, raw=raw)


JSON_POSTS = tuple(sample for sample in POSTS if sample.name.endswith(".json"))


@pytest.mark.long
@pytest.mark.timeout(1800)
@given(seed=st.integers(0, 2**32))
@settings(max_examples=1000, deadline=None)
def test_a_hundred_thousand_hostile_bodies_are_read_or_refused(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(100):
        is_read_or_refused(mutant(chance))


@pytest.mark.parametrize("name", DIALECTS)
@given(raw=st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
@settings(max_examples=20)
def test_anything_is_read_or_refused(name: str, raw: bytes) -> None:
    with contextlib.suppress(BadInput):
        assert DIALECTS[name]({}).read(Incoming({}, raw), RECEIVED).signals is not None

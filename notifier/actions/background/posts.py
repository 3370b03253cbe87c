"""What tools post: believed or refused, read, stored; and what becomes of what nobody understands.

Evidence is durable first. If the process dies after that, the tool posts again and it is known; only the trace for
people, a row of its own transaction, is then older than it could be.
"""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from notifier.edges.webhooks import DIALECTS, Dialect, Incoming, Options
from notifier.edges.webhooks.aws import visited
from notifier.edges.webhooks.proofs import carried
from notifier.edges.webhooks.texts import kept
from notifier.errors import BadInput, Refused, Unreachable
from notifier.model.probe import ProbeType
from notifier.model.ring import Ring
from notifier.model.signal import Posted, Signal, SignalState
from notifier.pipeline import intake
from notifier.settings import secrets
from notifier.store import Db, Tx
from notifier.store.company import catalogue
from notifier.store.company.catalogue import Source
from notifier.store.disruptions import alarms, posts
from notifier.telemetry import log

MOST_OF_ANYBODY = 2_000
"""Troubles in one post, where anybody may post: each is a row for good."""
MOST_KEPT = 20
"""Posts of one source that were not understood."""
STRANGE_FOR = timedelta(days=1)
"""So long an alarm says that something was not understood, if everything is understood since."""


CARRIERS = ("authorization", "x-notifier-secret")


KNOCKS = Dialect(
    carried, lambda _incoming, _now: Posted((), why="a knock"), frozenset({"POST", "PUT", "GET"})
)
"""How the company's own jobs say that they live: whatever they post, that it came is all it says."""


class UnknownSource(BadInput):
    """There is no source of that name: declare it with `notifier apply`."""


class NotSigned(Refused):
    """The request does not prove that it is this source's: compare the secret in the tool with the one here."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """A source, and how what it posts is read."""

    source: Source
    dialect: Dialect


@dataclass(frozen=True, slots=True)
class RecordedPost:
    new: int
    duplicates: int
    rings: tuple[Ring, ...]
    why: str = ""
    """Why nothing is concluded."""
    faults: tuple[str, ...] = ()
    """What was not understood; it was kept."""


def speaker(
    db: Db, source_name: str, dialects: Mapping[str, Callable[[Options], Dialect]] = DIALECTS
) -> Speaker:
    """Raises `UnknownSource`, `Unreachable`."""
    with db.transaction() as tx:
        source = catalogue.source(tx, source_name)
    if source is not None and source.dialect == ProbeType.HEARTBEAT.dialect:
        return Speaker(source, KNOCKS)
    dialect = dialects.get(source.dialect) if source else None
    if source is None or dialect is None:
        raise UnknownSource
    return Speaker(source, dialect(source.services))


def record_signals(
    db: Db,
    speaks: Speaker,
    headers: Mapping[str, str],
    raw: bytes,
    now: datetime,
    *,
    query: Mapping[str, str] | None = None,
    method: str = "POST",
    visit: Callable[[str], object] = visited,
) -> RecordedPost:
    """Store what a tool posted; durable when this returns. Header names are in lower case. What is the source's
    own and not understood is kept, counted and an alarm.

    Raises `NotSigned`, `Unreachable`.
    """
    source, dialect = speaks.source, speaks.dialect
    incoming = Incoming(headers, raw, query or {}, method)
    try:
        admit(db, source, dialect, incoming, now)
    except NotSigned:
        note_refused(db, source.name, why_refused(incoming), now)
        raise
    posted = _read(speaks, incoming, now)
    if posted.confirm and dialect.vouched:
        visit(posted.confirm)  # before anything is stored: if it fails the tool asks again
    new, duplicates = 0, 0
    if posted.signals or not posted.faults:
        with db.transaction() as tx:
            accepted = intake.accept(tx, source, posted, now)
            alarms.clear(tx, f"secret:{source.name}", now)
        new, duplicates = accepted.new, accepted.duplicates
    _leave_trace(db, source.name, posted, raw, now)
    return RecordedPost(new, duplicates, (Ring("judge"),) if new else (), posted.why, posted.faults)


def note_refused(db: Db, source_name: str, why: str, now: datetime) -> None:
    """A post of no source leaves no trace, and neither does one while the database is away."""
    with contextlib.suppress(Unreachable), db.transaction() as tx:
        if catalogue.source(tx, source_name):
            posts.note_refused(tx, source_name, why, now)


def is_anybody(source: Source, dialect: Dialect) -> bool:
    """Whoever reaches us may have posted it."""
    return source.open and source.secret_env is None and not dialect.vouched


def admit(db: Db, source: Source, dialect: Dialect, incoming: Incoming, now: datetime) -> None:
    """Open to whoever reaches us is only what says so; a source whose secret is missing is closed. Raises
    `NotSigned`, and `Unreachable` where a certificate cannot be fetched.
    """
    if is_anybody(source, dialect):
        return
    expected = secrets(source.secret_env) if source.secret_env else ()
    closed = not expected and not dialect.vouched
    if closed:
        cure = (
            f"{source.secret_env} is empty here, set it to the secret that the tool sends"
            if source.secret_env
            else "it has no secret, name one in secret_env or say open = true in company.toml"
        )
        text = f"Everything that {source.name} reports is refused: {cure}."
        with db.transaction() as tx:
            alarms.raise_once(tx, f"secret:{source.name}", text, None, now)
    if closed or not dialect.verify(incoming, expected, now):
        log().warning("evidence refused", source=source.name, reason="secret")
        raise NotSigned


def why_refused(incoming: Incoming) -> str:
    """For whoever sets the tool up; the answer to the post does not tell."""
    proofs = [name for name in incoming.headers if "signature" in name or name in CARRIERS]
    if proofs or "secret" in incoming.query:
        named = proofs[0] if proofs else "?secret="
        return f"Its {named} does not fit the secret here, or was made more than five minutes ago."
    return "It came without a secret or a signature."


def _read(speaks: Speaker, incoming: Incoming, now: datetime) -> Posted:
    try:
        posted = speaks.dialect.read(incoming, now)
    except BadInput as refused:
        return Posted((), faults=(str(refused),))
    if len(posted.signals) <= MOST_OF_ANYBODY or not is_anybody(speaks.source, speaks.dialect):
        return posted
    fault = (
        f"It reports {len(posted.signals):,} troubles at once, and of a source without a secret only the first"
        f" {MOST_OF_ANYBODY:,} are taken: give it a secret_env."
    )
    return replace(posted, signals=posted.signals[:MOST_OF_ANYBODY], faults=(*posted.faults, fault))


def _leave_trace(db: Db, source: str, posted: Posted, raw: bytes, now: datetime) -> None:
    with db.transaction() as tx:
        if posted.faults:
            posts.keep(tx, source, " ".join(posted.faults), kept(raw), now)
            posts.drop_older(tx, source, MOST_KEPT)
        posts.note_own(tx, source, said_by(posted), now)
        if posted.faults:
            n = posts.count_strange(tx, source, now)
            text = (
                f"{source} has posted something {n:,} times that is not understood here, the last time:"
                f" {posted.faults[0]} Look at it with notifier sources kept {source}."
            )
            alarms.raise_once(tx, f"strange:{source}", text, None, now)
        elif not posts.is_strange_since(tx, source, now - STRANGE_FOR):
            alarms.clear(tx, f"strange:{source}", now)
        if posted.warning:
            alarms.raise_once(tx, f"ended:{source}", f"{source}: {posted.warning}", None, now)
        elif posted.signals:
            alarms.clear(tx, f"ended:{source}", now)


def said_by(posted: Posted) -> str:
    """In a few words: `2 firing, 1 resolved`, or why nothing is concluded."""
    counts = [(state, sum(signal.state is state for signal in posted.signals)) for state in SignalState]
    parts = [f"{n:,} {state}" for state, n in counts if n]
    parts += [f"{posted.left_out:,} left out"] if posted.left_out else []
    parts += ["not understood"] if posted.faults else []
    return ", ".join(parts) or posted.why


# ---------------------------------------------------------------- what a body would do


@dataclass(frozen=True, slots=True)
class WouldSay:
    state: SignalState
    key: str
    occurred_at: datetime
    hints: tuple[str, ...]
    services: tuple[str, ...]
    """Of ours; none: an alarm asks for a name in `map`."""
    summary: str


@dataclass(frozen=True, slots=True)
class TriedPost:
    believed: bool | None
    """None: no headers were given."""
    signals: tuple[WouldSay, ...]
    new: int
    """How many of them are news."""
    left_out: int
    delivery_key: str
    why: str
    faults: tuple[str, ...]


def try_post(
    db: Db, source_name: str, headers: Mapping[str, str] | None, raw: bytes, now: datetime
) -> TriedPost:
    """What this body would do, without doing it. Raises `UnknownSource`, `Unreachable`."""
    speaks = speaker(db, source_name)
    source, dialect = speaks.source, speaks.dialect
    incoming = Incoming(headers or {}, raw)
    believed = None if headers is None else _would_be_believed(source, dialect, incoming, now)
    posted = _read(speaks, incoming, now)
    with db.transaction(keep=False) as tx:
        would = would_say(tx, source, posted.signals)
        new = intake.accept(tx, source, posted, now).new
    return TriedPost(believed, would, new, posted.left_out, posted.delivery_key, posted.why, posted.faults)


def would_say(tx: Tx, source: Source, signals: Sequence[Signal]) -> tuple[WouldSay, ...]:
    """In our own words, with the services that are meant."""
    known = {service.slug for service in catalogue.services(tx)}
    return tuple(
        WouldSay(
            s.state,
            s.key,
            s.occurred_at,
            s.hints,
            intake.services_of(s.hints, source.services, known),
            s.summary,
        )
        for s in signals
    )


def _would_be_believed(source: Source, dialect: Dialect, incoming: Incoming, now: datetime) -> bool:
    if is_anybody(source, dialect):
        return True
    return dialect.verify(incoming, secrets(source.secret_env) if source.secret_env else (), now)

"""How a tool says what happened, as data: where things stand in its message, and what its words mean."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from fnmatch import fnmatchcase
from hashlib import sha256
from typing import Any, cast

from notifier.edges.webhooks.bodies import unpacked
from notifier.edges.webhooks.incoming import Incoming
from notifier.edges.webhooks.paths import Spot
from notifier.edges.webhooks.texts import LONGEST, moment, one_line, text_of
from notifier.errors import BadInput
from notifier.model.signal import Posted, Signal, SignalState

MOST_TROUBLES = 50_000
"""In one message: 16 MiB of alerts as tools write them are fewer. What is more is counted as left out."""
MOST_HINTS = 50
LONGEST_HINT = 200


@dataclass(frozen=True, slots=True)
class Fits:
    """What stands at a path is this word, with `*` for anything; `!word`: is another; empty: nothing is there."""

    path: str
    word: str = "*"
    why: str = ""
    """Why that concludes nothing."""

    def __call__(self, spot: Spot) -> bool:
        if self.word == "*":
            return next(spot.all(self.path), None) is not None
        text = spot.text(self.path)
        if self.word.startswith("!"):
            return bool(text) and not means(text, [self.word[1:]])
        return means(text, [self.word]) if self.word else not text


@dataclass(frozen=True, slots=True)
class Names:
    """Labels or tags: the value of the one that is called as the source's `label`, and tags that have no name."""

    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Idiom:
    """Paths are those of `paths.py`; words are compared without regard to capitals, `*` stands for anything."""

    when: tuple[Fits, ...] = ()
    """All of them: then a message is of this kind."""
    each: str = ""
    """Where the troubles of a message stand, if it holds several; paths then begin at each of them."""
    nothing: tuple[Fits, ...] = ()
    """Any of them: then nothing is concluded."""
    no_opening: tuple[Fits, ...] = ()
    """Any of them: then it opens nothing; an end is an end."""
    state: str = ""
    opens: tuple[str, ...] = ()
    """An empty word stands for a state that is not said."""
    ends: tuple[str, ...] = ()
    neither: Mapping[str, str] = field(default_factory=dict[str, str])
    """Word -> why nothing is concluded from it. These are tried first, then `ends`, then `opens`."""
    otherwise: str = ""
    """Why nothing is concluded from any other word; without it, such a word is not understood."""
    ended_by: str = ""
    """It has ended if something stands there, whatever its state says."""
    key: tuple[str, ...] = ()
    """Texts with holes, and the first that is filled: `{host}!{service}`."""
    opened_at: tuple[str, ...] = ()
    """Paths, and the first that holds a time."""
    ended_at: tuple[str, ...] = ()
    began_at: str = ""
    naive_is_utc: bool = False
    hints: tuple[str | Names, ...] = ()
    summary: tuple[str, ...] = ()
    delivery: tuple[str, ...] = ()
    left_out: str = ""
    """The number of troubles that the tool cut from the message."""
    group: str = ""
    no_value: frozenset[str] = frozenset()


def reader(
    tool: str,
    idioms: Sequence[Idiom],
    options: Mapping[str, Any],
    prepare: Callable[[Any], Any] = lambda message: message,
) -> Callable[[Incoming, datetime], Posted]:
    """`prepare` puts a message into a form that paths reach everywhere; raises nothing but `BadInput`."""
    label = str(options.get("label") or "service")

    def read(incoming: Incoming, received_at: datetime) -> Posted:
        return read_message(tool, idioms, prepare(unpacked(incoming)), incoming, received_at, label)

    return read


def read_message(
    tool: str,
    idioms: Sequence[Idiom],
    message: Any,
    incoming: Incoming,
    received_at: datetime,
    label: str,
) -> Posted:
    """Raises `BadInput` if it is no message of this tool."""
    whole = Spot(message, message, incoming)
    idiom = next((w for w in idioms if all(fits(whole) for fits in w.when)), None)
    if idiom is None:
        raise BadInput(f"This is no message of {tool} that is known here: look whether the dialect is right.")
    whole = replace(whole, no_value=idiom.no_value)
    troubles = _troubles(tool, idiom, whole)
    taken = (replace(whole, here=here) for here in troubles[:MOST_TROUBLES])
    found = [_conclude(idiom, spot, received_at, label) for spot in taken]
    cut = max(len(troubles) - MOST_TROUBLES, 0)
    posted = Posted(
        signals=tuple(one for one in found if isinstance(one, Signal)),
        faults=tuple(dict.fromkeys(one.sentence for one in found if isinstance(one, Fault))),
        left_out=cut + (_number(whole.text(idiom.left_out)) if idiom.left_out else 0),
        group=whole.text(idiom.group) if idiom.group else "",
        delivery_key=hash_of(incoming.raw),
    )
    if not idiom.each:
        posted = replace(posted, delivery_key=_delivery(idiom, whole, received_at) or posted.delivery_key)
    if posted.signals or posted.faults:
        return posted
    return replace(
        posted, why=next((one.why for one in found if isinstance(one, Nothing)), "it names no trouble")
    )


def hash_of(raw: bytes) -> str:
    return f"sha256:{sha256(raw).hexdigest()}"


def means(text: str, words: Iterable[str]) -> bool:
    if len(text) > LONGEST:
        return False
    said = text.casefold()
    return any(fnmatchcase(said, word.casefold()) for word in words)


@dataclass(frozen=True, slots=True)
class Nothing:
    why: str


@dataclass(frozen=True, slots=True)
class Fault:
    sentence: str


def _troubles(tool: str, idiom: Idiom, whole: Spot) -> list[Any]:
    if not idiom.each:
        return [whole.message]
    if idiom.each != "[]" and next(whole.all(idiom.each.removesuffix("[]")), None) is None:
        raise BadInput(f"This message of {tool} has no list at {idiom.each!r}.")
    return list(whole.all(idiom.each))


def _conclude(idiom: Idiom, spot: Spot, received_at: datetime, label: str) -> Signal | Nothing | Fault:
    for fits in idiom.nothing:
        if fits(spot):
            return Nothing(fits.why)
    state = _state(idiom, spot)
    if not isinstance(state, SignalState):
        return state
    if state is SignalState.FIRING and (kept := next((f for f in idiom.no_opening if f(spot)), None)):
        return Nothing(kept.why)
    key = spot.filled(idiom.key)
    if not key:
        return Fault("It does not say which trouble it means.")
    times = idiom.opened_at if state is SignalState.FIRING else idiom.ended_at
    return Signal(
        key=key,
        state=state,
        occurred_at=min(_moment(idiom, spot, times) or received_at, received_at),
        hints=_hints(idiom, spot, label),
        summary=one_line(next((text for path in idiom.summary if (text := spot.text(path))), "")),
        began_at=_moment(idiom, spot, [idiom.began_at]) if idiom.began_at else None,
        delivery_key=_delivery(idiom, spot, received_at) if idiom.each else "",
    )


def _state(idiom: Idiom, spot: Spot) -> SignalState | Nothing | Fault:
    word = spot.text(idiom.state)
    for pattern, why in idiom.neither.items():
        if means(word, [pattern]):
            return Nothing(why)
    if (idiom.ended_by and spot.text(idiom.ended_by)) or means(word, idiom.ends):
        return SignalState.RESOLVED
    if means(word, idiom.opens):
        return SignalState.FIRING
    if word and idiom.otherwise:
        return Nothing(idiom.otherwise)
    return Fault("Its state is a word that is not known here." if word else "It says no state.")


def _moment(idiom: Idiom, spot: Spot, paths: Sequence[str]) -> datetime | None:
    for path in paths:
        for value in spot.all(path):
            if found := moment(value, naive_is_utc=idiom.naive_is_utc):
                return found
    return None


def _delivery(idiom: Idiom, spot: Spot, received_at: datetime) -> str:
    """`{sha256}` and `{minute}`, of the receipt, may stand in it for tools that say the same in the same words."""
    for template in idiom.delivery:
        text = template.replace("{minute}", f"{received_at:%Y-%m-%dT%H:%M}")
        if "{sha256}" in text:
            text = text.replace("{sha256}", hash_of(spot.incoming.raw))
        if filled := spot.filled([text]):
            return filled
    return ""


def _number(text: str) -> int:
    return min(int(text), 2**31) if text.isascii() and text.isdigit() and len(text) < 10 else 0


# ---------------------------------------------------------------- names


def _hints(idiom: Idiom, spot: Spot, label: str) -> tuple[str, ...]:
    found: list[str] = []
    for hint in idiom.hints:
        if isinstance(hint, Names):
            for value in spot.all(hint.path):
                found += tagged(value, label)
        else:
            found += spot.texts(hint)
    return tuple(dict.fromkeys(one for one in found if one and len(one) <= LONGEST_HINT))[:MOST_HINTS]


def tagged(value: Any, label: str) -> list[str]:
    """`{"service": "a"}`, `[{"name": "service", "value": "a"}]`, `[["service", "a"]]`, `["service:a", "b"]`,
    `"service:a, b"`: what is called `label`, and what has no name at all.
    """
    return [text for name, said in _pairs(value) if name in {label, ""} and (text := text_of(said))]


def _pairs(value: Any) -> Iterator[tuple[str, str]]:
    match value:
        case dict():
            yield from _of_table(cast("dict[str, Any]", value))
        case list():
            for item in cast("list[Any]", value)[: 10 * MOST_HINTS]:
                yield from _of_item(item)
        case str():
            for tag in value[:10_000].replace(";", ",").replace(",", " ").split():
                yield _split(tag)
        case _:
            pass


def _of_table(table: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, said in table.items():
        if isinstance(said, str):
            yield name, said


def _of_item(item: Any) -> Iterator[tuple[str, str]]:
    match item:
        case str():
            yield _split(item)
        case [str(name), str(said), *_]:
            yield name, said
        case {"name": str(name), "value": str(said)} | {"tag": str(name), "value": str(said)}:
            yield (name, said) if said else ("", name)
        case {"key": str(name), "value": str(said)}:
            yield name, said
        case _:
            pass


def _split(tag: str) -> tuple[str, str]:
    for between in (":", "="):
        name, found, said = tag.partition(between)
        if found:
            return name.strip(), said
    return "", tag

"""A sheet for whoever signs: every message in every form, beside the English, filled in with examples."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from math import prod
from typing import Final

from notifier.model.vocabulary import NoticeKind, Variant
from notifier.pipeline.compose import forms, ftl, hedges, moments, reviews, sample, tags, values
from notifier.pipeline.compose.against_english import DAYS
from notifier.pipeline.compose.forms import FIELD, Form
from notifier.pipeline.compose.phrases import ANY_LANGUAGE, Phrases, Quote
from notifier.pipeline.compose.shelf import FALLBACK, Shelf
from notifier.pipeline.compose.variables import variables
from notifier.pipeline.compose.wrapping import wrapped

WIDTH: Final = 80
_TOLD: Final = replace(sample.full(NoticeKind.CORRECTION), title="Suspension of Fable 5 and Mythos 5")
_READER: Final = sample.person(Variant.STILL_BOTH)
_LITERAL: Final = {"symptom-literal": "error 403, model_suspended", "legal_basis-literal": "15 CFR 744.23"}


@dataclass(frozen=True, slots=True)
class Side:
    spoken: Phrases
    examples: Mapping[str, str]
    """What is filled in, as a made-up person in New York reads it."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A form that reads otherwise than every other of its message."""

    when: tuple[str, ...]
    """`certainty: possibly; time: now, future`; empty where it is the only one."""
    english: str
    text: str


def sheet(taken: Shelf, locale: str) -> str:
    """At most 80 columns. Raises `WordsFault` for a message that cannot be said."""
    spoken, english = (_side(taken.languages[each]) for each in (locale, FALLBACK))
    lines = list(_head(spoken.spoken))
    messages = (each.spoken.catalogue.messages for each in (spoken, english))
    for message in dict.fromkeys(chain(*messages)):
        if message != ANY_LANGUAGE or message in spoken.spoken.catalogue:
            lines += _of_message(taken, spoken, english, message)
    return "\n".join(line.rstrip() for line in lines) + "\n"


def shown(name: str, spoken: Side, english: Side) -> Iterator[Shown]:
    """Every form of a message or an attribute, filled in; those that read the same are one."""
    groups: dict[tuple[str, str], list[Form]] = {}
    every = forms.of(name, spoken.spoken.catalogue, english.spoken.catalogue)
    for form in every:
        said = _filled(name, english, form.english, form), _filled(name, spoken, form.text, form)
        groups.setdefault(said, []).append(form)
    for (meant, said), alike in groups.items():
        yield Shown(tuple(_conditions(alike, every)), meant, said)


def _head(spoken: Phrases) -> Iterator[str]:
    called = spoken.babel.get_display_name("en") or spoken.locale
    yield f"{called} ({spoken.locale}): every message in every form".upper()
    yield ""
    yield from _wrapped(
        "Under the name of each message stands what it is for, then each of its forms: when it is taken, the "
        "English, the translation. What is filled in is made up. Whoever has read all of it signs: notifier "
        f"templates sign {spoken.locale} --by NAME."
    )
    yield ""


def _of_message(taken: Shelf, spoken: Side, english: Side, message: str) -> Iterator[str]:
    yield ""
    yield _title(taken, spoken.spoken, message)
    layers = (*english.spoken.catalogue.layers, *spoken.spoken.catalogue.layers)
    for comment in dict.fromkeys(ftl.comments(layer.tree).get(message, "") for layer in layers):
        yield from _wrapped(comment, "# ") if comment else ()
    names = [each.name for each in spoken.spoken.catalogue.entries.values() if each.message == message]
    if not names:
        yield "  It is not translated: where it is said, people read English."
    for name in names:
        yield from [] if name == message else [f"  {name}"]
        for form in shown(name, spoken, english):
            yield from _of_form(spoken.spoken, form)


def _of_form(spoken: Phrases, form: Shown) -> Iterator[str]:
    for when in form.when:
        yield from _wrapped(when, "  ")
    if spoken.locale != FALLBACK:
        yield from _wrapped(form.english or "(English has no such message.)", "  en  ", "      ")
    name = spoken.locale.partition("-")[0]
    yield from _wrapped(form.text, "      " if spoken.right_to_left else f"  {name:3} ", "      ")
    yield ""


def _title(taken: Shelf, spoken: Phrases, message: str) -> str:
    signature = taken.reviews.get(spoken.locale, {}).get(message)
    english = taken.languages[FALLBACK].catalogue
    if message == hedges.NAME:
        state = "lint's own"
    elif signature and reviews.holds(signature, spoken.catalogue, english, message):
        state = f"signed by {signature.by}, {signature.on}"
    else:
        state = "changed since it was signed" if signature else "not signed"
    return f"{message} {'-' * max(2, WIDTH - len(message) - len(state) - 2)} {state}"


def _conditions(alike: Sequence[Form], every: Sequence[Form]) -> Iterator[str]:
    """When one of these is taken, in as few lines as say it exactly."""
    if len(alike) == len(every):
        return
    chosen = {v: list(dict.fromkeys(f.chosen[v] for f in alike)) for v in alike[0].chosen}
    if prod(map(len, chosen.values())) == len(alike):
        left = {v: some for v, some in chosen.items() if len(some) < len({f.chosen[v] for f in every})}
        yield "; ".join(f"{variable}: {', '.join(map(str, some))}" for variable, some in left.items())
    else:
        yield from ("; ".join(f"{v}: {value}" for v, value in form.chosen.items()) for form in alike)


def _filled(name: str, side: Side, text: str, form: Form) -> str:
    if name in DAYS:
        return f"{side.examples[name.rpartition('.')[2]]} ({text})"
    if not text.strip():
        return "(a space)" if text else "(nothing)"
    if name == hedges.NAME:
        return text
    examples = {**side.examples, "text": _text(name, side), **form.chosen}
    return FIELD.sub(lambda match: str(examples.get(match[1], match[0])), text)


def _text(name: str, side: Side) -> str:
    """The company's own words, or what stands in their place."""
    if name == "label":
        return side.spoken["data-kept"]
    return _LITERAL.get(name) or _TOLD.statement(side.spoken.locale) or "A statement."


def _side(spoken: Phrases) -> Side:
    made = variables(_TOLD, spoken, _READER.variant, sample.NONCE, Quote(plain=str, code=str))
    told = {name: tags.as_text(value, sample.NONCE) for name, value in made.items() if isinstance(value, str)}
    for tag, value in values.Filler(_TOLD, spoken, sample.NONCE, tags.LOGICAL)(_READER).items():
        told = {name: text.replace(tag, value) for name, text in told.items()}
    at = sample.FRIDAY.astimezone(moments.zone(_READER.tz))
    customer = _READER.held[0].customer
    of_patterns = {
        "name": _READER.name or "",
        "customer": customer,
        "customers": customer,
        "n": "17",
        "label": spoken["data"],
        "when": moments.full(spoken, sample.FRIDAY, _READER.tz),
        "day": moments.day(spoken, at),
        "weekday": moments.weekday(spoken, at),
        "at": moments.clock(spoken, at),
        "clock": f"{at:%H:%M}",
        "zone": spoken.zone(at.tzname() or ""),
        "utc": f"{sample.FRIDAY:%H:%M}",
    }
    return Side(spoken, {**told, **of_patterns})


def _wrapped(text: str, first: str = "", rest: str | None = None) -> Iterator[str]:
    yield from wrapped(text, first, first if rest is None else rest, {}).split("\n")

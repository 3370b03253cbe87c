"""What one person reads where the tags stand. A million people pass here: only what differs is made for each."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from notifier.model.facts import QUESTIONS
from notifier.model.notice_context import NoticeContext
from notifier.model.people import AsRead, Person, ToldServices
from notifier.model.vocabulary import Confidence, Standing
from notifier.pipeline.compose import moments, names, tags, wrapping
from notifier.pipeline.compose.phrases import Phrases

LIMIT = 9_000
"""Bytes of all tags and values of one person as JSON, before lines are broken: SendGrid takes 10,000."""

BOUNDS = (*((entries, names.LENGTH) for entries in (100, 75, 50, 35, 20, 8)), (3, 100), (1, 60))
"""(entries of a list, characters of a name): tried in turn until everything fits, and the last always does."""

NAME, CUSTOMER = "\ue000", "\ue001"
"""Stand for somebody's names where a letter is made once for all who read the same otherwise."""

Times = Mapping[str, str]
BLOCKS = ("what", "out", "maybe")
"""What a notice is about; what is still out where something else ends; what may be out."""


class Shape(NamedTuple):
    """What all those read who are told the same of one organisation each, but for their names."""

    shared: dict[str, str]
    places: list[tuple[str, str, str, str]]
    """Tag, text before the name, `NAME` or `CUSTOMER`, text after it."""


class Filler:
    """Makes the substitutions of one person, for the tags of one frozen content."""

    def __init__(
        self,
        context: NoticeContext,
        phrases: Phrases,
        nonce: str,
        used: Sequence[str],
        rest: str = "",
        any_language: str = "",
    ) -> None:
        """`rest`: under a list that is too long. `any_language`: to whoever reads this for want of their own."""
        self._phrases = phrases
        self._rest = rest
        self._any_language = any_language
        self._nonce = tags.checked(nonce)
        self._prefix = f"n{nonce}"
        self._forms = {
            logical[:-1]: [
                tags.tag(nonce, logical[:-1] + form) if logical[:-1] + form in used else "" for form in "RH"
            ]
            for logical in used
        }
        """Raw and escaped tag of each name; empty where it is not in use."""
        self._of_text = [raw for name, (raw, _) in self._forms.items() if raw and tags.NAMES[name].escaped]
        self._greets = phrases["hello"]
        self._rtl = phrases.right_to_left
        self._names = {service.slug: service.name for service in (*context.others, *context.services)}
        wanted = frozenset(logical[:-1] for logical in used)
        self._blocks = {
            block: frozenset(standing for standing in Standing if _place(standing, wanted) == block)
            for block in BLOCKS
            if block in wanted
        }
        self._hello = "hello" in wanted
        self._wanted = wanted
        self._context = context
        self._times: Callable[[str | None, datetime | None, AsRead | None], Times] = lru_cache(maxsize=1024)(
            self._say_times
        )
        self._services: Callable[[tuple[str, ...], int, int], str] = lru_cache(maxsize=4096)(
            self._list_services
        )
        self._shape = lru_cache(maxsize=4096)(self._make_shape)
        self._together: Callable[[tuple[str, ...], int, int], str] = lru_cache(maxsize=4096)(
            self._say_together
        )

    def __call__(self, person: Person) -> dict[str, str]:
        """Tag -> value for exactly the tags in use; no value holds a tag, all together stay under `LIMIT`."""
        since = began(self._context, person)
        return self._by_shape(person, since) or self._fitting(person, since)

    def _by_shape(self, person: Person, since: datetime | None) -> dict[str, str] | None:
        """As `_fitting`, for nearly everybody: one organisation, and plain names in a text from left to right."""
        if len(person.held) != 1 or self._rtl:
            return None
        name, (customer, told_as, services) = person.name, person.held[0]
        if not names.is_plain(customer) or not (name is None or names.is_plain(name)):
            return None
        shape = self._shape(
            name is None, person.tz, told_as, services, since, person.read, person.lacks_language
        )
        if shape is None:
            return None
        made = shape.shared.copy()
        for tag, before, mark, after in shape.places:
            made[tag] = value = f"{before}{name if mark == NAME else customer}{after}"
            if self._prefix in value:
                return None
        return self._in_lines(made)

    def _make_shape(
        self,
        nameless: bool,
        tz: str | None,
        told_as: Standing,
        services: tuple[str, ...],
        since: datetime | None,
        read: AsRead | None,
        lacks_language: bool,
    ) -> Shape | None:
        """None where names are more than put in, where room is short, or where our marks are in use already."""

        def letter(name: str, customer: str) -> dict[str, str]:
            held = (ToldServices(customer, told_as, services),)
            who = Person(None if nameless else name, tz, held, read=read, lacks_language=lacks_language)
            return self._made(who, since, *BOUNDS[0])

        made = letter(NAME, CUSTOMER)
        if sum(len(value) + names.LENGTH for value in made.values()) * 4 >= LIMIT:
            return None
        if any(NAME in value or CUSTOMER in value for value in letter("A", "A").values()):
            return None
        places: list[tuple[str, str, str, str]] = []
        for tag, value in made.items():
            marks = [sign for sign in value if sign in (NAME, CUSTOMER)]
            if len(marks) > 1:
                return None
            if marks:
                before, mark, after = value.partition(marks[0])
                places.append((tag, before, mark, after))
        return Shape(made, places)

    def _fitting(self, person: Person, since: datetime | None) -> dict[str, str]:
        made: dict[str, str] = {}
        for entries, length in BOUNDS:
            made = self._made(person, since, entries, length)
            if sum(map(len, made.values())) * 4 < LIMIT or _bytes(made) < LIMIT:
                break
        return self._in_lines(made)

    def _in_lines(self, made: dict[str, str]) -> dict[str, str]:
        """In the text a name can be too wide; what it is in HTML breaks by itself."""
        for tag in self._of_text:
            made[tag] = wrapping.value_in_lines(made[tag])
        return made

    def _made(self, person: Person, since: datetime | None, entries: int, length: int) -> dict[str, str]:
        made = dict(self._times(person.tz, since, person.read))
        if self._hello:
            welcome = f"\n{self._any_language}" if self._any_language and person.lacks_language else ""
            self._put(made, "hello", self._greeting(person.name, length) + welcome)
        theirs = {
            block: [h for h in person.held if h.told_as in standings]
            for block, standings in self._blocks.items()
        }
        cut = [block for block, held in theirs.items() if _is_cut(held, entries)]
        for block, held in theirs.items():
            rest = f"\n{self._rest}" if self._rest and block in cut[-1:] else ""
            self._put(made, block, self._block(held, entries, length) + rest)
        return made

    def _put(self, made: dict[str, str], name: str, value: str) -> None:
        while self._prefix in value:  # a value that held a tag would be filled in a second time
            value = value.replace(self._prefix, "")
        raw, for_html = self._forms[name]
        if raw:
            made[raw] = value
        if for_html:
            made[for_html] = names.escaped(value)

    def _greeting(self, name: str | None, length: int) -> str:
        shown = names.clean(name, length, right_to_left=self._rtl) if name else ""
        return self._greets.replace("{name}", shown) if shown else self._phrases["hello.unknown"]

    def _block(self, held: Sequence[ToldServices], entries: int, length: int) -> str:
        """`Fable 5 and Mythos 5, for Acme Ltd and Acme Labs`, or a line for each organisation."""
        if len(held) == 1:  # nearly everybody
            only = names.clean(held[0].customer, length, right_to_left=self._rtl) or "\u2013"
            return self._together(held[0].services, entries, length).replace("{customers}", only)
        shown = held[:entries]
        left_out = len(held) - len(shown)
        called = [names.clean(h.customer, length, right_to_left=self._rtl) or "\u2013" for h in shown]
        if len({h.services for h in held}) == 1:
            together = self._together(held[0].services, entries, length)
            return together.replace("{customers}", self._phrases.listed(called, left_out))
        pattern = self._phrases["what.line"]
        lines = [  # the name is filled in last: it may hold braces
            pattern.replace("{services}", self._services(h.services, entries, length)).replace(
                "{customer}", name
            )
            for h, name in zip(shown, called, strict=True)
        ]
        if left_out:
            lines.append(self._phrases.counted("more.lines", left_out))
        return "\n".join(lines)

    def _say_together(self, slugs: tuple[str, ...], entries: int, length: int) -> str:
        return self._phrases["what"].replace("{services}", self._services(slugs, entries, length))

    def _say_times(self, tz: str | None, began: datetime | None, read: AsRead | None) -> Times:
        said = times(self._context, self._phrases, tz, began)
        if self._context.earlier and read and read.minute is not None:
            said["wrote"] = moments.full(self._phrases, _moment(read.minute), tz)
        if self._context.then is not None:
            said |= times_read(self._context.then, self._phrases, read or AsRead(tz))
        return {
            tags.tag(self._nonce, f"{name}R"): wrapping.value_in_lines(text)
            for name, text in said.items()
            if name in self._wanted
        }

    def _list_services(self, slugs: tuple[str, ...], entries: int, length: int) -> str:
        return service_list(self._phrases, [self._names.get(slug, slug) for slug in slugs], entries, length)


def began(context: NoticeContext, person: Person | AsRead) -> datetime | None:
    """Since when it is out for somebody who was not among the first; None: since when it is for those."""
    if person.cut_minute is not None:
        at = _moment(person.cut_minute)
    elif (out := person.left_out_until) is not None:
        at = min((at for rev, at in context.in_force.items() if rev > out), default=context.since[0])
    else:
        return None
    return at if at > context.since[0] else None


def _moment(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, UTC)


def times_read(then: NoticeContext, phrases: Phrases, read: AsRead) -> dict[str, str]:
    """Every moment of an earlier notice as somebody read it there, by the name of the tag that quotes it."""
    said = times(then, phrases, read.tz, began(then, read))
    return {tags.was(name): text for name, text in said.items()}


def _place(standing: Standing, wanted: frozenset[str]) -> str:
    """The block in which services of this standing are listed, for a content with these tags."""
    if standing is Standing.POSSIBLY:
        return "maybe"
    return "out" if standing is Standing.AFFECTED and "out" in wanted else "what"


def _is_cut(held: Sequence[ToldServices], entries: int) -> bool:
    """More organisations, or more services of one, than a list shows."""
    return len(held) > entries or any(len(h.services) > entries for h in held)


def service_list(phrases: Phrases, called: Sequence[str], entries: int, length: int) -> str:
    rtl = phrases.right_to_left
    shown = [names.clean(name, length, right_to_left=rtl) for name in called[:entries]]
    return phrases.listed(shown, len(called) - len(shown))


def times(
    context: NoticeContext, phrases: Phrases, tz: str | None, began: datetime | None = None
) -> dict[str, str]:
    """Every moment that a notice knows, as somebody in `tz` says it, by the name of its tag.

    `began`: since when it is out for them, where that is later than for the first.
    """
    known = {"back": context.restored_at or context.now}
    end = context.facts.shown("end")
    if end and isinstance(end.value, datetime):
        known["end"] = end.value
    if context.earlier:
        known["wrote"] = context.earlier.at
    known |= {tags.as_of(name): at for name in QUESTIONS if (at := context.dated(name))}
    said = {name: moments.full(phrases, at, tz) for name, at in known.items()}
    at, sure = (began, Confidence.CONFIRMED) if began is not None else context.since
    said["since"] = moments.since(phrases, at, tz, sure)
    if context.next_update_at:
        said["next"] = moments.soon(phrases, context.next_update_at, tz, context.now)
    return said


def widths(phrases: Phrases, sure: Confidence) -> dict[str, int]:
    """Columns that each placeholder takes at most in the text. Names have lines of their own.

    `sure`: how sure it is since when something is out.
    """
    usual = moments.columns(phrases)
    since = max(usual, moments.columns(phrases, sure))  # who came late knows it surely
    read = max(moments.columns(phrases, sure) for sure in Confidence)
    counted = {name: wrapping.COLUMNS if kind.escaped else usual for name, kind in tags.NAMES.items()}
    return counted | {"since": since, tags.was("since"): read}


def _bytes(made: Mapping[str, str]) -> int:
    return len(json.dumps(made, ensure_ascii=False).encode())

"""Placeholders: where the provider puts what differs from person to person.

SendGrid replaces a tag wherever its characters stand in subject and content, raw and without an order that is
documented. So a tag is unguessable (the notice's nonce), made of letters and digits only (Markdown, HTML and
quoted-printable leave them alone), never a part of another tag (lower-case name, one closing capital), and what
is not plainly safe has two: `R` raw for subject and text, `H` escaped for HTML.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from notifier.model.facts import QUESTIONS


@dataclass(frozen=True, slots=True)
class TagKind:
    escaped: bool
    """Holds names: needs a form of its own in HTML."""
    block: bool = False
    """May have several lines, stands in a paragraph of its own."""


def as_of(question: str) -> str:
    """The placeholder for the time of the answer to a question."""
    return f"asof{question.replace('_', '')}"


def was(time: str) -> str:
    """The placeholder for a time as an earlier notice said it, where that is quoted."""
    return f"was{time}"


TIMES: Mapping[str, TagKind] = {
    "since": TagKind(escaped=False),
    "next": TagKind(escaped=False),
    "end": TagKind(escaped=False),
    "back": TagKind(escaped=False),
    "wrote": TagKind(escaped=False),
    **{as_of(question): TagKind(escaped=False) for question in QUESTIONS},
}
SAID: Mapping[str, TagKind] = {
    "hello": TagKind(escaped=True),
    "what": TagKind(escaped=True, block=True),
    "maybe": TagKind(escaped=True, block=True),
    "out": TagKind(escaped=True, block=True),
    **TIMES,
}
"""What a template and a message may name."""
NAMES: Mapping[str, TagKind] = {**SAID, **{was(time): kind for time, kind in TIMES.items()}}

LOGICAL = tuple(f"{name}{form}" for name, kind in NAMES.items() for form in ("RH" if kind.escaped else "R"))
"""Every tag without its nonce: what hashes and `Rendered.tags` speak of."""


def checked(nonce: str) -> str:
    """Raises `ValueError` unless the nonce is 8 to 32 letters and digits."""
    if not re.fullmatch(r"[A-Za-z0-9]{8,32}", nonce):
        raise ValueError("a nonce is 8 to 32 ASCII letters and digits")
    return nonce


def tag(nonce: str, logical: str) -> str:
    return f"n{nonce}{logical}"


def neutral(nonce: str, name: str) -> str:
    """What stands in a source until it is known whether it becomes text or HTML."""
    return f"n{nonce}{name}N"


def as_text(source: str, nonce: str) -> str:
    return re.sub(rf"n{nonce}([a-z]+)N", rf"n{nonce}\1R", source)


def as_html(source: str, nonce: str) -> str:
    def form(match: re.Match[str]) -> str:
        name = match[1]
        return tag(nonce, name + ("H" if NAMES[name].escaped else "R"))

    return re.sub(rf"n{nonce}([a-z]+)N", form, source)


def used(nonce: str, *parts: str) -> tuple[str, ...]:
    """The logical tags that a frozen content holds, in the order of `LOGICAL`."""
    found = {match for part in parts for match in re.findall(rf"n{nonce}([a-z]+[RH])", part)}
    return tuple(logical for logical in LOGICAL if logical in found)


def logical_only(text: str, nonce: str) -> str:
    """The same for every nonce: what is hashed."""
    return re.sub(rf"n{nonce}([a-z]+[RH])", r"{{\1}}", text)


def digest(nonce: str, *parts: str) -> str:
    """The hash of a content, over its logical tags: what an approval of words names."""
    logical = json.dumps([logical_only(part, nonce) for part in parts], ensure_ascii=False)
    return hashlib.sha256(logical.encode()).hexdigest()

"""For every person: the last mail they got says what is true of them, and what they got came in a right order."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from .course import Course
from .grammar import Sent, broken, says
from .person import Decided
from .plan import PEOPLE
from .post import Post
from .truth import Declared, Truth

if TYPE_CHECKING:
    from .judge import Verdict

NAMED = frozenset({"unreachable", "unknown", "dead", "held"})
"""Where somebody stands in the accounts who is not told, and where a person sees them."""
ENDS = frozenset({Truth.RESTORED, Truth.RELEASED})


@dataclass
class Person:
    """Somebody in one disruption."""

    number: int
    texts: list[str] = field(default_factory=list[str])
    """Of the mails that arrived, the newest last."""
    letters: list[tuple[datetime, Sent]] = field(default_factory=list[tuple[datetime, Sent]])
    """Those, and those that may have arrived."""
    unreadable: bool = False
    """What is mailed to them bounces: without events, nobody here can know."""
    last_notice: int = 0
    """Of the last mail that arrived."""
    named_in: set[int] = field(default_factory=set[int])
    """Notices that somebody sees did not reach them, or perhaps not."""


def last_words(verdict: "Verdict", course: Course, decided: Decided, post: Post) -> None:
    texts = _texts(course)
    faults: Counter[str] = Counter()
    examples: dict[str, int] = {}
    for one in course.declared:
        people = {n: Person(n) for n in range(1, PEOPLE + 1)}
        _collect(people, one, decided, post, texts)
        for person in people.values():
            for fault in _faults(verdict, one, person):
                faults[fault] += 1
                examples.setdefault(fault, person.number)
    for fault, n in faults.most_common():
        verdict.wrong.append(f"{n} people {fault} (the first is c{examples[fault]})")


def _texts(course: Course) -> dict[tuple[str, str], str]:
    """(address, attempt) -> the words of the mail."""
    if not course.plan.laters:
        return {}
    found = course.island.ask("GET", "/messages")
    return {(mail["address"].lower(), mail["attempt"]): mail["text"] for mail in found}


def _collect(
    people: dict[int, Person],
    one: Declared,
    decided: Decided,
    post: Post,
    texts: dict[tuple[str, str], str],
) -> None:
    kinds = {place.notice_id: place.kind for place in post.places if place.disruption_id == one.disruption_id}
    stopped = one.cancelled | decided.dropped
    for place in post.places:
        by_a_person = place.state == "cancelled" and place.notice_id in stopped
        if place.notice_id in kinds and (place.state in NAMED or by_a_person):
            people[post.numbers[place.address]].named_in.add(place.notice_id)
    for mail in post.mails:
        person = people[post.numbers[mail.address]]
        if mail.fate != "delivered":
            person.unreadable = True
        elif mail.notice_id in kinds:
            person.texts.append(texts.get((mail.address, mail.attempt), ""))
            person.last_notice = mail.notice_id
            attempt = post.attempts.get(mail.attempt)
            sure = attempt is not None and not attempt.is_doubted
            sent = Sent(mail.notice_id, kinds[mail.notice_id], sure)
            person.letters.append((mail.received_at, sent))
    arrived = {mail.attempt for mail in post.mails}
    for letter in post.carried:
        attempt = post.attempts[letter.attempt_id]
        if letter.notice_id in kinds and attempt.is_doubted and letter.attempt_id not in arrived:
            sent = Sent(letter.notice_id, kinds[letter.notice_id], sure=False)
            people[post.numbers[letter.address]].letters.append((attempt.claimed_at, sent))


def _faults(verdict: "Verdict", one: Declared, person: Person) -> Iterator[str]:
    if person.unreadable:
        return
    letters = [sent for _, sent in sorted(person.letters, key=lambda each: each[0])]
    if wrong := broken(letters):
        yield f"heard it in a wrong order: {wrong}"
    if not verdict.plan.laters:
        return  # one notice: `everybody` has looked at it
    truths, known = one.truths(person.number), says(person.texts)
    if known in truths or (known is Truth.NEVER and truths <= ENDS):
        return  # whoever heard of nothing need not hear that it is over
    # After the last that arrived; of any, if nothing ever did.
    if truths != {Truth.NEVER} and any(notice_id > person.last_notice for notice_id in person.named_in):
        verdict.named += 1
        return
    kinds = ", ".join(sent.kind + ("" if sent.sure else "?") for sent in letters) or "nothing"
    yield f"are {' or '.join(sorted(truths))}, and the last that they read says {known}: they got {kinds}"

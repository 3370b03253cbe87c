"""Support's question: who is this, what were they told, in which words, and what is true for them now?"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from notifier.actions.inspect import explain, preview
from notifier.actions.inspect.explain import Explanation
from notifier.actions.notices.draft import Writer
from notifier.actions.notices.letter import StoredWords
from notifier.actions.notices.named import name_of
from notifier.edges.addresses import normalised
from notifier.errors import BadInput, Refused
from notifier.model.act import Act
from notifier.model.vocabulary import Mode
from notifier.store import Db, Tx
from notifier.store.company.customers import Customer
from notifier.store.disruptions import notices
from notifier.store.locks import retried
from notifier.store.read import search, views
from notifier.store.read.letters import LetterRow
from notifier.store.read.search import ContactRow, FoundCustomer, HeldService
from notifier.store.read.views import DisruptionRow

MOST_FOUND = 20
MOST_DISRUPTIONS = 20
LEFT = frozenset({"told", "unknown", "in_flight"})
"""Where a letter stands that somebody has, or may have."""
DOMAIN = re.compile(r"@?([\w-]+\.)+[\w-]{2,}")


@dataclass(frozen=True, slots=True)
class ReadMail:
    """The words of one notice as people of theirs read them."""

    reference: str
    mode: Mode
    seq: int
    left_at: datetime | None
    to: tuple[str, ...]
    """Names, or addresses."""
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class StandsIn:
    """Where they stand in one disruption."""

    disruption: DisruptionRow
    explained: Explanation


@dataclass(frozen=True, slots=True)
class CustomerFound:
    customer: str
    """The company's own id."""
    name: str
    phone: str | None
    people: tuple[ContactRow, ...]
    services: tuple[HeldService, ...]
    stands: tuple[StandsIn, ...]
    """Open disruptions first, then the newest; rehearsals among them."""
    mails: tuple[ReadMail, ...]
    """The newest first."""


@dataclass(frozen=True, slots=True)
class LookedUp:
    found: CustomerFound | None
    """If exactly one is meant."""
    among: tuple[FoundCustomer, ...]
    """If more could be meant: the first of them."""


@retried
def look_up(db: Db, writer: Writer, act: Act, words: Sequence[str]) -> LookedUp:
    """`words`: an id in any case, an address, a domain, or words of a name. Raises `BadInput` if it is nobody."""
    with db.transaction() as tx:
        among = _meant(tx, " ".join(words).strip())
        if len(among) > 1:
            return LookedUp(None, tuple(among))
        return LookedUp(_found(tx, writer, act, among[0]), ())


def _meant(tx: Tx, words: str) -> list[FoundCustomer]:
    """The most exact way in which somebody is found."""
    if not words:
        raise BadInput("Say whom: an id of yours, an address, a domain or a name.")
    most = MOST_FOUND + 1
    found = search.by_id(tx, _literally(words), most=most)
    if not found and "@" in words and not words.startswith("@"):
        address = normalised(words)
        if isinstance(address, str):
            raise BadInput(f"That is no address ({address}): write it as in name@example.com.")
        found = search.by_address(tx, address.key, most=most)
    elif not found and DOMAIN.fullmatch(words):
        found = search.by_domain(tx, f"%@{_literally(words.removeprefix('@').lower())}", most=most)
    if not found:
        found = search.by_words(tx, [f"%{_literally(word)}%" for word in words.split()], most=most)
    if not found:
        found = search.by_id(tx, f"{_literally(words)}%", most=most)
    if not found:
        raise BadInput("Nobody is found: try the id, an address, its domain, or fewer words of the name.")
    return found


def _literally(text: str) -> str:
    """In a pattern of `LIKE`."""
    return re.sub(r"([\\%_])", r"\\\1", text)


def _found(tx: Tx, writer: Writer, act: Act, who: FoundCustomer) -> CustomerFound:
    customer = Customer(who.customer_id, who.ext_id, who.name)
    stands: list[StandsIn] = []
    for reference in search.disruptions_of(tx, who.customer_id, most=MOST_DISRUPTIONS):
        row = views.disruption(tx, reference)
        if row is not None:
            stands.append(StandsIn(row, explain.explained(tx, act, reference, customer)))
    mails = [mail for each in stands for mail in _read(tx, writer, customer, each.explained.letters)]
    return CustomerFound(
        who.ext_id,
        who.name,
        who.phone,
        tuple(search.contacts(tx, who.customer_id)),
        tuple(search.services(tx, who.customer_id)),
        tuple(stands),
        tuple(sorted(mails, key=lambda mail: (mail.left_at is not None, mail.left_at), reverse=True)),
    )


def _read(tx: Tx, writer: Writer, customer: Customer, letters: Sequence[LetterRow]) -> list[ReadMail]:
    """Of each notice the words, once where its readers read the same."""
    left: dict[int, list[LetterRow]] = {}
    for letter in letters:
        if letter.stands in LEFT:
            left.setdefault(letter.seq, []).append(letter)
    return [mail for rows in left.values() for mail in _of_notice(tx, writer, customer, rows)]


def _of_notice(tx: Tx, writer: Writer, customer: Customer, rows: Sequence[LetterRow]) -> list[ReadMail]:
    first = rows[0]
    notice_id = views.notice_id(tx, first.reference, first.seq)
    if notice_id is None:
        return []
    stored = StoredWords.of(tx, writer, notices.by_id(tx, notice_id))
    try:
        shown = preview.of_customer(tx, stored, name_of(tx, notice_id), customer)
    except Refused:  # erased meanwhile
        return []
    readers: dict[tuple[str, str], list[str]] = {}
    for mail in (preview.mail_of(stored, letter) for letter in shown if letter.remark is None):
        readers.setdefault((mail.subject, mail.text), []).append(mail.reader or "somebody")
    at = max((row.left_at for row in rows if row.left_at), default=None)
    return [
        ReadMail(first.reference, first.mode, first.seq, at, tuple(names), subject, text)
        for (subject, text), names in readers.items()
    ]

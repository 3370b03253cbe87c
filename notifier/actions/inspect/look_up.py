"""Support's question: who is this, what were they told, in which words, and what is true for them now?"""

import re
from collections.abc import Mapping, Sequence
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
from notifier.model.vocabulary import Mode, NoticeState, Standing
from notifier.store import Db, Tx
from notifier.store.company.customers import Customer
from notifier.store.disruptions import notices
from notifier.store.locks import retried
from notifier.store.read import membership, search, views
from notifier.store.read.letters import LetterRow
from notifier.store.read.search import ContactRow, FoundCustomer, HeldService
from notifier.store.read.views import DisruptionRow

MOST_FOUND = 20
MOST_DISRUPTIONS = 20
LEFT = frozenset({"told", "unknown", "in_flight"})
"""Where a letter stands that somebody has, or may have."""
IS_OUT = frozenset({NoticeState.APPROVED, NoticeState.SENDING, NoticeState.FINISHED})
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
    told_as: Mapping[str, Standing]
    """Service -> what they were told of it last; for those whom no mail reaches, what others were told."""


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
    if not words or not _is_text(words):
        raise BadInput("Say whom: an id of yours, an address, a domain or a name.")
    most = MOST_FOUND + 1
    found = search.by_exact_id(tx, words) or search.by_id(tx, _literally(words), most=most)
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


def _is_text(words: str) -> bool:
    """Bytes of a command line that are no UTF-8 come as halves of characters; Postgres takes no NUL."""
    try:
        return b"\0" not in words.encode()
    except UnicodeEncodeError:
        return False


def _literally(text: str) -> str:
    """In a pattern of `LIKE`."""
    return re.sub(r"([\\%_])", r"\\\1", text)


def _found(tx: Tx, writer: Writer, act: Act, who: FoundCustomer) -> CustomerFound:
    customer = Customer(who.customer_id, who.ext_id, who.name)
    stands: list[StandsIn] = []
    for reference in search.disruptions_of(tx, who.customer_id, most=MOST_DISRUPTIONS):
        row = views.disruption(tx, reference)
        if row is not None:
            explained = explain.explained(tx, act, reference, customer)
            stands.append(StandsIn(row, explained, _told_as(tx, row, customer, explained)))
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


def _told_as(tx: Tx, row: DisruptionRow, customer: Customer, explained: Explanation) -> dict[str, Standing]:
    """By the lists of what has left. A list that is only prepared has told nobody anything."""
    left = {letter.seq for letter in explained.letters if letter.stands in LEFT}
    lines = membership.frozen(tx, row.disruption_id, customer.customer_id)
    return {
        line.service: line.told_as
        for line in lines
        if line.seq in left or (explained.unreachable and not left and line.notice_state in IS_OUT)
    }


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
    left = {row.recipient_id: row.left_at for row in rows}
    readers: dict[tuple[str, str, datetime | None], list[str]] = {}
    for letter in shown:
        if letter.recipient_id in left:
            mail = preview.mail_of(stored, letter)
            same = mail.subject, mail.text, left[letter.recipient_id]
            readers.setdefault(same, []).append(mail.reader or "somebody")
    return [
        ReadMail(first.reference, first.mode, first.seq, at, tuple(names), subject, text)
        for (subject, text, at), names in readers.items()
    ]

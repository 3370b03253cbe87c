"""Why is this customer in a disruption, or not, and what became of it? And: what were they told, ever?"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from notifier.actions.notices.named import find, known
from notifier.actions.notices.rule import rule_of
from notifier.edges.addresses import normalised
from notifier.errors import BadInput
from notifier.model.act import Act
from notifier.model.deciding import Value, clause, deciding, seen
from notifier.model.scope import Predicate, columns, from_json, verdict_of
from notifier.model.vocabulary import Mode, NoticeKind, Standing, Verdict
from notifier.store import Db, Tx, audit
from notifier.store.company import catalogue, customers
from notifier.store.company.customers import Customer
from notifier.store.disruptions import disruptions, reviews
from notifier.store.disruptions.disruptions import Disruption
from notifier.store.ledger import singles
from notifier.store.ledger.singles import Copied
from notifier.store.locks import retried
from notifier.store.read import letters, membership
from notifier.store.read.letters import LetterRow
from notifier.store.read.membership import FrozenLine, VerdictNow
from notifier.store.read.reviews import Review, of_customer

VERDICTS = {2: Verdict.AFFECTED, 1: Verdict.POSSIBLY, 0: Verdict.NOT}
MEANT = {True: Verdict.AFFECTED, None: Verdict.POSSIBLY, False: Verdict.NOT}


class CustomerStanding(StrEnum):
    """Where a customer stands in a disruption."""

    IN = "in"
    RELEASED = "released"
    """A person took them out after a review."""
    OUT_OF_SCOPE = "out_of_scope"
    NO_SERVICE = "no_service"
    """They hold none of the services."""
    NOT_LISTED_YET = "not_listed_yet"
    """A list is still open: they may come onto it."""
    LATE = "late"
    """They came, or changed, after the lists were closed."""


@dataclass(frozen=True, slots=True)
class ServiceReason:
    """What decided about one service."""

    service: str
    verdict: Verdict
    told_as: Standing | None
    """What their people are told of it; None: this is only what would be decided now."""
    clause: str | None
    """The part of the scope that decided. None: everybody with the service is meant, or a person decided."""
    values: tuple[Value, ...]
    notice: int | None
    """The number of the notice whose list says so."""
    kind: NoticeKind | None
    at: datetime


@dataclass(frozen=True, slots=True)
class CutOffNow:
    service: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Explanation:
    customer: str
    name: str
    reference: str
    mode: Mode
    place: CustomerStanding
    reasons: tuple[ServiceReason, ...]
    """As the lists say, each change once; without any list, as it would be decided now."""
    now: tuple[ServiceReason, ...]
    """As it would be decided now, where that differs from the last list."""
    letters: tuple[LetterRow, ...]
    copies: tuple[Copied, ...]
    """Sent once more to one of their contacts, beside what counts."""
    unreachable: bool
    """They belong to a list, and nobody of theirs has a usable address."""
    cut_off: tuple[CutOffNow, ...]
    """What the data cuts them off from now."""
    reviews: tuple[Review, ...]
    open_lists: tuple[int, ...]
    hidden: bool
    """Values of sensitive attributes were left out."""


@retried
def explain(db: Db, act: Act, reference: str, customer: str, *, sensitive: bool) -> Explanation:
    """Raises `BadInput`. Who looks at sensitive values is recorded in the audit chain before they see them."""
    with db.transaction() as tx:
        disruption = find(tx, reference)
        found = known(tx, customer)
        secrets = frozenset[str]() if sensitive else _sensitive(tx)
        made = _explained(tx, disruption, found, secrets, act.now)
        if sensitive:
            audit.append(
                tx,
                actor=act.actor,
                act="look at sensitive values",
                at=act.now,
                disruption_id=disruption.disruption_id,
                after={"customer": found.customer_id},
            )
        return made


def explained(tx: Tx, act: Act, reference: str, customer: Customer) -> Explanation:
    """Without the values of sensitive attributes."""
    return _explained(tx, find(tx, reference), customer, _sensitive(tx), act.now)


def _sensitive(tx: Tx) -> frozenset[str]:
    return frozenset(attribute.name for attribute in catalogue.attributes(tx) if attribute.sensitive)


def _explained(
    tx: Tx, disruption: Disruption, customer: Customer, secrets: frozenset[str], now: datetime
) -> Explanation:
    id_ = disruption.disruption_id
    released = reviews.released(tx, id_)
    revision = disruptions.revision(tx, id_)
    rule = rule_of(id_, revision, released)
    lines = membership.frozen(tx, id_, customer.customer_id)
    present = membership.present(tx, rule, customer.customer_id)
    open_lists = tuple(notice.seq for notice in membership.open_lists(tx, id_))
    predicates = {rev: _predicate(tx, id_, rev) for rev in {line.rev for line in lines}}
    taken_out = customer.customer_id in released
    then = _changes(tuple(_then(line, predicates[line.rev], secrets) for line in lines))
    current = tuple(_now(row, rule.predicate, secrets, now, taken_out=taken_out) for row in present)
    return Explanation(
        customer=customer.ext_id,
        name=customer.name,
        reference=disruption.reference,
        mode=disruption.mode,
        place=place(lines, present, open_lists, taken_out=taken_out),
        reasons=then or current,
        now=_news(then, current),
        letters=tuple(letters.in_disruption(tx, id_, customer.customer_id)),
        copies=tuple(singles.copies_to(tx, id_, customer.customer_id)),
        unreachable=any(line.unreachable and line.told_as is not Standing.NONE for line in lines),
        cut_off=tuple(CutOffNow(row.service, row.cut_off_since) for row in present if row.cut_off_since),
        reviews=tuple(of_customer(tx, id_, customer.customer_id)),
        open_lists=open_lists,
        hidden=any(value.hidden for reason in (*then, *current) for value in reason.values),
    )


def place(
    lines: list[FrozenLine], present: list[VerdictNow], open_lists: tuple[int, ...], *, taken_out: bool
) -> CustomerStanding:
    """Where they stand, by the lists first: those are what is sent."""
    if taken_out:
        return CustomerStanding.RELEASED
    if any(line.told_as is not Standing.NONE for line in lines):
        return CustomerStanding.IN
    if not present:
        return CustomerStanding.NO_SERVICE
    if not any(row.told for row in present):
        return CustomerStanding.OUT_OF_SCOPE
    return CustomerStanding.NOT_LISTED_YET if open_lists else CustomerStanding.LATE


def _predicate(tx: Tx, disruption_id: int, rev: int) -> Predicate | None:
    stored = disruptions.revision(tx, disruption_id, rev).predicate
    return None if stored is None else from_json(stored)


def _then(line: FrozenLine, predicate: Predicate | None, secrets: frozenset[str]) -> ServiceReason:
    values = line.vals or {}
    # The values belong to the rule that decided; a list that follows the ledger may stand under a later one.
    ours = predicate is not None and MEANT[verdict_of(predicate, values)] is line.verdict
    text, shown = _why(predicate if ours else None, values, secrets)
    return ServiceReason(line.service, line.verdict, line.told_as, text, shown, line.seq, line.kind, line.at)


def _now(
    row: VerdictNow, predicate: Predicate | None, secrets: frozenset[str], now: datetime, *, taken_out: bool
) -> ServiceReason:
    text, shown = _why(None if taken_out else predicate, row.vals or {}, secrets)
    return ServiceReason(row.service, VERDICTS[row.rank], None, text, shown, None, None, now)


def _why(
    predicate: Predicate | None, values: dict[str, object], secrets: frozenset[str]
) -> tuple[str | None, tuple[Value, ...]]:
    if predicate is None:
        return None, ()
    hidden = secrets | {column.name for column in columns(predicate) if column.sensitive and secrets}
    part = deciding(predicate, values)
    return clause(part, hidden), seen(part, values, hidden)


def _changes(reasons: tuple[ServiceReason, ...]) -> tuple[ServiceReason, ...]:
    """Each service's reasons in their order, without those that only repeat the one before."""
    last: dict[str, tuple[Verdict, Standing | None]] = {}
    kept: list[ServiceReason] = []
    for reason in reasons:
        if last.get(reason.service) != (reason.verdict, reason.told_as):
            kept.append(reason)
        last[reason.service] = reason.verdict, reason.told_as
    return tuple(kept)


def _news(then: tuple[ServiceReason, ...], current: tuple[ServiceReason, ...]) -> tuple[ServiceReason, ...]:
    """What would be decided otherwise now."""
    if not then:
        return ()
    last = {reason.service: reason for reason in then}
    return tuple(
        reason
        for reason in current
        if reason.service not in last
        or (last[reason.service].verdict, last[reason.service].values) != (reason.verdict, reason.values)
    )


@dataclass(frozen=True, slots=True)
class Receipts:
    whose: str
    """A customer's name and id; for an address: this address."""
    mode: Mode
    letters: tuple[LetterRow, ...]


def receipts(db: Db, whose: str, mode: Mode) -> Receipts:
    """What a customer, or whoever has an address, was told. Raises `BadInput` without naming the address."""
    with db.transaction() as tx:
        customer = customers.by_ext_id(tx, whose)
        if customer is not None:
            found = letters.to_customer(tx, customer.customer_id, mode)
            return Receipts(f"{customer.name} ({customer.ext_id})", mode, tuple(found))
        if "@" not in whose:
            raise BadInput(f"There is no customer {whose!r}: write the id as it was imported, or an address.")
        address = normalised(whose)
        if isinstance(address, str):
            raise BadInput(f"That is no address ({address}): write it as in name@example.com.")
        recipient_id = letters.recipient(tx, address.key)
        if recipient_id is None:
            raise BadInput("Nobody with this address is known: it was never imported, or it was erased.")
        return Receipts("this address", mode, tuple(letters.to_person(tx, recipient_id, mode)))

"""What a person names: a disruption, a notice, a customer."""

from dataclasses import dataclass

from notifier.errors import BadInput
from notifier.model.vocabulary import Mode
from notifier.store import Tx
from notifier.store.company import customers
from notifier.store.company.customers import Customer
from notifier.store.disruptions import disruptions, notices
from notifier.store.disruptions.disruptions import Disruption


def reference_in(name: str) -> str:
    """`7K2M`, however a person writes it: `7K2M`, `D-7K2M`, `d-7k2m`."""
    return name.strip().upper().removeprefix("D-")


def find(tx: Tx, reference: str) -> Disruption:
    """The disruption that a person names; raises `BadInput` if there is none."""
    found = disruptions.by_reference(tx, reference_in(reference))
    if found is None:
        raise BadInput(f"There is no disruption {reference!r}: `notifier list` shows them.")
    return found


def known(tx: Tx, customer: str) -> Customer:
    found = customers.by_ext_id(tx, customer)
    if found is None:
        raise BadInput(f"There is no customer {customer!r}: write the id as it was imported.")
    return found


@dataclass(frozen=True, slots=True)
class Name:
    """How people call a notice: `7K2M/1`."""

    reference: str
    notice_id: int
    seq: int
    mode: Mode

    def __str__(self) -> str:
        return f"{self.reference}/{self.seq}"


def name_of(tx: Tx, notice_id: int) -> Name:
    notice = notices.by_id(tx, notice_id)
    disruption = disruptions.by_id(tx, notice.disruption_id)
    return Name(disruption.reference, notice_id, notice.seq, disruption.mode)

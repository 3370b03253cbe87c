"""What a notice is written from: standing answers hold only once somebody knows what has happened."""

import pytest

from notifier.actions.announce import declare
from notifier.model.vocabulary import Reason
from tests.lab import YES, Lab

UNKNOWN = {"confidence": "unknown"}


@pytest.mark.parametrize(
    ("reason", "facts", "kept"),
    [
        (Reason.LEGAL, {}, True),
        (Reason.UNKNOWN, {}, False),
        (Reason.LEGAL, {"cause": UNKNOWN}, False),
        (Reason.UNKNOWN, {"data": "kept"}, True),
        (Reason.UNKNOWN, {"cause": "court_order"}, True),
    ],
)
def test_data_is_said_to_be_kept_by_whoever_knows(
    lab: Lab, reason: Reason, facts: dict[str, object], kept: bool
) -> None:
    (address,) = lab.people(1)
    wish = declare.Wish(services=("fable-5",), reason=reason, facts=facts)
    lab.ring(declare.suspend(lab.app.db, lab.app.writer, lab.act(), wish, YES).gate.rings)
    lab.settle()
    (mail,) = lab.sink.to(address)
    assert ("Kept, unchanged." in mail.text) is kept

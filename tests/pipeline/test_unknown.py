"""What is believed of an attempt that nobody answered for: a table of evidence, time, tries and kind."""

from dataclasses import replace

import pytest

from notifier.model.policy import Policy
from notifier.model.vocabulary import NoticeKind
from notifier.pipeline.unknown import Belief, believe
from notifier.store.ledger.unknowns import Unknown

POLICY = Policy(
    unknown_deadline_seconds=900, unknown_watermark_seconds=120, most_tries=5, unknown_held=("update",)
)
YOUNG = Unknown("a", 1, 1, 1, NoticeKind.FIRST, cancelled=False, tries=1, age_seconds=10, silent_seconds=None)


@pytest.mark.parametrize(
    ("unknown", "belief"),
    [
        (YOUNG, Belief.WAIT),
        (replace(YOUNG, silent_seconds=119.9), Belief.WAIT),
        # Later requests were reported on long ago, this one was not: it never arrived.
        (replace(YOUNG, silent_seconds=120), Belief.LOST),
        (replace(YOUNG, silent_seconds=120, kind=NoticeKind.UPDATE), Belief.LOST),
        (replace(YOUNG, age_seconds=899.9), Belief.WAIT),
        # At the deadline there is no evidence either way, and the kind decides.
        (replace(YOUNG, age_seconds=900), Belief.LOST),
        (replace(YOUNG, age_seconds=900, kind=NoticeKind.UPDATE), Belief.ASK),
        (replace(YOUNG, age_seconds=900, kind=NoticeKind.UPDATE, silent_seconds=10), Belief.ASK),
        # Whatever is known about the stream: a chunk that was tried so often needs a person.
        (replace(YOUNG, tries=5), Belief.ASK),
        (replace(YOUNG, tries=5, silent_seconds=500), Belief.ASK),
        (replace(YOUNG, tries=6, age_seconds=5000), Belief.ASK),
        (replace(YOUNG, tries=4, silent_seconds=500), Belief.LOST),
    ],
)
def test_evidence_then_time_then_policy_or_a_person(unknown: Unknown, belief: Belief) -> None:
    assert believe(unknown, POLICY).belief is belief


def test_every_decision_says_why() -> None:
    cases = [
        YOUNG,
        replace(YOUNG, silent_seconds=120),
        replace(YOUNG, age_seconds=900),
        replace(YOUNG, tries=5),
        replace(YOUNG, age_seconds=900, kind=NoticeKind.UPDATE),
    ]
    reasons = [believe(unknown, POLICY).reason for unknown in cases]
    assert len(set(reasons)) == len(cases)
    assert "5 times" in reasons[3]

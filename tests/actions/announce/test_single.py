"""What went wrong with tests and copies, in one sentence with its exit code."""

import pytest

from notifier.actions.announce.single import SingleSent, failure
from notifier.errors import NotifierError, Refused, Unreachable


def sent(*outcomes: str) -> list[SingleSent]:
    return [
        SingleSent("test", "en", "affected", n, outcome, f"Said {outcome}.", "sandbox")
        for n, outcome in enumerate(outcomes, 1)
    ]


@pytest.mark.parametrize(
    ("outcomes", "kind", "sentence"),
    [
        (("refused",), Refused, "It did not leave: Said refused."),
        (("accepted", "refused"), Refused, "1 of 2 did not leave: Said refused."),
        (("not_sent", "accepted"), Unreachable, "1 of 2 did not leave: Said not_sent."),
        (("refused", "not_sent"), Unreachable, "2 of 2 did not leave: Said refused."),
        (
            ("unknown",),
            Unreachable,
            "It may or may not have been sent, and nothing repeats it: Said unknown.",
        ),
        (
            ("refused", "unknown"),
            Unreachable,
            "1 of 2 may or may not have been sent, and nothing repeats it: Said unknown.",
        ),
    ],
)
def test_the_worst_is_said(outcomes: tuple[str, ...], kind: type[NotifierError], sentence: str) -> None:
    error = failure(sent(*outcomes))
    assert type(error) is kind
    assert str(error) == sentence


def test_what_was_accepted_is_no_failure() -> None:
    assert failure(sent("accepted", "accepted")) is None
    assert failure([]) is None

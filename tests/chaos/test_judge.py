"""The judge itself: in which order somebody may hear what, what a letter says, what is true by what was done."""

import pytest

from notifier.model.vocabulary import NoticeKind

from .grammar import GRAMMAR, UNREADABLE, Heard, Sent, broken, says
from .truth import Declared, Truth

OUT = "As of Friday 27 November, 10:17 UTC, access to the\nfollowing is suspended for you:\n\nFable 5"
STILL = "How your access stands: What we wrote to you since then about the\nfollowing still holds:\n\nFable 5"
BACK = "As of Friday 27 November, 10:17 UTC, access to the\nfollowing is back for you:\n\nFable 5"
RELEASED = (
    "wir hatten Ihnen geschrieben, dass der folgende Zugang für Sie gesperrt\nist oder sein könnte."
    " Das gilt für Sie nicht oder nicht mehr:"
)


def letters(*words: str) -> list[Sent]:
    """`first`, `first?` (perhaps): each a notice of its own, or `2:first`, the notice with that number."""
    found: list[Sent] = []
    for n, word in enumerate(words, 1):
        number, _, kind = word.rpartition(":")
        found.append(Sent(int(number or n), NoticeKind(kind.rstrip("?")), sure=not kind.endswith("?")))
    return found


@pytest.mark.parametrize(
    "heard",
    [
        ("first", "update", "correction", "restored"),
        ("update", "restored"),
        ("first", "released", "first", "partial", "correction"),
        ("first?", "catch_up", "restored"),  # what was given up counts as never told
        ("first?", "restored"),  # or as told: an end goes to whoever may have heard
        ("1:first?", "1:first", "2:update"),
        ("1:first", "2:correction?", "3:update", "2:correction"),  # what was wrong is still to be taken back
        (),
    ],
)
def test_what_may_be_heard_in_this_order(heard: tuple[str, ...]) -> None:
    assert broken(letters(*heard)) is None


@pytest.mark.parametrize(
    "heard",
    [
        ("first", "first"),
        ("first", "catch_up"),
        ("restored",),
        ("first", "restored", "update"),
        ("first", "restored", "restored"),
        ("first", "released", "partial"),
        ("first", "restored", "1:first"),  # sent again, as if nothing had come after it
        ("first?", "update", "1:first"),
        ("2:update", "1:first"),
        ("1:first", "2:correction", "3:update", "2:correction"),
    ],
)
def test_what_must_not_be_heard_in_this_order(heard: tuple[str, ...]) -> None:
    assert broken(letters(*heard))


def test_every_rule_of_the_grammar_has_a_reason_and_none_leads_back_to_nothing() -> None:
    rules = [rule for kinds in GRAMMAR.values() for rule in kinds.values()]
    assert all(rule.why for rule in rules)
    assert Heard.NOTHING not in {rule.then for rule in rules}


@pytest.mark.parametrize(
    ("texts", "known"),
    [
        ((), Truth.NEVER),
        ((OUT,), Truth.AFFECTED),
        ((OUT, BACK), Truth.RESTORED),
        ((OUT, RELEASED), Truth.RELEASED),
        ((OUT, BACK, STILL), Truth.RESTORED),
        ((OUT, BACK, OUT), Truth.AFFECTED),
        ((OUT, "Best regards"), UNREADABLE),
    ],
)
def test_what_somebody_knows_is_what_the_last_letter_says(texts: tuple[str, ...], known: str) -> None:
    assert says(texts) == known


def test_what_is_true_follows_from_what_was_done() -> None:
    one = Declared("7K2M", 1, 1, [100], parts=[10])
    one.bounds += [60, 80]
    assert one.truths(5) == {Truth.RESTORED}
    assert one.truths(70) == {Truth.AFFECTED}
    assert one.truths(90) == {Truth.RELEASED}
    assert one.truths(101) == {Truth.NEVER}
    assert one.people == 80
    one.ended = True
    assert one.truths(70) == {Truth.RESTORED}


def test_of_a_service_that_only_some_have_the_others_are_never_affected() -> None:
    one = Declared("7K2M", 1, 1, [100], every=2)
    assert one.truths(50) == {Truth.AFFECTED}
    assert one.truths(51) == {Truth.NEVER}
    assert one.people == 50

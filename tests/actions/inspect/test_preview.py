"""Which made-up person reads which words."""

import pytest

from notifier.actions.inspect.preview import plain
from notifier.model.words import Variant

MANNERS = ("", "late_", "fresh_", "past_", "was_affected_", "was_possibly_", "was_both_")


@pytest.mark.parametrize("manner", MANNERS)
@pytest.mark.parametrize("variant", list(Variant))
def test_the_manner_is_no_part_of_who_somebody_is(manner: str, variant: Variant) -> None:
    assert plain(f"{manner}{variant.value}") is variant

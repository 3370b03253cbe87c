"""The closed vocabularies: what the name of a text is made of can be told from it again."""

import pytest

from notifier.model.vocabulary import VARIANT_OF, Manner, Variant

MANNERS = ("", "late_", "fresh_", "past_", "was_affected_", "was_possibly_", "was_both_")


@pytest.mark.parametrize("manner", MANNERS)
@pytest.mark.parametrize("variant", Variant)
def test_a_text_says_which_variant_it_is(manner: str, variant: Variant) -> None:
    assert VARIANT_OF[f"{manner}{variant.value}"] is variant


def test_no_two_texts_of_a_notice_have_one_name() -> None:
    assert len(VARIANT_OF) == len(Manner) * len(Variant)

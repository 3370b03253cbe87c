"""Who may approve what."""

import pytest

from notifier.model.approval import ALL, FourEyes, Part, may_give, named, parts, recorded

WORDS, AUDIENCE = frozenset({Part.WORDS}), frozenset({Part.AUDIENCE})


@pytest.mark.parametrize(
    ("policy", "author", "another"),
    [
        (FourEyes.NONE, ALL, ALL),
        (FourEyes.WORDS, AUDIENCE, ALL),
        (FourEyes.AUDIENCE, WORDS, ALL),
        (FourEyes.BOTH, frozenset(), ALL),
    ],
)
def test_the_author_may_give_what_policy_leaves_them(policy, author, another):
    assert may_give(policy, "person:a", "person:a", overrides=False) == author
    assert may_give(policy, "person:a", "person:b", overrides=False) == another
    assert may_give(policy, "person:a", "person:a", overrides=True) == ALL


def test_parts_are_named_and_recorded():
    assert [parts(part) for part in Part] == [WORDS, AUDIENCE, ALL]
    assert [recorded(parts(part)) for part in Part] == list(Part)
    assert named(ALL) == "the words and the audience"

"""What an approval of words names."""

from notifier.actions.notices.approved_words import words_hash
from notifier.store.disruptions.contents import NewContent

CONTENTS = [
    NewContent(locale, variant, "s", "t", "h", 3, f"{locale}{variant}")
    for locale in ("en", "de")
    for variant in ("affected", "late_affected")
]


def test_the_words_hash_is_the_same_in_any_order():
    assert words_hash(CONTENTS) == words_hash(CONTENTS[::-1])


def test_the_words_hash_changes_with_every_content():
    assert len({words_hash([c for c in CONTENTS if c is not gone]) for gone in CONTENTS}) == len(CONTENTS)

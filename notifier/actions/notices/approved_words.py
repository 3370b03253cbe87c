"""What an approval of words names, and whether the frozen words still are those."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace

from notifier.pipeline import compose
from notifier.store import Tx
from notifier.store.disruptions.contents import Content, NewContent
from notifier.store.disruptions.contents import contents as contents_of
from notifier.store.disruptions.notices import Notice


def words_hash(contents: Sequence[NewContent]) -> str:
    """What an approval of words names: every content, whatever order they came in."""
    listed = sorted((c.locale, c.variant, c.sha256) for c in contents)
    return hashlib.sha256(json.dumps(listed).encode()).hexdigest()


def words_are_unaltered(tx: Tx, notice: Notice) -> bool:
    """The frozen words still have the hash that an approval of them names."""
    return are_unaltered(notice, contents_of(tx, notice.notice_id))


def are_unaltered(notice: Notice, stored: Sequence[Content]) -> bool:
    """As `words_are_unaltered`, of contents that were read already."""
    found = [replace(c, sha256=compose.digest(notice.nonce, c.subject, c.text, c.html)) for c in stored]
    return words_hash(found) == notice.words_hash

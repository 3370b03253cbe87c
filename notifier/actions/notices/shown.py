"""The texts of a notice as a person approves them."""

from dataclasses import dataclass

from notifier.pipeline.compose import logical_only
from notifier.store import Db
from notifier.store.disruptions import notices
from notifier.store.disruptions.contents import contents


@dataclass(frozen=True, slots=True)
class ShownText:
    """A text as it is approved, `{{name}}` standing where something differs from person to person."""

    locale: str
    variant: str
    subject: str
    text: str
    sha256: str


def texts(db: Db, notice_id: int) -> list[ShownText]:
    """Every text of a notice."""
    with db.transaction() as tx:
        nonce = notices.by_id(tx, notice_id).nonce
        return [
            ShownText(
                c.locale, c.variant, logical_only(c.subject, nonce), logical_only(c.text, nonce), c.sha256
            )
            for c in contents(tx, notice_id)
        ]

"""What the count of a list against the verdicts came to, as it was noted with the list."""

from dataclasses import dataclass

from notifier.store import Tx, one


@dataclass(frozen=True, slots=True)
class Noted:
    """What changed while a list was frozen, as it was closed."""

    came: int
    gone: int
    changed: int
    came_mute: int
    gone_mute: int


def noted(tx: Tx, notice_id: int) -> Noted | None:
    return one(
        tx,
        Noted,
        "SELECT came, gone, changed, came_mute, gone_mute FROM recount WHERE notice_id = %(id)s",
        id=notice_id,
    )

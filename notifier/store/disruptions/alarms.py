"""What people must know now: one open alarm for each key, saying how things stand at present."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from notifier.model.vocabulary import HeldFor
from notifier.store import Tx, many, run


@dataclass(frozen=True, slots=True)
class Alarm:
    key: str
    text: str
    disruption_id: int | None
    raised_at: datetime


def raise_once(tx: Tx, key: str, text: str, disruption_id: int | None, now: datetime) -> None:
    """Raise it, or let the open one say this. `text` is one sentence without address or sensitive value."""
    run(
        tx,
        """
INSERT INTO alarm (key, text, disruption_id, raised_at)
VALUES (%(key)s, %(text)s, %(id)s, %(now)s)
ON CONFLICT (key) WHERE cleared_at IS NULL DO UPDATE SET text = excluded.text
WHERE alarm.text <> excluded.text""",
        key=key,
        text=text,
        id=disruption_id,
        now=now,
    )


def clear(tx: Tx, key: str, now: datetime) -> None:
    run(
        tx,
        "UPDATE alarm SET cleared_at = %(now)s WHERE key = %(key)s AND cleared_at IS NULL",
        key=key,
        now=now,
    )


def clear_unless_held(tx: Tx, prefix: str, now: datetime) -> None:
    """Clear the alarms about notices, `prefix` and the id, but not while the provider holds one: an answer to an
    older request proves nothing.
    """
    run(
        tx,
        """
UPDATE alarm SET cleared_at = %(now)s
WHERE starts_with(key, %(prefix)s) AND cleared_at IS NULL
  AND NOT EXISTS (SELECT FROM notice n
    WHERE n.state = 'held' AND n.held_for = %(provider)s AND key = %(prefix)s || n.notice_id)""",
        prefix=prefix,
        provider=HeldFor.PROVIDER,
        now=now,
    )


def clear_others(tx: Tx, kind: str, keep: Sequence[str], now: datetime) -> None:
    """Clear the alarms `kind:...` that are not among these keys: what they say is true no longer."""
    run(
        tx,
        """
WITH others AS (
  SELECT alarm_id FROM alarm
  WHERE starts_with(key, %(kind)s || ':') AND key <> ALL(%(keep)s) AND cleared_at IS NULL
  ORDER BY key FOR NO KEY UPDATE)
UPDATE alarm SET cleared_at = %(now)s
FROM others
WHERE alarm.alarm_id = others.alarm_id""",
        kind=kind,
        keep=list(keep),
        now=now,
    )


def raise_only(tx: Tx, kind: str, texts: Mapping[int, str] | Mapping[str, str], now: datetime) -> None:
    """Of this kind these and no others, by what they are about: a name, or the id of a disruption."""
    for about, text in sorted(texts.items()):
        raise_once(tx, f"{kind}:{about}", text, about if isinstance(about, int) else None, now)
    clear_others(tx, kind, [f"{kind}:{about}" for about in texts], now)


def open_ones(tx: Tx) -> list[Alarm]:
    """The oldest first."""
    return many(
        tx,
        Alarm,
        "SELECT key, text, disruption_id, raised_at FROM alarm WHERE cleared_at IS NULL ORDER BY alarm_id",
    )

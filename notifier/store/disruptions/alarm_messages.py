"""What is owed of alarms to whom, and how each destination does. Who sends is `actions/background/paging.py`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from notifier.model.alarm import AlarmEvent, Debt, OpenAlarm, PagerRound
from notifier.store import Tx, many, one, run, value


def open_alarms(tx: Tx) -> list[OpenAlarm]:
    """The oldest first."""
    return many(
        tx,
        OpenAlarm,
        """
SELECT a.alarm_id, a.key, coalesce(d.mode = 'rehearsal', false) AS rehearsal
FROM alarm a LEFT JOIN disruption d USING (disruption_id)
WHERE a.cleared_at IS NULL
ORDER BY a.alarm_id""",
    )


def rounds(tx: Tx) -> list[PagerRound]:
    """What was raised, or is to be, and of whose end nothing is owed yet."""
    return many(
        tx,
        PagerRound,
        """
SELECT m.alarm_id, a.key, m.destination, m.state = 'told' OR m.maybe OR m.in_flight AS told,
       CASE WHEN EXISTS (SELECT FROM alarm o WHERE o.key = a.key AND o.cleared_at IS NULL) THEN NULL
            ELSE (SELECT max(o.cleared_at) FROM alarm o
                  WHERE o.key = a.key AND o.alarm_id >= a.alarm_id AND o.cleared_at IS NOT NULL) END AS over_at
FROM alarm_message m JOIN alarm a USING (alarm_id)
WHERE m.closed_at IS NULL
ORDER BY m.alarm_id, m.destination""",
    )


def owe(tx: Tx, what: AlarmEvent, debts: Sequence[Debt], now: datetime) -> int:
    """A destination that was taken out and is there again hears an alarm that is still open anew."""
    return run(
        tx,
        """
INSERT INTO alarm_message (alarm_id, destination, what, owed_at, due_at, closed_at)
SELECT alarm_id, destination, %(what)s, %(now)s, %(now)s, CASE %(what)s WHEN 'cleared' THEN %(now)s END
FROM unnest(%(alarms)s::bigint[], %(destinations)s::text[]) AS debt (alarm_id, destination)
ON CONFLICT (alarm_id, destination, what) DO UPDATE SET message_id = excluded.message_id, state = 'owed',
  owed_at = excluded.owed_at, due_at = excluded.due_at, tries = 0, in_flight = false, maybe = false,
  ended_at = NULL, closed_at = NULL
WHERE alarm_message.what = 'raised' AND alarm_message.closed_at IS NOT NULL""",
        what=what,
        alarms=[debt.alarm_id for debt in debts],
        destinations=[debt.destination for debt in debts],
        now=now,
    )


def close(tx: Tx, debts: Sequence[Debt], now: datetime) -> int:
    """Nothing more is owed about these rounds; what has not left does not leave any more."""
    return run(
        tx,
        """
WITH ended AS (
  SELECT m.message_id FROM alarm_message m
  JOIN unnest(%(alarms)s::bigint[], %(destinations)s::text[]) AS debt (alarm_id, destination)
    USING (alarm_id, destination)
  WHERE m.closed_at IS NULL
  ORDER BY m.message_id FOR NO KEY UPDATE OF m)
UPDATE alarm_message m
SET closed_at = %(now)s, state = CASE WHEN m.state = 'owed' THEN 'withdrawn' ELSE m.state END,
  ended_at = coalesce(m.ended_at, %(now)s)
FROM ended
WHERE m.message_id = ended.message_id""",
        alarms=[debt.alarm_id for debt in debts],
        destinations=[debt.destination for debt in debts],
        now=now,
    )


def withdraw_others(
    tx: Tx, destinations: Sequence[str], of_a_process: Sequence[str], untried_since: datetime, now: datetime
) -> int:
    """What is owed to a destination that is no more. One `of_a_process` is none only once nobody has tried what is
    due there; whoever has it again is told anew of what is open then.
    """
    return run(
        tx,
        """
WITH others AS (
  SELECT message_id FROM alarm_message
  WHERE state = 'owed' AND destination <> ALL(%(destinations)s)
    AND (destination <> ALL(%(of_a_process)s) OR due_at < %(untried_since)s)
  ORDER BY message_id FOR NO KEY UPDATE)
UPDATE alarm_message m
SET state = 'withdrawn', ended_at = %(now)s, closed_at = coalesce(m.closed_at, %(now)s)
FROM others
WHERE m.message_id = others.message_id""",
        destinations=list(destinations),
        of_a_process=list(of_a_process),
        untried_since=untried_since,
        now=now,
    )


@dataclass(frozen=True, slots=True)
class OwedMessage:
    """A message that is about to leave."""

    message_id: str
    alarm_id: int
    what: AlarmEvent
    key: str
    text: str
    """As the alarm says it now."""
    reference: str | None
    raised_at: datetime
    cleared_at: datetime | None
    owed_at: datetime
    tries: int
    """With this one."""


def claim(tx: Tx, destination: str, lease: timedelta, now: datetime) -> OwedMessage | None:
    """The next that is due. Commit before it leaves: if the process dies then, it is due again after `lease`.

    An alarm that was cleared before it left is not told. An end goes before what was raised anew since, so that
    whoever reads the last message of a key reads the truth; one that is not due yet holds nothing up.
    """
    return one(
        tx,
        OwedMessage,
        """
WITH due AS (
  SELECT m.message_id, said.key, said.text, said.cleared_at, d.reference
  FROM alarm_message m JOIN alarm a USING (alarm_id)
  CROSS JOIN LATERAL (
    SELECT o.key, o.text, o.cleared_at, o.disruption_id
    FROM alarm o
    WHERE m.what = 'raised' AND o.key = a.key AND o.cleared_at IS NULL
    UNION ALL
    (SELECT o.key, o.text, o.cleared_at, o.disruption_id
     FROM alarm o
     WHERE m.what = 'cleared' AND o.key = a.key AND o.alarm_id >= a.alarm_id AND o.cleared_at <= m.owed_at
     ORDER BY o.alarm_id DESC LIMIT 1)) said
  LEFT JOIN disruption d ON d.disruption_id = said.disruption_id
  WHERE m.destination = %(destination)s AND m.state = 'owed' AND m.due_at <= %(now)s
    AND NOT EXISTS (
      SELECT FROM alarm_message e JOIN alarm b USING (alarm_id)
      WHERE e.destination = m.destination AND e.state = 'owed' AND (e.due_at <= %(now)s OR e.in_flight)
        AND e.what = 'cleared' AND b.key = a.key AND b.alarm_id < a.alarm_id)
  ORDER BY m.tries, m.owed_at, m.alarm_id
  LIMIT 1 FOR NO KEY UPDATE OF m SKIP LOCKED)
UPDATE alarm_message m
SET tries = m.tries + 1, maybe = m.maybe OR m.in_flight, in_flight = true, due_at = %(now)s + %(lease)s
FROM due, alarm a
WHERE m.message_id = due.message_id AND a.alarm_id = m.alarm_id
RETURNING m.message_id::text, m.alarm_id, m.what, due.key, due.text, due.reference, a.raised_at,
  due.cleared_at, m.owed_at, m.tries""",
        destination=destination,
        lease=lease,
        now=now,
    )


def is_due(tx: Tx, now: datetime) -> bool:
    """Somebody ought to be told now, or an alarm was just raised of which nobody knows yet whom to tell."""
    return value(
        tx,
        """
SELECT EXISTS (
    SELECT FROM alarm_message m LEFT JOIN destination_health h USING (destination)
    WHERE m.state = 'owed' AND m.due_at <= %(now)s AND coalesce(h.again_at <= %(now)s, true))
  OR EXISTS (
    SELECT FROM alarm a
    WHERE a.cleared_at IS NULL AND a.raised_at > %(now)s - interval '1 minute'
      AND NOT EXISTS (SELECT FROM alarm_message m WHERE m.alarm_id = a.alarm_id))""",
        now=now,
    )


def told(tx: Tx, message_id: str, now: datetime) -> int:
    return run(
        tx,
        """
UPDATE alarm_message SET state = 'told', ended_at = %(now)s, in_flight = false
WHERE message_id = %(id)s AND state = 'owed'""",
        id=message_id,
        now=now,
    )


def not_told(tx: Tx, message_id: str, due_at: datetime | None, *, maybe: bool, now: datetime) -> int:
    """Tried again at `due_at`; None: given up. `maybe`: it may have arrived all the same."""
    return run(
        tx,
        """
UPDATE alarm_message
SET in_flight = false, maybe = alarm_message.maybe OR %(maybe)s, due_at = coalesce(%(due)s, due_at),
  state = CASE WHEN %(due)s::timestamptz IS NULL THEN 'given_up' ELSE state END,
  ended_at = CASE WHEN %(due)s::timestamptz IS NULL THEN %(now)s END
WHERE message_id = %(id)s AND state = 'owed'""",
        id=message_id,
        due=due_at,
        maybe=maybe,
        now=now,
    )


@dataclass(frozen=True, slots=True)
class OwedCount:
    destination: str
    owed: int
    given_up: int
    """Within a day."""


def counts(tx: Tx, since: datetime) -> list[OwedCount]:
    return many(
        tx,
        OwedCount,
        """
SELECT destination, count(*) FILTER (WHERE state = 'owed') AS owed,
       count(*) FILTER (WHERE state = 'given_up') AS given_up
FROM alarm_message
WHERE state = 'owed' OR (state = 'given_up' AND ended_at >= %(since)s)
GROUP BY destination""",
        since=since,
    )


def last_reported(tx: Tx, destination: str, since: datetime) -> str | None:
    """What the mail provider has reported last about a mail to it, as `delivered` or `bounce`."""
    return value(
        tx,
        """
SELECT e.kind FROM alarm_message m JOIN event e ON e.attempt_id = m.message_id
WHERE m.destination = %(destination)s AND m.owed_at >= %(since)s
ORDER BY e.occurred_at DESC LIMIT 1""",
        destination=destination,
        since=since,
    )

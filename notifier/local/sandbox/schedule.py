"""Scheduled sends: `send_at` in the future, and batches that can be paused or cancelled until then."""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from notifier.local.sandbox.mailbox import Accepted

Json = dict[str, Any]
Deliver = Callable[[Accepted, list[Json]], None]


class Status(StrEnum):
    PAUSE = "pause"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class ScheduledRequest:
    accepted: Accepted
    people: list[Json]


class Schedule:
    def __init__(self, deliver: Deliver) -> None:
        self._deliver = deliver
        self._paused: list[ScheduledRequest] = []
        self.batches: set[str] = set()
        self.statuses: dict[str, Status] = {}

    def new_batch(self) -> str:
        batch = secrets.token_urlsafe(32)
        self.batches.add(batch)
        return batch

    def accept(self, accepted: Accepted) -> None:
        """Deliver what is due; a personalization's own `send_at` overrides the message's."""
        by_time: dict[int, list[Json]] = {}
        for person in accepted.mail["personalizations"]:
            at = person.get("send_at", accepted.mail.get("send_at", 0))
            by_time.setdefault(max(at, 0), []).append(person)
        for at, people in by_time.items():
            if at <= accepted.received_at:
                self._deliver(accepted, people)
            else:
                wait = at - accepted.received_at
                asyncio.get_running_loop().call_later(wait, self._come, ScheduledRequest(accepted, people))

    def _come(self, waiting: ScheduledRequest) -> None:
        match self.statuses.get(waiting.accepted.mail.get("batch_id", "")):
            case Status.CANCEL:
                return
            case Status.PAUSE:
                self._paused.append(waiting)
            case None:
                self._deliver(waiting.accepted, waiting.people)

    def set_status(self, batch: str, status: Status | None) -> None:
        """None: lift it; what has come due meanwhile is delivered now."""
        if status is None:
            self.statuses.pop(batch, None)
        else:
            self.statuses[batch] = status
        came_due, self._paused = self._paused, []
        for waiting in came_due:
            self._come(waiting)

"""What the story is played on: embedded servers, a stage that shows it, and the watch over each send."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from notifier.actions.announce import rescope
from notifier.actions.company.import_customers import Imported
from notifier.actions.control.approve import Gate
from notifier.actions.estimate.estimate import Estimate
from notifier.actions.notices.named import Name
from notifier.app import App
from notifier.errors import Refused
from notifier.local.stack import Stack
from notifier.model.ring import Ring
from notifier.model.vocabulary import Account, NoticeState
from notifier.store.read import views
from notifier.store.read.call_list import CallRow
from notifier.store.read.views import AlarmRow, NoticeRow

LOOK_EVERY = 0.05
SEND_SECONDS = 45.0


class Stage(Protocol):
    """Where the story is shown."""

    def scene(self, when: str, what: str) -> None: ...
    def command(self, line: str) -> None:
        """The command that does the same as the action which comes next."""
        ...

    def said(self, line: str) -> None: ...
    def imported(self, found: Imported) -> None: ...
    def alarmed(self, rows: list[AlarmRow]) -> None: ...
    def counted(self, found: Estimate) -> None: ...
    def changed(self, shown: rescope.ShownScope) -> None: ...
    def progress(self, notice: NoticeRow, accounts: dict[Account, int], fault: int) -> None: ...
    def sent(self, notice: NoticeRow, accounts: dict[Account, int], fault: int) -> None: ...


@dataclass(slots=True)
class Played:
    """What only the one who drove knows; everything else is read back from the database."""

    reference: str
    first_seq: int
    people: int
    """Whom Friday's notice was to reach."""
    directive_at: datetime
    cut_at: datetime
    killed: int | None = None
    """The pid of the worker."""
    call_list: list[CallRow] = field(default_factory=list[CallRow])


@dataclass(frozen=True, slots=True)
class Drive:
    app: App
    stack: Stack
    stage: Stage
    ring: Callable[[Iterable[Ring]], None]
    stopping: threading.Event

    def pause(self, seconds: float) -> None:
        if self.stopping.wait(seconds):
            raise KeyboardInterrupt


def nothing_happens(_accounts: dict[Account, int]) -> None:
    pass


def send(
    drive: Drive,
    name: Name,
    gate: Gate,
    happens: Callable[[dict[Account, int]], None] = nothing_happens,
) -> None:
    """Ring, then only watch, as every command does."""
    if not gate.approved:
        raise Refused(gate.refusal)
    drive.ring(gate.rings)
    end = drive.app.clock.monotonic() + SEND_SECONDS
    while True:
        notice, accounts, fault = look(drive.app, name)
        if settled(notice, accounts):
            drive.stage.sent(notice, accounts, fault)
            return
        if drive.app.clock.monotonic() > end:
            raise Refused(
                f"Notice {name} was not sent within {SEND_SECONDS:.0f} s: see the logs in the home."
            )
        drive.stage.progress(notice, accounts, fault)
        happens(accounts)
        drive.pause(LOOK_EVERY)


def look(app: App, name: Name) -> tuple[NoticeRow, dict[Account, int], int]:
    with app.db.transaction() as tx:
        row = views.disruption(tx, name.reference)
        assert row is not None
        notice = next(n for n in views.notices(tx, row.disruption_id) if n.notice_id == name.notice_id)
        return notice, views.accounts(tx, notice), views.fault(tx, notice)


def settled(notice: NoticeRow, accounts: dict[Account, int]) -> bool:
    """Nothing of it will move by itself: evidence or the policy's deadline has decided what was unknown."""
    if notice.state in {NoticeState.HELD, NoticeState.CANCELLED}:
        return True
    moving = accounts[Account.WAITING] + accounts[Account.IN_FLIGHT] + accounts[Account.UNKNOWN]
    return notice.closed_at is not None and not moving

"""What one running sandbox knows; everything is in memory."""

from notifier.local.sandbox.events import EventWebhook
from notifier.local.sandbox.faults import Faults
from notifier.local.sandbox.mailbox import Accepted, Json, Mailbox
from notifier.local.sandbox.schedule import Schedule


class Sandbox:
    def __init__(self, key: str, latency: float, *, counting: bool, events: EventWebhook) -> None:
        self.key = key
        self.latency = latency
        """Seconds before each answer of mail/send."""
        self.counting = counting
        self.mailbox = Mailbox()
        self.events = events
        self.faults = Faults()
        self.schedule = Schedule(self._deliver)

    def _deliver(self, accepted: Accepted, people: list[Json]) -> None:
        self.events.report(self.mailbox.deliver(accepted, people), accepted.fault)

"""`GET /metrics`: read from Postgres, the truth, at the moment of asking; no process counts for itself."""

from collections.abc import Iterator
from dataclasses import fields

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from notifier.store.read.vitals import Vitals

HELP = {
    "oldest_due_seconds": "How long the oldest chunk that may leave has been waiting",
    "due": "Chunks that wait",
    "claimed": "Requests in flight",
    "unknown": "Chunks of which nobody knows whether they left",
    "dead": "Chunks that gave up and wait for a person",
    "alarms": "Open alarms",
    "alarms_owed": "Messages about alarms that no destination has taken yet",
    "alarms_given_up": "Messages about alarms that were given up after a day, within a day",
    "destinations_failing": "Destinations of alarms that do not work, the heartbeat among them",
    "unjudged": "Signals that nobody has looked at",
    "held": "Notices that are held",
    "strays": "Events of the provider, of today and yesterday, in which no mail of ours was found",
    "braked": "1 while everything is stopped",
}
SILENT = "Processes and ticks that ought to run and do not"


class _Once(Collector):
    def __init__(self, vitals: Vitals, silent: int) -> None:
        self._vitals, self._silent = vitals, silent

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for field in fields(self._vitals):
            value = float(getattr(self._vitals, field.name))
            yield GaugeMetricFamily(f"notifier_{field.name}", HELP[field.name], value=value)
        yield GaugeMetricFamily("notifier_silent", SILENT, value=self._silent)


def exposition(vitals: Vitals, silent: int) -> bytes:
    """The text format of Prometheus."""
    registry = CollectorRegistry()
    registry.register(_Once(vitals, silent))
    return generate_latest(registry)

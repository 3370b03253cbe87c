"""Where alarms go: what the company's file, its policy and the environment of this process say together."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from notifier.edges.alarm_webhook import PAGERDUTY, is_address, signing_fault
from notifier.model.alarm import COMMAND, HEARTBEAT, ON_CALL, Channel, Destination, Severity
from notifier.settings import Settings, secret, secrets
from notifier.store import Tx
from notifier.store.company import catalogue, destinations
from notifier.store.company.destinations import DeclaredDestination
from notifier.store.disruptions import alarm_messages, destination_health
from notifier.store.disruptions.destination_health import DestinationHealth

NO_MAIL = "no mail can leave here: set SENDGRID_API_KEY, or start `notifier up` for its sandbox"
REPORTED = timedelta(days=7)
BOUNCED = frozenset({"bounce", "dropped"})


def all_destinations(tx: Tx, settings: Settings) -> list[Destination]:
    """By name, what is off left out."""
    found = [_declared(each) for each in destinations.declared(tx) if not each.off]
    if on_call := catalogue.policy(tx).on_call:
        can = settings.sendgrid_key or settings.sandbox_url
        found.append(Destination(ON_CALL, Channel.MAIL, addresses=on_call, lacks=None if can else NO_MAIL))
    if settings.alarm_command:
        found.append(Destination(COMMAND, Channel.COMMAND, command=settings.alarm_command))
    return sorted(found, key=lambda each: each.name)


def _declared(said: DeclaredDestination) -> Destination:
    channel = Channel(said.body)
    url = (secret(said.url_env) or "") if said.url_env else PAGERDUTY
    keys_env = said.routing_key_env if channel is Channel.PAGERDUTY else said.secret_env
    keys = secrets(keys_env) if keys_env else ()
    return Destination(
        said.name,
        channel,
        url=url,
        keys=tuple(filter(None, keys)),
        kinds=tuple(said.kinds),
        least=Severity(said.least),
        lacks=_lacks(said, channel, url, keys),
    )


def _lacks(said: DeclaredDestination, channel: Channel, url: str, keys: tuple[str, ...]) -> str | None:
    if not url:
        return f"{said.url_env} is empty: set it to the address that alarms are posted to"
    if not is_address(url):
        return f"{said.url_env} is no address: it must begin with https:// or http://"
    keys_env = said.routing_key_env if channel is Channel.PAGERDUTY else said.secret_env
    if keys_env and not any(keys):
        key = "integration key" if channel is Channel.PAGERDUTY else "secret"
        return f"{keys_env} is empty: set it to the {key}"
    if channel is Channel.STANDARD and (fault := next(filter(None, map(signing_fault, keys)), None)):
        return f"{keys_env} {fault}"
    return None


@dataclass(frozen=True, slots=True)
class DestinationRow:
    """How a destination does, as the processes that send have seen it."""

    name: str
    channel: str
    lacks: str | None
    """Why nothing can go there, by the environment of whoever asks."""
    told_at: datetime | None
    told: str
    failed_at: datetime | None
    failed_why: str
    failing_since: datetime | None
    failures: int
    owed: int
    given_up: int
    """Within a day."""
    bounced: bool
    """The provider has reported that the last mail did not arrive."""

    @property
    def works(self) -> bool:
        return self.lacks is None and self.failing_since is None and not self.bounced


def rows(tx: Tx, settings: Settings, now: datetime) -> list[DestinationRow]:
    """Each destination, and the heartbeat if there is one."""
    health = {each.destination: each for each in destination_health.all_health(tx)}
    counts = {each.destination: each for each in alarm_messages.counts(tx, now - timedelta(days=1))}
    bounced = alarm_messages.last_reported(tx, ON_CALL, now - REPORTED) in BOUNCED
    there = [(each.name, str(each.channel), each.lacks) for each in all_destinations(tx, settings)]
    if settings.heartbeat_url:
        there.append((HEARTBEAT, HEARTBEAT, None))
    found: list[DestinationRow] = []
    for name, channel, lacks in there:
        does, count = health.get(name, DestinationHealth(name)), counts.get(name)
        found.append(
            DestinationRow(
                name,
                channel,
                lacks,
                does.told_at,
                does.told,
                does.failed_at,
                does.failed_why,
                does.failing_since,
                does.failures,
                owed=count.owed if count else 0,
                given_up=count.given_up if count else 0,
                bounced=bounced and name == ON_CALL,
            )
        )
    return found

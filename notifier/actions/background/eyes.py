"""One look of each type: what is there to be seen, before anybody counts."""

from dataclasses import replace
from datetime import datetime, timedelta

from notifier.edges.http_probe import look_at_page
from notifier.edges.status_page_probe import look_at_status_page
from notifier.edges.webhooks.texts import one_line
from notifier.model.heartbeat import missed
from notifier.model.probe import ProbeType, Sight, shown
from notifier.settings import AUDIENCE_URL, Settings, looks_with, secret
from notifier.store import Db
from notifier.store.company import catalogue, probe_query
from notifier.store.company.audience_view import CompanyUnreachable
from notifier.store.company.probes import ClaimedProbe
from notifier.store.disruptions import posts
from notifier.store.running import vigil


def look_at(db: Db, settings: Settings, claimed: ClaimedProbe, now: datetime) -> Sight:
    """No address is in what it returns. Raises `Unreachable` if our own database is away."""
    match claimed.type:
        case ProbeType.HTTP:
            looked = look_at_page(claimed.asks, secret)
        case ProbeType.STATUS_PAGE:
            looked = look_at_status_page(claimed.asks, claimed.memory, now)
        case ProbeType.HEARTBEAT:
            looked = _listen(db, claimed, now)
        case ProbeType.SQL:
            looked = _ask(settings, claimed)
    findings = looked.findings and tuple(
        replace(each, summary=one_line(each.summary)) for each in looked.findings
    )
    return replace(looked, why=one_line(looked.why), findings=findings)


def _listen(db: Db, claimed: ClaimedProbe, now: datetime) -> Sight:
    asks = claimed.asks
    with db.transaction() as tx:
        knocked_at = posts.last_own(tx, claimed.name)
        watch = vigil.listening(tx, "web", gap_seconds=catalogue.policy(tx).gap_seconds)
    return missed(
        knocked_at,
        claimed.declared_at if asks.get("expected") else None,
        timedelta(seconds=claimed.every_seconds),
        timedelta(seconds=asks.get("grace", 60)),
        watch,
        tuple(asks.get("services", ())),
        now,
    )


def _ask(settings: Settings, claimed: ClaimedProbe) -> Sight:
    asks = claimed.asks
    variable = str(asks.get("url_env", AUDIENCE_URL))
    if not (url := looks_with(settings, variable)):
        return Sight(None, f"{variable} is empty for the workers: set it.")
    try:
        rows = probe_query.answer(
            url,
            asks["query"],
            variable=variable,
            seconds=asks.get("timeout", 10),
            most_rows=asks.get("most_rows", 1000),
        )
    except CompanyUnreachable as error:
        return Sight(None, str(error))
    return shown(rows, tuple(asks.get("services", ())))

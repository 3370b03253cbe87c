"""What tools post to `/hooks/{source}`, one dialect each, unmodified."""

from collections.abc import Callable, Mapping
from typing import Any

from notifier.edges.webhooks import alerting, aws, events, monitors, paging, status_pages
from notifier.edges.webhooks.idiom import Idiom, reader
from notifier.edges.webhooks.incoming import Dialect, Incoming, Proof
from notifier.edges.webhooks.proofs import carried, either, hexadecimal, standard

Options = Mapping[str, Any]
"""What the company's file says of a source (`Source.services`)."""

WITH_GET = frozenset({"POST", "PUT", "GET"})
WITH_OPTIONS = frozenset({"POST", "PUT", "OPTIONS"})


def _by_data(
    tool: str,
    idioms: tuple[Idiom, ...],
    proof: Proof = carried,
    prepare: Callable[[Any], Any] = lambda message: message,
    methods: frozenset[str] = frozenset({"POST", "PUT"}),
) -> Callable[[Options], Dialect]:
    return lambda options: Dialect(proof, reader(tool, idioms, options, prepare), methods)


def _standard_webhooks(options: Options) -> Dialect:
    return Dialect(
        standard, reader("Standard Webhooks", (events.by_file(options, events.STANDARD),), options)
    )


def _cloudevents(options: Options) -> Dialect:
    return Dialect(carried, events.cloudevents(options), WITH_OPTIONS)


def _generic(options: Options) -> Dialect:
    given: Options = options.get("read") or {}
    signature = str(given.get("signature") or "").lower()
    proof = hexadecimal(signature) if signature else carried
    return Dialect(proof, reader("that tool", (events.by_file(options),), options))


DIALECTS: Mapping[str, Callable[[Options], Dialect]] = {
    "alertmanager": _by_data("Alertmanager", alerting.ALERTMANAGER),
    "grafana": _by_data(
        "Grafana",
        alerting.GRAFANA,
        either(
            hexadecimal("x-grafana-alerting-signature", timestamp="x-grafana-alerting-timestamp"), carried
        ),
    ),
    "pagerduty": _by_data("PagerDuty", paging.PAGERDUTY, hexadecimal("x-pagerduty-signature", version="v1")),
    "uptimekuma": _by_data("Uptime Kuma", monitors.UPTIMEKUMA, methods=WITH_GET),
    "statuspage": _by_data("Statuspage", status_pages.STATUSPAGE),
    "standard_webhooks": _standard_webhooks,
    "generic": _generic,
    "sns": aws.sns,
    "eventbridge": _by_data("EventBridge", aws.EVENTBRIDGE, prepare=aws.in_eventbridge),
    "datadog": _by_data("Datadog", alerting.DATADOG, prepare=alerting.with_title),
    "opsgenie": _by_data("Opsgenie", paging.OPSGENIE),
    "sentry": _by_data("Sentry", paging.SENTRY, hexadecimal("sentry-hook-signature")),
    "incidentio": _by_data("incident.io", paging.INCIDENTIO, standard, paging.with_kind),
    "newrelic": _by_data("New Relic", alerting.NEWRELIC),
    "gcp": _by_data("Google Cloud Monitoring", alerting.GOOGLE),
    "azure": _by_data("Azure Monitor", alerting.AZURE),
    "betterstack": _by_data("Better Stack", monitors.BETTERSTACK),
    "healthchecks": _by_data("healthchecks", monitors.HEALTHCHECKS),
    "checkly": _by_data("Checkly", monitors.CHECKLY, hexadecimal("x-checkly-signature")),
    "uptimerobot": _by_data("UptimeRobot", monitors.UPTIMEROBOT),
    "statuscake": _by_data("StatusCake", monitors.STATUSCAKE, either(carried, monitors.statuscake_token)),
    "instatus": _by_data("Instatus", status_pages.STATUSPAGE),
    "cloudevents": _cloudevents,
    "zabbix": _by_data("Zabbix", alerting.ZABBIX),
    "openstatus": _by_data("OpenStatus", status_pages.OPENSTATUS),
}

__all__ = ["DIALECTS", "Dialect", "Incoming", "Options"]

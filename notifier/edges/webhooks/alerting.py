"""Tools that watch metrics and raise alerts. Facts are from their sources and documents, as each says."""

import re
from typing import Any, cast

from notifier.edges.webhooks.idiom import Fits, Idiom, Names

_ALERTS: dict[str, Any] = {
    "each": "alerts[]",
    "state": "status",
    "opens": ("firing",),
    "ends": ("resolved",),
    "opened_at": ("startsAt",),
    "ended_at": ("endsAt",),
    "began_at": "startsAt",
    "hints": (Names("labels"),),
    "summary": ("annotations.summary", "annotations.description", "labels.alertname"),
    "left_out": "truncatedAlerts",
    "group": "groupKey",
}
"""Grafana took its message over from Alertmanager."""

ALERTMANAGER = (
    Idiom(
        when=(Fits("version", "4"),),
        key=("{fingerprint}", "{#labels}"),
        **_ALERTS,
    ),
)
"""Prometheus Alertmanager and Mimir, webhook version 4 (prometheus/alertmanager notify/webhook/webhook.go,
template/template.go; grafana/alerting receivers/webhook/v0mimir1).

One request is one group of alerts, firing and resolved ones mixed; the truth is the state of each. A firing
alert has no end: the zero time, year 1. `startsAt` may move to an earlier time between the two: two replicas,
or a restart. Before 0.19 an alert has no fingerprint, only its labels. A receiver with `max_alerts` cuts the
list, says by how much, and works its `status` out from what is left.
"""

GRAFANA = (
    Idiom(
        when=(Fits("version", "1"), Fits("alerts")),
        nothing=(
            Fits("labels.alertname", "TestAlert", "a test"),
            Fits("labels.alertname", "DatasourceNoData", "no data is no outage"),
            Fits("labels.alertname", "DatasourceError", "a query that fails is no outage"),
        ),
        key=("{orgId}:{fingerprint}", "{$.orgId}:{fingerprint}", "{fingerprint}"),
        **_ALERTS,
    ),
)
"""Grafana alerting since version 9 (grafana/alerting receivers/webhook/v1, templates/template_data.go;
pkg/services/ngalert/state for the two names of what is no outage). `state`, `title` and `message` are to go
there.
"""

_DATADOG_WORDS: dict[str, Any] = {
    "opens": ("Triggered", "Re-Triggered"),
    "ends": ("Recovered", "* Recovered"),
    "neither": {
        "No Data": "no data is no outage",
        "Re-No Data": "no data is no outage",
        "Warn": "a warning is no outage yet",
        "Re-Warn": "a warning is no outage yet",
        "Renotify*": "said before",
        "TEST": "a test",
    },
    "opened_at": ("date",),
    "ended_at": ("date",),
    "no_value": frozenset({"0"}),
}

DATADOG = (
    Idiom(
        when=(Fits("alert_transition"),),
        nothing=(Fits("event_title", "[[]TEST]*", "a test"), Fits("alert_title", "[[]TEST]*", "a test")),
        state="alert_transition",
        key=("{alert_cycle_key}", "{alert_id}:{alert_scope}"),
        hints=(Names("tags"), Names("alert_scope")),
        summary=("event_title", "alert_title"),
        delivery=("{event_id}:{alert_transition}",),
        **_DATADOG_WORDS,
    ),
    Idiom(
        when=(Fits("titled.transition"),),
        state="titled.transition",
        key=("{titled.key}",),
        hints=(Names("titled.scope"),),
        summary=("title",),
        delivery=("{id}",),
        **_DATADOG_WORDS,
    ),
)
"""Datadog's webhooks integration (docs.datadoghq.com/integrations/webhooks): the body of the manual page, and
the default one, in which only the title says what happened: `[Triggered on {scope}] [P1] name`.
"""

_TITLE = re.compile(r"\[([A-Za-z -]+?)(?: on \{([^{}]*)\})?\]\s*(?:\[P\d\]\s*)?(.+)", re.DOTALL)


def with_title(message: Any) -> Any:
    if not isinstance(message, dict) or not isinstance(message.get("title"), str):  # pyright: ignore[reportUnknownMemberType]
        return cast("Any", message)
    table = cast("dict[str, Any]", message)
    found = _TITLE.fullmatch(table["title"][:1000].strip())
    if found is None:
        return table
    transition, scope, name = found[1], found[2] or "", found[3].strip()
    key = f"{name} {{{scope}}}" if scope else name
    return table | {"titled": {"transition": transition, "scope": scope, "key": key}}


NEWRELIC = (
    Idiom(
        when=(Fits("state"), Fits("issueUrl")),
        state="state",
        opens=("ACTIVATED",),
        ends=("CLOSED",),
        neither={"CREATED": "created comes before activated", "ACKNOWLEDGED": "acknowledged is neither"},
        key=("{id}",),
        opened_at=("createdAt",),
        ended_at=("closedAt", "updatedAt"),
        began_at="createdAt",
        hints=("impactedEntities[]", Names("accumulations.tag")),
        summary=("title",),
        delivery=("{id}:{state}:{updatedAt}",),
    ),
    Idiom(
        when=(Fits("current_state"), Fits("incident_id")),
        nothing=(Fits("event_type", "INCIDENT_TEST", "a test"),),
        state="current_state",
        opens=("open",),
        ends=("closed",),
        neither={"acknowledged": "acknowledged is neither", "test": "a test"},
        key=("{incident_id}",),
        opened_at=("timestamp",),
        ended_at=("closed_violations_timestamp", "timestamp"),
        hints=(Names("targets[].labels"), "targets[].name", "condition_name"),
        summary=("details", "condition_name"),
        delivery=("{incident_id}:{current_state}:{timestamp}",),
    ),
)
"""New Relic, the default template of workflows (newrelic/docs-website notification-integrations.mdx), and
classic.
"""

GOOGLE = (
    Idiom(
        when=(Fits("incident.incident_id"),),
        nothing=(Fits("version", "test", "a test"),),
        state="incident.state",
        opens=("open",),
        ends=("closed",),
        key=("{incident.incident_id}",),
        opened_at=("incident.started_at",),
        ended_at=("incident.ended_at",),
        began_at="incident.started_at",
        hints=(
            Names("incident.policy_user_labels"),
            Names("incident.metadata.user_labels"),
            "incident.resource_display_name",
            "incident.policy_name",
        ),
        summary=("incident.summary", "incident.condition_name"),
        delivery=("{incident.incident_id}:{incident.state}",),
    ),
)
"""Google Cloud Monitoring, version 1.2 (cloud.google.com/monitoring/support/notification-options)."""

_AZURE_TEST = Fits(
    "data.essentials.alertId", "/subscriptions/11111111-1111-1111-1111-111111111111/*", "a test"
)
_AZURE = "data.alertContext.properties"

AZURE = (
    Idiom(
        when=(Fits("data.essentials.monitoringService", "ServiceHealth"),),
        nothing=(
            _AZURE_TEST,
            Fits(f"{_AZURE}.incidentType", "!Incident", "maintenance or advice, no incident"),
        ),
        state=f"{_AZURE}.stage",
        opens=("Active",),
        ends=("Resolved",),
        neither=dict.fromkeys(
            ("Planned", "InProgress", "Complete", "Canceled", "RCA"), "that stage is neither"
        ),
        key=(f"{{{_AZURE}.trackingId}}",),
        opened_at=(f"{_AZURE}.impactStartTime",),
        ended_at=(f"{_AZURE}.impactMitigationTime", "data.alertContext.eventTimestamp"),
        began_at=f"{_AZURE}.impactStartTime",
        hints=(f"{_AZURE}.service",),
        summary=(f"{_AZURE}.title",),
        delivery=(f"{{{_AZURE}.communicationId}}", "{data.alertContext.eventDataId}"),
    ),
    Idiom(
        when=(Fits("data.essentials.monitoringService", "Resource*Health"),),
        nothing=(_AZURE_TEST,),
        state=f"{_AZURE}.currentHealthStatus",
        opens=("Unavailable", "Degraded"),
        ends=("Available",),
        neither={"Unknown": "unknown is neither"},
        key=("{data.essentials.alertTargetIDs[0]}",),
        opened_at=("data.alertContext.eventTimestamp",),
        ended_at=("data.alertContext.eventTimestamp",),
        hints=(Names("data.customProperties"), "data.essentials.configurationItems[]"),
        summary=(f"{_AZURE}.title", "data.essentials.alertRule"),
        delivery=("{data.alertContext.eventDataId}",),
    ),
    Idiom(
        when=(Fits("data.essentials.monitorCondition"),),
        nothing=(
            _AZURE_TEST,
            Fits("data.essentials.signalType", "Activity Log", "what somebody did has no end"),
        ),
        state="data.essentials.monitorCondition",
        opens=("Fired",),
        ends=("Resolved",),
        key=("{data.essentials.alertId}",),
        opened_at=("data.essentials.firedDateTime",),
        ended_at=("data.essentials.resolvedDateTime",),
        began_at="data.essentials.firedDateTime",
        hints=(Names("data.customProperties"), "data.essentials.configurationItems[]"),
        summary=("data.essentials.description", "data.essentials.alertRule"),
        delivery=("{data.essentials.alertId}:{data.essentials.monitorCondition}",),
    ),
)
"""Azure Monitor's common alert schema (azure-monitor-docs alerts-common-schema.md). What comes out of the
activity log is always `Fired`: there the event's own words decide.
"""

ZABBIX = (
    Idiom(
        when=(Fits("eventvalue"), Fits("eventid")),
        nothing=(
            Fits("eventid", "", "a test, in which nothing was filled in"),
            Fits("eventupdate", "1", "acknowledged or commented"),
        ),
        state="eventvalue",
        opens=("1",),
        ends=("0",),
        key=("{eventid}",),
        hints=(Names("eventtags"), "hostname"),
        summary=("eventname",),
        delivery=("{eventid}:{eventvalue}:{eventupdate}",),
    ),
)
"""Zabbix has no body of its own; this is the one of the manual page. Its times are in the server's own zone,
which it does not say, so the receipt counts. `{EVENT.ID}` is the problem's also when it is over.
"""

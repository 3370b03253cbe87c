"""Tools that keep incidents and wake people up. Facts are from their sources and documents, as each says."""

from typing import Any, cast

from notifier.edges.webhooks.idiom import Fits, Idiom, Names

PAGERDUTY = (
    Idiom(
        when=(Fits("event.event_type"), Fits("event.data.type", "incident")),
        nothing=(
            Fits(
                "event.data.resolve_reason.type",
                "merge_resolve_reason",
                "merged into another incident, where it goes on",
            ),
        ),
        state="event.event_type",
        opens=("incident.triggered", "incident.reopened"),
        ends=("incident.resolved",),
        neither={
            f"incident.{word}": f"{word} is neither"
            for word in ("acknowledged", "unacknowledged", "annotated", "assigned", "delegated", "escalated",
                         "priority_updated", "service_updated", "incident_type.changed", "action_invocation.*")
        },
        key=("{event.data.id}",),
        opened_at=("event.occurred_at",),
        ended_at=("event.occurred_at",),
        hints=("event.data.service.id", "event.data.service.summary"),
        summary=("event.data.title",),
        delivery=("{header:x-webhook-id}", "{event.id}"),
    ),
    Idiom(
        when=(Fits("event.event_type"),),
        state="event.event_type",
        neither={
            "pagey.ping": "a test",
            "incident.status_update_published": "words about an incident",
            "incident.responder.*": "who helps is neither",
            "incident.conference_bridge.*": "a call is neither",
            "incident.custom_field_values.*": "fields are neither",
            "incident.workflow.*": "a workflow is neither",
            "incident.role.*": "a role is neither",
            "incident.annotated": "a note is neither",
            "service.*": "what is said of a service's settings",
        },
        delivery=("{header:x-webhook-id}", "{event.id}"),
    ),
)  # fmt: skip
"""PagerDuty v3 (PagerDuty/developer-docs docs/webhooks; go-pagerduty webhookv3). `X-Webhook-Id` is the same on
each attempt. An incident that was merged is resolved and goes on in another one.
"""

OPSGENIE = (
    Idiom(
        when=(Fits("action"), Fits("alert.alertId")),
        state="action",
        opens=("Create",),
        ends=("Close",),
        otherwise="only Create and Close say something",
        key=("{alert.alertId}",),
        opened_at=("alert.createdAt",),
        ended_at=("alert.updatedAt",),
        hints=("alert.entity", Names("alert.tags"), Names("alert.details")),
        summary=("alert.message",),
    ),
)
"""Opsgenie and Jira Service Management (docs.opsgenie.com webhook-integration): `createdAt` is in milliseconds
and always the beginning, `updatedAt` in nanoseconds.
"""

_SENTRY_RESOURCE = "header:sentry-hook-resource"
_SENTRY_ISSUE: dict[str, Any] = {
    "nothing": (Fits("data.issue.issueCategory", "!outage", "an error is no outage"),),
    "state": "action",
    "key": ("issue:{data.issue.id}",),
    "hints": ("data.issue.project.slug", "data.issue.project.name"),
    "summary": ("data.issue.title",),
}

SENTRY = (
    Idiom(
        when=(Fits(_SENTRY_RESOURCE, "metric_alert"), Fits("data.metric_alert.id")),
        state="action",
        opens=("critical", "warning"),
        ends=("resolved",),
        neither={"open": "it says how bad it is in another message"},
        key=("metric_alert:{data.metric_alert.id}",),
        opened_at=("data.metric_alert.date_started",),
        ended_at=("data.metric_alert.date_closed", "header:sentry-hook-timestamp"),
        began_at="data.metric_alert.date_started",
        hints=("data.metric_alert.projects[]", "data.metric_alert.alert_rule.name"),
        summary=("data.description_title", "data.metric_alert.title"),
        delivery=("metric_alert:{data.metric_alert.id}:{action}",),
    ),
    Idiom(
        when=(Fits(_SENTRY_RESOURCE, "issue"), Fits("action", "unresolved")),
        opens=("unresolved",),
        opened_at=("header:sentry-hook-timestamp", "data.issue.lastSeen"),
        **_SENTRY_ISSUE,
    ),
    Idiom(
        when=(Fits(_SENTRY_RESOURCE, "issue"),),
        opens=("created",),
        ends=("resolved",),
        neither=dict.fromkeys(("assigned", "archived", "ignored"), "that is neither"),
        opened_at=("data.issue.firstSeen",),
        ended_at=("header:sentry-hook-timestamp",),
        **_SENTRY_ISSUE,
    ),
    Idiom(
        when=(Fits(_SENTRY_RESOURCE),),
        state=_SENTRY_RESOURCE,
        neither={
            "installation": "the integration was set up",
            "event_alert": "such an alert never says its end",
            "activity_alert": "such an alert never says its end",
            "error": "an error is no outage",
            "comment": "a comment",
        },
    ),
)
"""Sentry (sentry-docs integration-platform/webhooks; getsentry utils/sentry_apps/webhooks.py). `Request-ID` is
new with each request. An issue may be resolved more than once, so issue and action name no delivery. Of issues
only the category `outage` is one: monitors of addresses and of jobs.
"""

_INCIDENTIO: dict[str, Any] = {
    "nothing": (Fits("incident.mode", "!standard", "no incident that is real and now"),),
    "opens": ("live",),
    "ends": ("learning", "closed", "declined", "canceled"),
    "neither": {
        "merged": "merged into another incident, where it goes on",
        "triage": "nobody knows yet whether it is one",
        "paused": "paused is neither",
    },
    "key": ("{incident.id}",),
    "began_at": "incident.created_at",
    "hints": (
        "incident.custom_field_entries[].values[].value_catalog_entry.name",
        "incident.custom_field_entries[].values[].value_catalog_entry.external_id",
        "incident.custom_field_entries[].values[].value_option.value",
    ),
    "summary": ("incident.name",),
    "delivery": ("{header:webhook-id}", "{header:svix-id}"),
}

INCIDENTIO = (
    Idiom(
        when=(Fits("kind", "status_page_incident.*"), Fits("it.status_page_incident.id")),
        state="it.update.incident_status",
        opens=("investigating", "identified", "monitoring"),
        ends=("resolved",),
        neither=dict.fromkeys(("maintenance_*", "scheduled", "in_progress", "verifying"), "maintenance"),
        key=("{it.status_page_incident.id}",),
        opened_at=("it.status_page_incident.created_at", "it.update.published_at", "it.update.created_at"),
        began_at="it.status_page_incident.created_at",
        ended_at=("it.update.published_at", "it.update.created_at", "it.status_page_incident.updated_at"),
        hints=(
            "it.update.component_impacts[].component_id",
            "it.component_impacts[].component_id",
            "it.update.component_statuses[].component_id",
            "it.status_page_incident.component_impacts[].component_id",
        ),
        summary=("it.status_page_incident.name",),
        delivery=("{header:webhook-id}", "{header:svix-id}"),
    ),
    Idiom(
        when=(Fits("kind", "public_incident.incident_status_updated*"), Fits("incident.id")),
        state="it.new_status.category",
        opened_at=("incident.updated_at",),
        ended_at=("incident.updated_at",),
        **_INCIDENTIO,
    ),
    Idiom(
        when=(Fits("kind", "public_incident.incident_*"), Fits("incident.id")),
        state="incident.incident_status.category",
        opened_at=("incident.created_at",),
        ended_at=("incident.updated_at",),
        **_INCIDENTIO,
    ),
    Idiom(
        when=(Fits("kind"),),
        state="kind",
        neither={
            "private_incident.*": "of a private incident only its id is known",
            "public_incident.follow_up*": "a follow-up is neither",
            "public_alert.*": "an alert, not yet an incident",
            "private_alert.*": "an alert, not yet an incident",
        },
        delivery=("{header:webhook-id}", "{header:svix-id}"),
    ),
)
"""incident.io (api-docs.incident.io; incident-io/sdk-python): `status_page_incident` is what the company chose
to tell its customers. Order is not promised.
"""


def with_kind(message: Any) -> Any:
    """`{event_type: T, T: {...}}` with fixed names: `kind`, `it`, and the incident whether it stands in or is
    it.
    """
    if not isinstance(message, dict):
        return message
    table = cast("dict[str, Any]", message)
    kind = table.get("event_type")
    it: dict[str, Any] = cast("Any", table.get(kind) if isinstance(kind, str) else None)
    incident = it.get("incident") or it if isinstance(it, dict) else it  # pyright: ignore[reportUnnecessaryIsInstance]
    return {"kind": kind, "it": it, "incident": incident}

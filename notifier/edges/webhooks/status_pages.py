"""What a company, or a supplier, says on its status page: as webhooks, and as what a poll reads."""

from datetime import datetime
from typing import Any

from notifier.edges.webhooks.bodies import from_json
from notifier.edges.webhooks.idiom import Fits, Idiom, read_message
from notifier.edges.webhooks.incoming import Incoming
from notifier.model.signal import Posted

_MAINTENANCE: dict[str, str] = dict.fromkeys(
    ("scheduled", "in_progress", "verifying", "completed", "inprogress", "notstartedyet", "maintenance*"),
    "maintenance",
)


def _incident(at: str, **more: Any) -> Idiom:
    return Idiom(
        nothing=(Fits(f"{at}backfilled", "true", "history that somebody filled in"),),
        state=f"{at}status",
        opens=("investigating", "identified", "monitoring"),
        ends=("resolved", "postmortem"),
        neither=_MAINTENANCE,
        key=(f"{{{at}id}}",),
        opened_at=(f"{at}created_at",),
        ended_at=(f"{at}resolved_at", f"{at}updated_at"),
        began_at=f"{at}created_at",
        hints=tuple(
            f"{at}{components}[].{name}"
            for name in ("name", "code", "id")
            for components in ("incident_updates[].affected_components", "components")
        ),
        summary=(f"{at}name",),
        delivery=(f"{{{at}incident_updates[0].id}}",),
        **more,
    )


STATUSPAGE = (
    Idiom(
        when=(Fits("component_update.new_status"),),
        state="component_update.new_status",
        opens=("degraded_performance", "partial_outage", "major_outage",
               "degradedperformance", "partialoutage", "minoroutage", "majoroutage"),
        ends=("operational",),
        neither={"under_maintenance": "maintenance", "undermaintenance": "maintenance"},
        key=("component:{component_update.component_id}", "component:{component.id}"),
        opened_at=("component_update.created_at",),
        ended_at=("component_update.created_at",),
        hints=("component.name", "component_update.component_id"),
        summary=("component.name",),
        delivery=("{component_update.id}",),
    ),
    Idiom(when=(Fits("maintenance.id"),), nothing=(Fits("maintenance.id", why="maintenance"),)),
    _incident("incident.", when=(Fits("incident.status"),)),
)  # fmt: skip
"""Atlassian Statuspage (support.atlassian.com enable-webhook-notifications) and Instatus, which has the same
envelope with its words in capitals. Only the state of the incident decides: the page's indicator and the impact
may be `none` meanwhile. An incident and its component arrive as two posts, two keys.
"""

OPENSTATUS = (
    Idiom(when=(Fits("type", "test"),), nothing=(Fits("type", "test", "a test"),)),
    Idiom(
        when=(Fits("type", "status_report"),),
        state="update.status",
        opens=("investigating", "identified", "monitoring"),
        ends=("resolved",),
        neither=_MAINTENANCE,
        key=("{status_report.id}",),
        opened_at=("update.date", "update.created_at"),
        ended_at=("update.date", "update.created_at"),
        hints=("status_report.components[].name", "status_report.monitors[].name"),
        summary=("status_report.title",),
        delivery=("{update.id}",),
    ),
)
"""OpenStatus (openstatusHQ/openstatus): what a report is about has no documented place, so map `*`."""

_SUMMARY = (_incident("", when=(Fits("page.id"), Fits("incidents")), each="incidents[]"),)
_COMPONENTS = (
    Idiom(
        when=(Fits("page.id"), Fits("components")),
        each="components[]",
        nothing=(Fits("group", "true", "a group says what its components say"),),
        state="status",
        opens=("degraded_performance", "partial_outage", "major_outage"),
        ends=("operational",),
        neither={"under_maintenance": "maintenance"},
        key=("component:{id}",),
        opened_at=("updated_at",),
        ended_at=("updated_at",),
        hints=("name", "id"),
        summary=("name",),
    ),
)
_GOOGLE = (
    Idiom(
        each="[]",
        state="status_impact",
        opens=("SERVICE_DISRUPTION", "SERVICE_OUTAGE"),
        neither={"SERVICE_INFORMATION": "information is no outage", "AVAILABLE": "available is no outage"},
        ended_by="end",
        key=("{id}",),
        opened_at=("begin",),
        ended_at=("end",),
        began_at="begin",
        hints=("affected_products[].title", "affected_products[].id", "service_name"),
        summary=("external_desc",),
        delivery=("{modified}",),
    ),
)


def read_statuspage(raw: bytes, received_at: datetime) -> Posted:
    """`/api/v2/summary.json` or `incidents.json` of a Statuspage; each signal has a delivery key of its own.

    The summary has unresolved incidents only: one that is gone from it says nothing, `incidents.json` tells
    when it ended. Raises `BadInput`, for instance for a page of HTML: an answer that failed says nothing
    either.
    """
    return _read("a Statuspage", _SUMMARY, raw, received_at)


def read_statuspage_components(raw: bytes, received_at: datetime) -> Posted:
    """The same summary: a component may be out before anybody has written an incident. Raises `BadInput`."""
    return _read("a Statuspage", _COMPONENTS, raw, received_at)


def read_google_status(raw: bytes, received_at: datetime) -> Posted:
    """`incidents.json` of status.cloud.google.com: one is open while it has no `end`. Raises `BadInput`."""
    return _read("Google Cloud's status page", _GOOGLE, raw, received_at)


def _read(page: str, idioms: tuple[Idiom, ...], raw: bytes, received_at: datetime) -> Posted:
    return read_message(page, idioms, from_json(raw), Incoming({}, raw), received_at, "service")

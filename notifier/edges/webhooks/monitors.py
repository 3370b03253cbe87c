"""Tools that look at addresses and jobs from outside. Facts are from their sources and documents, as each says."""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime

from notifier.edges.webhooks.bodies import unpacked
from notifier.edges.webhooks.idiom import Fits, Idiom, Names
from notifier.edges.webhooks.incoming import Incoming
from notifier.edges.webhooks.paths import Spot
from notifier.edges.webhooks.proofs import same
from notifier.errors import BadInput

UPTIMEKUMA = (
    Idiom(
        when=(Fits("msg"),),
        nothing=(Fits("heartbeat.status", "", "a test, or a certificate that is about to expire"),),
        state="heartbeat.status",
        opens=("0",),
        ends=("1",),
        neither={"2": "it tries again before it says so", "3": "maintenance"},
        key=("{heartbeat.monitorID}", "{monitor.id}"),
        opened_at=("heartbeat.time",),
        ended_at=("heartbeat.time",),
        naive_is_utc=True,
        hints=("monitor.name", Names("monitor.tags")),
        summary=("msg",),
        delivery=("{heartbeat.monitorID}:{heartbeat.time}",),
    ),
)
"""Uptime Kuma 2 (louislam/uptime-kuma server/notification-providers/webhook.js): `time` is UTC without saying
so. It sends once and never again; as `multipart/form-data` in the field `data`, by GET as JSON texts in the
query.
"""

HEALTHCHECKS = (
    Idiom(when=(Fits("name", "TEST"), Fits("slug", "")), nothing=(Fits("name", why="a test"),)),
    Idiom(
        when=(Fits("code"), Fits("status")),
        state="status",
        opens=("down",),
        ends=("up",),
        key=("{code}",),
        opened_at=("now",),
        ended_at=("now",),
        hints=("name", "slug", Names("tags")),
        summary=("name",),
        delivery=("{code}:{status}:{now}",),
    ),
)
"""healthchecks (hc/integrations/webhook/transport.py), the body of the manual page. `check.status` may lag
behind `$STATUS`. Its test is a check that is down, is called TEST without a slug, and exists
nowhere.
"""

CHECKLY = (
    Idiom(
        when=(Fits("alert_type"), Fits("check_id")),
        state="alert_type",
        opens=("ALERT_FAILURE", "ALERT_FAILURE_REMAIN", "ALERT_DEGRADED*"),
        ends=("*_RECOVERY",),
        neither={"ALERT_SSL": "a certificate, no outage"},
        key=("{check_id}",),
        opened_at=("started_at",),
        ended_at=("started_at",),
        hints=("check_name", Names("tags")),
        summary=("event", "check_name"),
        delivery=("{check_result_id}:{alert_type}",),
    ),
)
"""Checkly (checklyhq.com/docs webhooks.md), the body of the manual page."""

UPTIMEROBOT = (
    Idiom(
        when=(Fits("monitorID"), Fits("alertType")),
        state="alertType",
        opens=("1",),
        ends=("2",),
        neither={"3": "a certificate, no outage", "99": "a test"},
        key=("{monitorID}",),
        opened_at=("alertDateTime",),
        ended_at=("alertDateTime",),
        hints=("monitorFriendlyName",),
        summary=("alertDetails", "monitorFriendlyName"),
        delivery=("{monitorID}:{alertType}:{alertDateTime}",),
    ),
)
"""UptimeRobot, the body of the manual page: its words are left as `*words*` where they do not apply."""

STATUSCAKE = (
    Idiom(
        when=(Fits("Status"),),
        state="Status",
        opens=("Down",),
        ends=("Up",),
        key=("{TestID}", "{Name}|{URL}", "{Name}"),
        hints=("Name", Names("Tags")),
        summary=("Name",),
        delivery=("{sha256}:{minute}",),
    ),
)
"""StatusCake (knowledge base, webhooks): a form without a time, the same each time that a test goes down."""


LARGEST_FORM = 1 << 20
"""It is read before anybody knows whose it is."""


def statuscake_token(incoming: Incoming, secrets: Sequence[str], _now: datetime) -> bool:
    """`Token` in the form is md5 of the user's name in lower case and the API key; the secret is `user:key`, or
    the token itself.
    """
    if len(incoming.raw) > LARGEST_FORM:
        return False
    try:
        message = unpacked(incoming)
    except BadInput:
        return False
    given = Spot(message, message, incoming).text("Token").encode()
    tokens = [_token(*secret.split(":", 1)) for secret in secrets if ":" in secret]
    matches = [hmac.compare_digest(given, token.encode()) for token in tokens]
    return bool(given) and (same(given, secrets) or any(matches))


def _token(user: str, key: str) -> str:
    return hashlib.md5(f"{user.lower()}{key}".encode(), usedforsecurity=False).hexdigest()


BETTERSTACK = (
    Idiom(
        when=(Fits("data.type", "incident"),),
        state="data.attributes.status",
        opens=("Started",),
        ends=("Resolved",),
        neither={"Acknowledged": "acknowledged is neither"},
        ended_by="data.attributes.resolved_at",
        key=("{data.id}",),
        opened_at=("data.attributes.started_at",),
        ended_at=("data.attributes.resolved_at",),
        began_at="data.attributes.started_at",
        hints=("data.attributes.name", "data.relationships.monitor.data.id"),
        summary=("data.attributes.cause", "data.attributes.name"),
    ),
    Idiom(
        when=(Fits("data.type"), Fits("data.id")),
        state="data.type",
        otherwise="only incidents say something",
    ),
    Idiom(
        when=(Fits("event_type", "incident"), Fits("incident.id")),
        state="page.status_indicator",
        opens=("downtime", "degraded"),
        ends=("operational",),
        neither={"maintenance": "maintenance"},
        key=("{incident.id}",),
        opened_at=("incident.created_at",),
        ended_at=("incident.updated_at",),
        began_at="incident.created_at",
        hints=(
            "incident.incident_updates[].affected_resources[].name",
            "incident.incident_updates[].affected_resources[].id",
        ),
        summary=("incident.name",),
        delivery=("{incident.incident_updates[0].id}",),
    ),
    Idiom(
        when=(Fits("event_type"), Fits("page.id")),
        state="event_type",
        neither={"maintenance": "maintenance", "component*": "its incident says it"},
    ),
)
"""Better Stack: uptime (betterstack.com/docs uptime/webhooks.md, a JSON:API body), and the status page, whose
incident has no state of its own: only the indicator of the whole page. One that ends while another is open
is said to be as bad as the page; it ends only with a post of its own that finds the page operational.
"""

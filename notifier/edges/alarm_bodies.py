"""One alarm in the words of whoever is told: Standard Webhooks, Slack's text, an event of PagerDuty, a mail.

No address of a customer goes out: alarms have none by contract, and what looks like one is taken out here all the
same.
"""

from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import Any

from notifier.edges.webhooks.texts import without_addresses
from notifier.model.alarm import AlarmEvent, AlarmNews
from notifier.model.mail import Envelope, Letter

LONGEST_SUMMARY = 1024
"""Characters of PagerDuty's `payload.summary` (developer.pagerduty.com, Events API v2, Send an Alert Event)."""
LONGEST_SUBJECT = 120


def standard(news: AlarmNews) -> dict[str, Any]:
    """`type`, `timestamp`, `data` as the specification of Standard Webhooks proposes them."""
    return {
        "type": f"alarm.{news.what}",
        "timestamp": _stamp(news.at),
        "data": {
            "alarm": news.incident,
            "kind": news.kind,
            "severity": str(news.severity),
            "text": without_addresses(news.text),
            "disruption": news.reference,
            "raised_at": _stamp(news.raised_at),
            "cleared_at": _stamp(news.cleared_at) if news.cleared_at else None,
        },
    }


def slack(news: AlarmNews) -> dict[str, Any]:
    """What an incoming webhook of Slack takes, and those of Mattermost and Discord (`/slack`)."""
    return {"text": f"*{_heading(news)}*{_named(news)} {_in_slack(without_addresses(news.text))}"}


def pagerduty(news: AlarmNews, routing_key: str) -> dict[str, Any]:
    """Events API v2: `trigger`, and `resolve` with the same `dedup_key`."""
    event = {"routing_key": routing_key, "dedup_key": news.incident}
    if news.what is AlarmEvent.CLEARED:
        return event | {"event_action": "resolve"}
    text = without_addresses(news.text)
    return event | {
        "event_action": "trigger",
        "client": "notifier",
        "payload": {
            "summary": text if len(text) <= LONGEST_SUMMARY else f"{text[: LONGEST_SUMMARY - 1]}…",
            "source": "notifier",
            "severity": str(news.severity),
            "timestamp": _stamp(news.raised_at),
            "class": news.kind,
            "custom_details": {"disruption": news.reference, "text": text},
        },
    }


def mail(news: AlarmNews, to: Sequence[str], sender: str) -> Envelope:
    """A short plain mail, outside the accounting: it has no notice and says of no installation that it sent it,
    so what the provider reports about it is held against nothing.
    """
    text = f"{without_addresses(news.text)}\n\n{_when(news)}\n`notifier list` shows what is open.\n"
    subject = f"{_heading(news)}{_named(news)} {without_addresses(news.text)}"
    return Envelope(
        attempt_id=news.message_id,
        notice_id=0,
        sender=sender,
        reply_to=None,
        headers={},
        subject=subject if len(subject) <= LONGEST_SUBJECT else f"{subject[: LONGEST_SUBJECT - 1]}…",
        text=text,
        html="".join(f"<p>{escape(line)}</p>" for line in text.splitlines() if line),
        letters=[Letter(0, address, {}) for address in to],
    )


def _heading(news: AlarmNews) -> str:
    match news.what:
        case AlarmEvent.RAISED:
            return f"{news.severity.upper()}:"
        case AlarmEvent.CLEARED:
            return "OVER:"
        case AlarmEvent.TEST:
            return "TEST:"


def _named(news: AlarmNews) -> str:
    return f" D-{news.reference}:" if news.reference else ""


def _when(news: AlarmNews) -> str:
    since = f"{news.raised_at:%Y-%m-%d %H:%M} UTC"
    return f"From {since} to {news.cleared_at:%Y-%m-%d %H:%M} UTC." if news.cleared_at else f"Since {since}."


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _in_slack(text: str) -> str:
    """Its three control characters: nobody's name may call the whole channel."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

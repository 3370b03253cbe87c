"""Headers of every mail of a disruption, the same for all its recipients."""

import hashlib
import re

from notifier.model.notice_context import NoticeContext


def headers(context: NoticeContext, mail_domain: str) -> dict[str, str]:
    """One conversation, and no automatic answers.

    A synthetic root that no mail has as its own id keeps all notices together (Gmail: the same References and
    subject). Auto-Submitted: RFC 3834, section 5. X-Auto-Response-Suppress: MS-OXCMAIL 2.1.3.2.20.
    Feedback-ID groups complaints by disruption, notice and kind, never by person.
    Raises `ValueError` for a domain or reference that cannot stand in a header.
    """
    domain = mail_domain.encode("idna").decode().lower()
    root = f"<{context.reference.lower()}.disruption@{domain}>"
    if not re.fullmatch(r"<[a-z0-9.-]{1,64}\.disruption@[a-z0-9.-]{1,255}>", root):
        raise ValueError("a reference and a domain are letters, digits, dots and hyphens")
    return {
        "References": root,
        "In-Reply-To": root,
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "OOF, AutoReply",
        "Feedback-ID": ":".join(
            (context.reference.lower(), context.notice.value, context.kind.value, _sender_id(domain))
        ),
    }


def _sender_id(domain: str) -> str:
    """5 to 15 characters that never change (Gmail's feedback loop; support.google.com/mail/answer/6254652)."""
    return f"n{hashlib.sha256(domain.encode()).hexdigest()[:12]}"

"""Headers of every mail of a disruption, the same for all its recipients."""

import re

from notifier.model.story import Story


def headers(story: Story, mail_domain: str) -> dict[str, str]:
    """One conversation, and no automatic answers.

    A synthetic root that no mail has as its own id keeps all notices together (Gmail: the same References and
    subject). Auto-Submitted: RFC 3834, section 5. X-Auto-Response-Suppress: MS-OXCMAIL 2.1.3.2.20.
    Raises `ValueError` for a domain or reference that cannot stand in a header.
    """
    root = f"<{story.reference.lower()}.disruption@{mail_domain.encode('idna').decode().lower()}>"
    if not re.fullmatch(r"<[a-z0-9.-]{1,64}\.disruption@[a-z0-9.-]{1,255}>", root):
        raise ValueError("a reference and a domain are letters, digits, dots and hyphens")
    return {
        "References": root,
        "In-Reply-To": root,
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "OOF, AutoReply",
    }

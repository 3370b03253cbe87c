"""A receiver of Standard Webhooks: their own library, at the moment at which a message says that it was signed.

By its own clock the library believes what is five minutes old at most: a slow machine would be a forger.
"""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any, Self

import pytest
from standardwebhooks import webhooks


def believed(secret: str, body: bytes, headers: Mapping[str, str]) -> Any:
    """The body as data. Raises `WebhookVerificationError` for what was not signed so."""
    signed_at = float({name.lower(): value for name, value in headers.items()}["webhook-timestamp"])

    class Then(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls.fromtimestamp(signed_at, tz)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(webhooks, "datetime", Then)
        return webhooks.Webhook(secret).verify(body, dict(headers))

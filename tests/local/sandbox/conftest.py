"""The sandbox as a process of its own, spoken to over HTTP only."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox import Running, started


@pytest.fixture
def sandboxes() -> Any:
    """Starts one more: `with sandboxes(port=...) as running`."""
    return started


@pytest.fixture(scope="session")
def one_sandbox() -> Iterator[Running]:
    with started() as running:
        yield running


@pytest.fixture
def sandbox(one_sandbox: Running) -> Running:
    """Empty: no mails, no faults, no suppressions, no target."""
    one_sandbox.call("DELETE", "/messages")
    one_sandbox.call("DELETE", "/faults")
    one_sandbox.call("POST", "/events/target", {"url": None})
    for name in ("bounces", "spam_reports", "invalid_emails", "unsubscribes"):
        for entry in one_sandbox.get(f"/v3/suppression/{name}"):
            one_sandbox.call("DELETE", f"/v3/suppression/{name}/{entry['email']}")
    return one_sandbox

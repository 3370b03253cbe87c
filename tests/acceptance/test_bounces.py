"""An address that is known to be bad is not written to again, and stands on the list of whom to call."""

from collections.abc import Iterator

import pytest

from .conftest import RIGHT_KEY, Place, free_port

SUSPEND = ("suspend", "fable-5", "--reason", "legal", "--yes")


@pytest.fixture
def reporting(deployment: Place) -> Iterator[Place]:
    """The provider reports to our own endpoint what became of each mail, signed."""
    port = free_port()
    public = deployment.provider.ask("GET", "/events/public-key")["public_key"]
    deployment.environment["SENDGRID_API_KEY"] = RIGHT_KEY
    for process in ("worker", "web", "beat"):
        deployment.start(process, NOTIFIER_PORT=str(port), NOTIFIER_SENDGRID_EVENT_KEYS=public)
    deployment.provider.ask("POST", "/events/target", {"url": f"http://127.0.0.1:{port}/events/sendgrid"})
    yield deployment
    deployment.provider.ask("POST", "/events/target", {"url": None})


def test_a_bounce_ends_the_mails_to_an_address_and_asks_for_a_call(reporting: Place) -> None:
    reporting.people(5)
    reporting.people(1, "bounce")
    assert reporting(*SUSPEND).code == 0
    (reference,) = reporting.references
    reporting.until(lambda: reporting.shown(reference)[0]["accounts"].get("unreachable") == 1)
    assert reporting.shown(reference)[0]["accounts"]["told"] == 5

    assert reporting("update", reference, "--nothing-new", "--yes").code == 0
    told = {f"p{n}@example.com": 2 for n in range(1, 6)}
    assert reporting.provider.addresses() == told  # its first mail was not delivered, and it got no second
    assert reporting.provider.messages("bounced")[0]["address"] == "bounce1@example.com"
    assert len(reporting.provider.messages("bounced")) == 1

    work = reporting("gaps", reference)
    assert "bounce1" in work.out
    assert "the address does not take mail" in work.out

"""An alarm goes the whole way: a tool reports, real workers tell a receiver, and tell it once that is over."""

import json
import urllib.request
from base64 import b64encode
from datetime import UTC, datetime

from notifier.model.alarm import CALM
from tests.believing import believed
from tests.site import a_site

from .conftest import RIGHT_KEY, Place, free_port

SECRET = f"whsec_{b64encode(bytes(24)).decode()}"
HOOK = """
[[alarms]]
name = "hook"
body = "standard"
url_env = "STORY_HOOK_URL"
secret_env = "STORY_HOOK_SECRET"
only = ["draft"]
[policy]
on_call = ["ops@example.org"]
"""


def report(port: int) -> None:
    alert = {
        "status": "firing",
        "labels": {"alertname": "ServiceDown", "service": "fable-prod"},
        "annotations": {"summary": "requests of ida@example.com fail"},
        "startsAt": datetime.now(UTC).isoformat(),
        "fingerprint": "f1",
    }
    body = json.dumps({"version": "4", "status": "firing", "alerts": [alert]}).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{port}/hooks/prometheus", body, method="POST")
    urllib.request.urlopen(request).close()


def listens(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz").close()
    except OSError:
        return False
    return True


def test_a_tool_reports_and_whoever_is_on_call_hears_it_and_its_end(deployment: Place) -> None:
    deployment.people(3)
    (deployment.folder / "alarms.toml").write_text(HOOK)
    assert deployment("apply", "alarms.toml", "--yes").code == 0
    port = free_port()
    with a_site() as site:
        ours = {
            "SENDGRID_API_KEY": RIGHT_KEY,
            "STORY_HOOK_URL": f"{site.url}/hook",
            "STORY_HOOK_SECRET": SECRET,
            "NOTIFIER_HEARTBEAT_URL": f"{site.url}/beat",
            "NOTIFIER_PORT": str(port),
        }
        for part in ("worker", "beat", "web"):
            deployment.start(part, **ours)
        deployment.until(lambda: listens(port))
        report(port)

        def heard() -> list[dict[str, object]]:
            asked = [each for each in site.asked if each.path == "/hook"]
            return [believed(SECRET, each.body, each.headers) for each in asked]

        deployment.until(heard)
        (reference,) = deployment.references
        (raised,) = heard()
        assert raised["type"] == "alarm.raised"
        assert raised["data"]["disruption"] == reference  # type: ignore[index]
        assert "Prometheus reports trouble with Fable 5" in raised["data"]["text"]  # type: ignore[index]
        assert not any(b"ida" in asked.body for asked in site.asked)

        assert deployment("approve", reference, "--yes", **ours).code == 0
        cleared = "SELECT FROM alarm WHERE key LIKE 'draft:%%' AND cleared_at IS NOT NULL"
        deployment.until(lambda: deployment.rows(cleared))
        deployment.rows("UPDATE alarm SET cleared_at = cleared_at - %s", CALM)
        deployment.until(lambda: len(heard()) > 1)
        assert [each["type"] for each in heard()] == ["alarm.raised", "alarm.cleared"]
        deployment.until(lambda: deployment.provider.addresses()["ops@example.org"])
        deployment.until(lambda: any(each.path == "/beat" for each in site.asked))
        listed = deployment("alarms", **ours)
        assert "  hook  (standard)" in listed.out
        assert "last told" in listed.out
        deployment.end()

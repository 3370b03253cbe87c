"""`notifier alarms`: where alarms go, what failed and why; and a test that says what was answered."""

import json
from pathlib import Path

from notifier.actions.background.paging import TEXT
from notifier.store import Db
from notifier.store.company import destinations
from notifier.store.company.destinations import DeclaredDestination
from tests import in_process
from tests.site import Page, a_site


def test_a_destination_is_listed_tested_and_says_what_is_wrong(db: Db, tmp_path: Path) -> None:
    environment = {
        "NOTIFIER_DATABASE_URL": db.url,
        "NOTIFIER_HOME": str(tmp_path / "home"),
        "NOTIFIER_REHEARSALS_ONLY": "1",
    }

    def notifier(*args: str, code: int = 0) -> str:
        ended, out, err = in_process.run(args, environment, tmp_path, "")
        assert ended == code, err
        return out + err

    assert "Alarms go nowhere" in notifier("alarms")
    assert "name destinations under [[alarms]]" in notifier("alarms", "test", code=2)
    with db.transaction() as tx:
        destinations.put(
            tx, DeclaredDestination("chat", "slack", "CHAT_URL", None, None, [], "warning", off=False)
        )
    assert "! chat  (slack)\n    not from here CHAT_URL is empty: set it to" in notifier("alarms")
    with a_site() as site:
        environment["CHAT_URL"] = f"{site.url}/in/s3cret"
        assert "  chat  (slack)\n    last told     never" in notifier("alarms")
        assert notifier("alarms", "test", "chat") == "  chat  It answered 200: fine.\n"
        assert TEXT in json.loads(site.asked[0].body)["text"]
        site.usual = Page(410, b"no_service")
        assert "! chat  It answered 410" in notifier("alarms", "test", code=4)
        (tested,) = json.loads(notifier("alarms", "test", "--json", code=4))
        assert (tested["name"], tested["told"]) == ("chat", False)
    listed = notifier("alarms")
    assert f"test: {TEXT}" in listed
    assert "2 times in a row" in listed
    assert "s3cret" not in listed
    (row,) = json.loads(notifier("alarms", "--json"))
    assert (row["failures"], row["works"], row["owed"]) == (2, False, 0)
    doctor = notifier("doctor", code=4)
    assert "FAULT  alarms" in doctor
    assert "WARN   heartbeat" in doctor

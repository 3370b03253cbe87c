"""`notifier merge` and `notifier split`, and what the screens say of drafts that were."""

import json
from datetime import timedelta
from pathlib import Path

from notifier.actions.background.signals import judge_signals
from notifier.model.terms import Terms
from notifier.store import Db
from notifier.store.company import catalogue
from tests import in_process
from tests.actions.background.test_signals import CUT, NOW, WRITER, alert, open_ones, post
from tests.actions.background.test_signals import company as _company

company = _company


def test_two_drafts_become_one_and_two_again(company: Db, tmp_path: Path) -> None:
    environment = {
        "NOTIFIER_DATABASE_URL": company.url,
        "NOTIFIER_HOME": str(tmp_path / "home"),
        "NOTIFIER_REHEARSALS_ONLY": "1",
    }

    def notifier(*args: str, code: int = 0) -> str:
        found, out, err = in_process.run(args, environment, tmp_path, "")
        assert found == code, err
        return " ".join((out + err).split())

    with company.transaction() as tx:
        catalogue.put_service(tx, "sonnet-5", "Sonnet 5", Terms(needs=2))
    post(company, alert("fable-prod"))
    post(company, alert("mythos-prod", start=CUT - timedelta(hours=3)))
    post(company, alert("sonnet-5"))
    judge_signals(company, WRITER, NOW)
    fable, mythos = (one.reference for one in open_ones(company))
    listed = notifier("list")
    assert "WAITING prometheus reports sonnet-5 since" in listed
    assert "(1 of 2 for sonnet-5)" in listed
    assert "waiting since" in notifier("sources")
    assert json.loads(notifier("sources", "--json"))[1]["waits"][0]["services"] == ["sonnet-5"]

    assert f"D-{fable} is about fable-5, mythos-5; D-{mythos} is merged into it." in notifier(
        "merge", fable, mythos
    )
    assert "was merged into it before" in notifier("merge", f"D-{fable}", mythos)
    assert f"D-{mythos} is over (merged)" in notifier("merge", mythos, fable, code=3)
    assert f"Merged into D-{fable}" in notifier("show", mythos)
    shown = notifier("show", fable)
    assert f"Took in D-{mythos}" in shown
    assert "-> opened a draft: no open disruption covers this" in shown
    assert "merged another into it: from fable-5 to fable-5, mythos-5" in shown

    new = json.loads(notifier("split", fable, "mythos-5", "--json"))["other"]
    assert f"D-{new} (mythos-5) was split off before" in notifier("split", fable, "mythos-5")
    shown = json.loads(notifier("show", new, "--json"))
    assert shown["related"] == [{"how": "split from", "reference": fable}]
    assert [row["services"] for row in shown["heard"]] == [["mythos-5"]]
    assert [row["act"] for row in shown["concluded"]] == ["draft"]
    assert "name some of them" in notifier("split", fable, "fable-5", code=2)

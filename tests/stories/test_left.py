"""Who vanishes from a complete file while something open is about them: they hear its end like everybody."""

import threading
from dataclasses import replace
from io import BytesIO

from notifier.actions.announce.restore import RestoredPart
from notifier.actions.company.complete import Everybody
from notifier.actions.company.import_customers import import_customers
from notifier.actions.control.approve import Consent
from notifier.actions.notices.rule import rule_at
from notifier.model.vocabulary import NoticeKind, Possibly
from notifier.store.audience.owed import back_but_cut_off
from notifier.store.audience.verdicts import Back, Gap, Rule, survey
from notifier.store.company import customers, leaving, staging
from notifier.store.disruptions import disruptions
from notifier.store.disruptions.signals import extent
from tests.lab import Lab
from tests.raw_sql import WAITING
from tests.waiting import until

FILE = "customer,name,email,services\n"
OVER = "UPDATE disruption SET ended_at = now()"
DECLARED = "UPDATE disruption SET ended_at = NULL"
"""And sent: its lists are there."""


def leave(lab: Lab, *staying: str, left: int) -> None:
    """A complete file of these customers, acknowledged."""
    rows = "".join(f"{name},Customer {name},{name}@example.com,fable-5\n" for name in staying)
    import_customers(lab.app.db, lab.act(), BytesIO((FILE + rows).encode()), everybody=Everybody(left))


def held(lab: Lab) -> list[str]:
    rows = lab.rows("SELECT ext_id FROM entitlement JOIN customer USING (customer_id) ORDER BY 1")
    return [name for (name,) in rows]


def test_who_was_told_and_vanishes_hears_that_it_is_over_and_then_it_ends(lab: Lab) -> None:
    everybody = lab.people(3)
    reference = lab.suspend()
    lab.settle()
    leave(lab, "p1", left=2)
    lab.tick()
    lab.restore(reference)
    lab.settle()
    assert lab.sink.counts == dict.fromkeys(everybody, 2)
    assert all(lab.sink.to(each)[-1].text.startswith("Your access is back") for each in everybody)
    assert lab.accounts(lab.notice_id(reference, 2))["told"] == 3
    lab.tick()
    assert held(lab) == ["p1"]
    lab.suspend()
    lab.settle()
    assert lab.sink.counts == {everybody[0]: 3, everybody[1]: 2, everybody[2]: 2}


def test_who_vanishes_before_the_list_is_frozen_is_told_of_both(lab: Lab) -> None:
    """It may be the cut-off itself that took them out of the file."""
    everybody = lab.people(3)
    reference = lab.suspend()
    leave(lab, "p1", left=2)
    lab.settle()
    lab.restore(reference)
    lab.settle()
    assert lab.sink.counts == dict.fromkeys(everybody, 2)


def test_a_part_that_is_back_is_back_for_who_has_vanished(lab: Lab) -> None:
    lab.people(1, "de", nationality="DE")
    lab.people(1, "us", nationality="US")
    reference = lab.suspend()
    lab.settle()
    leave(lab, "us1", left=1)
    lab.tick()
    lab.restore(reference, RestoredPart(where="nationality = 'DE'"))
    lab.settle()
    assert lab.sink.counts == {"de1@example.com": 2, "us1@example.com": 1}
    lab.restore(reference)
    lab.settle()
    assert lab.sink.counts == {"de1@example.com": 2, "us1@example.com": 2}


def test_who_left_and_was_never_told_hears_of_nothing_that_comes_later(lab: Lab) -> None:
    lab.people(1, "de", nationality="DE")
    lab.people(1, "us", nationality="US")
    reference = lab.suspend("nationality = 'DE'")
    lab.settle()
    lab.people(1, "late", nationality="DE")
    leave(lab, "de1", left=2)
    lab.tick("sweep", "late")
    assert held(lab) == ["de1"]
    assert lab.alarms() == []
    lab.rescope(reference)
    lab.settle()
    lab.restore(reference)
    lab.settle()
    assert lab.sink.counts == {"de1@example.com": 2}


def test_who_was_kept_for_a_list_that_closed_without_them_hears_nothing_later(lab: Lab) -> None:
    lab.people(1, "de", nationality="DE")
    lab.people(1, "us", nationality="US")
    reference = lab.suspend("nationality <> 'FR'", consent=Consent())
    leave(lab, "de1", left=1)
    lab.tick()
    assert held(lab) == ["de1", "us1"]
    lab.customers("customer,nationality\nus1,FR\n")
    lab.approve(lab.notice_id(reference, 1))
    lab.settle()
    lab.tick()
    assert held(lab) == ["de1"]


def test_who_was_told_and_left_hears_that_it_never_was_about_them(lab: Lab) -> None:
    lab.people(1, "de", nationality="DE")
    lab.people(1, "us", nationality="US")
    reference = lab.suspend()
    lab.settle()
    leave(lab, "de1", left=1)
    lab.tick()
    lab.rescope(reference, "nationality = 'DE'")
    lab.settle()
    assert lab.sink.counts == {"de1@example.com": 1, "us1@example.com": 2}


def test_whoever_has_left_is_no_evidence(lab: Lab) -> None:
    """Kept for the draft that is about them alone, they would open it again and again."""
    lab.people(1)
    lab.customers("customer,name,email,services,suspended\nm1,M1,m1@example.com,mythos-5,mythos-5\n")
    lab.tick("watch", "judge")
    leave(lab, "p1", left=1)
    assert held(lab) == ["m1", "p1"]
    lab.tick("watch", "judge")
    heard = lab.rows("SELECT state FROM signal ORDER BY signal_id")
    assert heard == [("firing",), ("resolved",)]
    lab.rows(OVER)
    lab.tick("watch", "judge")
    assert lab.rows("SELECT count(*) FROM signal") == [(2,)]
    lab.tick()
    assert held(lab) == ["p1"]


def test_what_left_is_kept_for_one_disruption_and_is_in_no_other(lab: Lab) -> None:
    lab.people(2)
    lab.suspend()
    lab.settle()
    leave(lab, "p1", left=1)
    with lab.app.db.transaction() as tx:
        found = survey(tx, Rule(["fable-5"], None, Possibly.HEDGE))
    assert found.people == 1
    with lab.app.db.transaction() as tx:
        (disruption_id,) = lab.rows("SELECT disruption_id FROM disruption")[0]
        found = survey(tx, rule_at(tx, disruption_id, NoticeKind.FIRST))
    assert found.people == 2


def test_who_left_is_cut_off_no_more(lab: Lab) -> None:
    lab.customers(
        "customer,name,email,services,suspended,seats\np1,P1,p1@example.com,fable-5,fable-5,1\n"
        "p2,P2,p2@example.com,fable-5,fable-5,2\n"
    )
    lab.suspend()
    lab.settle()
    leave(lab, "p1", left=1)
    with lab.app.db.transaction() as tx:
        (disruption_id,) = lab.rows("SELECT disruption_id FROM disruption")[0]
        rule = rule_at(tx, disruption_id, NoticeKind.FIRST)
        assert survey(tx, rule).gap == Gap(1, 0, 0)
        assert back_but_cut_off(tx, replace(rule, restored=(Back("fable-5", None),))) == 1
        assert extent(tx, ["fable-5"], now=lab.now()).customers == 1


def test_who_is_told_while_the_file_is_asked_about_is_kept(lab: Lab) -> None:
    """Nobody can declare any more when it is decided who stays."""
    lab.people(2)
    lab.suspend()
    lab.settle()
    lab.rows(OVER)
    importing = threading.Thread(target=lambda: leave(lab, "p1", left=1))
    with lab.app.db.transaction() as tx:
        disruptions.lock_declarations(tx)
        importing.start()
        until(lambda: not importing.is_alive() or lab.rows(WAITING) == [(1,)])
        assert importing.is_alive()
        tx.execute(DECLARED)
    importing.join()
    assert held(lab) == ["p1", "p2"]


def test_who_was_listed_since_it_was_asked_does_not_end(lab: Lab) -> None:
    """A worker that freezes a list holds no declarations."""
    lab.people(2)
    lab.suspend()
    lab.settle()
    lab.rows(OVER)
    with lab.app.db.transaction() as tx:
        staging.create_staging(tx)
        tx.execute("""INSERT INTO staged (ext_id, services) VALUES ('p1', '[["fable-5", null]]')""")
        customers.gather_entitlements(tx)
        leaving.gather(tx)
        leaving.keep_told(tx)
        lab.rows(DECLARED)
        assert leaving.end(tx) == 0
        leaving.keep_told(tx)
        leaving.keep_until_over(tx, lab.now())
    with lab.app.db.transaction() as tx:
        assert leaving.end_kept(tx) == 0
    assert held(lab) == ["p1", "p2"]

"""Who vanishes from a complete file while something open is about them: they hear its end like everybody."""

from io import BytesIO

from notifier.actions.announce.restore import RestoredPart
from notifier.actions.company.complete import Everybody
from notifier.actions.company.import_customers import import_customers
from tests.lab import Lab

FILE = "customer,name,email,services\n"


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

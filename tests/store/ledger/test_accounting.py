"""Where a delivery stands: the view says it once, for the sum and for every screen."""

from notifier.model.event import Fate
from notifier.store import Db, value
from notifier.store.read.call_list import UNREACHABLE, Untold


def test_a_mail_that_never_arrived_is_one_for_which_somebody_calls(db: Db) -> None:
    """The words of the database and those of the call list may not come apart."""
    with db.transaction() as tx:
        never = {fate for fate in Fate if value(tx, "SELECT never_arrived(%(fate)s)", fate=fate.value)}
        assert value(tx, "SELECT never_arrived(NULL)") is False
    assert {fate.value for fate in never} == UNREACHABLE - {Untold.NO_ADDRESS}

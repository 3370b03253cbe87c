"""What `show` says of those who reported a disruption."""

from datetime import timedelta

from notifier.actions.background.signals import judge_signals
from notifier.actions.inspect.evidence import lines, sources_say
from notifier.model.vocabulary import Mode
from notifier.store import Db, Tx
from notifier.store.disruptions import disruptions
from tests.actions.background.test_judging import MINUTE, NOW, WRITER, alert, company, has, hear, post

__all__ = ["company"]


def the_draft(tx: Tx) -> int:
    return disruptions.open_ones(tx, Mode.REHEARSAL)[0].disruption_id


def test_show_says_who_reports_it_who_has_stopped_repeating_it_and_who_took_it_back(company: Db) -> None:
    has(company, silence_seconds=1_200)
    hear(company, "firing", NOW)
    post(company, [alert("mythos-5", NOW, name="Slow")], NOW)
    judge_signals(company, WRITER, NOW)
    hear(company, "firing", NOW + 15 * MINUTE)
    with company.transaction() as tx:
        id_ = the_draft(tx)
        assert lines(tx, id_, NOW + 15 * MINUTE) == ["  Evidence: prometheus reports 2 troubles."]
        (line,) = lines(tx, id_, NOW + 30 * MINUTE)
        assert line.endswith(
            "prometheus has not repeated 1 of 2 troubles since 08:13 UTC: lost, not resolved."
        )
        (said,) = sources_say(tx, id_, NOW + timedelta(hours=1))
        assert (said.firing, said.lost) == (2, 2)
    end = (NOW + 16 * MINUTE).isoformat()
    hear(company, "resolved-by-lapse", NOW + 16 * MINUTE, endsAt=end)
    post(company, [alert("mythos-5", NOW, NOW + 16 * MINUTE, name="Slow")], NOW + 17 * MINUTE)
    with company.transaction() as tx:
        assert lines(tx, id_, NOW + timedelta(hours=1)) == [
            "  Evidence: prometheus has taken back what it reported."
        ]

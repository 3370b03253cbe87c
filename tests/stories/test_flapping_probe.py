"""A probe that flaps twenty times is one disruption, and one mail to each person at most."""

from tests.lab import Lab
from tests.site import Page, a_site

PROBE = """
[[probes]]
name = "api"
type = "http"
url = "{url}"
services = ["fable-5"]
allow_private = true
every = "60s"
fails = 1
recovers = 1
"""
FLAPS = 20


def test_a_probe_that_flaps_twenty_times_is_one_disruption_and_one_mail_each(lab: Lab) -> None:
    addresses = lab.people(3)
    with a_site() as site:
        lab.company(PROBE.format(url=site.url))
        for n in range(FLAPS):
            for status in (503, 200):
                site.usual = Page(status)
                lab.pass_time(70)
                lab.tick("probes", "judge")
            if n == FLAPS // 2:
                lab.approve(lab.value("SELECT notice_id FROM notice WHERE state = 'draft'"))
                lab.settle()
    assert lab.rows("SELECT count(*) FROM disruption") == [(1,)]
    assert lab.value("SELECT count(*) FROM signal") == 2 * FLAPS, "each was heard"
    assert lab.sink.counts == dict.fromkeys(addresses, 1)

"""A rehearsal goes the real path, shows what looks worst, and freezes the very list of the real run."""

import pytest

from .conftest import Place

SUSPEND = ("suspend", "fable-5", "mythos-5", "--reason", "legal", "--where", "nationality <> 'US'")
CUSTOMERS = """customer,name,email,contact_name,locale,timezone,services,nationality
C-1,Acme Ltd,ann@example.com,Ann Okafor,en,Europe/London,fable-5;mythos-5,GB
C-2,Donaudampfschifffahrtselektrizitätenbetriebswerk AG,ann@example.com,Ann Okafor,de,Europe/Berlin,fable-5,DE
C-3,Shalom,dana@example.com,דנה כהן,he,Asia/Jerusalem,mythos-5,IL
C-4,Cord Inc,cy@example.com,,,,fable-5,
C-5,US Only,us@example.com,Una,en,,fable-5,US
C-6,Mute,,,,,fable-5,FR
C-7,Bounced,fay@example.com,Fay,en,,fable-5,FR
"""


@pytest.fixture
def company(notifier: Place) -> Place:
    notifier.customers(CUSTOMERS)
    notifier.rows(
        "INSERT INTO suppression (recipient_id, reason, source) SELECT recipient_id, 'bounce', 'test'"
        " FROM recipient WHERE address_key = 'fay@example.com'"
    )
    return notifier


def test_its_list_is_the_list_of_the_real_run(company: Place) -> None:
    assert company(*SUSPEND, "--rehearse", "--yes").code == 0
    assert (company.sandbox.count(), company.provider.count()) == (3, 0)
    assert company(*SUSPEND, "--yes").code == 0
    assert (company.sandbox.count(), company.provider.count()) == (3, 3)
    rehearsed, real = (company.shown(reference)[0]["notice"] for reference in company.references)
    assert rehearsed["list_hash"] == real["list_hash"]
    assert len(real["list_hash"]) == 64
    assert company.sandbox.addresses() == company.provider.addresses()
    counts = ("audience_n", "people_n", "customers_n")
    assert [rehearsed[c] for c in counts] == [real[c] for c in counts] == [5, 3, 6]


@pytest.mark.parametrize(
    "change",
    [
        "customer,name,email,services,nationality\nC-9,Nine,nine@example.com,fable-5,FR\n",
        "customer,name\nC-1,Acme Limited\n",
        "customer,nationality\nC-4,US\n",
    ],
)
def test_another_list_has_another_hash(company: Place, change: str) -> None:
    assert company(*SUSPEND, "--rehearse", "--yes").code == 0
    company.customers(change)
    assert company(*SUSPEND, "--yes").code == 0
    rehearsed, real = (company.shown(reference)[0]["notice"] for reference in company.references)
    assert rehearsed["list_hash"] != real["list_hash"]


def test_it_shows_counts_timing_and_the_mails_that_look_worst(company: Place) -> None:
    done = company(*SUSPEND, "--rehearse", "--yes", COLUMNS="80")
    assert done.code == 0, done.said
    worst = {line.split("(")[1].split(";")[0]: line for line in done.out.splitlines() if "WORST (" in line}
    assert set(worst) == {"longest name, longest list", "right to left", "least known of them"}
    for part in (
        "= audience            5   adds up",
        "first mail ",
        "Donaudampf",
        "דנה כהן",
        "Hello,",
        "| Subject: ",
    ):
        assert part in done.out, part
    listed = company.shown()[0]["notice"]["list_hash"]
    assert f"List {listed[:16]}" in done.out


def test_as_json_for_programs_and_never_for_the_real(company: Place) -> None:
    rehearsed = company(*SUSPEND, "--rehearse", "--yes", "--json").json()
    ways = [way for mail in rehearsed["rehearsal"]["worst"] for way in mail["ways"]]
    assert sorted(ways) == ["least_known", "longest_list", "longest_name", "right_to_left"]
    assert rehearsed["rehearsal"]["list_hash"] == rehearsed["notices"][0]["notice"]["list_hash"]
    assert all(mail["text"] and "{" not in mail["text"] for mail in rehearsed["rehearsal"]["worst"])
    assert "rehearsal" not in company(*SUSPEND, "--yes", "--json").json()
    assert "WORST" not in company("update", company.references[-1], "--nothing-new", "--yes").out

"""Words that are true, in all languages, from the command to the mailbox.

A story says which messages of the catalogues a mail must hold, and which it must not.
"""

import json
import re
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest

from notifier.local.stack import Stack
from notifier.pipeline.compose import Words
from notifier.settings import data_folder

from .conftest import Place

WORDS = Words.load(data_folder("templates") / "email")
ZONES = {
    "ar": "Asia/Dubai", "de": "Europe/Berlin", "en": "America/New_York", "es": "Europe/Madrid",
    "fr": "Europe/Paris", "ja": "Asia/Tokyo", "pt-BR": "America/Sao_Paulo",
}  # fmt: skip
BY = {"certainty": "affected", "time": "now", "kind": "suspension", "contact": "phone", "rest": "none"}


def letters(text: str) -> str:
    return "".join(re.findall(r"\w+", text))


def says(locale: str, mail: str, message: str, **by: str) -> bool:
    """The mail holds the longest part of a message that is the same for everybody."""
    spoken = WORDS.shelf.languages[locale].catalogue
    shown: dict[str, str] = dict.fromkeys(("since", "back", "wrote", "next", "phone"), "\0")
    said = spoken.say(message, BY | by, shown)
    return letters(max(said.split("\0"), key=len)) in letters(mail)


def one_of_each_language(place: Place, nationality: str = "GB") -> None:
    rows = "".join(
        f"{locale},Firm {locale},{locale}@example.com,Ada Okafor,{locale},{zone},fable-5,{nationality}\n"
        for locale, zone in ZONES.items()
    )
    place.customers(f"customer,name,email,contact_name,locale,timezone,services,nationality\n{rows}")


def done(place: Place, *command: str) -> str:
    answer = place(*command)
    assert answer.code == 0, answer.said
    return answer.out


def mails(place: Place) -> dict[str, list[str]]:
    """By language, in the order in which they came."""
    found: dict[str, list[str]] = {}
    for each in place.provider.messages():
        found.setdefault(each["address"].split("@")[0].replace("pt-br", "pt-BR"), []).append(each["text"])
    assert found.keys() == ZONES.keys()
    return found


def suspended(place: Place, *more: str) -> str:
    done(place, "suspend", "fable-5", "--reason", "legal", "--yes", *more)
    return place.references[-1]


def test_a_correction_by_facts_reaches_every_reader_with_what_is_right(notifier: Place) -> None:
    one_of_each_language(notifier)
    (notifier.folder / "first.toml").write_text('billing = "not_charged"\n')
    reference = suspended(notifier, "--facts", "first.toml")
    (notifier.folder / "right.toml").write_text('billing = "charged"\ndata = "at_risk"\n')
    done(notifier, "correct", reference, "--facts", "right.toml", "--yes")
    for locale, (first, correction) in mails(notifier).items():
        assert says(locale, first, "billing-not_charged")
        quote = "\n".join(line for line in correction.splitlines() if line.startswith(">"))
        rest = correction.replace(quote, "")
        assert says(locale, quote, "billing-not_charged"), correction
        assert says(locale, quote, "data-kept"), correction
        for message in ("correction-heading", "billing-charged", "data-at_risk"):
            assert says(locale, rest, message), correction
        assert not says(locale, correction, "correction-elsewhere"), correction


def test_what_alertmanager_reports_reads_as_an_outage_and_ends_as_one(notifier: Place, stack: Stack) -> None:
    one_of_each_language(notifier)
    began = datetime.now(UTC) - timedelta(minutes=8)
    alert = {
        "status": "firing",
        "labels": {"alertname": "ServiceDown", "service": "fable-prod"},
        "annotations": {"summary": "requests fail"},
        "startsAt": began.isoformat(),
        "endsAt": "0001-01-01T00:00:00Z",
        "fingerprint": "f1f1f1f1",
    }
    body = json.dumps({"version": "4", "groupKey": "{}", "alerts": [alert]}).encode()
    request = urllib.request.Request(f"{stack.web_url}/hooks/prometheus", body, method="POST")
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 202
    notifier.until(lambda: notifier.states() == ["draft"])
    (reference,) = notifier.references
    assert "Reads as an outage, because prometheus reported it" in done(notifier, "show", reference)
    assert "Reads as an outage" in done(notifier, "preview", reference)
    done(notifier, "approve", reference, "--yes")
    done(notifier, "restore", reference, "--yes")
    for locale, (first, restored) in mails(notifier).items():
        for message in ("broken-heading", "broken-lead", "broken-sorry", "cause-unknown.end"):
            assert says(locale, first, message, kind="outage"), first
        for message in ("broken-restored-heading", "broken-restored-lead"):
            assert says(locale, restored, message, kind="outage"), restored
        for suspension in ("first-heading", "restored-heading"):
            assert not says(locale, first + restored, suspension), first + restored


def test_whoever_read_that_it_may_be_out_reads_that_this_is_over(notifier: Place) -> None:
    one_of_each_language(notifier, nationality="")
    reference = suspended(notifier, "--where", "nationality <> 'US'")
    done(notifier, "restore", reference, "--yes")
    for locale, (first, restored) in mails(notifier).items():
        assert says(locale, first, "lead-maybe", certainty="possibly"), first
        for message in ("lifted-heading", "lifted-lead", "released-sorry"):
            assert says(locale, restored, message, certainty="possibly"), restored
        assert not says(locale, restored, "unknown"), restored
        for sure in ("restored-heading", "restored-lead", "restored-sorry"):
            assert not says(locale, restored, sure), restored


@pytest.mark.parametrize("kind", ["suspension", "maintenance"])
def test_what_is_lifted_before_it_began_will_not_happen(notifier: Place, kind: str) -> None:
    one_of_each_language(notifier)
    then = (datetime.now(UTC) + timedelta(days=2)).isoformat(timespec="minutes")
    reference = suspended(notifier, "--effective", then, "--kind", kind)
    done(notifier, "restore", reference, "--yes")
    for locale, (first, restored) in mails(notifier).items():
        lead = "lead" if kind == "suspension" else "broken-lead"
        assert says(locale, first, lead, time="future", kind=kind), first
        for message in ("lifted-heading", "lifted-lead", "released-sorry"):
            assert says(locale, restored, message, time="future", kind=kind), restored
        for back in ("restored-heading", "restored-lead", "restored-sorry", "broken-restored-lead"):
            assert not says(locale, restored, back, kind=kind), restored

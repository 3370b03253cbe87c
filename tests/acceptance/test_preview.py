"""Previews, tests and copies through real processes: they reach whom they are meant for and count nowhere."""

import os
import signal
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from notifier.local.stack import Stack

from .conftest import RIGHT_KEY, Box, Done, Place, one_sentence

SUSPEND = ("suspend", "fable-5", "mythos-5", "--reason", "legal", "--where", "nationality <> 'US'")
COPY_REASON = ("--reason", "deleted by mistake")
CUSTOMERS = """customer,name,email,contact_name,role,locale,timezone,services,nationality
C-1,Acme Ltd,ann@example.com,Ann Okafor,owner,en,America/New_York,fable-5;mythos-5,DE
C-1,Acme Ltd,bob@example.com,Bob Müller,technical,de,Europe/Berlin,,
C-2,شركة النور,nur@example.com,نور,owner,ar,Asia/Riyadh,fable-5,
C-3,Yankee Inc,yan@example.com,Yan Kee,owner,en,,fable-5,US
"""
EVERYBODY = {"ann@example.com": 1, "bob@example.com": 1, "nur@example.com": 1}
SEEN = ("subject", "headers", "text", "html")
LEDGER = ("attempt", "chunk", "delivery", "line", "fate", "suppression")


def drafted(place: Place, *more: str) -> str:
    """A draft about three people; nothing has left."""
    place.customers(CUSTOMERS)
    kept = place(*SUSPEND, *more)
    assert kept.code == 3, kept.said
    return place.references[-1]


def told(place: Place, *more: str) -> str:
    """A notice that three people have got."""
    place.customers(CUSTOMERS)
    done = place(*SUSPEND, "--yes", *more)
    assert done.code == 0, done.said
    return place.references[-1]


def the_ledger(place: Place) -> dict[str, Any]:
    """What the accounting is made of."""
    notice = place.shown()[-1]
    counts = {table: place.value(f"SELECT count(*) FROM {table}") for table in LEDGER}
    return counts | {key: notice[key] for key in ("accounts", "not_told", "troubles", "above_ceiling")}


def outside(place: Place) -> list[tuple[str, str]]:
    """(kind, outcome) of what stands beside the count."""
    return [(each["kind"], each["outcome"]) for each in place.shown()[-1]["outside"]]


def to(box: Box, address: str) -> dict[str, Any]:
    """The only mail that this address got."""
    (found,) = [message for message in box.messages() if message["address"] == address]
    return found


def parsed(path: Path) -> tuple[EmailMessage, str, str]:
    """A mail as a mail program reads it: headers, text, HTML."""
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(mail, EmailMessage)
    assert not mail.defects
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert isinstance(text, EmailMessage)
    assert isinstance(html, EmailMessage)
    return mail, text.get_content(), html.get_content()


# ---------------------------------------------------------------- looking


def test_a_draft_is_looked_at_in_a_language(notifier: Place) -> None:
    reference = drafted(notifier)
    before = the_ledger(notifier)
    done = notifier("preview", reference, "--locale", "de", COLUMNS="80")
    assert done.code == 0, done.said
    assert done.out.startswith(f"PREVIEW of D-{reference}/1 (live, draft)\n")
    assert max(len(line) for line in done.out.splitlines()) <= 80
    folder = notifier.folder / "preview"
    assert folder.stat().st_mode & 0o077 == 0, "others may read the names of customers"
    stems = [f"{reference}-1.de.{variant}" for variant in ("affected", "both", "possibly")]
    assert sorted(p.name for p in folder.iterdir()) == sorted(
        f"{stem}.{suffix}" for stem in stems for suffix in ("eml", "html", "txt")
    )
    for stem in stems:
        assert f"  preview/{stem}.html  .txt  .eml\n" in done.out
        mail, text, html = parsed(folder / f"{stem}.eml")
        assert mail["From"] == "Example AI <notices@example.com>"
        assert mail["Subject"] == f"Sperrung von Fable 5 und Mythos 5 (Vorgang {reference})"
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["To"] is None
        assert text.replace("\r\n", "\n").rstrip() == (folder / f"{stem}.txt").read_text().rstrip()
        assert html.replace("\r\n", "\n").rstrip() == (folder / f"{stem}.html").read_text().rstrip()
        assert "Guten Tag Ada Okafor," in text
        assert "TEST" not in text
    assert the_ledger(notifier) == before
    assert outside(notifier) == []
    assert notifier.provider.count() == 0


def test_a_draft_shows_a_customer_what_then_arrives(notifier: Place) -> None:
    """The list of a draft is not frozen yet, that of a sent notice is: both show the mails that arrive."""
    reference = drafted(notifier)
    drafts = {ref: notifier("preview", reference, "--as", ref, "--json").json() for ref in ("C-1", "C-2")}
    assert notifier("approve", reference, "--yes").code == 0
    assert notifier.provider.addresses() == EVERYBODY
    for customer, addresses in (
        ("C-1", ("ann@example.com", "bob@example.com")),
        ("C-2", ("nur@example.com",)),
    ):
        sent = notifier("preview", f"{reference}/1", "--as", customer, "--json").json()
        assert (drafts[customer]["state"], sent["state"]) == ("draft", "finished")
        assert sent["mails"] == drafts[customer]["mails"]
        for mail, address in zip(sent["mails"], addresses, strict=True):
            got = to(notifier.provider, address)
            assert [got[key] for key in SEEN] == [mail[key] for key in SEEN]
            assert Path(notifier.folder / mail["files"][0]).read_text() == mail["html"]
            assert "@example.com" not in (notifier.folder / mail["files"][1]).read_text()
    assert notifier.provider.addresses() == EVERYBODY


def test_the_worst_mails_before_and_after_the_list_is_frozen(notifier: Place) -> None:
    reference = drafted(notifier)
    draft = notifier("preview", reference, "--worst", "--json", "-o", "before").json()
    assert draft["mails"]
    assert all(mail["ways"] for mail in draft["mails"])
    assert notifier("approve", reference, "--yes").code == 0
    done = notifier("preview", reference, "--worst", "-o", "after", COLUMNS="80")
    assert "WORST (longest name" in done.out
    assert "right to left" in done.out
    assert "نور" in done.out
    mails = [parsed(path) for path in sorted((notifier.folder / "after").glob("*.eml"))]
    assert mails
    assert "شركة النور" in "".join(text for _, text, _ in mails)


@pytest.mark.parametrize(
    ("asked", "code", "words"),
    [
        (("--as", "C-3"), 3, "`notifier explain {reference} C-3` says why"),
        (("--as", "C-9"), 2, "There is no customer 'C-9'"),
        (("--as", "C-1", "--worst"), 2, "Say one of --locale, --as and --worst"),
        (("--locale", "../../etc"), 2, "is not a language"),
        (("-o", "taken"), 2, "taken cannot be written"),
        (("--send-to", "nobody"), 2, "--send-to is no address"),
        (tuple(x for n in range(11) for x in ("--send-to", f"t{n}@example.org")), 2, "at most 10 addresses"),
    ],
)
def test_what_is_refused_is_refused_in_a_sentence(
    notifier: Place, asked: tuple[str, ...], code: int, words: str
) -> None:
    reference = drafted(notifier)
    (notifier.folder / "taken").write_text("a file")
    done = notifier("preview", reference, *asked)
    assert done.code == code, done.said
    assert one_sentence(done)
    assert words.format(reference=reference) in done.err
    assert notifier.provider.count() == 0
    assert outside(notifier) == []


def test_a_language_without_words_is_named(notifier: Place) -> None:
    reference = drafted(notifier)
    for locale, missing in (("nl", True), ("en", False)):
        done = notifier("preview", reference, "--locale", locale)
        assert done.code == 0
        assert ("! There are no words in nl: they read en." in done.out) == missing


# ---------------------------------------------------------------- tests


def test_a_test_reaches_only_the_given_addresses(notifier: Place, stack: Stack) -> None:
    reference = drafted(notifier)
    before = the_ledger(notifier)
    done = notifier(
        "preview", reference, "--as", "C-2", "--send-to", "me@example.org", "--send-to", "Boss@example.org",
        "--send-to", "ME@example.org",
    )  # fmt: skip
    assert done.code == 0, done.said
    assert done.out.count("ar possibly  taken by sendgrid") == 2
    assert notifier.provider.addresses() == {"me@example.org": 1, "boss@example.org": 1}
    assert notifier.sandbox.count() == 0
    text = (notifier.folder / f"preview/{reference}-1.1.ar.possibly.txt").read_text()
    for message in notifier.provider.messages():
        mark, _, rest = message["text"].partition("\n\n")
        assert mark.startswith("اختبار: ")
        assert rest == text
        assert message["html"].index("اختبار: ") < message["html"].index('preheader"')
        assert message["subject"].endswith(f"(المرجع \u2068{reference}\u2069)")
    assert the_ledger(notifier) == before
    assert outside(notifier) == [("test", "accepted")] * 2
    assert "+ tests outside the count: 2 handed over" in notifier("show", reference).out
    assert notifier("approve", reference, "--yes").code == 0
    assert notifier.provider.addresses() == EVERYBODY | {"me@example.org": 1, "boss@example.org": 1}
    assert notifier.shown()[-1]["accounts"]["told"] == 3
    acts = notifier.rows("SELECT act, after::text FROM audit WHERE act = 'test send'")
    assert len(acts) == 2
    kept = " ".join([*(row[1] for row in acts), *(str(row) for row in notifier.rows("SELECT * FROM single"))])
    assert "@" not in kept
    logs = [path.read_text(errors="replace") for path in stack.settings.home.rglob("*.log")]
    assert logs
    assert "example.org" not in "".join(logs)


def test_the_language_of_the_mail_says_that_it_is_a_test(notifier: Place) -> None:
    reference = drafted(notifier)
    marks = {"de": "TEST: Diese Nachricht", "fr": "ESSAI : ce message", "ja": "テスト：このお知らせ"}  # noqa: RUF001
    for locale, mark in marks.items():
        notifier.provider.clear()
        assert notifier("preview", reference, "--locale", locale, "--send-to", "me@example.org").code == 0
        texts = [message["text"] for message in notifier.provider.messages()]
        assert len(texts) == 3
        assert all(text.startswith(mark) for text in texts)


def test_nothing_of_a_test_leaves_if_one_address_must_not_be_written_to(notifier: Place) -> None:
    reference = drafted(notifier)
    suppress(notifier, "ann@example.com")
    done = notifier(
        "preview", reference, "--send-to", "me@example.org", "--send-to", "ann@example.com"
    )  # fmt: skip
    assert done.code == 3
    assert one_sentence(done)
    assert "must not be written to (bounce)" in done.err
    assert "@" not in done.err
    assert notifier.provider.count() == 0
    assert outside(notifier) == []


def suppress(place: Place, address: str) -> None:
    place.rows(
        "INSERT INTO suppression (recipient_id, reason, source, at)"
        " SELECT recipient_id, 'bounce', 'sendgrid', now() FROM recipient WHERE address_key = %s",
        address,
    )


def test_a_rehearsal_is_tested_in_the_sandbox(notifier: Place) -> None:
    reference = drafted(notifier, "--rehearse")
    done = notifier("preview", reference, "--as", "C-2", "--send-to", "me@example.org", "--json")
    assert done.code == 0, done.said
    (sent,) = done.json()["sent"]
    assert (sent["outcome"], sent["provider"], sent["nth"]) == ("accepted", "sandbox", 1)
    assert notifier.sandbox.addresses() == {"me@example.org": 1}
    assert notifier.provider.count() == 0
    # Its events arrive, and only what stands beside the count learns of them.
    notifier.until(lambda: notifier.shown()[-1]["outside"][0]["reported"] == "delivered")
    assert "+ tests outside the count: 1 delivered" in notifier("show", reference).out
    assert notifier.value("SELECT count(*) FROM fate") == 0
    assert notifier.value("SELECT count(*) FROM alarm") == 0


def test_a_live_notice_is_not_tested_without_a_key(deployment: Place) -> None:
    deployment.customers(CUSTOMERS)
    assert deployment(*SUSPEND, SENDGRID_API_KEY=RIGHT_KEY).code == 3
    (reference,) = deployment.references
    done = deployment("preview", reference, "--send-to", "me@example.org")
    assert done.code == 3
    assert done.err == "SENDGRID_API_KEY is not set here: set it, then repeat.\n"
    assert (deployment.provider.count(), deployment.sandbox.count()) == (0, 0)
    assert deployment.value("SELECT count(*) FROM single") == 0


def test_a_refusal_of_the_provider_is_said_and_exits_with_it(notifier: Place) -> None:
    reference = drafted(notifier)
    done = notifier(
        "preview", reference, "--as", "C-2", "--send-to", "me@example.org", SENDGRID_API_KEY="SG.no"
    )
    assert done.code == 3
    assert "REFUSED by sendgrid" in done.out
    assert one_sentence(done)
    assert "did not leave: The provider answered 401" in done.err
    assert outside(notifier) == [("test", "refused")]


# ---------------------------------------------------------------- copies


def test_a_copy_is_marked_and_counts_nowhere(notifier: Place) -> None:
    reference = told(notifier)
    before = the_ledger(notifier)
    gaps, receipts = notifier("gaps", reference).out, notifier("receipts", "ann@example.com").out
    original = to(notifier.provider, "ann@example.com")
    done = notifier("copy", f"{reference}/1", "Ann@example.com", *COPY_REASON)
    assert done.code == 0, done.said
    assert f"COPY of D-{reference}/1 (en)" in done.out
    assert "@" not in done.out
    first, second = [m for m in notifier.provider.messages() if m["address"].lower() == "ann@example.com"]
    copy = second if first == original else first
    mark, _, rest = copy["text"].partition("\n\n")
    left_at = notifier.value(
        "SELECT to_char(a.ended_at AT TIME ZONE 'UTC', 'HH24:MI') FROM attempt a JOIN chunk k USING (chunk_id)"
        " JOIN delivery d ON d.root_chunk_id = k.root_id JOIN recipient r USING (recipient_id)"
        " WHERE r.address_key = 'ann@example.com'"
    )
    assert mark.replace("\n", " ").startswith("COPY of a message that was sent on ")
    assert f"({left_at} UTC" in mark.replace("\n", " ")
    assert rest == original["text"]
    assert (copy["subject"], copy["headers"]) == (original["subject"], original["headers"])
    assert the_ledger(notifier) == before
    assert notifier("gaps", reference).out == gaps
    assert notifier("receipts", "ann@example.com").out == receipts
    shown = notifier("show", reference).out
    assert "+ COPY outside the count" in shown
    assert "handed over: deleted by mistake" in shown
    assert "COPY by person:lind, handed over" in notifier("explain", reference, "C-1").out
    assert "COPY" not in notifier("explain", reference, "C-2").out


def test_a_second_copy_needs_to_be_said(notifier: Place) -> None:
    reference = told(notifier)
    for address, more in (("ann@example.com", ()), ("new@example.org", ("--as", "C-1"))):
        assert notifier("copy", reference, address, *COPY_REASON, *more).code == 0
        refused = notifier("copy", reference, address.upper(), *COPY_REASON, *more)
        assert refused.code == 3
        assert refused.err == "A copy was sent to this address already: add --again to send one more.\n"
        assert notifier("copy", reference, address, *COPY_REASON, *more, "--again").code == 0
    assert notifier.provider.addresses() == EVERYBODY | {"ann@example.com": 3, "new@example.org": 2}
    assert outside(notifier) == [("copy", "accepted")] * 4


@pytest.mark.parametrize(
    ("given", "code", "words"),
    [
        (("ann@example.com", "--reason", "call me: x@example.org"), 2, "--reason holds an address"),
        (("ann@example.com", "--reason", " "), 2, "--reason needs a text"),
        (("ann@example.com",), 2, "--reason"),
        (("nobody", *COPY_REASON), 2, "The address is no address"),
        (("new@example.org", *COPY_REASON), 3, "say with --as CUSTOMER whose mail to copy"),
        (("yan@example.com", *COPY_REASON), 3, "say with --as CUSTOMER whose mail to copy"),
        (("new@example.org", "--as", "C-3", *COPY_REASON), 3, "notifier explain {reference} C-3` says why"),
        (("nur@example.com", *COPY_REASON), 3, "must not be written to (bounce)"),
    ],
)
def test_what_is_no_copy_does_not_leave(
    notifier: Place, given: tuple[str, ...], code: int, words: str
) -> None:
    reference = told(notifier)
    suppress(notifier, "nur@example.com")
    done = notifier("copy", reference, *given)
    assert done.code == code, done.said
    assert words.format(reference=reference) in done.err
    assert notifier.provider.addresses() == EVERYBODY
    assert outside(notifier) == []


def test_the_mail_of_somebody_who_cannot_be_written_to_is_copied_to_another_address(notifier: Place) -> None:
    reference = told(notifier)
    suppress(notifier, "nur@example.com")
    done = notifier("copy", reference, "new@example.org", "--as", "C-2", *COPY_REASON, "--json")
    assert done.code == 0, done.said
    assert done.json() == {
        "notice": f"{reference}/1", "kind": "copy", "locale": "ar", "variant": "possibly", "nth": 1,
        "outcome": "accepted", "said": "The provider has queued it.", "provider": "sendgrid",
    }  # fmt: skip
    assert to(notifier.provider, "new@example.org")["text"].startswith("نسخة من رسالة")


def test_words_that_were_altered_are_shown_and_never_leave(notifier: Place) -> None:
    reference = told(notifier)
    notifier.rows("UPDATE content SET text = replace(text, 'We are sorry.', 'Pay now.')")
    shown = notifier("preview", reference, "--as", "C-1")
    assert shown.code == 0
    assert "! These words are NOT those that it was written with" in shown.out
    for command in (
        ("preview", reference, "--send-to", "me@example.org"),
        ("copy", reference, "ann@example.com", *COPY_REASON),
    ):
        refused = notifier(*command)
        assert refused.code == 3
        assert "are not those that it was written with: nothing is sent" in refused.err
    assert notifier.provider.addresses() == EVERYBODY


# ---------------------------------------------------------------- the brake, and death


def test_nothing_leaves_while_the_brake_is_on(notifier: Place) -> None:
    reference = told(notifier)
    assert notifier("pause", "--all").code == 0
    for command in (
        ("preview", reference, "--send-to", "me@example.org"),
        ("copy", reference, "ann@example.com", *COPY_REASON),
    ):
        refused = notifier(*command)
        assert refused.code == 3
        assert one_sentence(refused)
        assert "The brake is on" in refused.err
    assert notifier("preview", reference, "--as", "C-1").code == 0, "looking is always allowed"
    assert notifier.provider.addresses() == EVERYBODY
    assert outside(notifier) == []


def killed_in_the_middle(place: Place, box: Box, *command: str) -> None:
    """Kill a command while the provider takes its time over its request."""
    before = box.count()
    box.fault("slow", times=1, seconds=20)
    process = place.start(*command)
    place.until(lambda: box.count() > before)
    assert process.poll() is None
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


def test_who_dies_in_the_middle_of_a_copy_leaves_it_unknown_and_nothing_repeats_it(notifier: Place) -> None:
    reference = told(notifier)
    before = the_ledger(notifier)
    copy = ("copy", reference, "ann@example.com", *COPY_REASON)
    killed_in_the_middle(notifier, notifier.provider, *copy)
    assert outside(notifier) == [("copy", "open")]
    braked: Done = notifier("pause", "--all")
    assert "At most 1 more" in braked.out
    assert notifier("resume", "--all").code == 0
    notifier.rows("UPDATE single SET at = at - interval '1 hour'")  # its lease runs out
    notifier.until(lambda: outside(notifier) == [("copy", "unknown")])
    assert notifier.provider.addresses()["ann@example.com"] == 2, "the provider had taken it"
    assert "UNKNOWN, it may have been sent" in notifier("show", reference).out
    refused = notifier(*copy)
    assert refused.code == 3
    assert "may have been sent to this address already" in refused.err
    assert the_ledger(notifier) == before
    assert notifier.provider.addresses()["ann@example.com"] == 2
    assert notifier(*copy, "--again").code == 0
    assert notifier.provider.addresses()["ann@example.com"] == 3


def test_an_event_proves_what_nobody_lived_to_record(notifier: Place) -> None:
    reference = told(notifier, "--rehearse")
    notifier.until(lambda: notifier.value("SELECT count(*) FROM fate WHERE fate = 'delivered'") == 3)
    before = the_ledger(notifier)
    killed_in_the_middle(
        notifier, notifier.sandbox, "copy", reference, "ann@example.com", *COPY_REASON
    )  # fmt: skip
    notifier.until(lambda: outside(notifier) == [("copy", "accepted")])
    assert notifier.value("SELECT said FROM single") == "proved by an event"
    assert "delivered: deleted by mistake" in notifier("show", reference).out
    assert the_ledger(notifier) == before
    assert notifier.sandbox.addresses() == EVERYBODY | {"ann@example.com": 2}

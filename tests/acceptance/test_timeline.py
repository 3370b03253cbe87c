"""Updates and the end reach those who were told, and latecomers once; the accounts equal what the sandbox got."""

import re

from .conftest import Place

SUSPEND = ("suspend", "fable-5", "mythos-5", "--reason", "legal", "--yes")


def story(place: Place) -> str:
    """Thirty are told; two cannot be written to; then twenty more customers come who were never told."""
    place.people(10, "one", header=",locale", cells=",en")
    place.people(10, "two", services="mythos-5", header=",locale", cells=",de")
    place.people(10, "both", services="fable-5;mythos-5")
    place.people(5, "else", services="sonnet-5")
    place.customers("customer,name,services\nmute1,Mute,fable-5\nmute2,Mute,mythos-5\n")
    assert place(*SUSPEND).code == 0
    place.people(20, "late")
    return place.references[0]


TOLD = {f"{name}{i}@example.com" for name in ("one", "two", "both") for i in range(1, 11)}


LATE = {f"late{i}@example.com" for i in range(1, 21)}


def test_an_end_without_an_update_tells_latecomers_nothing(notifier: Place) -> None:
    reference = story(notifier)
    assert notifier("restore", reference, "--yes").code == 0
    assert notifier.provider.addresses() == dict.fromkeys(TOLD, 2)


def test_update_and_restore_reach_exactly_those_who_were_told(notifier: Place) -> None:
    reference = story(notifier)
    assert notifier.provider.addresses() == dict.fromkeys(TOLD, 1)
    (notifier.folder / "words.md").write_text("We are working on it with *all* we have.")
    (notifier.folder / "worte.md").write_text("Wir arbeiten daran.")
    updated = notifier(
        "update",
        reference,
        "--statement",
        "en=words.md",
        "--statement",
        "de=worte.md",
        "--next-update",
        "+3h",
        "--yes",
    )
    assert updated.code == 0, updated.said
    # Who came late gets one mail that catches up.
    assert notifier.provider.addresses() == dict.fromkeys(TOLD, 2) | dict.fromkeys(LATE, 1)
    restored = notifier("restore", reference, "--yes")
    assert restored.code == 0, restored.said
    assert notifier.provider.addresses() == dict.fromkeys(TOLD, 3) | dict.fromkeys(LATE, 2)

    first, update, end = notifier.shown(reference)
    assert (first["accounts"]["told"], first["accounts"]["unreachable"]) == (30, 2)
    assert first["not_told"] == [{"reason": "no_address", "people": 2}]
    assert [n["accounts"]["told"] for n in (update, end)] == [50, 50]
    assert sum(n["accounts"]["told"] for n in (first, update, end)) == len(notifier.provider.messages())
    assert "over (restored)" in notifier("show", reference).out
    for again in (("update", reference, "--nothing-new", "--yes"), ("restore", reference, "--yes")):
        late = notifier(*again)
        assert late.code == 3
        assert "is over (restored)" in late.err


def test_each_reads_their_own_services_in_their_language_in_one_conversation(notifier: Place) -> None:
    reference = story(notifier)
    assert notifier("update", reference, "--nothing-new", "--yes").code == 0
    assert notifier("restore", reference, "--yes").code == 0
    german = [m for m in notifier.provider.messages() if m["address"] == "two3@example.com"]
    english = [m for m in notifier.provider.messages() if m["address"] == "one3@example.com"]
    assert "Mythos 5" in german[0]["text"]
    assert "gesperrt" in german[0]["text"].lower() or "ausgesetzt" in german[0]["text"].lower()
    assert "Fable 5" in english[0]["text"]
    for mails in (german, english):
        assert len({m["subject"] for m in mails}) == 1
        assert reference in mails[0]["subject"]
        assert len({m["headers"]["References"] for m in mails}) == 1


def test_while_somebody_is_still_cut_off_a_restoration_names_the_number(notifier: Place) -> None:
    notifier.people(4, header=",suspended", cells=",fable-5")
    notifier("suspend", "fable-5", "--reason", "legal", "--yes")
    (reference,) = notifier.references
    refused = notifier("restore", reference, "--yes")
    assert refused.code == 3
    assert re.search(rf"notifier approve {reference}/\d --accept-gap 4", refused.err)
    assert notifier.provider.count() == 4
    notifier.people(4, header=",suspended", cells=",")
    assert notifier("restore", reference, "--yes").code == 0
    assert notifier.provider.count() == 8


def test_what_the_provider_refuses_is_counted_and_the_rest_goes_on(notifier: Place) -> None:
    """An answer of 429 and one of 500: nobody is lost, and nobody is mailed twice."""
    notifier.people(30)
    notifier.provider.fault("429", seconds=1)
    assert notifier("suspend", "fable-5", "--reason", "legal", "--yes").code == 0
    notifier.until_state("finished")
    assert notifier.provider.addresses() == {f"p{i}@example.com": 1 for i in range(1, 31)}


def test_an_answer_that_was_lost_is_unknown_and_never_sent_again_blindly(notifier: Place) -> None:
    notifier.people(30)
    notifier.provider.fault("accept-then-drop")
    done = notifier("suspend", "fable-5", "--reason", "legal", "--yes")
    assert done.code == 0, done.said
    (notice,) = notifier.shown()
    assert notice["accounts"]["told"] + notice["accounts"]["unknown"] == 30
    assert notifier.provider.addresses() == {f"p{i}@example.com": 1 for i in range(1, 31)}


def test_an_update_of_a_draft_is_refused(notifier: Place) -> None:
    notifier.people(2)
    notifier("suspend", "fable-5", "--reason", "legal")
    done = notifier("update", notifier.references[0], "--nothing-new", "--yes")
    assert done.code == 3
    assert "only a draft" in done.err
    empty = notifier("update", notifier.references[0], "--yes")
    assert empty.code == 2

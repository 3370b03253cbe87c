"""Promises and what leaves by itself, through real processes: once with two beats, as approved, or not at all."""

import json

from notifier.local.stack import Stack

from .conftest import Place, one_sentence


def evidence(place: Place) -> str:
    """Six customers are cut off in the data, and nobody was told; the reference of the draft."""
    place.people(6, header=",suspended", cells=",fable-5")
    place.until(lambda: place.references)
    place.until(lambda: "nobody was told" in place("list").out)
    return place.references[0]


def its_time_comes(place: Place) -> None:
    """No command is fast enough to wait for it: the approved time is moved to now."""
    place.rows("UPDATE notice SET go_at = now() WHERE go_at IS NOT NULL")


def test_a_holding_notice_leaves_once_by_itself_with_two_beats_running(notifier: Place, stack: Stack) -> None:
    reference = evidence(notifier)
    where = {
        "NOTIFIER_DATABASE_URL": notifier.database_url,
        "NOTIFIER_BROKER_URL": stack.settings.broker_url or "",
    }
    beats = [notifier.start("beat", **where), notifier.start("beat", **where)]  # beside the one of the stack
    said = notifier("holding", reference, "--at", "+1h", "--ceiling", "10", "--next-update", "+3h", "--yes")
    assert said.code == 0, said.said
    assert f"Stop it: notifier cancel {reference}/2" in said.out
    shown = notifier("show", reference).out
    assert "leaves by itself at" in shown
    assert "to at most 10 people" in shown
    assert notifier.provider.count() == 0
    its_time_comes(notifier)
    notifier.until_state("finished")
    assert notifier.provider.addresses() == {f"p{i}@example.com": 1 for i in range(1, 7)}
    text = " ".join(notifier.provider.messages()[0]["text"].split())
    assert "We are looking into your access" in text
    assert "Fable 5, for Customer" in text
    assert "By email before" in text
    (act,) = notifier.rows("SELECT actor, after FROM audit WHERE act = 'let go'")
    assert act[0] == "policy"
    assert all(beat.poll() is None for beat in beats)
    # Whoever goes on from here updates those who have heard of it, and nobody hears it twice.
    assert "notifier update" in notifier("suspend", "fable-5", "--reason", "legal", "--yes").err
    assert notifier("update", reference, "--nothing-new", "--yes").code == 0
    assert set(notifier.provider.addresses().values()) == {2}


def test_a_stopped_or_overtaken_holding_notice_never_leaves(notifier: Place) -> None:
    reference = evidence(notifier)
    assert notifier("holding", reference, "--at", "+1h", "--ceiling", "10", "--yes").code == 0
    assert notifier("cancel", f"{reference}/2").code == 0
    assert notifier("holding", reference, "--at", "+1h", "--ceiling", "10", "--yes").code == 0
    assert notifier("approve", f"{reference}/1", "--yes").code == 0
    notifier.until_state("finished", notice=0)
    its_time_comes(notifier)
    for kind in ("promises", "sweep"):
        notifier.until_it_ran(kind)
    assert notifier.states() == ["finished", "cancelled", "cancelled"]
    assert set(notifier.provider.addresses().values()) == {1}


def test_words_that_changed_since_are_held_with_an_alarm(notifier: Place) -> None:
    reference = evidence(notifier)
    assert notifier("holding", reference, "--at", "+1h", "--ceiling", "10", "--yes").code == 0
    notifier.rows("UPDATE service SET name = 'Fable Five' WHERE slug = 'fable-5'")
    its_time_comes(notifier)
    try:
        notifier.until_state("held")
        assert f"The notice {reference}/2 did not leave by itself" in notifier("list").out
        assert notifier.provider.count() == 0
    finally:
        notifier.rows("UPDATE service SET name = 'Fable 5' WHERE slug = 'fable-5'")


def test_without_a_yes_nothing_is_approved_and_the_line_to_do_it_is_printed(notifier: Place) -> None:
    reference = evidence(notifier)
    refused = notifier("holding", reference, "--at", "+1h", "--ceiling", "10")
    assert refused.code == 3
    assert f"notifier approve {reference}/2 --yes --ceiling 10" in refused.err
    assert notifier("approve", f"{reference}/2").code == 3
    past = notifier("holding", reference, "--at", "2020-01-01T00:00Z", "--ceiling", "10", "--yes")
    assert past.code == 2
    assert one_sentence(past)


def test_an_overdue_promise_raises_its_alarm_until_nothing_new_keeps_it(notifier: Place) -> None:
    notifier.people(3, header=",locale", cells=",de")
    done = notifier("suspend", "fable-5", "--reason", "legal", "--next-update", "+40m", "--yes")
    assert done.code == 0, done.said
    assert "Next update promised by" in done.out
    reference = notifier.references[0]
    assert "OVERDUE" not in notifier("list").out
    notifier.rows("UPDATE timeline SET next_update_at = now() + interval '20 minutes'")
    notifier.until(lambda: "The next update is promised by" in notifier("list").out)
    notifier.rows(
        "UPDATE timeline SET next_update_at = now() - interval '1 minute', at = now() - interval '2 hours'"
    )
    notifier.until(lambda: "OVERDUE" in notifier("show", reference).out)
    assert any("OVERDUE" in a["text"] for a in json.loads(notifier("list", "--json").out)["alarms"])
    assert notifier("update", reference, "--nothing-new", "--next-update", "+3h", "--yes").code == 0
    notifier.until(lambda: "OVERDUE" not in notifier("list").out)
    text = " ".join(notifier.provider.messages()[-1]["text"].split())
    assert "Es gibt nichts Neues zu berichten." in text
    assert "Per E-Mail bis" in text


def test_faults_of_a_facts_file_are_named_with_their_line(notifier: Place) -> None:
    (notifier.folder / "facts.toml").write_text('[facts]\ncause = "curt_order"\nbilling = "free"\n')
    done = notifier("suspend", "fable-5", "--reason", "legal", "--facts", "facts.toml", "--dry-run")
    assert done.code == 2
    assert done.err.startswith("facts.toml, line 2: The fact cause is 'curt_order'")
    assert "facts.toml, line 3: The fact billing is 'free'" in done.err

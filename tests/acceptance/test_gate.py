"""What was approved is what is sent: the gap, the ceiling, the number typed at a terminal, the cut-off awaited."""

import re

from .conftest import Place, one_sentence

SUSPEND = ("suspend", "fable-5", "--reason", "legal")


def test_without_a_terminal_and_without_yes_the_draft_is_kept(notifier: Place) -> None:
    notifier.people(3)
    kept = notifier(*SUSPEND)
    (reference,) = notifier.references
    assert kept.code == 3
    assert kept.err.splitlines()[-1].strip() == f"notifier approve {reference}/1"
    assert notifier.states() == ["draft"]
    assert notifier.provider.count() == 0
    assert notifier("approve", f"{reference}/1", "--yes").code == 0
    assert notifier.provider.addresses().total() == 3


def test_yes_alone_does_not_cover_a_difference_and_a_wrong_number_neither(notifier: Place) -> None:
    notifier.people(5, "cut", header=",suspended,nationality", cells=",fable-5,US")
    notifier.people(2, "not", header=",nationality", cells=",US")
    notifier.people(4, "abroad", header=",suspended,nationality", cells=",fable-5,DE")
    scoped = (*SUSPEND, "--where", "nationality <> 'US'", "--yes")
    refused = notifier(*scoped)
    (reference,) = notifier.references
    assert refused.code == 3
    assert "5 customers are CUT OFF in the data and would NOT be told" in refused.out
    # Its number is not always 1: the database may have reported the cut-off a moment before.
    line = rf"notifier approve {reference}/\d --accept-gap 5"
    assert re.fullmatch(line, refused.err.splitlines()[-1].strip())
    for wrong in ("4", "0", "6"):
        assert notifier("approve", reference, "--yes", "--accept-gap", wrong).code == 3
    assert notifier.provider.count() == 0
    assert notifier.states() == ["draft"]
    assert notifier("approve", reference, "--yes", "--accept-gap", "5").code == 0
    assert set(notifier.provider.addresses()) == {f"abroad{i}@example.com" for i in range(1, 5)}


def test_whoever_comes_above_the_ceiling_is_held_and_counted(notifier: Place) -> None:
    notifier.people(9)
    assert notifier(*SUSPEND, "--yes", "--ceiling", "6").code == 0
    (notice,) = notifier.shown()
    assert (notice["accounts"]["told"], notice["accounts"]["held"]) == (6, 3)
    assert notice["notice"]["audience_n"] == 9
    assert notifier.provider.addresses().total() == 6


def test_whoever_is_held_above_the_ceiling_is_let_go_by_their_number(notifier: Place) -> None:
    notifier.people(9)
    assert notifier(*SUSPEND, "--yes", "--ceiling", "6").code == 0
    notifier.until_state("finished")
    (reference,) = notifier.references
    line = f"notifier approve {reference}/1 --held 3"
    assert line in notifier("show", reference).out
    for wrong in ("2", "4", "9"):
        refused = notifier("approve", reference, "--held", wrong)
        assert (refused.code, "say --held 3" in refused.err) == (3, True)
    refused = notifier("approve", reference, "--held", "3", "--ceiling", "9")
    assert (refused.code, "leave out --ceiling" in refused.err) == (2, True)
    assert notifier.provider.addresses().total() == 6
    assert notifier(*line.split()[1:]).code == 0
    notifier.until(lambda: notifier.provider.count() == 9)
    notifier.until_state("finished")
    assert notifier.provider.addresses() == {f"p{i}@example.com": 1 for i in range(1, 10)}
    (notice,) = notifier.shown()
    assert (notice["accounts"]["told"], notice["accounts"]["held"]) == (9, 0)
    assert notifier.rows("SELECT ceiling FROM approval ORDER BY approval_id") == [(6,), (9,)]
    assert "approve held" in [row[0] for row in notifier.rows("SELECT act FROM audit")]
    assert "--held" not in notifier("show", reference).out
    assert notifier("approve", reference, "--held", "3").code == 3


def test_who_was_held_hears_the_newer_words_not_the_old_ones(notifier: Place) -> None:
    reference = one_told_three_held(notifier)
    assert f"{reference}/1 --held 3" in notifier("show", reference).out
    assert notifier("restore", reference, "--yes").code == 0
    refused = notifier("approve", f"{reference}/1", "--held", "3")
    assert refused.code == 3
    assert refused.err.startswith("A later notice has taken over")
    assert one_sentence(refused)
    assert "--held" not in notifier("show", reference).out
    # They were never told of the suspension, and it is over: the three hear nothing at all.
    assert notifier.provider.addresses().total() == 2
    assert len(set(notifier.provider.addresses())) == 1


def test_who_was_held_is_told_by_the_next_notice_and_once(notifier: Place) -> None:
    reference = one_told_three_held(notifier)
    assert notifier("update", reference, "--nothing-new", "--yes").code == 0
    refused = notifier("approve", f"{reference}/1", "--held", "3")
    assert (refused.code, refused.err[:14]) == (3, "A later notice")
    notifier.until(lambda: len(notifier.provider.addresses()) == 4)
    assert sorted(notifier.provider.addresses().values()) == [1, 1, 1, 2]


def test_letting_people_go_does_not_resume_a_paused_notice(notifier: Place) -> None:
    reference = one_told_three_held(notifier)
    notifier.rows(
        "UPDATE notice SET state = 'sending', finished_at = NULL"
    )  # a chunk of it is still under way
    notifier.rows("UPDATE notice SET state = 'held', hold_reason = 'paused by person:lind'")
    approved = notifier("approve", f"{reference}/1", "--held", "3")
    assert approved.code == 0
    assert "Going on" not in approved.out
    assert "held (paused by person:lind)" in approved.out
    assert approved.out.rstrip().endswith(f"notifier resume {reference}/1")
    (notice,) = notifier.shown()
    assert (notice["notice"]["state"], notice["accounts"]["held"]) == ("held", 3)
    assert notifier.rows("SELECT part, words_hash, ceiling FROM approval ORDER BY approval_id")[1:] == [
        ("audience", None, 4)
    ]
    assert notifier.provider.count() == 1
    assert notifier("resume", f"{reference}/1").code == 0
    notifier.until(lambda: notifier.provider.count() == 4)
    assert set(notifier.provider.addresses().values()) == {1}


def one_told_three_held(notifier: Place) -> str:
    notifier.people(4)
    assert notifier(*SUSPEND, "--yes", "--ceiling", "1").code == 0
    notifier.until_state("finished")
    return notifier.references[0]


def test_typing_the_number_sends_to_exactly_the_list_that_was_shown(notifier: Place) -> None:
    notifier.people(7)
    done = notifier.on_a_terminal(*SUSPEND, answers=(("Type 7 to tell 7 people: ", "7"),))
    assert done.code == 0, done.out
    assert "LIVE: real customers." in done.out
    assert notifier.provider.addresses() == {f"p{i}@example.com": 1 for i in range(1, 8)}
    frozen, approved = notifier.rows(
        "SELECT n.list_hash, a.list_hash FROM notice n JOIN approval a USING (notice_id)"
    )[0]
    assert frozen is not None
    assert frozen == approved
    assert notifier.value("SELECT ceiling FROM approval") is None


def test_typing_anything_else_keeps_the_draft(notifier: Place) -> None:
    notifier.people(7)
    done = notifier.on_a_terminal(*SUSPEND, answers=(("Type 7 to tell 7 people: ", "yes"),))
    assert done.code == 3
    assert "Nobody was told. The draft is kept:" in done.out
    assert f"notifier approve {notifier.references[0]}/1" in done.out
    assert notifier.states() == ["draft"]
    assert notifier.provider.count() == 0


def test_at_a_terminal_a_difference_is_typed_too(notifier: Place) -> None:
    notifier.people(4, header=",suspended", cells=",fable-5")
    notifier.people(3, "not")
    stopped = notifier.on_a_terminal(*SUSPEND, answers=(("3 customers differ.", "no"),))
    assert stopped.code == 3
    assert "Nobody was told" in stopped.out
    assert notifier.provider.count() == 0
    sent = notifier.on_a_terminal(
        "approve", notifier.references[0], answers=(("3 customers differ.", "3"), ("Type 7 to tell 7", "7"))
    )
    assert sent.code == 0, sent.out
    assert notifier.provider.addresses().total() == 7
    assert notifier.value("SELECT gap FROM approval") == 3


def test_a_list_that_grew_since_it_was_shown_is_shown_again(notifier: Place) -> None:
    notifier.people(3)
    notifier.on_a_terminal(*SUSPEND, answers=(("Type 3 to tell 3 people: ", "no"),))
    notifier.people(5)
    done = notifier.on_a_terminal(
        "approve", notifier.references[0], answers=(("Type 5 to tell 5 people: ", "5"),)
    )
    assert done.code == 0, done.out
    assert notifier.provider.addresses().total() == 5


def test_as_many_others_while_somebody_types_are_shown_and_asked_for_again(notifier: Place) -> None:
    notifier.people(4, header=",nationality", cells=",DE")
    notifier.people(2, "home", header=",nationality", cells=",US")

    def overnight() -> str:
        notifier.customers("customer,nationality\np1,US\nhome2,DE\n")
        return "4"

    done = notifier.on_a_terminal(
        *SUSPEND,
        "--where",
        "nationality <> 'US'",
        answers=(("Type 4 to tell 4 people: ", overnight), ("not true any more", "4")),
    )
    assert done.code == 0, done.out
    assert "1 person came (home2 Customer 2), 1 person left (p1 Customer 1): look at it again." in done.out
    assert done.out.count("Type 4 to tell 4 people: ") == 2
    told = {"p2@example.com", "p3@example.com", "p4@example.com", "home2@example.com"}
    assert notifier.provider.addresses() == dict.fromkeys(told, 1)


def test_yes_tells_who_is_affected_now_not_whom_an_old_list_shows(notifier: Place) -> None:
    notifier.people(4, header=",nationality", cells=",DE")
    notifier.on_a_terminal(
        *SUSPEND, "--where", "nationality <> 'US'", answers=(("Type 4 to tell 4 people: ", "no"),)
    )
    notifier.customers("customer,nationality\np1,US\n")
    notifier.people(1, "late", header=",nationality", cells=",DE")
    (reference,) = notifier.references
    done = notifier("approve", reference, "--yes")
    assert done.code == 0, done.said
    told = {"p2@example.com", "p3@example.com", "p4@example.com", "late1@example.com"}
    assert notifier.provider.addresses() == dict.fromkeys(told, 1)


def test_on_cutoff_nothing_leaves_before_the_data_shows_it_and_then_by_itself(notifier: Place) -> None:
    notifier.people(6)
    notifier.start(*SUSPEND, "--effective", "on-cutoff", "--yes")
    notifier.until(lambda: notifier.states() == ["approved"])
    (reference,) = notifier.references
    assert "waits" in notifier("show", reference).out
    assert notifier.provider.count() == 0
    notifier.people(6, header=",suspended", cells=",fable-5=2026-01-02T03:04:00Z")
    notifier.until_state("finished")
    assert notifier.provider.addresses().total() == 6
    text = notifier.provider.messages()[0]["text"]
    assert re.search(r"2 January( 2026)?, 03:04", text) or "03:04" in text, text


def test_nothing_is_stored_and_nothing_leaves_in_a_dry_run(notifier: Place) -> None:
    notifier.people(6)
    counted = notifier(*SUSPEND, "--dry-run", "--json")
    assert counted.code == 0
    assert counted.json()["people"] == 6
    assert "Fable 5, for" in counted.json()["samples"][0]["text"]
    assert notifier.references == []
    assert notifier.rows("SELECT 1 FROM audit WHERE act NOT IN ('import', 'apply')") == []
    assert notifier.provider.count() == 0


def test_json_is_all_that_stands_on_standard_output(notifier: Place) -> None:
    notifier.people(2)
    done = notifier(*SUSPEND, "--yes", "--json")
    assert done.code == 0, done.said
    (notice,) = done.json()["notices"]
    assert notice["adds_up"]
    assert notice["accounts"]["told"] == 2


def test_people_who_are_cut_off_without_a_word_raise_a_draft_and_an_alarm(notifier: Place) -> None:
    notifier.people(8, header=",suspended", cells=",fable-5")
    notifier.until(lambda: notifier.states() == ["draft"])
    listed = notifier("list").out
    assert "8 customers are cut off from Fable 5" in listed
    assert "nobody was told" in listed
    (reference,) = notifier.references
    assert notifier.provider.count() == 0
    # `suspend` takes the draft over instead of opening another one beside it.
    adopted = notifier(*SUSPEND, "--yes")
    assert adopted.code == 0, adopted.said
    assert notifier.references == [reference]
    assert notifier.provider.addresses().total() == 8
    notifier.until(lambda: "nobody was told" not in notifier("list").out)

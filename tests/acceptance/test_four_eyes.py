"""Author and approver differ where policy wants it; the glass can be broken, and everybody sees it for ever."""

import pytest

from .conftest import Place

SUSPEND = ("suspend", "fable-5", "--reason", "legal")
OSEI = {"NOTIFIER_ACTOR": "person:osei"}


@pytest.fixture
def words_by_another(notifier: Place) -> Place:
    (notifier.folder / "policy.toml").write_text('[policy]\nfour_eyes = "words"\n')
    assert notifier("apply", "policy.toml", "--yes").code == 0
    return notifier


def test_two_people_each_give_a_part(words_by_another: Place) -> None:
    place = words_by_another
    place.people(5)
    kept = place(*SUSPEND, "--yes")
    assert kept.code == 3
    assert "You have approved the audience." in kept.err
    assert "The words must be approved by somebody other than person:lind" in kept.err
    (reference,) = place.references
    assert place("approve", reference, "--yes").code == 3, "the author cannot give the words either"
    assert place.provider.count() == 0
    done = place("approve", reference, "--yes", **OSEI)
    assert done.code == 0, done.said
    assert place.provider.addresses().total() == 5
    assert "by person:lind (audience), person:osei (words)" in place("show", reference).out
    assert place.rows("SELECT part, ceiling IS NULL FROM approval ORDER BY approval_id") == [
        ("audience", False), ("words", True),
    ]  # fmt: skip


def test_the_words_are_read_in_full_before_they_are_approved(words_by_another: Place) -> None:
    place = words_by_another
    place.people(3)
    assert place(*SUSPEND, "--yes").code == 3
    (reference,) = place.references
    place.environment["NOTIFIER_ACTOR"] = "person:osei"
    texts = place.value("SELECT count(*) FROM content JOIN notice USING (notice_id)")
    done = place.on_a_terminal("approve", reference, answers=((f"Type {texts} to approve", str(texts)),))
    place.environment["NOTIFIER_ACTOR"] = "person:lind"
    assert done.code == 0, done.out
    assert done.out.count("Subject: ") == texts
    assert "{{whatR}}" in done.out
    assert place.provider.addresses().total() == 3


def test_a_list_that_is_frozen_anew_keeps_the_words_that_were_approved(words_by_another: Place) -> None:
    place = words_by_another
    place.people(2)
    place(*SUSPEND)
    (reference,) = place.references
    assert place("approve", reference, "--part", "words", "--yes", **OSEI).code == 3
    typed = place.on_a_terminal("approve", reference, answers=(("Type 2 to tell 2 people", "no"),))
    assert typed.code == 3
    place.people(4)
    done = place.on_a_terminal("approve", reference, answers=(("Type 4 to tell 4 people", "4"),))
    assert done.code == 0, done.out
    assert place.provider.addresses().total() == 4


def test_new_words_need_a_new_approval(words_by_another: Place) -> None:
    place = words_by_another
    place.people(2)
    place(*SUSPEND)
    (reference,) = place.references
    assert place("approve", reference, "--part", "words", "--yes", **OSEI).code == 3
    (place.folder / "more.md").write_text("More of it.")
    changed = place(*SUSPEND, "--statement", "more.md", "--yes")
    assert changed.code == 3
    assert "The words must be approved by somebody other" in changed.err
    assert place.references == [reference]
    assert place.provider.count() == 0


def test_the_glass_is_broken_with_a_reason_and_shown_for_ever(words_by_another: Place) -> None:
    place = words_by_another
    place.people(2)
    for no_reason in (" ", "because ann@example.com sleeps"):
        refused = place(*SUSPEND, "--yes", "--break-glass", no_reason)
        assert refused.code == 2
        assert "--break-glass" in refused.err
    done = place(*SUSPEND, "--yes", "--break-glass", "nobody else answers")
    assert done.code == 0, done.said
    assert place.provider.addresses().total() == 2
    (reference,) = place.references
    assert place("restore", reference, "--yes", **OSEI).code == 3
    assert place("approve", reference, "--yes").code == 0
    assert "BREAK-GLASS, person:lind: nobody else answers" in place("show", reference).out
    assert "BREAK-GLASS" in place("list", "--all").out
    shown = place("show", reference, "--json").json()
    assert shown["notices"][0]["notice"]["broken_glass"] == "person:lind: nobody else answers"
    (after,) = place.rows(
        "SELECT after FROM audit WHERE act = 'approve' AND after ->> 'break_glass' IS NOT NULL"
    )
    assert after[0]["break_glass"] == "nobody else answers"


LATER = (
    ("update", "--nothing-new"),
    ("correct", "--statement", "right.md"),
    ("rescope", "--where", "locale_of_law = 'DE'", "--accept-gap", "2"),
    ("restore", "fable-5", "--where", "locale_of_law = 'DE'", "--accept-gap", "1"),
    ("holding", "--at", "+90m", "--ceiling", "9"),
)


def test_everything_that_is_said_later_can_break_the_glass_too(words_by_another: Place) -> None:
    place = words_by_another
    (place.folder / "law.toml").write_text('[attributes]\nlocale_of_law = "text"\n')
    assert place("apply", "law.toml", "--yes").code == 0
    (place.folder / "right.md").write_text("The right words.")
    for number, law in enumerate(("DE", "FR", "FR")):
        row = f"c{number},p{number}@example.com,fable-5,fable-5,{law}\n"
        place.customers("customer,email,services,suspended,locale_of_law\n" + row)
    assert place(*SUSPEND, "--yes", "--break-glass", "nobody else answers").code == 0
    (reference,) = place.references
    for command, *options in LATER:
        asked = (command, reference, *options, "--yes")
        refused = place(*asked)
        assert refused.code == 3, (command, refused.said)
        assert "The words must be approved by somebody other than person:lind" in refused.err, command
        done = place(*asked, "--break-glass", f"alone with the {command}")
        assert done.code == 0, (command, done.said)
        assert f"BREAK-GLASS, person:lind: alone with the {command}" in place("show", reference).out
    reasons = {found["notice"]["broken_glass"] for found in place.shown(reference)}
    assert reasons >= {f"person:lind: alone with the {command}" for command, *_ in LATER}
    audited = place.rows("SELECT count(*) FROM audit WHERE act = 'approve' AND after ->> 'break_glass' <> ''")
    assert audited == [(1 + len(LATER),)]


def test_broken_glass_stays_in_sight_when_only_the_list_is_frozen_anew(words_by_another: Place) -> None:
    place = words_by_another
    place.people(2)
    place(*SUSPEND)
    (reference,) = place.references
    assert place("approve", reference, "--part", "words", "--yes", "--break-glass", "alone").code == 3
    assert place.on_a_terminal("approve", reference, answers=(("Type 2 to tell 2", "no"),)).code == 3
    place.people(4)
    done = place.on_a_terminal("approve", reference, answers=(("Type 4 to tell 4 people", "4"),))
    assert done.code == 0, done.out
    shown = place("show", reference).out
    assert "BREAK-GLASS, person:lind: alone" in shown
    assert "by person:lind (audience), person:lind (words)" in shown


def test_words_that_were_altered_after_the_approval_never_leave(notifier: Place) -> None:
    notifier.people(3)
    notifier("pause", "--all")
    notifier.start(*SUSPEND, "--yes")
    notifier.until(lambda: notifier.states() == ["approved"])
    notifier.rows("UPDATE content SET text = replace(text, 'suspended', 'deleted')")
    notifier("resume", "--all")
    notifier.until_state("held")
    assert notifier.provider.count() == 0
    assert "not those that were approved" in notifier("show", notifier.references[0]).out

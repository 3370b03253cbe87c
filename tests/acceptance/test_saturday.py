"""The scope changes on Saturday: each mail is true for whoever reads it, and nothing stays stuck."""

from datetime import UTC, datetime, timedelta
from typing import Any

from .conftest import Place

NOW = datetime.now(UTC).replace(second=0, microsecond=0)
FRIDAY, SATURDAY, SUNDAY = (NOW - timedelta(hours=hours) for hours in (72, 48, 24))
SCOPE = ("--where", "plan = 'team'")
HEADER = "customer,name,email,services,plan,suspended"


def friday(place: Place, *more: str) -> str:
    """One customer is told, cut off since Friday; nothing is known of when others are."""
    place.customers(f"{HEADER}\nold,Old Ltd,old@example.com,fable-5,team,fable-5={FRIDAY.isoformat()}\n")
    rows = [f"{name},{name} Ltd,{name}@example.com,fable-5,pro" for name in ("cut", "uncut")]
    place.customers("\n".join(["customer,name,email,services,plan", *rows, *more]) + "\n")
    done = place("suspend", "fable-5", "--reason", "legal", *SCOPE, "--yes")
    assert done.code == 0, done.said
    return place.references[0]


def cut_off(place: Place, customer: str, at: datetime) -> None:
    place.customers(f"customer,suspended\n{customer},fable-5={at.isoformat()}\n")


def widened(place: Place, reference: str) -> None:
    scope = ("rescope", reference, "--where", "plan IN ('team', 'pro')")
    gap = place(*scope, "--dry-run", "--json").json()["gap"]
    done = place(*scope, "--yes", "--accept-gap", str(gap["told_not_cut_off"] + gap["cut_off_not_told"]))
    assert done.code == 0, done.said


def words(place: Place, address: str) -> str:
    """The newest mail to an address, as one line."""
    mail: dict[str, Any] = [m for m in place.provider.messages() if m["address"] == address][-1]
    text = " ".join(mail["text"].replace("\xa0", " ").split())
    return text.replace("Since ", "As of ")  # as an update says it


def said(at: datetime) -> str:
    """As a mail says it to somebody whose time zone is not known."""
    return f"{at:%A} {at.day} {at:%B}, {at:%H:%M} UTC"


def test_each_mail_says_since_when_it_is_out_for_its_reader(notifier: Place) -> None:
    reference = friday(notifier)
    assert said(FRIDAY) in words(notifier, "old@example.com")
    cut_off(notifier, "cut", SATURDAY)
    widened(notifier, reference)
    in_force = notifier.value("SELECT in_force_at FROM scope_revision ORDER BY rev DESC LIMIT 1")
    # By the data, where it knows; else since the scope was approved that put them in.
    assert f"As of {said(SATURDAY)}" in words(notifier, "cut@example.com")
    assert f"As of {said(in_force)}" in words(notifier, "uncut@example.com")

    assert notifier("update", reference, "--nothing-new", "--yes").code == 0
    assert f"As of {said(FRIDAY)}" in words(notifier, "old@example.com")
    assert f"As of {said(SATURDAY)}" in words(notifier, "cut@example.com")
    assert f"As of {said(in_force)}" in words(notifier, "uncut@example.com")

    # The data lets them in again before the mail does; what they read stays what they were told.
    notifier.customers("customer,suspended\nold,\ncut,\n")
    assert notifier("restore", reference, "--yes").code == 0
    assert f"without it since {said(FRIDAY)}" in words(notifier, "old@example.com")
    assert f"without it since {said(SATURDAY)}" in words(notifier, "cut@example.com")
    assert f"without it since {said(in_force)}" in words(notifier, "uncut@example.com")


def test_what_comes_back_in_part_was_out_since_what_they_had_read(notifier: Place) -> None:
    """The data knows no more of what is back, and still knows of what is not: one mail tells of both."""
    reference = friday(notifier, "plus,plus Ltd,cut@example.com,fable-5,plus")
    for customer in ("cut", "plus"):
        cut_off(notifier, customer, SATURDAY)
    scope = ("rescope", reference, "--where", "plan IN ('team', 'pro', 'plus')")
    gap = notifier(*scope, "--dry-run", "--json").json()["gap"]
    accepted = str(gap["told_not_cut_off"] + gap["cut_off_not_told"])
    assert notifier(*scope, "--yes", "--accept-gap", accepted).code == 0
    assert f"As of {said(SATURDAY)}" in words(notifier, "cut@example.com")
    notifier.customers("customer,suspended\nplus,\n")
    done = notifier("restore", reference, "fable-5", "--where", "plan = 'plus'", "--yes")
    assert done.code == 0, done.said
    mail = words(notifier, "cut@example.com")
    assert "Still suspended for you: Fable 5, for cut Ltd" in mail
    assert f"without it since {said(SATURDAY)}" in mail


def test_who_is_cut_off_later_hears_since_when_also_in_a_catch_up(notifier: Place) -> None:
    reference = friday(notifier)
    notifier.customers(
        f"{HEADER}\nlate,Late Ltd,late@example.com,fable-5,team,fable-5={SUNDAY.isoformat()}\n"
    )
    assert notifier("update", reference, "--nothing-new", "--yes").code == 0
    assert f"As of {said(SUNDAY)}" in words(notifier, "late@example.com")
    assert f"As of {said(FRIDAY)}" in words(notifier, "old@example.com")


def test_who_has_both_reads_the_earlier_time(notifier: Place) -> None:
    """One organisation since Friday, another since Saturday: the mail that lists both says Friday."""
    reference = friday(notifier, "two,Two Ltd,old@example.com,fable-5,pro")
    cut_off(notifier, "two", SATURDAY)
    widened(notifier, reference)
    only_new = words(notifier, "old@example.com")
    assert f"As of {said(SATURDAY)}" in only_new
    assert "Old Ltd" not in only_new
    assert notifier("update", reference, "--nothing-new", "--yes").code == 0
    both = words(notifier, "old@example.com")
    assert f"As of {said(FRIDAY)}" in both
    assert "Old Ltd" in both
    assert "Two Ltd" in both


def test_what_the_company_says_of_the_start_counts_for_those_of_the_start(notifier: Place) -> None:
    reference = friday(notifier)
    cut_off(notifier, "cut", SATURDAY)
    widened(notifier, reference)
    earlier = FRIDAY - timedelta(hours=1)
    facts = notifier.folder / "facts.toml"
    facts.write_text(f"since = {earlier.isoformat()}\n")
    assert notifier("update", reference, "--facts", str(facts), "--yes").code == 0
    assert f"As of {said(earlier)}" in words(notifier, "old@example.com")
    assert f"As of {said(SATURDAY)}" in words(notifier, "cut@example.com")


def stuck(place: Place) -> tuple[str, str]:
    """A send that was paused by a proposed scope; the reference, and what the command said."""
    place.people(3, header=",plan", cells=",team")
    place.people(1, "q", header=",plan", cells=",pro")
    scope = ("suspend", "fable-5", "--reason", "legal", *SCOPE, "--yes")
    place("pause", "--all")
    waiting = place.start(*scope)
    place.until(lambda: place.rows("SELECT 1 FROM notice WHERE state = 'approved' AND closed_at IS NOT NULL"))
    reference = place.references[0]
    kept = place("rescope", reference, "--everybody")
    assert kept.code == 3
    place("resume", "--all")
    waiting.communicate()
    assert place.states() == ["held", "draft"]
    assert place.provider.count() == 0
    return reference, kept.said


def test_a_dropped_scope_says_how_what_it_stopped_goes_on(notifier: Place) -> None:
    reference, _ = stuck(notifier)
    shown = notifier("show", reference).out
    assert "another scope waits for its approval" in shown
    dropped = notifier("cancel", f"{reference}/2")
    assert dropped.code == 0, dropped.said
    assert "nobody was told of it" in dropped.out
    assert f"notifier resume {reference}/1" in dropped.out
    assert notifier.states() == ["held"]
    notifier.until(lambda: f"notifier resume {reference}/1" in notifier("list").out)
    assert "NEEDS YOU" in notifier("list").out
    assert notifier("resume", f"{reference}/1").code == 0
    notifier.until(lambda: notifier.provider.count() == 3)
    notifier.until(lambda: "notifier resume" not in notifier("list").out)
    assert "plan = 'team'" in notifier("show", reference).out, "the scope is the old one"


def test_an_update_that_drops_a_scope_says_so_too(notifier: Place) -> None:
    reference, _ = stuck(notifier)
    kept = notifier("update", reference, "--nothing-new")
    assert kept.code == 3
    notifier.until(lambda: f"notifier resume {reference}/1" in notifier("show", reference).out)
    # Another scope takes over what was stopped: nothing is left to decide.
    done = notifier("rescope", reference, "--everybody", "--yes")
    assert done.code == 0, done.said
    assert notifier.provider.count() == 4
    notifier.until(lambda: "notifier resume" not in notifier("list").out)


def test_a_draft_that_answers_a_review_or_is_all_there_is_cannot_be_dropped(notifier: Place) -> None:
    notifier.people(1)
    assert notifier("suspend", "fable-5", "--reason", "legal").code == 3
    reference = notifier.references[0]
    refused = notifier("cancel", f"{reference}/1")
    assert refused.code == 3
    assert notifier.states() == ["draft"]
    assert notifier("approve", reference, "--yes").code == 0
    assert notifier("reviews", "add", reference, "p1", "--by", "Ann", "--why", "no").code == 0
    number = str(notifier.value("SELECT review_id FROM review"))
    assert notifier("reviews", "confirm", number, "--why", "seen").code == 3
    refused = notifier("cancel", f"{reference}/2")
    assert refused.code == 3
    assert "review" in refused.err


def called(place: Place, reference: str) -> dict[str, str]:
    found = place("gaps", reference, "--json").json()
    return {row["customer"]: row["why"] for row in found["customers"]}


def test_nobody_is_called_about_what_is_over_for_them(notifier: Place) -> None:
    """Three without an address: for one the scope is narrowed, for one access comes back, for one it stays."""
    notifier.people(1, "ok", header=",plan,seats", cells=",team,1")
    notifier.customers(
        "customer,name,email,services,plan,seats\nleft,Left,,fable-5,pro,1\nback,Back,,fable-5,team,9\n"
        "out,Out,,fable-5,team,1\n"
    )
    assert notifier("suspend", "fable-5", "--reason", "legal", "--yes").code == 0
    reference = notifier.references[0]
    assert called(notifier, reference) == dict.fromkeys(("left", "back", "out"), "no_address")
    assert notifier("rescope", reference, *SCOPE, "--yes").code == 0
    assert notifier("restore", reference, "fable-5", "--where", "seats = 9", "--yes").code == 0
    assert called(notifier, reference) == {"left": "over", "back": "over", "out": "no_address"}
    shown = notifier("gaps", reference).out
    assert "To be called, for no mail gets there: 1 customer." in shown
    assert "it is over for them, nobody has to call" in shown
    # The data has the last word: who is cut off has to be called, whatever the scope says.
    cut_off(notifier, "left", SATURDAY)
    assert called(notifier, reference)["left"] == "no_address"


def test_the_last_screen_is_how_it_ended(notifier: Place) -> None:
    notifier.people(1)
    done = notifier("suspend", "fable-5", "--reason", "legal", "--yes")
    assert "100 %" in done.out
    assert "(notice 1): approved," not in done.out

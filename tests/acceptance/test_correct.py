"""A correction and a retraction through real processes: exactly those whom the wrong words reached."""

from .conftest import Place

SUSPEND = ("suspend", "fable-5", "--reason", "legal", "--yes")


def half_sent(place: Place) -> tuple[str, set[str]]:
    """150 people, ten in a request, stopped in the middle: the reference, and who got the wrong words."""
    place.policy(chunk_people=10, requests_per_second=1)
    place.people(150)
    (place.folder / "wrong.md").write_text("The outage comes from a **wrong** cause.")
    place.start(*SUSPEND, "--statement", "wrong.md")
    place.until(lambda: place.provider.count() >= 10)
    (reference,) = place.references
    assert place("pause", reference).code == 0
    place.until_nothing_is_in_flight()
    place.rows(
        "UPDATE company SET value = value - 'chunk_people' - 'requests_per_second' WHERE key = 'policy'"
    )
    got = set(place.provider.addresses())
    assert 0 < len(got) < 150
    return reference, got


def test_a_correction_of_what_half_of_them_got(notifier: Place) -> None:
    reference, got = half_sent(notifier)
    (notifier.folder / "right.md").write_text("It comes from the right cause.")
    done = notifier("correct", reference, "--statement", "right.md", "--yes")
    assert done.code == 0, done.said
    addresses = notifier.provider.addresses()
    assert addresses == {f"p{i}@example.com": 1 + (f"p{i}@example.com" in got) for i in range(1, 151)}
    for mail in notifier.provider.messages():
        if "right cause" not in mail["text"]:
            continue
        wrong = mail["address"] in got
        assert ("> The outage comes from a wrong cause." in mail["text"]) == wrong
        assert ("<blockquote" in mail["html"]) == wrong
        assert mail["text"].startswith("A correction to what we wrote") == wrong
        assert "wrong cause" not in mail["text"].replace("> The outage comes from a wrong cause.", "")
    first, correction = notifier.shown(reference)
    assert first["accounts"]["told"] == len(got)
    assert first["accounts"]["cancelled"] == 150 - len(got)
    assert correction["accounts"]["told"] == 150


def test_a_retraction_goes_to_whom_it_had_reached_and_ends_it(notifier: Place) -> None:
    reference, got = half_sent(notifier)
    refused = notifier("correct", reference, "--yes")
    assert refused.code == 2
    assert "--retract" in refused.err
    done = notifier("correct", reference, "--retract", "--yes")
    assert done.code == 0, done.said
    assert notifier.provider.addresses() == dict.fromkeys(got, 2)
    texts = [m["text"] for m in notifier.provider.messages() if m["text"].startswith("We withdraw")]
    assert len(texts) == len(got)
    assert all("> Hello" in text and "> The outage comes from a wrong cause." in text for text in texts)
    assert "over (retracted)" in notifier("show", reference).out
    again = notifier(*SUSPEND)
    assert again.code == 0, again.said
    assert notifier.provider.addresses().total() == 2 * len(got) + 150

from notifier.entry.cli.output import set_off


def test_a_line_of_a_mail_is_as_it_is_unless_it_is_too_wide_for_a_terminal() -> None:
    wide = "Next update: By mail before Friday 21:18 UTC-03:00 (00:18 UTC Saturday), even if nothing is new."
    shown = set_off(["  Subject: a  b", "", wide, f"<https://example.com/{'a-b/' * 30}>"])
    assert shown[:2] == ["  |   Subject: a  b", "  |"]
    assert shown[2:4] == [
        "  | Next update: By mail before Friday 21:18 UTC-03:00 (00:18 UTC Saturday),",
        "  | even if nothing is new.",
    ]
    assert shown[4:] == [f"  | <https://example.com/{'a-b/' * 30}>"]

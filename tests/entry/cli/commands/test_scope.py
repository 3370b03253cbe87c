from notifier.actions.notices.scope import Overview, Values
from notifier.entry.cli.commands.scope import picture
from notifier.model.scope import Column
from notifier.model.vocabulary import AttributeType
from notifier.store.read.attribute_values import Counted, ValueCount

PLAN = Values(
    Column("plan", AttributeType.TEXT),
    built_in=False,
    counted=Counted([ValueCount("a, b\x1b[2J" + "x" * 90, 12_310)], 14, 12_310, 966, None, None),
    distinct=14,
    known=12_310,
    unknown=966,
)
SECRET = Values(Column("nationality", AttributeType.TEXT, sensitive=True), False, None, 3, 12_000, 310)


def test_fits_a_terminal_and_says_what_is_unknown() -> None:
    lines = picture(Overview(13_276, (PLAN, SECRET))).splitlines()
    assert max(map(len, lines[:-2])) <= 80
    assert "\x1b" not in "".join(lines[:-2])
    assert any(line.split() == ["...", "13", "more", "values"] for line in lines)
    assert [line.split()[-1] for line in lines if "*unknown*" in line] == ["966", "310"]
    assert any("3 values, see --sensitive" in line for line in lines)


def test_nobody_yet() -> None:
    assert "notifier import" in picture(Overview(0, ()))

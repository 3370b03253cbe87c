import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.model.attributes import typed
from notifier.model.vocabulary import AttributeType

TEXT, NUMBER, BOOLEAN = AttributeType.TEXT, AttributeType.NUMBER, AttributeType.BOOLEAN
DATE, TIMESTAMP = AttributeType.DATE, AttributeType.TIMESTAMP


@pytest.mark.parametrize(
    ("cell", "type_", "stored"),
    [
        ("US", TEXT, "US"),
        ("  US\u00a0", TEXT, "US"),
        ("Sa\u0303o Paulo", TEXT, "S\u00e3o Paulo"),
        ("", TEXT, None),
        ("   ", TEXT, None),
        ("a\0b", TEXT, None),
        ("a\ud800b", TEXT, None),
        ("12", NUMBER, 12),
        ("+12", NUMBER, 12),
        ("-0", NUMBER, 0),
        ("1.0", NUMBER, 1),
        ("1.5E+3", NUMBER, 1500),
        (".5", NUMBER, 0.5),
        ("0.1", NUMBER, 0.1),
        ("9007199254740993", NUMBER, 9007199254740993),
        ("999999999999999999", NUMBER, 999999999999999999),
        ("1000000000000000000", NUMBER, None),
        ("0.12345678901234567890", NUMBER, None),
        ("1e999", NUMBER, None),
        ("1e-999", NUMBER, None),
        ("9" * 5000, NUMBER, None),
        ("NaN", NUMBER, None),
        ("inf", NUMBER, None),
        ("1,000", NUMBER, None),
        ("1_000", NUMBER, None),
        ("0x10", NUMBER, None),
        ("\u0661\u0662", NUMBER, None),
        ("n/a", NUMBER, None),
        ("TRUE", BOOLEAN, True),
        ("no", BOOLEAN, False),
        ("2", BOOLEAN, None),
        ("2026-11-27", DATE, "2026-11-27"),
        ("0001-01-01", DATE, "0001-01-01"),
        ("20261127", DATE, None),
        ("2026-W48-5", DATE, None),
        ("2026-02-30", DATE, None),
        ("27.11.2026", DATE, None),
        ("2026-11-27T18:32:00-05:00", TIMESTAMP, "2026-11-27T23:32:00.000000Z"),
        ("2026-11-27 18:32:00.5-05", TIMESTAMP, "2026-11-27T23:32:00.500000Z"),
        ("2026-11-27 23:32 +0000", TIMESTAMP, "2026-11-27T23:32:00.000000Z"),
        ("2026-11-27t23:32:00.123456789z", TIMESTAMP, "2026-11-27T23:32:00.123456Z"),
        ("2026-11-27T23:32:00", TIMESTAMP, None),
        ("2026-11-27", TIMESTAMP, None),
        ("0001-01-01T00:00:00+05:00", TIMESTAMP, None),
        ("2026-11-27T25:00:00Z", TIMESTAMP, None),
    ],
)
def test_a_cell_is_stored_in_one_form_or_not_at_all(cell: str, type_: AttributeType, stored: object) -> None:
    found = typed(cell, type_)
    assert found == stored
    assert type(found) is type(stored)


@given(st.text() | st.from_regex(r"[-+]?[0-9]*\.?[0-9]*(e-?[0-9]+)?"), st.sampled_from(AttributeType))
def test_never_raises_and_storing_again_changes_nothing(cell: str, type_: AttributeType) -> None:
    found = typed(cell, type_)
    if found is not None:
        assert typed(json.dumps(found) if not isinstance(found, str) else found, type_) == found


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_a_number_is_exact_or_unknown(number: Decimal) -> None:
    found = typed(str(number), NUMBER)
    assert found is None or Decimal(json.dumps(found)) == number

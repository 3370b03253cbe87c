import pytest

from notifier.model.contract import COLUMNS, examine, faults

AS_AGREED = {
    column.name: column.type.replace("timestamptz", "timestamp with time zone") for column in COLUMNS
}


def test_a_view_that_is_as_agreed_has_no_fault() -> None:
    assert faults(examine(AS_AGREED)) == ()
    assert (
        faults(examine(AS_AGREED | {"name": "character varying", "email": "citext", "more": "point"})) == ()
    )


def test_a_view_that_was_made_before_there_were_telephone_numbers_is_as_agreed():
    assert faults(examine({name: type_ for name, type_ in AS_AGREED.items() if name != "phone"})) == ()


@pytest.mark.parametrize("column", [c.name for c in COLUMNS if not c.may_lack])
def test_each_column_that_is_missing_is_named_with_its_cure(column: str) -> None:
    present = {name: type_ for name, type_ in AS_AGREED.items() if name != column}
    (fault,) = faults(examine(present))
    assert fault.startswith(f"{column}: is missing: add `... AS {column}`")
    assert ("NULL::" in fault) == (column not in {"customer", "service"})


@pytest.mark.parametrize(
    ("column", "type_", "cure"),
    [
        ("customer", "integer", "`customer::text AS customer`"),
        ("locale", "bigint", "`locale::text AS locale`"),
        ("suspended_at", "timestamp without time zone", "(suspended_at AT TIME ZONE 'UTC') AS suspended_at"),
        ("suspended_at", "date", "`suspended_at::timestamptz AS suspended_at`"),
        ("attrs", "json", "`attrs::jsonb AS attrs`"),
        ("attrs", "text", "jsonb_build_object("),
    ],
)
def test_each_wrong_type_is_named_with_its_cure(column: str, type_: str, cure: str) -> None:
    (fault,) = faults(examine(AS_AGREED | {column: type_}))
    assert fault.startswith(f"{column}: is {type_} and must be ")
    assert cure in fault

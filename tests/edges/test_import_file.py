"""`[imports.NAME]`: how an export is read, said once."""

import pytest

from notifier.edges import company_file
from notifier.errors import BadInput

GOOD = b"""
[imports.salesforce]
encoding = "Windows-1252"
[imports.salesforce.map]
"Account ID" = "customer"
"Account Name" = "name"
"Notes" = ""
"""


def test_a_name_stands_for_columns_and_letters() -> None:
    found = company_file.read(GOOD).imports["salesforce"]
    assert found.encoding == "windows-1252"
    assert found.map == {"Account ID": "customer", "Account Name": "name", "Notes": ""}


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        ('encoding = "ebcdic"', "[imports], crm, encoding: is 'ebcdic': use one of utf-8"),
        ('map = { "ID" = "Name!" }', "[imports], crm, map, ID: 'Name!' is no name for an attribute"),
        ('map = { "ID" = "region" }', "'region' is a reserved name"),
        (
            'map = { "Account ID" = "customer", "account  id" = "name" }',
            "names the column 'account id' twice",
        ),
        ('map = { "A" = "name", "B" = "name" }', "calls two columns 'name'"),
        ('delimiter = ";"', "[imports], crm, delimiter: is not known here"),
    ],
)
def test_what_cannot_be_right_is_named_with_its_place(table: str, fault: str) -> None:
    with pytest.raises(BadInput) as caught:
        company_file.read(f"[imports.crm]\n{table}\n".encode())
    (only,) = caught.value.details
    assert fault in only


def test_a_name_is_one_that_can_be_typed() -> None:
    with pytest.raises(BadInput) as caught:
        company_file.read(b'[imports."My CRM"]\n')
    assert "[imports], My CRM: is 'My CRM': it must match" in caught.value.details[0]

"""Bytes -> records: hostile files are one clear sentence, and lines are the file's own lines."""

import io
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.edges.customer_file import FileRow, opened
from notifier.errors import BadInput
from notifier.model.customer import BadRow
from notifier.model.file_format import FileFormat


def read(raw: bytes) -> list[FileRow | BadRow]:
    return list(opened(io.BytesIO(raw)).records)


def refusal(raw: bytes) -> str:
    with pytest.raises(BadInput) as caught:
        read(raw)
    return " ".join([str(caught.value), *caught.value.details])


def test_a_row_is_named_by_the_line_of_the_file_it_begins_on():
    raw = b'\r\ncustomer,name\r\n1,"two\r\nlines"\r\n\r\n,\r\n2,x\r\n'
    assert read(raw) == [
        FileRow(3, {"customer": "1", "name": "two\r\nlines"}),
        FileRow(7, {"customer": "2", "name": "x"}),
    ]


def test_a_byte_order_mark_is_accepted():
    assert read(b"\xef\xbb\xbfcustomer\n1\n") == [FileRow(2, {"customer": "1"})]


def test_columns_are_found_whatever_their_case():
    assert read(b" Customer ,PLAN\n1,a") == [FileRow(2, {"customer": "1", "plan": "a"})]


def test_a_header_alone_is_a_file_without_rows():
    assert read(b"customer,name\n") == []


def test_too_many_cells_are_a_bad_row_and_those_that_lack_are_empty():
    assert read(b"customer,name\n1,a,b\n2\n3,c\n") == [
        BadRow(2, "has 3 cells, the header has 2"),
        FileRow(3, {"customer": "2", "name": ""}, is_short=True),
        FileRow(4, {"customer": "3", "name": "c"}),
    ]


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"", "empty"),
        (b"\n \r\n\n", "empty"),
        (b"customer,name\n1,a\n2,M\xfcller\n", "Line 3 is not UTF-8"),
        (b"customer,name\n1,a\rb\n", "line end of another kind"),
        (b"sep=:\ncustomer:name\n", "a comma, a semicolon, a tab or a bar"),
        (b"sep=;\n", "There is no column 'customer'"),
        (b"C-1,ann@acme.example,fable-5\n", "Column (an address) is no name"),
        (b'customer,name\n1,a\n2,"open\n3,c\n4,d\n', "Line 3 cannot be read as CSV"),
        (b'customer,name\n1,"a"b\n', "nothing may follow the quotation mark"),
        (b'customer,name\n1,"' + b"x\n" * 200_000, "Line 2 cannot be read as CSV"),
        (b"customer,name\n1," + b"x" * 2_000_000, "Line 2 is longer than 1 MB"),
        (b"name,email\n", "There is no column 'customer'"),
        (b"Account ID,name\n", "--map 'COLUMN=customer'"),
        (b"customer,name,Name\n", "Column 'name' stands there twice"),
        (b"customer,,name\n", "Column 2 has no name"),
        (b"customer,region\n", "Column 'region' is a reserved name"),
        (b"customer,Land (ISO)\n", "Column 'Land (ISO)' is no name for an attribute"),
        (b'[{"customer": "1"}]', "one object a line"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_sentence(raw, sentence):
    assert sentence in refusal(raw)


def test_all_faults_of_a_header_are_named_at_once():
    sentence = refusal(b"service,plan,plan,,x y\n")
    for word in ("'service'", "'plan' stands there twice", "Column 4", "'x y'", "'customer'"):
        assert word in sentence


def test_json_lines_are_the_same_rows():
    as_json = b"""
{"customer": 12345678901234567890123, "seats": 7, "rate": 0.10, "trial": true, "services": ["a", "b@eu"]}

{"Customer": "2", "plan": null, "name": "M\\u00fcller"}
"""
    assert read(as_json) == [
        FileRow(
            2,
            {
                "customer": "12345678901234567890123", "seats": "7", "rate": "0.10", "trial": "true",
                "services": "a;b@eu",
            },
        ),
        FileRow(4, {"customer": "2", "plan": "", "name": "Müller"}),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "word"),
    [
        (b"nonsense", "no JSON object"),
        (b'{"customer": "1"', "no JSON object"),
        (b'["customer", "1"]', "no JSON object"),
        (b'"customer"', "no JSON object"),
        (b'{"customer": ["1"]}', "must be a text"),
        (b'{"customer": "1", "ann@acme.example": ""}', "(an address) is no name"),
        (b'{"customer": "1", "services": [["a"]]}', "must be a text"),
        (b'{"customer": "1", "customer": "2"}', "twice"),
        (b'{"customer": "1", "region": "eu"}', "reserved"),
        (b'{"customer": "\\ud800"}', "half of a character"),
        (b'{"customer": "1", "plan": ' + b"[" * 100_000, "nested too deeply"),
    ],
)
def test_a_bad_json_line_is_a_bad_row(line, word):
    good = b'{"customer": "0"}'
    found = read(good + b"\n" + line + b"\n" + good)
    assert [type(row) for row in found] == [FileRow, BadRow, FileRow]
    assert isinstance(found[1], BadRow)
    assert found[1].line == 2
    assert word in found[1].problem


def test_a_json_value_that_is_no_text_costs_only_itself():
    (found,) = read(b'{"customer": "1", "plan": {"a": 1}, "name": "\\ud800", "email": ["a"]}')
    assert found == FileRow(1, {"customer": "1", "plan": "\0", "name": "\0", "email": "\0"})


@pytest.mark.parametrize(
    ("separator", "said"), [(",", "commas"), (";", "semicolons"), ("\t", "tabs"), ("|", "bars")]
)
@pytest.mark.parametrize("declared", [False, True])
def test_the_separator_is_what_finds_the_column_customer(separator: str, said: str, declared: bool):
    first = f"sep={separator}\n" if declared else ""
    text = f'{first}customer{separator}name\n1{separator}"a,b;c|d"\n'
    file = opened(io.BytesIO(text.encode()))
    assert file.read_as == f"UTF-8, columns separated by {said}"
    assert list(file.records) == [FileRow(3 if declared else 2, {"customer": "1", "name": "a,b;c|d"})]


def test_a_row_that_ends_before_services_or_suspended_is_a_bad_row():
    assert read(b"customer,name,services,suspended,plan\n1,a,s\n2,b,s,s\n") == [
        BadRow(2, "ends after 3 of 5 columns, before 'suspended'"),
        FileRow(
            3, {"customer": "2", "name": "b", "services": "s", "suspended": "s", "plan": ""}, is_short=True
        ),
    ]


def test_columns_without_a_name_at_the_end_must_be_empty():
    assert read(b"customer,name,,\n1,a,,\n2,b,,,,\n3,c,x,\n") == [
        FileRow(2, {"customer": "1", "name": "a"}),
        BadRow(3, "has 6 cells, the header has 2"),
        BadRow(4, "has 4 cells, the header has 2"),
    ]


@pytest.mark.parametrize(
    "raw",
    [
        b"customer;services;suspended\nacme;fable-5;mythos-5;\n",
        b"customer,services,suspended\nacme,fable-5,mythos-5,\n",
    ],
)
def test_a_list_without_quotation_marks_never_moves_into_the_next_column(raw: bytes):
    """Two services and nothing suspended, as it was meant, would be one service and another one cut off."""
    assert read(raw) == [BadRow(2, "has 4 cells, the header has 3")]


def test_a_file_that_was_cut_off_in_its_last_row_does_not_lose_the_rest_of_it():
    whole = b"customer,services,suspended\nc1,a;b,a;b\n"
    (torn,) = read(whole[:-5])
    assert isinstance(torn, BadRow)
    assert "part of it may be missing" in torn.problem
    assert read(whole[:-1]) == read(whole)


def test_lines_that_were_ended_twice_are_lines():
    """As Python writes them into a file that was opened as text, on Windows."""
    assert read(b"customer,name\r\r\n1,a\r\r\n2,b\r\r\n") == read(b"customer,name\n1,a\n2,b\n")


DRAWN = b""" customer |   name    | plan
----------+-----------+------
 1        | Acme, Ltd | team
 2        | Beta      |
(2 rows)

"""


def test_what_psql_draws_is_read_without_its_frame():
    assert [row.cells for row in read(DRAWN) if isinstance(row, FileRow)] == [
        {"customer": "1        ", "name": "Acme, Ltd ", "plan": "team"},
        {"customer": "2        ", "name": "Beta      ", "plan": ""},
    ]
    copied = b"customer\tname\tplan\n1\t\\N\tteam\n"
    assert read(copied) == [FileRow(2, {"customer": "1", "name": "", "plan": "team"})]


FILES = Path(__file__).parent / "customer_files"
PLAIN = "UTF-8, columns separated by commas"


@pytest.mark.parametrize(
    ("name", "read_as", "customers"),
    [
        ("02-utf16-tab", "UTF-16, columns separated by tabs", ["U-1"]),
        ("02b-utf16-nobom", "UTF-16 without a mark, columns separated by commas", ["U-1"]),
        ("04-cr-only", f"{PLAIN}, lines that end in CR", ["M-1", "M-2"]),
        ("05-semicolon", "UTF-8, columns separated by semicolons", ["S-1"]),
        ("05b-sep-line", PLAIN, ["S-1"]),
        ("06-trailing-empty-columns", f"{PLAIN}, 3 empty columns at the end left out", ["T-1"]),
        ("07-ragged-short", PLAIN, ["R-1", "R-2"]),
        ("08-space-after-comma", PLAIN, ["P-1"]),
        ("08b-space-quote-no-comma", PLAIN, ["P-1", "P-1"]),
        ("18-ctrl-z", PLAIN, ["K-1"]),
    ],
)
def test_files_from_the_field_are_read_and_say_what_they_were_taken_for(
    name: str, read_as: str, customers: list[str]
):
    with (FILES / f"{name}.csv").open("rb") as stream:
        file = opened(stream)
        assert file.read_as == read_as
        rows = list(file.records)
    assert [row.cells["customer"] for row in rows if isinstance(row, FileRow)] == customers
    assert len(rows) == len(customers)


MAP = {"Account ID": "customer", "name,legal": "name", "Notes": ""}


def test_columns_are_called_as_somebody_maps_them_in_csv_and_in_json():
    known = FileFormat(None, MAP)
    rows = [FileRow(2, {"customer": "1", "name": "Acme", "plan": "team"})]
    csv = b'ACCOUNT  ID,"name,legal",plan,Notes\n1,Acme,team,x\n'
    assert list(opened(io.BytesIO(csv), known).records) == rows
    json = b'\n{"Account ID": 1, "name,legal": "Acme", "plan": "team", "Notes": {"a": 1}}'
    assert list(opened(io.BytesIO(json), known).records) == rows


def test_a_column_that_was_to_be_mapped_and_is_not_there_is_a_slip():
    with pytest.raises(BadInput) as caught:
        opened(io.BytesIO(b"customer,Nmae\n"), FileFormat(None, {"Name": "name", "Nmae": "customer"}))
    assert "There is no column 'name', which was to be mapped." in caught.value.details
    assert (
        "Column 'customer' stands there twice: remove one, or give it another name." in caught.value.details
    )


def test_windows_letters_are_refused_until_somebody_says_that_they_are():
    raw = (FILES / "03-cp1252.csv").read_bytes()
    assert "--encoding windows-1252" in refusal(raw)
    file = opened(io.BytesIO(raw), FileFormat(encoding="windows-1252"))
    assert file.read_as == "windows-1252, columns separated by commas"
    (row,) = file.records
    assert isinstance(row, FileRow)
    assert row.cells["name"] == "Müller GmbH"


@given(st.binary(max_size=300) | st.text(alphabet='customer,"\n\r{}[]:;1é\0', max_size=200).map(str.encode))
def test_no_bytes_at_all_raise_anything_else(raw):
    for start in (b"", b"customer,name\n", b'{"customer": "1"}\n'):
        try:
            read(start + raw)
            list(opened(io.BytesIO(start + raw), FileFormat("utf-16")).records)
        except BadInput:
            continue


class Long(io.RawIOBase):
    """A header and 300,000 rows that are made while they are read."""

    def __init__(self):
        self.rows = iter([b"customer,plan\n", *[b"12345678,enterprise\n" * 1000] * 300])
        self.rest = b""

    def readable(self):
        return True

    def readinto(self, buffer):
        block = self.rest or next(self.rows, b"")
        self.rest = block[len(buffer) :]
        buffer[: len(block)] = block[: len(buffer)]
        return min(len(block), len(buffer))


def test_memory_does_not_grow_with_the_file():
    tracemalloc.start()
    count = sum(1 for _ in opened(io.BufferedReader(Long(), buffer_size=1 << 16)).records)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 300_000
    assert peak < 1_000_000

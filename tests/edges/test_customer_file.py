"""Bytes -> records: hostile files are one clear sentence, and lines are the file's own lines."""

import io
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.edges.customer_file import FileRow, records
from notifier.errors import BadInput
from notifier.model.customer import BadRow


def read(raw: bytes) -> list[FileRow | BadRow]:
    return list(records(io.BytesIO(raw)))


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


def test_too_many_or_too_few_cells_are_a_bad_row():
    assert read(b"customer,name\n1,a,b\n2\n3,c\n") == [
        BadRow(2, "has 3 cells, the header has 2"),
        BadRow(3, "has 1 cells, the header has 2"),
        FileRow(4, {"customer": "3", "name": "c"}),
    ]


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"", "empty"),
        (b"\n \r\n\n", "empty"),
        (b"customer,name\n1,a\n2,M\xfcller\n", "Line 3 is not UTF-8"),
        ("customer\n1\n".encode("utf-16"), "Line 1 is not UTF-8"),
        (b'customer,name\n1,a\n2,"open\n3,c\n4,d\n', "Line 3 cannot be read as CSV"),
        (b'customer,name\n1,"a"b\n', "Line 2 cannot be read as CSV"),
        (b"customer,name\r1,a\r2,b\r", "Line 1 cannot be read as CSV"),
        (b'customer,name\n1,"' + b"x\n" * 200_000, "Line 2 cannot be read as CSV"),
        (b"customer,name\n1," + b"x" * 2_000_000, "Line 2 is longer than 1 MB"),
        (b"name,email\n", "There is no column 'customer'"),
        (b"customer;name;email\n", "Separate the columns by commas"),
        (b"customer,name,Name\n", "Column 'name' stands there twice"),
        (b"customer,,name\n", "Column 2 has no name"),
        (b"customer,region\n", "Column 'region' is a reserved name"),
        (b"customer,Land (ISO)\n", "Column 'land (iso)' is no name for an attribute"),
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
        (b'{"customer": "1", "plan": {"a": 1}}', "must be a text"),
        (b'{"customer": "1", "plan": ["a"]}', "must be a text"),
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


@given(st.binary(max_size=300) | st.text(alphabet='customer,"\n\r{}[]:;1é\0', max_size=200).map(str.encode))
def test_no_bytes_at_all_raise_anything_else(raw):
    for start in (b"", b"customer,name\n", b'{"customer": "1"}\n'):
        try:
            read(start + raw)
        except BadInput:
            continue


class Long(io.RawIOBase):
    """A header and 300,000 rows that are made while they are read."""

    def __init__(self):
        self.rows = iter([b"customer,plan\n", *[b"12345678,enterprise\n" * 1000] * 300])

    def readable(self):
        return True

    def readinto(self, buffer):
        block = next(self.rows, b"")
        buffer[: len(block)] = block
        return len(block)


def test_memory_does_not_grow_with_the_file():
    tracemalloc.start()
    count = sum(1 for _ in records(io.BufferedReader(Long(), buffer_size=1 << 16)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 300_000
    assert peak < 1_000_000

"""Bytes -> lines: what a file shows of itself is read, what it does not show is asked for."""

import codecs
import io
import tracemalloc

import pytest

from notifier.edges.file_text import HEAD, Lines
from notifier.errors import BadInput
from notifier.model.file_format import ENCODINGS

TEXT = "customer,name\r\n1,Müller & Söhne\r\n"
EVERYWHERE = "customer,name\r\n1,Acme\r\n"


def lines(raw: bytes, encoding: str | None = None) -> list[str]:
    return list(Lines(io.BytesIO(raw), encoding))


def refusal(raw: bytes, encoding: str | None = None) -> str:
    with pytest.raises(BadInput) as caught:
        lines(raw, encoding)
    return str(caught.value)


@pytest.mark.parametrize(
    ("raw", "encoding", "without_mark"),
    [
        (TEXT.encode(), "UTF-8", False),
        (codecs.BOM_UTF8 + TEXT.encode(), "UTF-8", False),
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), "UTF-16-LE", False),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "UTF-16-BE", False),
        (codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"), "UTF-32-LE", False),
        (TEXT.encode("utf-16-le"), "UTF-16-LE", True),
        (TEXT.encode("utf-16-be"), "UTF-16-BE", True),
    ],
)
def test_unicode_shows_itself(raw: bytes, encoding: str, without_mark: bool) -> None:
    found = Lines(io.BytesIO(raw))
    assert (found.encoding, found.without_mark) == (encoding, without_mark)
    assert list(found) == TEXT.splitlines(keepends=True)


@pytest.mark.parametrize("name", ENCODINGS)
def test_what_is_no_unicode_is_read_as_somebody_says(name: str) -> None:
    text = EVERYWHERE if name in {"windows-1251", "shift_jis", "big5", "euc-kr"} else TEXT
    assert lines(text.encode(ENCODINGS[name]), name) == text.splitlines(keepends=True)


def test_a_mark_is_surer_than_what_somebody_says() -> None:
    assert lines(codecs.BOM_UTF8 + TEXT.encode(), "windows-1252") == TEXT.splitlines(keepends=True)


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_lines_end_as_the_first_does(line_end: str) -> None:
    other = "\n" if line_end == "\r" else "\r"
    raw = f"customer{line_end}one{other}two{line_end}".encode()
    assert lines(raw) == [f"customer{line_end}", f"one{other}two{line_end}"]
    assert Lines(io.BytesIO(raw)).end_in_cr is (line_end == "\r")


@pytest.mark.parametrize("end", ["\x1a", "\r\n\x1a", "\x1a\x1a\r\n", "\x1a\0\0"])
def test_a_ctrl_z_at_the_end_ends_the_file(end: str) -> None:
    assert [line.rstrip() for line in lines(f"customer\r\n1{end}".encode())] == ["customer", "1"]


def test_a_ctrl_z_inside_is_a_character_as_any_other() -> None:
    assert lines(b"customer\n1\x1a\n2\n") == ["customer\n", "1\x1a\n", "2\n"]


@pytest.mark.parametrize("before", [0, 1, HEAD, 3 * HEAD])
def test_the_line_that_is_not_utf_8_is_named_wherever_it_stands(before: int) -> None:
    raw = b"customer\n" + b"1234567\n" * (before // 8) + b"M\xfcller\n"
    assert refusal(raw) == (
        f"Line {2 + before // 8} is not UTF-8: save the file as UTF-8 (Excel: 'CSV UTF-8'), or say what it is,"
        " for instance --encoding windows-1252."
    )


def test_an_encoding_that_is_not_the_files_is_not_believed() -> None:
    assert refusal("customer\n\u4f60\n".encode("gb18030") + b"\xff\xff\n", "gb18030") == (
        "Line 3 is not gb18030: the file is damaged, cut off, or something else; export it anew."
    )
    assert refusal("customer\nM".encode("utf-16") + b"\x20").startswith("Line 2 is not UTF-16")


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        (b"PK\x03\x04\x14\0\x06\0", "an Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Excel workbook"),
        (b"\x1f\x8b\x08\0", "unpack it"),
        (b"%PDF-1.7\n", "a PDF"),
        (b"customer\n" + b"x" * 2_000_000, "Line 2 is longer than 1 MB"),
    ],
)
def test_what_is_no_list_of_customers_is_one_true_sentence(raw: bytes, word: str) -> None:
    assert word in refusal(raw)


def test_a_file_without_line_ends_is_not_held() -> None:
    raw = io.BytesIO(b"x" * 30_000_000)
    tracemalloc.start()
    with pytest.raises(BadInput, match="Line 1 is longer"):
        list(Lines(raw))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10_000_000

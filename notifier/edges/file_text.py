"""Bytes of a file -> its lines as text. Only what the bytes themselves show is concluded, and it can be said."""

import codecs
import io
import re
from typing import Any, BinaryIO

from notifier.errors import BadInput
from notifier.model.file_format import ENCODINGS

HEAD = 1 << 16
"""Bytes that are looked at before the first is read."""
LONGEST_LINE = 1 << 20
"""Characters. A file without line ends must not fill the memory; the csv module's own limit is 131,072 a cell."""
MARKS = (
    (codecs.BOM_UTF8, "UTF-8"), (codecs.BOM_UTF32_LE, "UTF-32-LE"), (codecs.BOM_UTF32_BE, "UTF-32-BE"),
    (codecs.BOM_UTF16_LE, "UTF-16-LE"), (codecs.BOM_UTF16_BE, "UTF-16-BE"),
)  # fmt: skip
"""The mark of UTF-32 begins as that of UTF-16 does, so it stands first."""
END_OF_FILE = "\x1a"
"""Ctrl-Z, with which DOS and what was made for it end a text."""
OTHERS = (
    (b"PK\x03\x04", "an Excel workbook (or another archive): save its sheet as CSV UTF-8"),
    (b"\xd0\xcf\x11\xe0", "an Excel workbook: save its sheet as CSV UTF-8"),
    (b"\x1f\x8b", "compressed: unpack it"),
    (b"%PDF", "a PDF: export the customers as CSV"),
)
"""How files begin that people take for a list of customers."""


class Lines:
    """The lines of a stream as text, counting them. Raises `BadInput` where the bytes are no text."""

    def __init__(self, stream: BinaryIO, encoding: str | None = None) -> None:
        """`encoding`: a name of `ENCODINGS` that somebody has given; None: Unicode."""
        head = stream.read(HEAD)
        for begins, sentence in OTHERS:
            if head.startswith(begins):
                raise BadInput(f"The file is {sentence}, and import that.")
        mark, self.encoding, marked = _encoding(head, encoding)
        self.without_mark = not marked and self.encoding.startswith("UTF-16")
        self._codec = ENCODINGS.get(self.encoding, self.encoding)
        self._end = _line_end(head[len(mark) :].decode(self._codec, "replace"))
        source = io.BufferedReader(_Again(head[len(mark) :], stream), HEAD)
        self._text = io.TextIOWrapper(source, self._codec, newline=self._end)
        self._next: str | None = None
        self.number = 0
        self.torn = False
        """Nothing ends the line that was given last: the file may have been cut off in it."""

    @property
    def end_in_cr(self) -> bool:
        """Each line ends in a carriage return alone, as in the files that Excel writes for a Macintosh."""
        return self._end == "\r"

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        line = self._read() if self._next is None else self._next
        self._next = None
        if END_OF_FILE in line:
            line = self._ended(line)
        if not line:
            raise StopIteration
        self.number += 1
        if len(line) > LONGEST_LINE:
            raise BadInput(f"Line {self.number} is longer than 1 MB: that is no customer file.")
        self.torn = not line.endswith(("\r", "\n"))
        return f"{line.rstrip(chr(13) + chr(10))}\r\n" if line.endswith("\r\r\n") else line

    def _ended(self, line: str) -> str:
        """Without the Ctrl-Z, if nothing follows it."""
        bare = line.rstrip("\0\r\n")
        if not bare.endswith(END_OF_FILE):
            return line
        self._next = self._read()
        return line if self._next else bare.rstrip(END_OF_FILE)

    def _read(self) -> str:
        try:
            return self._text.readline(LONGEST_LINE + 1)
        except UnicodeDecodeError as error:
            raise BadInput(self._undecodable(error)) from error

    def _undecodable(self, error: UnicodeDecodeError) -> str:
        # What is being decoded begins inside the line that comes next: no line end was left over.
        before = error.object[: error.start].decode(self._codec, "ignore")
        place = f"Line {self.number + 1 + before.count(self._end)} is not {self.encoding}"
        if self.encoding == "UTF-8":
            return (
                f"{place}: save the file as UTF-8 (Excel: 'CSV UTF-8'), or say what it is, for instance"
                " --encoding windows-1252."
            )
        return f"{place}: the file is damaged, cut off, or something else; export it anew."


def _encoding(head: bytes, given: str | None) -> tuple[bytes, str, bool]:
    """The mark, the name of the encoding, and whether the bytes or a person say so. A mark is never wrong."""
    for mark, name in MARKS:
        if head.startswith(mark):
            return mark, name, True
    # The names of columns are ASCII for the greater part: of two bytes each, one is 0.
    start = head[: 2 * (HEAD // 4)].split(b"\n", 1)[0][:200]
    low, high = start[0::2], start[1::2]
    if given in {None, "utf-16"} and len(start) > 1:
        if high.count(0) * 2 > len(high) and not low.startswith(b"\0"):
            return b"", "UTF-16-LE", False
        if low.count(0) * 2 > len(low):
            return b"", "UTF-16-BE", False
    if given == "utf-16":
        return b"", "UTF-16-LE", True
    return b"", "UTF-8" if given in {None, "utf-8"} else given or "", True


def _line_end(head: str) -> str:
    """A carriage return where the first line ends in one alone; else a line feed, after one or none, or two where
    a program ended what was ended.
    """
    first = re.search("\r{0,2}\n|\r", head)
    return "\r" if first is not None and first[0] == "\r" else "\n"


class _Again(io.RawIOBase):
    """The head that was looked at, then the rest."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        self._head = head
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        block = self._head or self._stream.read(len(buffer))
        self._head = block[len(buffer) :]
        found = block[: len(buffer)]
        buffer[: len(found)] = found
        return len(found)

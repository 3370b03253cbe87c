"""Blanks behind a closing quotation mark are dropped, and nothing inside of a cell is ever touched."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.edges.quoted_cells import QuotedCells


def read(text: str, separator: str = ",") -> list[list[str]]:
    source = QuotedCells(io.StringIO(text, newline=""), separator)
    found: list[list[str]] = []
    for cells in csv.reader(source, delimiter=separator, strict=True, skipinitialspace=True):
        found.append(cells)
        source.at_a_row = True
    return found


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ('"P-1" ,"Acme Ltd"  ,b\r\n', ["P-1", "Acme Ltd", "b"]),
        ('1 , "Acme, Ltd" , "b" \n', ["1 ", "Acme, Ltd", "b"]),
        ('"a" ', ["a"]),
        ('"say ""x"" , y" ,2\n', ['say "x" , y', "2"]),
        ('"x, "" , y",2\n', ['x, " , y', "2"]),
        ('1,"two\nlines" ,"c" \n', ["1", "two\nlines", "c"]),
        ('1,"a "" , \n"" , b" ,2\n', ["1", 'a " , \n" , b', "2"]),
        ('1,5" pipe,x\n', ["1", '5" pipe', "x"]),
    ],
)
def test_a_row(text: str, cells: list[str]) -> None:
    assert read(text) == [cells]


@pytest.mark.parametrize("text", ['"a" b,c\n', '"a"b ,c\n', '"open ,c\n'])
def test_what_follows_a_cell_and_is_no_blank_is_refused_as_ever(text: str) -> None:
    with pytest.raises(csv.Error):
        read(text)


CELL = st.text(alphabet='a,; "\n', max_size=8)


@given(
    rows=st.lists(st.lists(CELL, min_size=1, max_size=4), max_size=4),
    blanks=st.sampled_from(["", " ", "   "]),
)
def test_whatever_stands_in_quoted_cells_comes_out_again(rows: list[list[str]], blanks: str) -> None:
    cells = [['"' + cell.replace('"', '""') + '"' + blanks for cell in row] for row in rows]
    assert read("".join(",".join(row) + "\r\n" for row in cells)) == rows

"""Ids that a spreadsheet or an export has made are seen; those that a company gives are not."""

import pytest

from notifier.model.artefacts import artefact


@pytest.mark.parametrize(
    "cell",
    ['="00123"', "=A1", "'00123", "1.23457E+15", "1,23E+09", "5E-05", "#N/A", "#NV", "#REF!", "#NAME?", "#DIV/0!",
     "#BEZUG!", "####", "01-Feb", "Mar-24", "NULL", "(null)", "\\N", "n/a", "NaN", "undefined", "C\u200b1",
     "\ufeffC1", "C\x071", "M\ufffdller", "C\u00ad1"],
)  # fmt: skip
def test_is_seen(cell: str) -> None:
    assert artefact(cell)


@pytest.mark.parametrize(
    "cell",
    ["00123", "C-1", "12E5", "1E5", "#1234", "1.0", "0x1F", "a=b", "Müller/7", "株式会社", "O'Neill", "NA", "-",
     "01-02", "e+15", "cus_NffrFeUfNV2Hib", "001A0000012abcDIAQ", "3f2b-11", "Marx-24", "a b"],
)  # fmt: skip
def test_is_an_id(cell: str) -> None:
    assert artefact(cell) is None

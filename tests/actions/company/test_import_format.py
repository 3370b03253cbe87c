"""What the company has said of an export, with what is said of this one file on top."""

from notifier.actions.company.import_format import on_top
from notifier.model.file_format import FileFormat

KEPT = FileFormat("windows-1252", {"Account ID": "customer", "Account Name": "name", "Notes": ""})


def test_nothing_said_leaves_it_as_it_is() -> None:
    assert on_top(KEPT, FileFormat()) == KEPT


def test_what_is_said_now_counts() -> None:
    now = on_top(KEPT, FileFormat("utf-8", {"Notes": "note", "CRM ID": "customer"}))
    assert now == FileFormat("utf-8", {"Account Name": "name", "Notes": "note", "CRM ID": "customer"})

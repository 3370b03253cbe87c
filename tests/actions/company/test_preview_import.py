"""What an import would store is shown, and nothing is stored."""

import io
from datetime import UTC, datetime

from notifier.actions.company.preview_import import PreviewedRow, preview_import
from notifier.entry.cli.screens.import_preview import lines
from notifier.model.customer import BadRow
from notifier.model.file_format import FileFormat
from notifier.model.vocabulary import AttributeType
from notifier.store import Db
from notifier.store.company import catalogue
from tests.raw_sql import rows_of

NOW = datetime(2026, 11, 27, 23, 40, tzinfo=UTC)
FILE = (
    b"Account ID;Account Name;E-Mail;phone;services;suspended;nationality;plan;Notes\n"
    b"C-1;Acme;ann@acme.example;112;fable-5;fable-5=2026-11-27T23:30Z;DE;team;secret\n"
    b"#N/A;Beta;;;fable-5;;;;\nC-3;;N/A;;fable-5;;;bob@acme.example;\nC-4;;;;fable-5;;;;\n"
)
MAP = FileFormat(None, {"account  id": "customer", "Account Name": "name", "E-Mail": "email", "Notes": ""})


def test_the_first_rows_as_they_would_be_stored(db: Db) -> None:
    with db.transaction() as tx:
        catalogue.put_service(tx, "fable-5", "Fable 5")
        catalogue.put_attribute(tx, "nationality", AttributeType.TEXT, sensitive=True)
    found = preview_import(db, NOW, io.BytesIO(FILE), MAP, most=3)
    assert found.read_as == "UTF-8, columns separated by semicolons, 1 column left out as you said"
    first, bad, third = found.rows
    assert isinstance(first, PreviewedRow)
    assert isinstance(third, PreviewedRow)
    assert isinstance(bad, BadRow)
    assert (first.customer, first.name, first.email, first.phone) == ("C-1", "Acme", True, "112")
    assert first.suspended == ("fable-5=2026-11-27T23:30:00+00:00",)
    assert first.attributes == {"nationality": "(sensitive)", "plan": "team"}
    assert (bad.line, third.email, list(third.unknown)) == (3, False, ["email", "plan"])
    assert rows_of(db, "SELECT count(*) FROM customer") == [(0,)]
    assert rows_of(db, "SELECT count(*) FROM attribute") == [(1,)]
    shown = lines(found)
    assert max(map(len, shown)) <= 80
    assert "  cut off from: fable-5=2026-11-27T23:30:00+00:00" in shown
    assert "acme.example" not in "\n".join(shown) + repr(found)
    assert "secret" not in repr(found)

"""Records -> typed rows: every fault of a row at once, and no address in any of them."""

from datetime import UTC, datetime

import pytest

from notifier.edges.customer_file import FileRow
from notifier.edges.customer_row import RowContext, judged
from notifier.model.customer import BadRow, CustomerRow, Cut
from notifier.model.vocabulary import AttributeType

NOW = datetime(2026, 11, 27, 23, 40, tzinfo=UTC)
KNOWN = RowContext(
    services=frozenset({"fable-5", "mythos-5"}),
    attributes={"seats": AttributeType.NUMBER, "trial": AttributeType.BOOLEAN},
    now=NOW,
)


def row(**cells: str) -> CustomerRow:
    found = judged(FileRow(7, {"customer": "c1", **cells}), KNOWN)
    assert isinstance(found, CustomerRow), found
    return found


def problem(**cells: str) -> str:
    found = judged(FileRow(7, {"customer": "c1", **cells}), KNOWN)
    assert isinstance(found, BadRow), found
    assert found.line == 7
    return found.problem


def test_an_empty_cell_says_nothing():
    empty = dict.fromkeys(("name", "email", "contact_name", "role", "locale", "timezone", "services"), " ")
    assert row(**empty) == CustomerRow(7, "c1")


def test_a_full_row_is_typed():
    found = row(
        name=" Acme\n Ltd ",
        email="Ann@Acme.example.com",
        contact_name="Ms  Okafor",
        role="Technical",
        locale="de_at",
        timezone="America/New_York",
        services="fable-5@eu; mythos-5;",
        suspended="fable-5@eu=2026-11-27T18:32-05:00;mythos-5",
        seats="7",
        plan="team",
    )
    assert (found.name, found.contact_name, found.role) == ("Acme Ltd", "Ms Okafor", "technical")
    assert (found.address, found.address_key) == ("Ann@Acme.example.com", "ann@acme.example.com")
    assert (found.locale, found.timezone) == ("de-AT", "America/New_York")
    assert found.services == (("fable-5", "eu"), ("mythos-5", None))
    assert found.suspended == (
        Cut("fable-5", "eu", datetime(2026, 11, 27, 23, 32, tzinfo=UTC)),
        Cut("mythos-5", None, None),
    )
    assert found.attributes == {"seats": 7, "plan": "team"}


@pytest.mark.parametrize(
    ("cell", "locale"),
    [
        ("en_US.UTF-8", "en-US"), ("deu", "de"), ("iw", "he"), ("no", "no"), ("zh-tw", "zh-TW"), ("tlh", "tlh"),
        ("es-419", "es-419"), ("en-USA", "en-usa"), ("ja_AT", "ja-AT"),
    ],
)  # fmt: skip
def test_a_language_is_kept_in_one_spelling_whatever_wrote_it(cell: str, locale: str) -> None:
    assert row(locale=cell).locale == locale


def test_an_empty_suspended_cell_says_that_nothing_is_cut_off():
    assert row(suspended="").suspended == ()
    assert row().suspended is None


def test_a_value_that_does_not_fit_is_unknown_and_not_a_bad_row():
    found = row(seats="n/a", trial="", plan="")
    assert found.attributes == {"seats": None, "trial": None, "plan": None}
    assert found.misfits == ("seats",)


@pytest.mark.parametrize(
    ("cells", "word"),
    [
        ({"customer": " "}, "no customer id"),
        ({"customer": "x" * 201}, "longer than 200"),
        ({"customer": "a\0b"}, "NUL"),
        ({"name": "a\0b"}, "NUL"),
        ({"email": "nobody"}, "@-sign"),
        ({"role": "boss"}, "billing, owner, security, technical"),
        ({"locale": "klingon"}, "language tag"),
        ({"locale": "en-<b>"}, "language tag"),
        ({"timezone": "Mars/Olympus"}, "Europe/Berlin"),
        ({"timezone": "../../etc/passwd"}, "Europe/Berlin"),
        ({"services": "fable-6"}, "'fable-6'"),
        ({"services": "fable-5@"}, "region"),
        ({"suspended": "fable-6"}, "'fable-6'"),
        ({"suspended": "fable-5=yesterday"}, "'yesterday' is no time"),
        ({"suspended": "fable-5="}, "is no time"),
        ({"suspended": "fable-5=2026-11-27T18:32"}, "zone"),
        ({"suspended": "fable-5=2026-11-28T18:32Z"}, "future"),
    ],
)
def test_a_bad_cell_is_named(cells, word):
    assert word in problem(**cells)


def test_all_faults_of_a_row_are_named_and_no_address():
    found = problem(email="amara okafor@example.com", role="boss", services="x", timezone="y")
    for word in ("email", "role", "'x'", "timezone"):
        assert word in found
    assert "amara" not in found

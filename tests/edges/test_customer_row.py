"""Records -> typed rows: what makes a row unusable, what costs only itself, and no address in any sentence."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from notifier.edges.customer_file import FileRow, opened
from notifier.edges.customer_row import RowContext, judged, rows
from notifier.model.customer import BadRow, CustomerRow, Cut
from notifier.model.locales import nearest
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
    assert row(**empty) == CustomerRow(7, "c1", services=())


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
    assert found.misfits == {"seats": "does not fit its type"}


@pytest.mark.parametrize(
    ("cells", "word"),
    [
        ({"customer": " "}, "no customer id"),
        ({"customer": "x" * 201}, "longer than 200"),
        ({"customer": "a\0b"}, "nobody can see"),
        ({"customer": "ann@acme.example"}, "the customer id is an address, and ids stand"),
        ({"customer": '="00123"'}, "formula"),
        ({"customer": "#N/A"}, "error of a spreadsheet"),
        ({"services": "ann@acme.example"}, "no service is called (an address)"),
        ({"suspended": "fable-5=ann@acme.example"}, "(an address) is no time"),
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


@pytest.mark.parametrize(
    ("cells", "word"),
    [
        ({"name": "a\0b"}, "no text"),
        ({"name": "ann@acme.example"}, "is an address"),
        ({"contact_name": "Ann <ann@acme.example>"}, "is an address"),
        ({"email": "nobody"}, "@-sign"),
        ({"email": "a\0b@acme.example"}, "@-sign"),
        ({"role": "boss"}, "'boss' is no role: use billing, owner, security, technical"),
        ({"role": "ann@acme.example"}, "(an address) is no role"),
        ({"locale": "klingon"}, "language tag"),
        ({"locale": "en-<b>"}, "language tag"),
        ({"locale": "ann@acme.example"}, "(an address) is no language"),
        ({"timezone": "Mars/Olympus"}, "Europe/Berlin"),
        ({"timezone": "../../etc/passwd"}, "Europe/Berlin"),
        ({"timezone": "ann@acme.example"}, "(an address) is no time zone"),
        ({"plan": "ann@acme.example"}, "is an address, and no attribute is one"),
        ({"seats": "seven"}, "does not fit its type"),
    ],
)
def test_any_other_cell_costs_only_itself(cells: dict[str, str], word: str) -> None:
    column = next(iter(cells))
    good = {"name": "Acme", "role": "owner", "locale": "de", "timezone": "Europe/Vienna", "plan": "team"}
    found = row(**{"services": "fable-5", **good, **cells})
    assert list(found.misfits) == [column]
    assert word in found.misfits[column]
    assert "acme" not in found.misfits[column]
    kept = {"name": found.name, "role": found.role, "locale": found.locale, "timezone": found.timezone}
    assert kept == {name: good[name] if name != column else None for name in kept}
    assert (found.customer, found.services) == ("c1", (("fable-5", None),))


@pytest.mark.parametrize("cell", ["+1 555 0100", "(030) 12/34-56", "+44.20.7946.0018 ext. 5", "112"])
def test_a_telephone_number_is_kept_as_it_is_written(cell: str) -> None:
    assert row(phone=cell).phone == cell
    assert row(phone=cell, contact_name=" Ann  Okafor").phone == f"{cell} (Ann Okafor)"
    assert row(phone=cell, contact_name="ann@acme.example").phone == cell


@pytest.mark.parametrize(
    "cell", ["1.55E+10", "#N/A", "call Ann", "ann@acme.example", "+", "'+1 555 0100", "1" * 60]
)
def test_what_is_no_telephone_number_costs_only_itself(cell: str) -> None:
    assert row(phone=cell).phone is None
    assert row(phone=cell).misfits == {"phone": "is no telephone number"}


def test_a_zone_is_one_name_in_any_case() -> None:
    assert row(timezone="europe/berlin").timezone == "Europe/Berlin"
    assert row(timezone="utc").timezone == "UTC"


def test_all_faults_that_cost_a_row_are_named_and_no_address() -> None:
    found = problem(customer="#REF!", email="amara okafor@example.com", services="x", suspended="y")
    for word in ("'#REF!'", "'x'", "'y'"):
        assert word in found
    assert "amara" not in found


def of_file(name: str) -> list[CustomerRow | BadRow]:
    with (Path(__file__).parent / "customer_files" / f"{name}.csv").open("rb") as stream:
        return list(rows(opened(stream).records, KNOWN))


def good_ones(name: str) -> list[CustomerRow]:
    found = of_file(name)
    assert not [each for each in found if isinstance(each, BadRow)]
    return [each for each in found if isinstance(each, CustomerRow)]


def test_zones_of_other_tools_are_unknown_and_their_customers_are_there() -> None:
    zones = {each.customer: each.timezone for each in good_ones("10b-zones-bad")}
    assert zones == dict.fromkeys((f"Z-{n}" for n in range(6, 15)), None) | {"Z-9": "Europe/Berlin"}


def test_languages_as_machines_write_them() -> None:
    assert {each.customer: each.locale for each in good_ones("11-locales")} == {
        "L-01": "en-US", "L-02": None, "L-03": None, "L-04": "de-DE", "L-05": "de", "L-06": "de", "L-07": "fr",
        "L-08": "ja", "L-09": "es", "L-10": "ar", "L-11": "de-CH", "L-12": "de-AT", "L-13": "gsw", "L-14": "he",
        "L-15": "no", "L-16": "nb", "L-17": "id", "L-18": "zh-Hant", "L-19": "zh-TW", "L-20": "zh-Hans",
        "L-21": "pt-BR", "L-22": "es-419", "L-23": "en-GB", "L-24": None, "L-25": None,
    }  # fmt: skip


def test_languages_under_other_codes_find_the_words_that_exist() -> None:
    there = ("en", "de", "fr", "ja", "nb", "zh-Hant", "he", "pt-BR")
    read = [nearest(each.locale or "", there) for each in good_ones("13-locale-aliases")]
    assert read == ["nb"] * 5 + ["zh-Hant"] * 4 + ["he"] * 3 + ["pt-BR"] * 3 + ["de", "de", "ja", "fr"]


def test_an_address_that_nobody_can_write_to_costs_only_itself() -> None:
    usable = {each.customer: each.address for each in good_ones("12-addresses") if each.address}
    assert usable == {
        "A-03": "cy@inv.example", "A-14": "Kim+x@Inv.EXAMPLE", "A-15": "lee@xn--mller-kva.example",
    }  # fmt: skip


def test_ids_that_a_spreadsheet_made_are_refused_with_their_lines() -> None:
    found = of_file("09-excel-ids")
    assert [each.line for each in found if isinstance(each, BadRow)] == [2, 3, 6, 7, 9, 10]
    assert [each.customer for each in found if isinstance(each, CustomerRow)] == ["00123", "123", "00777"]


@pytest.mark.parametrize("name", ["17-second-email-column", "17b-email-misnamed", "19-shifted-columns"])
def test_what_looks_like_an_address_stands_nowhere_but_in_email(name: str) -> None:
    (found,) = good_ones(name)
    assert "@e" not in repr(found)
    assert "acme.example" not in repr(found)
    assert not any(found.attributes.values())
    assert (found.address is None) is (name != "17-second-email-column")

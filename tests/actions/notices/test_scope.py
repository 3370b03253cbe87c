"""Scopes against the values that customers really have, and what `notifier scope` shows of them."""

from datetime import UTC, datetime
from io import BytesIO

import pytest

from notifier.actions.company.import_customers import import_customers
from notifier.actions.notices.scope import Overview, Scope, overview, read_scope
from notifier.edges.predicate import AskedScope
from notifier.errors import BadInput
from notifier.model.act import Act
from notifier.model.vocabulary import AttributeType
from notifier.store import Db, values
from notifier.store.company import catalogue

NOW = datetime(2026, 11, 27, 23, 40, tzinfo=UTC)
CUSTOMERS = """customer,name,email,services,nationality,plan,seats,country
C-1,Acme,a@example.com,fable-5@eu;mythos-5,US,team,5,DE
C-2,Beta,b@example.com,fable-5@us,DE,enterprise,50,DE
C-3,Gamma,c@example.com,mythos-5,,free,,
C-4,Delta,d@example.com,,FR,free,9,FR
"""


@pytest.fixture
def here(db: Db) -> Db:
    with db.transaction() as tx:
        for slug in ("fable-5", "mythos-5"):
            catalogue.put_service(tx, slug, slug)
        catalogue.put_attribute(tx, "nationality", AttributeType.TEXT, sensitive=True)
        catalogue.put_attribute(tx, "seats", AttributeType.NUMBER, sensitive=False)
    import_customers(db, Act("person:test", NOW), BytesIO(CUSTOMERS.encode()))
    return db


def read(
    db: Db, where: str | None = None, *, only: str = "", but: str = "", as_written: bool = False
) -> Scope:
    asked = AskedScope(where, (only,) if only else (), (but,) if but else (), as_written)
    with db.transaction() as tx:
        return read_scope(tx, asked, NOW)


def test_nothing_asked_is_everybody(here: Db) -> None:
    assert read(here) == Scope(None, "")


def test_the_persons_own_text_is_kept(here: Db) -> None:
    assert read(here, " country='DE' ").text == "country='DE'"


def test_everything_together_is_combined_and_reads_back(here: Db) -> None:
    found = read(here, "country = 'DE' OR seats > 5", only="plan=team,free", but="seats=10..")
    assert found.text == ("(country = 'DE' OR seats > 5) AND plan IN ('free', 'team') AND NOT (seats >= 10)")
    assert read(here, found.text).predicate == found.predicate


@pytest.mark.parametrize(
    ("where", "word", "says"),
    [
        ("country = 'DEE'", "'DEE'", "did you mean 'DE'?"),
        ("country = 'de'", "'de'", "did you mean 'DE'?"),
        ("seats > 1 AND plan NOT IN ('free', 'enterprize')", "'enterprize'", "did you mean 'enterprise'?"),
        ("service = 'fabel-5'", "'fabel-5'", "did you mean 'fable-5'?"),
        ("region = 'EU'", "'EU'", "did you mean 'eu'?"),
        ("customer IN ('C-1', 'C-9')", "'C-9'", "no customer with this id"),
        ("country = 'unknown'", "'unknown'", "--possibly"),
        ("nationality = 'USA'", "'USA'", "notifier scope nationality --sensitive"),
    ],
)
def test_a_slip_is_refused_and_the_nearest_value_offered(here: Db, where: str, word: str, says: str) -> None:
    with pytest.raises(BadInput) as caught:
        read(here, where)
    assert says in str(caught.value)
    line, caret = caught.value.details
    assert line[caret.index("^") : len(caret)] == word
    assert read(here, where, as_written=True).text == where


def test_a_slip_in_an_option_is_pointed_at_in_the_option(here: Db) -> None:
    with pytest.raises(BadInput) as caught:
        read(here, "seats > 1", only="country=FR,DEE")
    assert caught.value.details == ("country=FR,DEE", "           ^^^")


def test_of_a_sensitive_attribute_no_value_is_offered(here: Db) -> None:
    with pytest.raises(BadInput) as caught:
        read(here, "nationality = 'USA'")
    assert "US'" not in str(caught.value)
    (warning,) = read(here, "nationality = 'Peru'").warnings
    assert "Peru" not in warning


def test_a_value_that_nobody_has_and_that_is_near_none_only_warns(here: Db) -> None:
    assert read(here, "country IN ('DE', 'SY')").warnings == ("No customer has country 'SY'.",)
    assert read(here, "country IN ('DE', 'SY')", as_written=True).warnings == ()
    assert read(here, "country LIKE 'S%' OR country < 'SY'").warnings == ()


def test_a_value_of_an_entitlement_is_known_too(here: Db) -> None:
    with here.transaction() as tx:
        tx.execute("UPDATE entitlement SET attrs = '{\"country\": \"SY\"}' WHERE region = 'eu'")
    assert read(here, "country = 'SY'").warnings == ()


def test_a_value_of_an_entitlement_counts_instead_of_its_customers(here: Db) -> None:
    before = look(here, "country", services=("fable-5",))
    assert column(before, "country") == ([("DE", 2)], 2, 0)
    with here.transaction() as tx:
        tx.execute("UPDATE entitlement SET attrs = '{\"country\": \"SY\"}' WHERE region = 'eu'")
        tx.execute("UPDATE entitlement SET attrs = '{\"country\": null}' WHERE region = 'us'")
    assert column(look(here, "country", services=("fable-5",)), "country") == ([("SY", 1)], 1, 1)
    # Acme has another service without a country of its own: it counts under both.
    assert column(look(here, "country"), "country") == ([("DE", 1), ("SY", 1)], 1, 2)


def test_limits_hold_for_the_whole(here: Db) -> None:
    many = ",".join(f"v{n}" for n in range(900))
    with pytest.raises(BadInput, match="longer than 4,000"):
        read(here, only=f"country={many}", as_written=True)


def column(found: Overview, name: str) -> tuple[list[tuple[str, int]] | None, int, int]:
    """Top values, customers with a value, customers without."""
    (one,) = (v for v in found.values if v.column.name == name)
    top = [(t.value, t.customers) for t in one.counted.top] if one.counted else None
    return top, one.known, one.unknown


def look(
    db: Db, *names: str, services: tuple[str, ...] = (), sensitive: bool = False, most: int = 10
) -> Overview:
    return overview(db, Act("person:lind", NOW), names, services, most, sensitive=sensitive)


def test_counts_every_holder_under_a_value_or_under_unknown(here: Db) -> None:
    found = look(here)
    assert found.customers == 3
    assert column(found, "country") == ([("DE", 2)], 2, 1)
    assert column(found, "seats") == ([("5", 1), ("50", 1)], 2, 1)
    assert column(found, "service") == ([("fable-5", 2), ("mythos-5", 2)], 3, 0)
    assert column(found, "region") == ([("eu", 1), ("us", 1)], 2, 2)
    assert "customer" not in {v.column.name for v in found.values}


def test_only_those_who_hold_a_service(here: Db) -> None:
    assert column(look(here, "plan", services=("mythos-5",)), "plan") == ([("free", 1), ("team", 1)], 2, 0)
    with pytest.raises(BadInput, match="There is no service 'nope'"):
        look(here, services=("nope",))


def test_shows_the_most_frequent_and_says_how_many_more(here: Db) -> None:
    (plan,) = look(here, "plan", most=1).values
    assert plan.counted is not None
    assert len(plan.counted.top) == 1
    assert plan.distinct == 3


def test_sensitive_values_are_shown_to_those_who_ask_and_the_chain_says_who_looked(here: Db) -> None:
    assert column(look(here, "nationality"), "nationality") == (None, 2, 1)
    assert acts(here) == ["import"]
    assert column(look(here, "nationality", sensitive=True), "nationality") == ([("DE", 1), ("US", 1)], 2, 1)
    assert acts(here) == ["import", "look"]
    with here.transaction() as tx:
        ((actor, after),) = tx.execute("SELECT actor, after FROM audit WHERE act = 'look'").fetchall()
    assert actor == "person:lind"
    assert after == {"attributes": ["nationality"], "services": []}


def test_looking_at_nothing_sensitive_leaves_no_trace(here: Db) -> None:
    look(here, "plan", sensitive=True)
    assert acts(here) == ["import"]


def acts(db: Db) -> list[str]:
    with db.transaction() as tx:
        return values(tx, "SELECT act FROM audit ORDER BY seq")


def test_a_value_of_another_type_is_unknown(here: Db) -> None:
    with here.transaction() as tx:
        tx.execute("UPDATE customer SET attrs = attrs || '{\"seats\": \"n/a\"}' WHERE ext_id = 'C-1'")
    assert column(look(here, "seats"), "seats") == ([("50", 1)], 1, 2)

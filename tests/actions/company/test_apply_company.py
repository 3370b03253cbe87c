"""The difference that is shown is what is applied: all of it, once, and nothing is removed by absence."""

from datetime import UTC, datetime, timedelta

import pytest

from notifier.actions.company import apply_company
from notifier.actions.company.apply_company import Retyped
from notifier.edges import company_file
from notifier.errors import BadInput, Refused
from notifier.model.act import Act
from notifier.model.policy import Policy
from notifier.model.terms import May, Terms
from notifier.model.vocabulary import AttributeType
from notifier.store import Db, value, values
from notifier.store.company import catalogue

NOW = datetime(2026, 11, 27, 23, 40, tzinfo=UTC)

FILE = """
[[services]]
slug = "fable-5"
name = "Fable 5"
[[services]]
slug = "mythos-5"
name = "Mythos 5"
depends_on = ["fable-5"]
[[sources]]
name = "am"
dialect = "alertmanager"
open = true
map = { "fable-prod" = "fable-5" }
[attributes]
plan = "text"
[facts]
data = "kept"
[policy]
lanes = 4
"""


def apply(db: Db, text: str) -> tuple[list[tuple[str, bool]], tuple[Retyped, ...]]:
    """What changed (and whether it was new), and what new types meant."""
    file = company_file.read(text.encode())
    shown = apply_company.difference(db, file)
    retyped = apply_company.apply(db, Act("person:test", NOW), file, shown)
    return [(f"{c.what}:{c.name}", c.before is None) for c in shown.changes], retyped


def refusal(db: Db, text: str) -> str:
    with pytest.raises(BadInput) as caught:
        apply(db, text)
    return " ".join(caught.value.details)


def audited(db: Db) -> int:
    with db.transaction() as tx:
        return value(tx, "SELECT count(*) FROM audit WHERE act = 'apply'")


def test_everything_is_new_once_and_unchanged_afterwards(db: Db):
    changes, _ = apply(db, FILE)
    assert changes == [
        ("service:fable-5", True),
        ("service:mythos-5", True),
        ("source:am", True),
        ("attribute:plan", True),
        ("fact:data", True),
        ("policy:lanes", True),
    ]
    assert apply(db, FILE) == ([], ())
    assert audited(db) == 1
    with db.transaction() as tx:
        assert catalogue.services(tx)[1].depends_on == ["fable-5"]
        source = catalogue.source(tx, "am")
        assert source is not None
        assert source.services == {"label": "service", "map": {"fable-prod": "fable-5"}}
        assert catalogue.policy(tx) == Policy(lanes=4)
        assert catalogue.facts(tx)["data"]["value"] == "kept"


def test_what_the_file_does_not_name_stays(db: Db):
    apply(db, FILE)
    changes, _ = apply(db, '[facts]\ncompany = "Example AI"\n[policy]\nsweep_seconds = 1')
    assert changes == [("fact:company", True), ("policy:sweep_seconds", True)]
    with db.transaction() as tx:
        assert len(catalogue.services(tx)) == 2
        assert set(catalogue.facts(tx)) == {"data", "company"}
        assert catalogue.policy(tx) == Policy(lanes=4, sweep_seconds=1)


def test_what_the_file_names_is_as_the_file_says(db: Db):
    apply(db, FILE)
    changes, _ = apply(db, FILE.replace('depends_on = ["fable-5"]', "").replace("Fable 5", "Fable V"))
    assert changes == [("service:fable-5", False), ("service:mythos-5", False)]
    with db.transaction() as tx:
        assert [(s.name, s.depends_on) for s in catalogue.services(tx)] == [("Fable V", []), ("Mythos 5", [])]


def test_services_may_depend_on_ones_that_are_declared_already(db: Db):
    apply(db, FILE)
    apply(db, '[[services]]\nslug = "atlas"\nname = "Atlas"\ndepends_on = ["mythos-5"]')
    circle = '[[services]]\nslug = "fable-5"\nname = "Fable 5"\ndepends_on = ["atlas"]'
    assert "in a circle" in refusal(db, circle)
    with db.transaction() as tx:
        assert catalogue.services(tx)[1].depends_on == []


def test_every_unknown_service_is_named_and_nothing_applied(db: Db):
    text = FILE.replace('["fable-5"]', '["atlas"]').replace('= "fable-5" }', '= "fabel-5" }')
    found = refusal(db, text)
    assert "'atlas'" in found
    assert "'fabel-5'" in found
    with db.transaction() as tx:
        assert catalogue.services(tx) == []
    assert audited(db) == 0


def test_a_service_cannot_depend_on_itself(db: Db):
    assert "circle" in refusal(db, '[[services]]\nslug = "a"\nname = "A"\ndepends_on = ["a"]')


def test_a_policy_that_cannot_work_with_what_is_set_already_is_refused(db: Db):
    apply(db, "[policy]\nlease_seconds = 40")
    assert "less than lease_seconds" in refusal(db, "[policy]\ndeadline_seconds = 39")


def test_a_change_by_somebody_else_in_the_meantime_is_not_overwritten(db: Db):
    file = company_file.read(FILE.encode())
    shown = apply_company.difference(db, file)
    apply(db, '[[services]]\nslug = "fable-5"\nname = "Other"')
    with pytest.raises(Refused, match="again"):
        apply_company.apply(db, Act("person:test", NOW), file, shown)
    with db.transaction() as tx:
        assert [s.name for s in catalogue.services(tx)] == ["Other"]


def test_a_new_type_retypes_what_is_stored_and_counts_what_does_not_fit(db: Db):
    with db.transaction() as tx:
        catalogue.add_undeclared(tx, ["seats"])
        tx.execute("""
INSERT INTO customer (ext_id, name, attrs) VALUES ('1', 'a', '{"seats": "7", "plan": "x"}'),
 ('2', 'b', '{"seats": "7"}'), ('3', 'c', '{"seats": "many"}'), ('4', 'd', '{"seats": "0.50"}'), ('5', 'e', '{}')
""")
    _, retyped = apply(db, '[attributes]\nseats = "number"')
    assert retyped == (Retyped("seats", 4, 1),)
    stored = "SELECT attrs::text FROM customer ORDER BY ext_id"
    with db.transaction() as tx:
        assert values(tx, stored) == [
            '{"plan": "x", "seats": 7}', '{"seats": 7}', "{}", '{"seats": 0.5}', "{}",
        ]  # fmt: skip
    _, back = apply(db, '[attributes]\nseats = "text"')
    assert back == (Retyped("seats", 3, 0),)
    with db.transaction() as tx:
        assert values(tx, stored)[3] == '{"seats": "0.5"}'
        assert catalogue.attributes(tx)[0].type is AttributeType.TEXT


def test_values_that_become_the_same_are_told_from_those_that_do_not_fit(db: Db):
    with db.transaction() as tx:
        catalogue.add_undeclared(tx, ["trial"])
        tx.execute("""
INSERT INTO customer (ext_id, name, attrs)
VALUES ('1', 'a', '{"trial": "1"}'), ('2', 'b', '{"trial": "TRUE?"}'), ('3', 'c', '{"trial": "True"}')""")
    _, retyped = apply(db, "[attributes]\ntrial = { type = 'boolean', sensitive = true }")
    assert retyped == (Retyped("trial", 3, 1),)
    with db.transaction() as tx:
        stored = values(tx, "SELECT attrs::text FROM customer ORDER BY ext_id")
        assert stored == ['{"trial": true}', "{}", '{"trial": true}']
        assert catalogue.attributes(tx)[0].sensitive


WATCHED = """
[[services]]
slug = "fable-5"
name = "Fable 5"
needs = 2
witnesses = ["us", "eu"]
after = "5m"
announce_ceiling = 40
[[sources]]
name = "eu"
dialect = "alertmanager"
open = true
after = "90s"
may = "record"
"""


def test_a_service_says_how_much_it_takes_and_names_who_reports(db: Db):
    assert "names the witness 'us', which is no source and no probe" in refusal(db, WATCHED)
    apply(db, '[[sources]]\nname = "us"\ndialect = "alertmanager"\nopen = true')
    apply(db, WATCHED)
    assert apply(db, WATCHED) == ([], ())
    with db.transaction() as tx:
        (service,) = catalogue.services(tx)
        assert service.terms == Terms(2, ("eu", "us"), timedelta(minutes=5), May.ANNOUNCE, 40)
        source = catalogue.source(tx, "eu")
    assert source
    assert (source.after_seconds, source.may) == (90, May.RECORD)
    apply(db, '[[services]]\nslug = "fable-5"\nname = "Fable 5"')
    with db.transaction() as tx:
        assert catalogue.services(tx)[0].terms == Terms()


PROBE = """
[[probes]]
name = "api"
type = "http"
url = "https://api.example.com/"
services = ["fable-5"]
"""


def test_a_probe_is_applied_once_and_changed_whole(db: Db):
    apply(db, FILE)
    (shown, _) = apply(db, PROBE)
    assert [name for name, _ in shown] == ["probe:api"]
    assert apply(db, PROBE)[0] == []
    assert [name for name, _ in apply(db, PROBE + "fails = 3\n")[0]] == ["probe:api"]
    with db.transaction() as tx:
        source = catalogue.source(tx, "api")
        assert source is not None
        assert (source.dialect, source.looks_itself, source.reopen_seconds) == ("probe:http", True, 0)
        assert values(tx, "SELECT fails FROM probe") == [3]


def test_no_source_and_no_probe_share_a_name(db: Db):
    apply(db, FILE + PROBE)
    assert "'am' is a source and a probe" in refusal(db, PROBE.replace('"api"', '"am"'))
    source = '[[sources]]\nname = "api"\ndialect = "grafana"\nopen = true\n'
    assert "'api' is a source and a probe" in refusal(db, source)


def test_what_a_probe_names_must_be_declared(db: Db):
    assert "probe 'api' names the service 'fable-5', which nobody declares" in refusal(db, PROBE)

"""What was declared is read back as it was written."""

from notifier.model.policy import Policy
from notifier.model.vocabulary import AttributeType
from notifier.store import Db
from notifier.store.company import catalogue
from notifier.store.company.catalogue import Attribute, Service, Source


def test_services_name_what_they_depend_on(db: Db):
    with db.transaction() as tx:
        for slug in ("b", "a", "c"):
            catalogue.put_service(tx, slug, slug.upper())
        catalogue.add_dependencies(tx, "a", ["c", "b"])
        assert catalogue.services(tx) == [
            Service("a", "A", ["b", "c"]),
            Service("b", "B", []),
            Service("c", "C", []),
        ]
        catalogue.drop_dependencies(tx, "a")
        catalogue.put_service(tx, "a", "Anew")
        assert catalogue.services(tx)[0] == Service("a", "Anew", [])


def test_a_source_is_replaced_whole(db: Db):
    one = Source("am", "alertmanager", "SECRET", {"label": "service", "map": {"x": "a"}}, 5)
    other = Source("am", "alertmanager", None, {"label": "svc", "map": {}}, None)
    with db.transaction() as tx:
        catalogue.put_source(tx, one)
        assert catalogue.source(tx, "am") == one
        catalogue.put_source(tx, other)
        assert catalogue.sources(tx) == [other]
        assert catalogue.source(tx, "pm") is None


def test_an_undeclared_attribute_is_text_until_it_is_declared(db: Db):
    with db.transaction() as tx:
        catalogue.add_undeclared(tx, {"plan"})
        assert catalogue.attributes(tx) == [
            Attribute("plan", AttributeType.TEXT, sensitive=False, declared=False)
        ]
        catalogue.put_attribute(tx, "plan", AttributeType.NUMBER, sensitive=True)
        catalogue.add_undeclared(tx, {"plan"})
        assert catalogue.attributes(tx) == [
            Attribute("plan", AttributeType.NUMBER, sensitive=True, declared=True)
        ]


def test_facts_and_policy_are_empty_until_applied(db: Db):
    with db.transaction() as tx:
        assert catalogue.facts(tx) == {}
        assert catalogue.policy(tx) == Policy()
        catalogue.put_company(tx, "policy", {"lanes": 2})
        catalogue.put_company(tx, "facts", {"data": "kept"})
        assert catalogue.policy(tx) == Policy(lanes=2)
        assert catalogue.facts(tx) == {"data": "kept"}

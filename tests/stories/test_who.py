"""Who gets a mail, from a customer file to the frozen list: one a person, by role, with what depends on it."""

import csv
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO, StringIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notifier.actions.announce import declare
from notifier.actions.background import freeze
from notifier.actions.company.import_customers import import_customers
from notifier.actions.control.approve import Consent
from notifier.actions.notices.draft import Writer
from notifier.model.act import Act
from notifier.model.vocabulary import Possibly, Reason
from notifier.pipeline.compose import Words
from notifier.settings import data_folder, from_env
from notifier.store import Db
from notifier.store.company import catalogue
from notifier.store.disruptions import notices

NOW = datetime(2026, 11, 27, 23, 41, tzinfo=UTC)
WORDS = Words.load(data_folder("templates") / "email")
WRITER = Writer(from_env({"NOTIFIER_REHEARSALS_ONLY": "1"}), WORDS)
SLUGS = ("fable-5", "mythos-5")
ROLES = ("owner", "technical", "security", "billing")
PEOPLE = 4
SPELLINGS = (
    "p{n}@b\u00fccher.example",
    "P{n}@B\u00dcCHER.example",
    "p{n}@bu\u0308cher.EXAMPLE",
    "p{n}@xn--bcher-kva.example",
    " P{n}@XN--BCHER-KVA.Example ",
)
"""One address in other letter cases and Unicode forms."""

Contact = tuple[int, str, str]
"""Person, spelling of their address, role."""


@dataclass(frozen=True)
class Firm:
    plan: str | None
    services: tuple[str, ...]
    contacts: tuple[Contact, ...]


contacts = st.tuples(st.integers(0, PEOPLE - 1), st.sampled_from(SPELLINGS), st.sampled_from(ROLES))
firms = st.builds(
    Firm,
    plan=st.sampled_from([None, "free", "team"]),
    services=st.lists(st.sampled_from(SLUGS), unique=True, min_size=1).map(tuple),
    contacts=st.lists(contacts, max_size=3).map(tuple),
)
patient = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def stored(db: Db, world: list[Firm], suppressed: frozenset[int] = frozenset()) -> None:
    """The world as a customer file, imported into empty tables."""
    with db.transaction() as tx:
        tx.execute("TRUNCATE customer, recipient, disruption, service, line, delivery, chunk, audit CASCADE")
        for slug in SLUGS:
            catalogue.put_service(tx, slug, slug)
    out = StringIO()
    rows = csv.writer(out)
    rows.writerow(["customer", "name", "email", "role", "services", "plan"])
    for n, firm in enumerate(world):
        for person, spelling, role in firm.contacts or ((None, "", ""),):
            address = spelling.format(n=person)
            rows.writerow([f"F{n}", f"Firm {n}", address, role, ";".join(firm.services), firm.plan or ""])
    import_customers(db, Act("person:test", NOW), BytesIO(out.getvalue().encode()))
    with db.transaction() as tx:
        tx.execute(
            "INSERT INTO suppression (recipient_id, reason, source) SELECT recipient_id, 'bounce', 't'"
            " FROM recipient WHERE split_part(address_key, '@', 1) = ANY(%s)",
            ([f"p{n}" for n in suppressed],),
        )


def told(db: Db, wish: declare.Wish) -> dict[int, tuple[dict[str, dict[str, set[str]]], str | None]]:
    """Declare, freeze, and read the list: person -> (firm -> told as -> services), why they get nothing."""
    found = declare.suspend(db, WRITER, Act("person:test", NOW), wish, Consent(yes=True))
    notice_id = found.name.notice_id
    while any(ring.task == "freeze" for ring in freeze.freeze(db, WORDS, NOW, notice_id)):
        pass
    with db.transaction() as tx:
        assert notices.by_id(tx, notice_id).closed_at is not None
        rows = tx.execute(
            "SELECT split_part(address_key, '@', 1), vars -> 'o', exclusion FROM delivery"
            " JOIN recipient USING (recipient_id) WHERE notice_id = %s", (notice_id,),
        ).fetchall()  # fmt: skip
    assert len({who for who, _, _ in rows}) == len(rows), "two mails to one person"
    return {int(who[1:]): (collected(held), why) for who, held, why in rows}


def collected(held: list[tuple[str, str, list[str]]]) -> dict[str, dict[str, set[str]]]:
    of: dict[str, dict[str, set[str]]] = defaultdict(dict)
    for customer, told_as, slugs in held:
        of[customer][told_as] = set(slugs)
    return dict(of)


def verdict(firm: Firm) -> str | None:
    """Of `plan <> 'free'`, hedged."""
    return "possibly" if firm.plan is None else None if firm.plan == "free" else "affected"


def chosen(firm: Firm, roles: frozenset[str], suppressed: frozenset[int]) -> set[int]:
    """The people who speak for a firm, worked out here and not in SQL."""
    if not roles:
        return {person for person, _, _ in firm.contacts}
    steps = [
        [p for p, _, role in firm.contacts if wanted(role) and (p in suppressed) is muted]
        for muted in (False, True)
        for wanted in (lambda r: r in roles, lambda r: r == "owner", lambda _: True)
    ]
    return set(next((step for step in steps if step), []))


@patient
@given(
    world=st.lists(firms, min_size=1, max_size=5),
    roles=st.frozensets(st.sampled_from(ROLES), max_size=2),
    suppressed=st.frozensets(st.integers(0, PEOPLE - 1), max_size=2),
)
def test_one_mail_a_person_by_role_with_the_verdict_of_each_firm(
    db: Db, world: list[Firm], roles: frozenset[str], suppressed: frozenset[int]
) -> None:
    stored(db, world, suppressed)
    wanted: dict[int, dict[str, dict[str, set[str]]]] = defaultdict(dict)
    unheard = 0
    for n, firm in enumerate(world):
        if (told_as := verdict(firm)) is None:
            continue
        for person in (people := chosen(firm, roles, suppressed)):
            wanted[person][f"Firm {n}"] = {told_as: set(firm.services)}
        unheard += not people
    wish = declare.Wish(
        SLUGS, Reason.LEGAL, leave_out=("plan=free",), as_written=True, roles=tuple(roles),
        possibly=Possibly.HEDGE,
    )  # fmt: skip
    found = told(db, wish)
    assert {person: firms for person, (firms, _) in found.items()} == wanted
    assert {p for p, (_, why) in found.items() if why == "suppressed"} == wanted.keys() & suppressed
    with db.transaction() as tx:
        assert tx.execute("SELECT count(*) FROM delivery WHERE recipient_id IS NULL").fetchone() == (unheard,)
        assert tx.execute("SELECT audience_n FROM notice").fetchone() == (len(wanted) + unheard,)


FIRM = Firm(
    "team",
    ("fable-5",),
    ((0, SPELLINGS[0], "billing"), (1, SPELLINGS[0], "owner"), (2, SPELLINGS[0], "technical")),
)


@pytest.mark.parametrize(
    ("locales", "read"),
    [
        (("", "de", "en"), "de"),  # the lowest-numbered that says one
        (("en", "de", ""), "en"),
        (("", "", ""), "en"),
        (("de-AT", "en", "en"), "de"),
    ],
)
def test_a_person_of_several_firms_reads_the_language_of_the_first_that_is_affected(
    db: Db, locales: tuple[str, ...], read: str
) -> None:
    stored(db, [Firm(plan, ("fable-5",), ((0, SPELLINGS[0], "owner"),)) for plan in ("free", *["team"] * 3)])
    with db.transaction() as tx:
        for n, locale in enumerate(("de", *locales)):
            tx.execute(
                "UPDATE contact SET locale = nullif(%s, '') FROM customer"
                " WHERE contact.customer_id = customer.customer_id AND ext_id = %s", (locale, f"F{n}"),
            )  # fmt: skip
    wish = declare.Wish(("fable-5",), Reason.LEGAL, leave_out=("plan=free",))
    counted = declare.dry_run(db, WRITER, NOW, wish).estimate
    told(db, wish)
    with db.transaction() as tx:
        ((locale,),) = tx.execute("SELECT w.locale FROM chunk JOIN content w USING (content_id)").fetchall()
    assert locale == read
    assert [r.read for r in counted.readings] == [read]


@pytest.mark.parametrize(
    ("roles", "suppressed", "people"),
    [
        ((), (), {0, 1, 2}),
        (("technical",), (), {2}),
        (("technical", "billing"), (), {0, 2}),
        (("security",), (), {1}),
        (("technical",), (2,), {1}),
        (("security",), (1,), {0, 2}),
        (("technical",), (0, 1, 2), {2}),
    ],
)
def test_who_speaks_for_a_firm(
    db: Db, roles: tuple[str, ...], suppressed: tuple[int, ...], people: set[int]
) -> None:
    stored(db, [FIRM], frozenset(suppressed))
    wish = declare.Wish(("fable-5",), Reason.LEGAL, roles=roles)
    counted = declare.dry_run(db, WRITER, NOW, wish).estimate
    found = told(db, wish)
    assert set(found) == people
    assert counted.people == len([1 for _, why in found.values() if why is None])


def test_whoever_loses_the_contact_that_was_chosen_while_the_list_is_frozen_is_on_the_call_list(
    db: Db,
) -> None:
    """The owner's range was frozen without them, for there was a technical contact; then that address goes."""
    stored(db, [Firm("team", ("fable-5",), ((0, SPELLINGS[0], "owner"), (1, SPELLINGS[0], "technical")))])
    wish = declare.Wish(("fable-5",), Reason.LEGAL, roles=("technical",))
    with db.transaction() as tx:
        tx.execute("INSERT INTO company (key, value) VALUES ('policy', '{\"range_people\": 1}')")
    found = declare.suspend(db, WRITER, Act("person:test", NOW), wish, Consent(yes=True))
    freeze.freeze(db, WORDS, NOW, found.name.notice_id)
    with db.transaction() as tx:
        assert tx.execute("SELECT frozen_upto, audience_n FROM notice").fetchone() == (1, 0)
        tx.execute("UPDATE recipient SET address = NULL WHERE address_key LIKE 'p1@%'")
    while any(ring.task == "freeze" for ring in freeze.freeze(db, WORDS, NOW, found.name.notice_id)):
        pass
    with db.transaction() as tx:
        assert tx.execute("SELECT recipient_id, exclusion FROM delivery").fetchall() == [(None, "no_address")]
        assert tx.execute("SELECT audience_n FROM notice").fetchone() == (1,)


def depending(db: Db) -> None:
    stored(db, [FIRM])
    with db.transaction() as tx:
        for slug, needs in (("core", []), ("api", ["core"]), ("chat", ["api"])):
            catalogue.put_service(tx, slug, slug)
            catalogue.add_dependencies(tx, slug, needs)
    rows = "customer,name,email,services\nX,X Ltd,p3@b\u00fccher.example,chat\n"
    import_customers(db, Act("person:test", NOW), BytesIO(rows.encode()))


def test_what_depends_on_a_service_is_named_and_told_if_asked_for(db: Db) -> None:
    depending(db)
    alone = declare.dry_run(db, WRITER, NOW, declare.Wish(("core",), Reason.LEGAL)).estimate
    assert alone.dependents == ("api", "chat")
    assert alone.people == 0
    wish = declare.Wish(("core",), Reason.LEGAL, with_dependents=True)
    whole = declare.dry_run(db, WRITER, NOW, wish).estimate
    assert (whole.dependents, [s.slug for s in whole.services]) == ((), ["api", "chat", "core"])
    assert told(db, wish) == {3: ({"X Ltd": {"affected": {"chat"}}}, None)}


def test_the_rule_that_is_approved_names_the_roles(db: Db) -> None:
    stored(db, [FIRM])
    for roles in ((), ("technical",)):
        told(db, declare.Wish(("fable-5",), Reason.LEGAL, roles=roles, again=bool(roles)))
    with db.transaction() as tx:
        ((everybody,), (technical,)) = tx.execute("SELECT rule_hash FROM notice ORDER BY 1").fetchall()
    assert everybody != technical

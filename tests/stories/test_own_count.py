"""What is frozen is counted again by the verdicts: every mutant is noticed, and nobody's change is a fault."""

import random
import threading
from collections.abc import Callable

import pytest

from notifier.actions.announce.restore import RestoredPart
from notifier.actions.background.freeze import freeze
from notifier.actions.control import brake, lists
from notifier.actions.control.approve import Consent
from notifier.store.audience import freezing, recipients
from notifier.store.audience.owed import LAST
from notifier.store.read import recounts
from tests.lab import Lab

ABROAD = "nationality <> 'US'"
RANGE = 20
"""People in a range: a list of 70 has four."""

TOLD = "WITH told AS MATERIALIZED ({told})"


def of_told(where: str, recipient: str = "recipient_id", verdict: str = "verdict, told_as") -> str:
    rest = "customer_id, service_id, slug, contact_id, manner, vals, customer, locale, tz, name"
    return f"WITH told AS MATERIALIZED (SELECT {recipient}, {verdict}, {rest} FROM ({{told}}) t {where})"


FORGETS = "DELETE FROM line WHERE recipient_id > 40; DELETE FROM delivery WHERE recipient_id > 40"
NOT_LATER = {
    "drop a tenth of those whom the scope puts in",
    "all of them are sure",
    "whom nobody can be written to for is lost",
    "write to whom nobody may",
}
"""In an update nobody is surer than before, and nobody is on its list who cannot or must not be written to."""
TEXTS = {
    "drop a tenth": (
        "PERSONS",
        TOLD,
        of_told("WHERE recipient_id %% 10 <> 3"),
    ),
    "drop a tenth of those whom the scope puts in": (
        "TOLD_BY_SCOPE",
        "HAVING max(rank) >= %(told_rank)s",
        "HAVING max(rank) >= %(told_rank)s AND k.recipient_id %% 10 <> 3",
    ),
    "drop some at random": ("PERSONS", TOLD, of_told("WHERE random() < 0.9")),
    "swap two people's lines": (
        "PERSONS",
        TOLD,
        of_told("", "CASE recipient_id WHEN 3 THEN 4 WHEN 4 THEN 3 ELSE recipient_id END AS recipient_id"),
    ),
    "all of them are sure": (
        "PERSONS",
        TOLD,
        of_told("", "recipient_id", "'affected' AS verdict, 'affected' AS told_as"),
    ),
    "forget one of two services": (
        "PERSONS",
        TOLD,
        of_told("WHERE slug <> 'mythos-5' OR recipient_id %% 10 <> 3"),
    ),
    "drop a tenth of the letters": (
        "FREEZE",
        "FROM placed),",
        "FROM placed WHERE recipient_id %% 10 <> 3),",
    ),
    "double a tenth of the letters": (
        "FREEZE",
        "leaves FROM counted)",
        "leaves FROM (SELECT * FROM counted UNION ALL SELECT * FROM counted WHERE recipient_id %% 10 = 3) x)",
    ),
    "double a tenth of the lines": (
        "FREEZE",
        "FROM told ORDER BY recipient_id",
        "FROM (SELECT * FROM told UNION ALL SELECT * FROM told WHERE recipient_id %% 10 = 3) told",
    ),
    "swap two people's letters": (
        "FREEZE",
        "SELECT %(notice_id)s, recipient_id, chunk_id,",
        "SELECT %(notice_id)s, CASE recipient_id WHEN 3 THEN 4 WHEN 4 THEN 3 ELSE recipient_id END, chunk_id,",
    ),
    "lose the last of each request": (
        "FREEZE",
        "chunk_id, 0, people FROM",
        "chunk_id, 0, greatest(people - 1, 1) FROM",
    ),
    "two in one seat": ("FREEZE", "CASE WHEN leaves THEN pos END", "CASE WHEN leaves THEN pos / 2 END"),
    "write to whom nobody may": (
        "FREEZE",
        "CASE WHEN EXISTS ({suppressed}) THEN 'suppressed' END AS exclusion",
        "CASE WHEN EXISTS ({suppressed}) AND false THEN 'suppressed' END AS exclusion",
    ),
}

TRIGGER = """
CREATE FUNCTION mutant() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NEW; END $$;
CREATE TRIGGER a_mutant BEFORE {when} FOR EACH ROW EXECUTE FUNCTION mutant()"""
TRIGGERS = {
    "the table loses lines": ("INSERT ON line", "IF mod(NEW.recipient_id, 10) = 3 THEN RETURN NULL; END IF;"),
    "the table loses letters": (
        "INSERT ON delivery",
        "IF mod(NEW.recipient_id, 10) = 3 THEN RETURN NULL; END IF;",
    ),
    "the table loses requests": ("INSERT ON chunk", "IF mod(NEW.chunk_id, 2) = 0 THEN RETURN NULL; END IF;"),
    "the table takes another line": (
        "INSERT ON line",
        "IF NEW.recipient_id = 3 THEN NEW.customer_id := NEW.customer_id + 1; END IF;",
    ),
    "whom nobody can be written to for is lost": (
        "INSERT ON delivery",
        "IF NEW.recipient_id IS NULL THEN RETURN NULL; END IF;",
    ),
    "the last range is lost": (
        "UPDATE OF frozen_upto ON notice",
        f"IF NEW.frozen_upto >= 40 THEN NEW.frozen_upto := {LAST}; END IF;",
    ),
}
ALL = [*TEXTS, *TRIGGERS]


def world(lab: Lab) -> None:
    """70 people abroad, ten of unknown nationality; some have both services, one must not be written to."""
    lab.policy(range_people=RANGE)
    lab.people(50, services="fable-5;mythos-5", nationality="DE")
    lab.people(10, "unknown", nationality="")
    lab.people(10, "q", nationality="DE")
    lab.people(5, "home", nationality="US")
    lab.customers("customer,name,services,nationality\nmute1,Mute 1,fable-5,DE\nmute2,Mute 2,fable-5,DE")
    lab.rows(
        "INSERT INTO suppression (recipient_id, reason, source, at)"
        " SELECT recipient_id, 'manual', 'test', now() FROM recipient WHERE address = 'p9@example.com'"
    )


class Mutant:
    def __init__(self, lab: Lab, patch: pytest.MonkeyPatch, name: str) -> None:
        self.lab, self.patch, self.name = lab, patch, name

    def begin(self) -> None:
        if self.name in TEXTS:
            where, before, after = TEXTS[self.name]
            module = recipients if where == "TOLD_BY_SCOPE" else freezing
            text = getattr(module, where)
            assert text.count(before) == 1, "the statement has changed: so must its mutant"
            self.patch.setattr(module, where, text.replace(before, after))
        else:
            when, body = TRIGGERS[self.name]
            self.lab.rows(TRIGGER.format(when=when, body=body))

    def end(self) -> None:
        if self.name in TEXTS:
            self.patch.undo()
        else:
            self.lab.rows("DROP FUNCTION mutant CASCADE")


def is_stopped(lab: Lab, notice_id: int) -> None:
    state, reason = lab.rows("SELECT state, hold_reason FROM notice WHERE notice_id = %s", notice_id)[0]
    assert state == "held", state
    assert "second count" in reason
    assert [text for text in lab.alarms() if "second count" in text]
    assert lab.value("SELECT closed_at FROM notice WHERE notice_id = %s", notice_id) is None
    before = len(lab.sink.mails)
    lab.tick()
    lab.tick()
    assert len(lab.sink.mails) == before, "nothing more leaves"


def once(lab: Lab, notice_id: int) -> None:
    """Each of its people has got it, once."""
    lab.accounts(notice_id)
    got = [mail.address for mail in lab.sink.mails if mail.notice_id == notice_id]
    assert len(got) == len(set(got)) == 69


@pytest.mark.parametrize("name", ALL)
def test_every_mutant_of_a_first_list_is_noticed(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    world(lab)
    mutant = Mutant(lab, monkeypatch, name)
    mutant.begin()
    reference = lab.suspend(ABROAD, services=("fable-5", "mythos-5"))
    lab.settle()
    notice_id = lab.notice_id(reference, 1)
    is_stopped(lab, notice_id)
    mutant.end()
    lab.ring(brake.resume(lab.app.db, lab.act(), notice_id).rings)
    lab.settle()
    if name == "the last range is lost":
        is_stopped(lab, notice_id)  # it can only be cancelled
        return
    lab.tick()
    assert lab.value("SELECT state FROM notice WHERE notice_id = %s", notice_id) == "finished"
    assert not [text for text in lab.alarms() if "second count" in text]
    once(lab, notice_id)


@pytest.mark.parametrize("name", [name for name in ALL if name not in NOT_LATER])
def test_every_mutant_of_a_later_list_is_noticed(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    world(lab)
    reference = lab.suspend(ABROAD, services=("fable-5", "mythos-5"))
    lab.settle()
    mutant = Mutant(lab, monkeypatch, name)
    mutant.begin()
    lab.update(reference)
    lab.settle()
    notice_id = lab.notice_id(reference, 2)
    is_stopped(lab, notice_id)
    mutant.end()
    lab.ring(brake.resume(lab.app.db, lab.act(), notice_id).rings)
    lab.settle()
    if name == "the last range is lost":
        is_stopped(lab, notice_id)
        return
    lab.tick()
    assert lab.value("SELECT state FROM notice WHERE notice_id = %s", notice_id) == "finished"
    once(lab, notice_id)


def all_but_the_closing(lab: Lab, reference: str) -> int:
    """Every range is frozen; whoever would close the list dies before."""
    notice_id = lab.notice_id(reference, 1)

    while lab.value("SELECT frozen_upto FROM notice WHERE notice_id = %s", notice_id) != LAST:
        before = lab.value("SELECT frozen_upto FROM notice WHERE notice_id = %s", notice_id)
        edges = lab.rows(
            "SELECT recipient_id FROM recipient WHERE recipient_id > %s OFFSET %s", before, RANGE - 1
        )
        if edges:
            freeze(lab.app.db, lab.app.writer.words, lab.now(), notice_id)
            continue
        lab.rows(TRIGGER.format(when="UPDATE OF closed_at ON notice", body="RAISE 'it dies here';"))
        with pytest.raises(Exception, match="P0001"):
            freeze(lab.app.db, lab.app.writer.words, lab.now(), notice_id)
        lab.rows("DROP FUNCTION mutant CASCADE")
    return notice_id


@pytest.mark.parametrize(
    "happens",
    [
        "DELETE FROM line WHERE recipient_id = 3",
        "DELETE FROM delivery WHERE recipient_id > 40",
        "INSERT INTO line SELECT * FROM line WHERE recipient_id = 3",
        "UPDATE line SET customer_id = CASE customer_id WHEN 3 THEN 4 ELSE 3 END WHERE customer_id IN (3, 4)",
        f"DELETE FROM frozen_range WHERE after > 30; {FORGETS}",
    ],
)
def test_what_is_lost_of_a_list_between_its_ranges_and_its_end_is_noticed(lab: Lab, happens: str) -> None:
    world(lab)
    reference = lab.suspend(ABROAD, services=("fable-5", "mythos-5"))
    notice_id = all_but_the_closing(lab, reference)
    lab.rows(happens)
    lab.settle()
    lab.tick()
    is_stopped(lab, notice_id)


def test_a_list_that_an_earlier_version_began_is_closed_if_it_is_true(lab: Lab) -> None:
    world(lab)
    reference = lab.suspend(ABROAD, services=("fable-5", "mythos-5"))
    notice_id = all_but_the_closing(lab, reference)
    lab.rows("DELETE FROM frozen_range")
    lab.settle()
    lab.tick()
    assert lab.value("SELECT state FROM notice WHERE notice_id = %s", notice_id) == "finished"
    once(lab, notice_id)


def test_a_draft_whose_list_does_not_add_up_is_not_shown(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    world(lab)
    mutant = Mutant(lab, monkeypatch, "drop a tenth")
    mutant.begin()
    reference = lab.suspend(ABROAD, consent=Consent())
    shown, rings = lists.show_list(lab.app.db, lab.app.writer, lab.now(), lab.notice_id(reference, 1))
    lab.ring(rings)
    lab.settle()
    lab.tick()
    assert lists.shown_list(lab.app.db, shown.notice_id).stopped
    assert [text for text in lab.alarms() if "second count" in text]
    mutant.end()
    shown, rings = lists.show_list(lab.app.db, lab.app.writer, lab.now(), shown.notice_id)
    lab.ring(rings)
    lab.settle()
    assert lists.shown_list(lab.app.db, shown.notice_id).list_hash is not None
    assert not [text for text in lab.alarms() if "second count" in text]


def test_who_comes_and_leaves_while_a_list_is_frozen_is_named_and_explained(lab: Lab) -> None:
    world(lab)
    reference = lab.suspend(ABROAD, services=("fable-5", "mythos-5"))
    notice_id = all_but_the_closing(lab, reference)
    lab.customers("customer,nationality\np1,US\np2,US\nhome1,DE\np3,")
    lab.settle()
    with lab.app.db.transaction() as tx:
        assert recounts.noted(tx, notice_id) == recounts.Noted(
            came=1, gone=2, changed=1, came_mute=0, gone_mute=0
        )
    assert lab.value("SELECT state FROM notice WHERE notice_id = %s", notice_id) == "finished"


# ---------------------------------------------------------------- nobody's change is a fault


class Others:
    """Whatever may happen to customers while they are told."""

    def __init__(self, lab: Lab, seed: int) -> None:
        self.lab, self.rng = lab, random.Random(seed)

    def act(self) -> None:
        kinds = [self.nationality, self.comes, self.also_speaks, self.renamed, self.suppressed, self.moved]
        self.rng.choice([*kinds, self.nationality, self.erased, self.no_contact])()

    def nationality(self) -> None:
        everybody = [f"p{i}" for i in range(1, 51)] + [f"home{i}" for i in range(1, 6)]
        rows = [f"{who},{self.rng.choice(['US', 'DE', ''])}" for who in self.rng.sample(everybody, 6)]
        self.lab.customers("customer,nationality\n" + "\n".join(rows))

    def comes(self) -> None:
        self.lab.people(3, f"new{self.rng.randrange(10**9)}x", nationality=self.rng.choice(["US", "DE"]))

    def also_speaks(self) -> None:
        a, b = self.rng.sample(range(1, 51), 2)
        self.lab.customers(f"customer,name,email,services\np{a},Customer p{a},p{b}@example.com,fable-5")

    def renamed(self) -> None:
        self.lab.customers(f"customer,name\np{self.rng.randrange(1, 51)},Renamed {self.rng.randrange(99)}")

    def suppressed(self) -> None:
        self.one(
            "INSERT INTO suppression (recipient_id, reason, source) SELECT recipient_id, 'manual', 'test'"
            " FROM recipient OFFSET %s LIMIT 1 ON CONFLICT DO NOTHING"
        )

    def moved(self) -> None:
        fresh = f"moved{self.rng.randrange(10**9)}@example.com"
        self.lab.rows(
            "WITH r AS (INSERT INTO recipient (address, address_key) VALUES (%s, %s) RETURNING recipient_id)"
            " UPDATE contact SET recipient_id = r.recipient_id FROM r WHERE contact_id ="
            " (SELECT contact_id FROM contact ORDER BY 1 OFFSET %s LIMIT 1)",
            fresh,
            fresh,
            self.rng.randrange(60),
        )

    def erased(self) -> None:
        self.one(
            "UPDATE recipient SET address = NULL WHERE recipient_id ="
            " (SELECT recipient_id FROM recipient ORDER BY 1 OFFSET %s LIMIT 1)"
        )

    def no_contact(self) -> None:
        self.one(
            "DELETE FROM contact WHERE contact_id ="
            " (SELECT contact_id FROM contact ORDER BY 1 OFFSET %s LIMIT 1)"
        )

    def one(self, statement: str) -> None:
        self.lab.rows(statement, self.rng.randrange(60))


def no_fault(lab: Lab) -> None:
    assert lab.rows("SELECT seq, kind FROM notice WHERE state = 'held'") == []
    assert not [text for text in lab.alarms() if "second count" in text]
    for (notice_id,) in lab.rows("SELECT notice_id FROM notice WHERE closed_at IS NOT NULL"):
        lab.accounts(notice_id)


def conversation(lab: Lab, settle: Callable[[], None]) -> None:
    reference = lab.suspend(ABROAD, services=("fable-5", "mythos-5"))
    settle()
    lab.update(reference)
    settle()
    lab.tick("late")
    lab.correct(reference)
    settle()
    lab.rescope(reference, "nationality = 'DE'")
    settle()
    lab.restore(reference, RestoredPart(services=("mythos-5",)))
    settle()
    lab.restore(reference)
    settle()


@pytest.mark.parametrize("seed", range(4))
def test_nobodys_change_between_two_steps_is_a_fault(lab: Lab, seed: int) -> None:
    others = Others(lab, seed)
    world(lab)

    def settle() -> None:
        for _ in range(500):
            if not lab.rings:
                return
            for _ in range(others.rng.choice([0, 0, 1, 2])):
                others.act()
            lab.rings = list(dict.fromkeys(lab.rings))
            lab.run(lab.rings.pop(0))
        raise AssertionError("it never comes to rest")

    conversation(lab, settle)
    no_fault(lab)


def test_nobodys_change_at_the_same_moment_is_a_fault(lab: Lab) -> None:
    world(lab)
    over, faults = threading.Event(), list[BaseException]()

    def others() -> None:
        somebody = Others(lab, 7)
        try:
            while not over.is_set():
                somebody.act()
        except BaseException as error:  # noqa: BLE001
            faults.append(error)

    thread = threading.Thread(target=others)
    thread.start()
    try:
        conversation(lab, lab.settle)
    finally:
        over.set()
        thread.join()
    assert faults == []
    no_fault(lab)

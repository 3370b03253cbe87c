"""No statement reads a whole list once for each of its people: with a million of them it would never end.

A subquery inside an expression (a `CASE`, an `OR`, what is selected) is no join. As long as what it reads fits
into `work_mem` Postgres looks it up in a hash; beyond that it reads all of it again for each row. Nobody sees that
with a hundred thousand people, so the plans are looked at: such a subquery never goes over what the statement has
put together itself, which has no index. Nor are people grouped in a hash: beyond `work_mem` it has a cliff of its
own.
"""

from collections.abc import Iterator
from typing import Any, ClassVar

import psycopg
from psycopg.rows import scalar_row

from notifier.actions.announce import declare
from notifier.actions.announce.restore import RestoredPart
from notifier.model.vocabulary import Reason
from tests.lab import SWALLOW, YES, Lab, nth

PLANNED = ("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")
FOR_EACH_OF_THREE = {"named", "unheard", "concerned"}
"""Asked once for each way in which a list can differ (`recount.CHANGES`), however many people there are."""


class Watched(psycopg.Cursor[Any]):
    """Keeps what the server would do, before it does it."""

    seen: ClassVar[set[str]] = set()
    found: ClassVar[set[tuple[str, str]]] = set()
    """The list that is read again and again, and the statement."""
    hashed: ClassVar[set[tuple[str, str]]] = set()
    """What is grouped in a hash although the statement is planned for many, and the statement."""

    def execute(self, query: Any, params: Any = None, **more: Any) -> Any:
        text = query if isinstance(query, str) else query.as_string(self.connection)
        if text.lstrip().startswith(PLANNED):
            asking = psycopg.Cursor(self.connection, row_factory=scalar_row)
            plan = asking.execute("EXPLAIN (FORMAT JSON) " + text, params).fetchone()
            assert plan is not None
            self.seen.add(text)
            self.found.update((name, text) for name in repeated(plan[0]["Plan"]))
            if asking.execute("SHOW enable_nestloop").fetchone() == "off":
                self.hashed.update((name, text) for name in hashed(plan[0]["Plan"]))
        return super().execute(query, params, **more)


def repeated(node: dict[str, Any], inside: bool = False) -> Iterator[str]:
    """What is put together by the statement and read by a subquery of an expression."""
    inside = inside or node.get("Parent Relationship") == "SubPlan"
    if inside and "CTE Name" in node and node["CTE Name"] not in FOR_EACH_OF_THREE:
        yield node["CTE Name"]
    for child in node.get("Plans", ()):
        yield from repeated(child, inside)


def hashed(node: dict[str, Any]) -> Iterator[str]:
    if node.get("Strategy") in {"Hashed", "Mixed"}:
        yield f"grouped in a hash by {node.get('Group Key')}"
    for child in node.get("Plans", ()):
        yield from hashed(child)


def test_nothing_is_read_again_for_each_person(lab: Lab) -> None:
    """Two disruptions of one service, in all that can happen to the first."""
    Watched.seen, Watched.found, Watched.hashed = set(), set(), set()
    lab.app.db._pool.kwargs["cursor_factory"] = Watched
    lab.app.db._pool.drain()
    both = ("fable-5", "mythos-5")
    lab.people(40, services=";".join(both), seats="5")
    lab.sink.on(nth(2), SWALLOW)
    first = lab.suspend(services=both)
    lab.settle()
    again = declare.Wish(both[:1], Reason.SECURITY, where="seats > 3", again=True)
    lab.ring(declare.suspend(lab.app.db, lab.app.writer, lab.act(), again, YES).gate.rings)
    lab.settle()
    lab.people(3, "late", seats="4")
    lab.tick("late")
    lab.update(first)
    lab.rescope(first, "seats > 4")
    lab.settle()
    lab.restore(first, RestoredPart(where="seats > 4"))
    lab.pass_time(4 * 86_400)
    lab.tick("sweep", "late", "watch", "judge", "promises")
    lab.correct(first)
    lab.settle()
    lab.restore(first)
    lab.settle()
    assert any("elsewhere" in text for text in Watched.seen)
    for faults in (Watched.found, Watched.hashed):
        assert not faults, "\n\n".join(sorted(map("\n".join, faults)))

"""What `doctor` says of the connections that all processes together may open."""

import psycopg

from notifier.actions.inspect.check_server import check_connections
from notifier.actions.running.signs import Sign
from notifier.model.tick import ProcessKind
from notifier.store import Db


def test_all_processes_together_against_what_the_server_has(db: Db) -> None:
    with psycopg.connect(db.url) as admin:
        most, reserved = (
            int(admin.execute("SELECT current_setting(%s)", (name,)).fetchall()[0][0])
            for name in ("max_connections", "superuser_reserved_connections")
        )
    assert check_connections(db).found == f"at most 0 of {most - reserved}; an idle process keeps one"
    Sign(ProcessKind.WORKER, most - reserved - 20).leave(db.transaction)
    Sign(ProcessKind.WEB, 20).leave(db.transaction)
    assert check_connections(db).ok
    Sign(ProcessKind.WEB, 1).leave(db.transaction)
    found = check_connections(db)
    assert not found.ok
    assert f"may open {most - reserved + 1} together" in found.found
    assert "web: 21, worker: " in found.found


def test_a_process_that_is_dead_holds_none(db: Db) -> None:
    sign = Sign(ProcessKind.WORKER, 1_000)
    sign.leave(db.transaction)
    assert not check_connections(db).ok
    sign.end(db.transaction)
    assert check_connections(db).ok


def test_a_limit_of_the_database_counts_where_it_is_smaller(db: Db) -> None:
    with psycopg.connect(db.url, autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {admin.info.dbname} CONNECTION LIMIT 7")  # pyright: ignore[reportArgumentType]
    Sign(ProcessKind.WEB, 8).leave(db.transaction)
    assert "has 7 for us (the limit of this database)" in check_connections(db).found

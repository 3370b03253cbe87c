"""What psycopg raises, as errors of ours: each names what is really wrong, and none holds anybody's data."""

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict

from notifier.errors import Busy, Defect, Unreachable

GAVE_WAY = (errors.DeadlockDetected, errors.SerializationFailure, errors.LockNotAvailable)
"""Nothing is wrong with the statement: the same transaction may be tried once more."""
UNMIGRATED = (errors.UndefinedTable, errors.UndefinedColumn)
GONE = ("08", "57P", "28", "3D")
"""Classes of SQLSTATE: no connection, ended by somebody, no admission, no such database."""


def ours(error: psycopg.Error, url: str) -> Exception:
    """The error that leaves the store instead."""
    if isinstance(error, GAVE_WAY):
        return Busy()
    if isinstance(error, UNMIGRATED):
        return Unreachable("The database lacks the schema of this version: run `notifier migrate`.")
    if isinstance(error, errors.ReadOnlySqlTransaction) or _is_standby(error):
        return Unreachable(
            f"{_where(url)} is a standby that only reads: name its primary in NOTIFIER_DATABASE_URL."
        )
    if isinstance(error, psycopg.OperationalError | errors.IdleInTransactionSessionTimeout):
        return _silent(error, url)
    kind = type(error).__name__
    return Defect(f"{kind} ({', '.join(filter(None, (error.sqlstate, error.diag.constraint_name)))})")


def _is_standby(error: psycopg.Error) -> bool:
    return isinstance(error, errors.FeatureNotSupported) and "recovery" in (error.diag.message_primary or "")


def _silent(error: psycopg.Error, url: str) -> Unreachable:
    state = error.sqlstate
    if state is None or state.startswith(GONE) or isinstance(error, errors.IdleInTransactionSessionTimeout):
        return does_not_answer(url)
    return Unreachable(f"{_where(url)} cannot do this now: {error.diag.message_primary}.")


def does_not_answer(url: str) -> Unreachable:
    return Unreachable(
        f"{_where(url)} does not answer: check NOTIFIER_DATABASE_URL, and that the server runs."
    )


def _where(url: str) -> str:
    where = conninfo_to_dict(url)
    host, port, name = where.get("host", "localhost"), where.get("port", 5432), where.get("dbname", "")
    return f"The database {name!r} at {host}:{port}"

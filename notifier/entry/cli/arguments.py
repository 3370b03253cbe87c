"""What the operator gave on the command line: files, times, names of notices."""

import sys
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from notifier.actions.notices.named import reference_in
from notifier.app import App
from notifier.edges import facts_file
from notifier.edges.times import read_time
from notifier.errors import BadInput
from notifier.model.customer import ROLES
from notifier.model.locales import spelt
from notifier.store.read import views

LARGEST_STATEMENT = 20_000


def statements(given: Iterable[str]) -> dict[str, str]:
    """`[LOCALE=]FILE` or `-` for standard input; without a locale it is English."""
    found: dict[str, str] = {}
    for each in given:
        locale, separator, name = each.partition("=")
        locale, name = (spelt(locale), name) if separator else ("en", each)
        if locale is None:
            raise BadInput(f"--statement {each[:60]!r} names no language: write it like 'de=words.md'.")
        if locale in found:
            raise BadInput(f"There are two statements for {locale!r}: give one.")
        found[locale] = _statement(locale, name)
    return found


def _statement(locale: str, name: str) -> str:
    text = _read(name).strip()
    if not text:
        raise BadInput(f"The statement for {locale!r} ({name}) is empty: write it, or leave it out.")
    if len(text) > LARGEST_STATEMENT:
        raise BadInput(
            f"The statement for {locale!r} is longer than {LARGEST_STATEMENT:,} characters: cut it."
        )
    return text


def facts(path: Path | None) -> dict[str, Any]:
    """The table of a `--facts` file; raises `BadInput` with the line of each fault."""
    if path is None:
        return {}
    return facts_file.read(_read(str(path)), str(path))


def _read(name: str) -> str:
    try:
        raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return raw.decode("utf-8-sig")
    except OSError as error:
        raise BadInput(f"{name} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise BadInput(f"{name} is not UTF-8: save it as UTF-8.") from None


@contextmanager
def opened_file(file: Path) -> Generator[BinaryIO]:
    """Its bytes; `-` is standard input."""
    if str(file) == "-":
        yield sys.stdin.buffer
        return
    try:
        stream = file.open("rb")
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}.") from error
    with stream:
        yield stream


def moment(text: str | None, app: App) -> datetime | None:
    """A time as `edges.times` reads it; clock times mean this machine's zone."""
    return None if text is None else read_time(text, app.clock.now())


def as_of(text: str | None, app: App) -> datetime | None:
    """`latest`: now, for the newest snapshot that there is. A bare clock time is the last one, not the next."""
    now = app.clock.now()
    if text is None:
        return None
    found = now if text == "latest" else read_time(text, now, past=True)
    if found > now:
        raise BadInput(f"--as-of {text} is still to come: say latest, or a time that has been.")
    return found


def future(text: str | None, app: App, option: str) -> datetime | None:
    found = moment(text, app)
    if found is not None and found <= app.clock.now():
        raise BadInput(f"{option} {text} is in the past: give a time to come.")
    return found


def promise(text: str | None, app: App) -> tuple[datetime | None, bool]:
    """`--next-update`: the moment, and whether nothing shall be promised (`none`). Not given: policy proposes."""
    if text is not None and text.strip().lower() == "none":
        return None, True
    return future(text, app, "--next-update"), False


def roles(given: Iterable[str]) -> tuple[str, ...]:
    """`technical,security`, once or several times."""
    found = [role.strip().lower() for each in given for role in each.split(",")]
    for role in found:
        if role not in ROLES:
            raise BadInput(f"--roles {role[:40]!r} is not a role: use {', '.join(sorted(ROLES))}.")
    return tuple(found)


def notice(app: App, name: str) -> int:
    """`7K2M`, `D-7K2M` (its newest notice) or `7K2M/2`; raises `BadInput` if there is none."""
    reference, seq = one_of(name)
    with app.db.transaction() as tx:
        found = views.notice_id(tx, reference, seq)
    if found is None:
        raise BadInput(f"There is no notice {name!r}: `notifier list` shows what there is.")
    return found


def one_of(name: str) -> tuple[str, int | None]:
    """The reference of a disruption, and the number of one of its notices if it names one."""
    reference, slash, seq = reference_in(name).partition("/")
    if slash and not (seq.isascii() and seq.isdecimal()):
        raise BadInput(f"{name!r} is not a notice: write 7K2M or 7K2M/2.")
    return reference, int(seq) if seq else None

"""The format of an export by its name in the company's file, and what is said of this one file on top."""

from notifier.errors import BadInput
from notifier.model.file_format import FileFormat
from notifier.model.quoting import quoted
from notifier.store import Db
from notifier.store.company import import_formats


def named_format(db: Db, name: str, given: FileFormat) -> FileFormat:
    """`given` counts where both speak of one column, or call one the same. Raises `BadInput` with the names."""
    with db.transaction() as tx:
        kept = {each.name: each for each in import_formats.every(tx)}
    if name not in kept:
        known = f"use {', '.join(kept)}, or" if kept else "none is, so"
        raise BadInput(
            f"No export is called {quoted(name)} under [imports] of the company's file: {known}"
            f" write [imports.NAME] there and run `notifier apply`."
        )
    return on_top(FileFormat(kept[name].encoding, kept[name].columns), given)


def on_top(kept: FileFormat, given: FileFormat) -> FileFormat:
    taken = set(filter(None, given.columns.values()))
    columns = {column: name for column, name in kept.columns.items() if name not in taken}
    return FileFormat(given.encoding or kept.encoding, columns | dict(given.columns))

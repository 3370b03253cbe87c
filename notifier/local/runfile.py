"""What a running `up` says about itself, in `NOTIFIER_HOME/run.json`, readable by its owner only.

It is written before anything is started and after every change, so that whoever comes next, a command or the
next `up`, knows the endpoints and, after a kill -9, which processes are left over. It holds no key.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from notifier.local.processes import Identity
from notifier.settings import Settings

NAME = "run.json"


@dataclass(frozen=True, slots=True)
class StartedProcess:
    """One process that `up` started; `part` is a value of `children.Program`."""

    name: str
    part: str
    who: Identity


@dataclass(frozen=True, slots=True)
class RunFile:
    up: Identity
    database_url: str
    broker_url: str | None
    sandbox_url: str | None
    web_url: str | None
    children: tuple[StartedProcess, ...] = ()

    @property
    def sends(self) -> bool:
        """Does anything take notices and send them?"""
        return any(child.part == "worker" for child in self.children)


def running(settings: Settings) -> RunFile | None:
    """The `up` of this home, if one is alive."""
    found = read(settings.home)
    return found if found and found.up.alive() else None


def read(home: Path) -> RunFile | None:
    """The last one written, whoever wrote it and whether it lives or not. None if there is none to be read."""
    try:
        fields = json.loads((home / NAME).read_text("utf-8"))
        up, children = Identity(**fields.pop("up")), fields.pop("children")
        return RunFile(up=up, children=tuple(_started(child) for child in children), **fields)
    except (OSError, ValueError, TypeError, KeyError):
        return None  # absent, or of another version: then nothing in it can be believed


def write(home: Path, run: RunFile) -> None:
    """Whole or not at all: readers never see a half."""
    fresh = home / f"{NAME}.new"
    fresh.unlink(missing_ok=True)
    with os.fdopen(
        os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as file:
        json.dump(asdict(run), file)
    fresh.replace(home / NAME)


def remove(home: Path) -> None:
    (home / NAME).unlink(missing_ok=True)


def _started(fields: dict[str, object]) -> StartedProcess:
    match fields:
        case {"name": str(name), "part": str(part), "who": {"pid": int(pid), "born": str(born)}}:
            return StartedProcess(name, part, Identity(pid, born))
        case _:
            raise ValueError(NAME)

"""The home of the demo: fresh on every run, and nobody else's."""

import shutil
from pathlib import Path

from notifier.errors import Unreachable
from notifier.local import reaper
from notifier.local.demo import mails
from notifier.local.demo.ending import CALL_LIST, MAILS
from notifier.local.home import UP_LOCK, locked, prepare
from notifier.local.runfile import running
from notifier.settings import Settings

FOLDERS = ("postgres", "postgres.new", "broker", "logs", mails.FOLDER)


def make_fresh(settings: Settings) -> Path:
    """Remove what an earlier demo left; only what a demo makes. Raises `Unreachable` while one runs."""
    if running(settings) is not None:
        raise Unreachable(f"A demo already runs in {settings.home}: wait for its end, or set NOTIFIER_HOME.")
    home = prepare(settings.home)
    with locked(home, UP_LOCK, seconds=90):  # the reaper of a killed demo may still be cleaning
        reaper.clean_up(home)
        for name in FOLDERS:
            if (home / name).exists():
                shutil.rmtree(home / name)
        for left in (home / CALL_LIST, *home.glob(MAILS.format("*"))):
            left.unlink(missing_ok=True)
    return prepare(home)

"""The private folder for Unix sockets: short, because a socket's path may have 107 bytes (macOS: 103)."""

import hashlib
import os
import tempfile
from pathlib import Path

from notifier.errors import Refused


def socket_folder(home: Path) -> Path:
    """`/tmp/notifier-<uid>-<10 hex of sha256(home)>`, mode 0700: the mode is the access control.

    Raises `Refused` if the name is taken by somebody else, or by a link.
    """
    name = hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:10]
    folder = _short() / f"notifier-{os.getuid()}-{name}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
    except OSError as error:
        raise Refused(f"{folder} cannot be used ({error.strerror}): remove it and try again.") from error
    if status.st_uid != os.getuid() or status.st_mode & 0o077:
        raise Refused(f"{folder} belongs to somebody else: remove it, or use another NOTIFIER_HOME.")
    return folder


def _short() -> Path:
    # Not what TMPDIR says: it may differ between `up` in one terminal and a command in another, and be long.
    tmp = Path("/tmp")  # noqa: S108 - the folder made in it is 0700 and refused unless it is ours
    return tmp if os.access(tmp, os.W_OK | os.X_OK) else Path(tempfile.gettempdir())

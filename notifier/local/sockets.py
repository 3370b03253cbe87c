"""The private folder for Unix sockets: short, because a socket's path may have 107 bytes."""

import hashlib
import os
import tempfile
from pathlib import Path

from notifier.errors import Refused


def socket_folder(home: Path) -> Path:
    """`<tmp>/notifier-<uid>-<10 hex of sha256(home)>`, mode 0700: the mode is the access control."""
    name = hashlib.sha256(str(home).encode()).hexdigest()[:10]
    folder = Path(tempfile.gettempdir()) / f"notifier-{os.getuid()}-{name}"
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    if status.st_uid != os.getuid() or status.st_mode & 0o077 or folder.is_symlink():
        raise Refused(f"{folder} belongs to somebody else: remove it, or use another NOTIFIER_HOME.")
    return folder

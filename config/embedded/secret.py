"""The secret key of an installation that was not given one."""

import contextlib
import os
import secrets
from pathlib import Path

from config.embedded.errors import LaunchError

MIN_LENGTH = 50


def secret_key(root: Path) -> str:
    """Return the key kept in the data folder, made the first time; readable by its owner only."""
    path = root / "secret_key"
    try:
        if len(key := _read(path)) >= MIN_LENGTH:
            return key
        fresh = secrets.token_urlsafe(48)
        path.unlink(missing_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(fresh)
    except OSError as error:
        raise LaunchError(f"Cannot read or write {path}: {error.strerror}.") from error
    return fresh


def _read(path: Path) -> str:
    with contextlib.suppress(FileNotFoundError):
        return path.read_text(errors="replace").strip()
    return ""

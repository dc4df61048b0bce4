"""The demo's passwords and keys, which nobody chose: kept in a file that only its owner can read.

The database knows their hashes alone. ``DEMO_CREDENTIALS_FILE`` says where the file is.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings


class NoCredentialsError(Exception):
    """There is no readable file of credentials."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """Somebody who can sign in to the demo."""

    role: str
    username: str
    password: str


@dataclass(frozen=True, slots=True)
class Credentials:
    """Everything the demo can be entered by."""

    signins: tuple[SignIn, ...]
    api_token: str
    write_key: str
    kit_write_key: str = ""
    """Of the demo's second product; empty where there is but one."""

    def as_json(self) -> str:
        """The credentials as one JSON object."""
        return json.dumps(asdict(self), indent=2)


def write_credentials(credentials: Credentials) -> None:
    """Replace the file; it is never readable by others, not even for a moment."""
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(credentials.as_json() + "\n")
    draft.replace(path)


def read_credentials() -> Credentials:
    """Return what was written.

    Raises:
        NoCredentialsError: there is no such file, or it is not ours.
    """
    path = _path()
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        signins = tuple(SignIn(**entry) for entry in found["signins"])
        kit_write_key = str(found.get("kit_write_key", ""))
        return Credentials(signins, str(found["api_token"]), str(found["write_key"]), kit_write_key)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NoCredentialsError(
            f"No demo credentials in {path}; `manage.py load_demo` makes them."
        ) from error


def _path() -> Path:
    return Path(settings.DEMO_CREDENTIALS_FILE)

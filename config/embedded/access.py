"""Folders and who may use them. Permissions of folders that are not ours are never changed."""

import os
import pwd
import stat
from pathlib import Path

from config.embedded.errors import LaunchError
from config.embedded.process import RunAs


def make_folder(folder: Path, mode: int) -> None:
    """Create a folder with exactly these permissions, whatever the umask."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:  # another start was faster
        return
    folder.chmod(mode)


def make_passable(folder: Path) -> None:
    """Create a folder of ours that everybody may pass through, not read."""
    if not folder.exists():
        make_folder(folder, 0o711)
    check_ours(folder, os.geteuid())


def check_ours(folder: Path, uid: int) -> None:
    """Refuse a link, or a folder of somebody else's."""
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise LaunchError(f"{folder} is not a folder; move it away and start again.")
    if found.st_uid != uid:
        raise LaunchError(
            f"{folder} belongs to {_user_name(found.st_uid)}, not to {_user_name(uid)}. Start as "
            "that user (or root), set DATA_DIR to another folder, or delete this one."
        )


def _user_name(uid: int) -> str:
    try:
        return f"user '{pwd.getpwuid(uid).pw_name}'"
    except KeyError:
        return f"user id {uid}"


def can_enter(folder: Path, run_as: RunAs) -> bool:
    """Try it, as that user: permission bits alone miss ACLs and mount options."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            os.setgroups([])
            os.setgid(run_as.gid)
            os.setuid(run_as.uid)
            code = 0 if os.access(folder, os.X_OK) else 1
        finally:
            os._exit(code)
    return os.waitpid(pid, 0)[1] == 0

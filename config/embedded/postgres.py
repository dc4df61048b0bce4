"""The embedded PostgreSQL: one cluster, reached only through a private socket by its owner.

The server is a plain child in the foreground. Why each option is there: docs/adr/0001.
"""

import contextlib
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import psycopg

from config.embedded.errors import LaunchError
from config.embedded.home import Home
from config.embedded.process import Child, Program
from config.embedded.programs import POSTGRES_MAJOR
from config.embedded.tuning import total_memory, tuning

ROLE = "ripeline"
ADMIN = "postgres"
MAP = "ripeline"
RECOVERY_LIMIT_S = 600.0
RECOVERY_NOTICE_S = 3.0
RESTART_LIMIT_S = 30.0
# Interactive work must not hold a snapshot for ever; bulk commands lift this for themselves.
IDLE_LIMIT = "30s"
BULK_OPTIONS = "-c idle_in_transaction_session_timeout=0"


class Postgres:
    """Creates, starts and checks the cluster of one home."""

    def __init__(self, home: Home, *, is_durable: bool = True) -> None:
        self.home = home
        self.data = home.state / "postgres"
        self.log = home.logs / "postgres.log"
        self.is_durable = is_durable
        self.url = f"postgres://{ROLE}@/{ROLE}?host={quote(str(home.sockets), safe='/')}"

    def program(self) -> Program:
        options = {
            "listen_addresses": "",  # on the command line it beats ALTER SYSTEM
            "unix_socket_directories": str(self.home.sockets),
            "unix_socket_permissions": "0700",
            **tuning(total_memory(), is_durable=self.is_durable),
        }
        argv = [str(self.home.postgres_bin / "postgres"), "-D", str(self.data)]
        for name, value in options.items():
            argv += ["-c", f"{name}={value}"]
        return Program(
            name="postgres",
            argv=argv,
            env=_server_env(),
            log=self.log,
            # SIGINT ends sessions and stops; SIGTERM would wait for them; SIGQUIT recovers later.
            stop=((signal.SIGINT, 60.0), (signal.SIGQUIT, 10.0)),
            on_parent_death=signal.SIGINT,
            run_as=self.home.run_as,
            cwd=self.home.state,
            before_start=self._before_start,
        )

    # --- Before it runs -------------------------------------------------------------------------
    def _before_start(self) -> None:
        if not any(self.data.iterdir()):
            self._initialise()
        self._check_version()
        self._drop_stale_pid_file()
        for stale in self.home.sockets.glob(".s.PGSQL.*"):
            stale.unlink(missing_ok=True)
        self._write_access_rules()

    def _initialise(self) -> None:
        """Create the cluster beside its place: an interrupted attempt leaves nothing behind."""
        fresh = self.data.with_name("postgres.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        as_user: dict[str, int | list[int]] = {}
        if (run_as := self.home.run_as) is not None:
            os.chown(fresh, run_as.uid, run_as.gid, follow_symlinks=False)
            as_user = {"user": run_as.uid, "group": run_as.gid, "extra_groups": []}
        argv = [str(self.home.postgres_bin / "initdb"), "-D", str(fresh), "-U", ADMIN]
        argv += ["--auth-local=peer", "--auth-host=reject", "--encoding=UTF8", "--locale=C"]
        argv += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if not self.is_durable:
            argv.append("--no-sync")
        # mypy cannot see that the unpacked user and group fit run().
        done = subprocess.run(  # type: ignore[call-overload]
            argv,
            env=_server_env(),
            cwd=self.home.state,
            capture_output=True,
            text=True,
            start_new_session=True,
            check=False,
            **as_user,
        )
        if done.returncode != 0:
            shutil.rmtree(fresh, ignore_errors=True)
            raise LaunchError(f"Cannot create the database in {self.data}: {_reason(done.stderr)}")
        self.data.rmdir()
        fresh.rename(self.data)

    def _check_version(self) -> None:
        try:
            version = (self.data / "PG_VERSION").read_text().strip()
        except OSError:
            version = ""
        if not version:
            raise LaunchError(
                f"{self.data} holds files but no PostgreSQL database (PG_VERSION is missing or "
                "empty). Move it away to start afresh, or put a backup there."
            )
        if version != str(POSTGRES_MAJOR):
            raise LaunchError(
                f"{self.data} was written by PostgreSQL {version}, this release runs "
                f"{POSTGRES_MAJOR}. Move the folder away to start afresh, or move its contents "
                "over with pg_dump of the older version (docs/settings.md)."
            )

    def _drop_stale_pid_file(self) -> None:
        """Remove a pid file no server of this cluster stands behind. We hold the folder's lock."""
        pid_file = self.data / "postmaster.pid"
        try:
            pid = int(pid_file.read_text(errors="replace").splitlines()[0])
        except FileNotFoundError:
            return
        except (ValueError, IndexError):
            pid = 0
        deadline = time.monotonic() + 10
        while pid and self._is_our_server(pid):  # its launcher was killed: it is shutting down
            if time.monotonic() > deadline:
                raise LaunchError(
                    f"PostgreSQL (pid {pid}) already runs on {self.data} and was not started from "
                    "here. Stop it, then start again."
                )
            time.sleep(0.1)
        pid_file.unlink(missing_ok=True)

    def _is_our_server(self, pid: int) -> bool:
        """Tell whether a live postgres works in our data folder. A zombie has neither link."""
        try:
            exe = Path(f"/proc/{pid}/exe").readlink()
            cwd = Path(f"/proc/{pid}/cwd").readlink()
        except OSError:
            return False
        return exe.name.startswith("postgres") and cwd == self.data.resolve()

    def _write_access_rules(self) -> None:
        """Let the person who runs the application in, through the socket, and nobody else."""
        names = {pwd.getpwuid(os.geteuid()).pw_name}
        if self.home.run_as is not None and self.data.stat().st_uid >= 1000:
            names.add(self.home.run_as.name)  # an ordinary user's folder, used by root this time
        rules = "".join(f'{MAP} "{n}" {role}\n' for n in sorted(names) for role in (ROLE, ADMIN))
        self._write("pg_hba.conf", f"local all all peer map={MAP}\n")
        self._write("pg_ident.conf", rules)

    def _write(self, name: str, text: str) -> None:
        # A new file put in place: the folder is another user's when we are root, and a link
        # planted there must not be followed.
        handle, fresh = tempfile.mkstemp(dir=self.data, prefix=f"{name}.")
        with os.fdopen(handle, "w") as file:
            file.write(text)
            if (run_as := self.home.run_as) is not None:
                os.fchown(file.fileno(), run_as.uid, run_as.gid)
        Path(fresh).replace(self.data / name)

    # --- Once it runs ---------------------------------------------------------------------------
    def wait_until_ready(
        self, child: Child, *, say: Callable[[str], None], hurry: Callable[[], bool]
    ) -> None:
        """Wait until our role can connect; make role and database the first time."""
        started = time.monotonic()
        has_said = False
        while not hurry():
            if (code := child.exit_code()) is not None:
                # Dying processes of a killed server may hold its memory for a moment longer.
                waited = time.monotonic() - started
                if waited < RESTART_LIMIT_S and "shared memory block" in _tail(self.log):
                    time.sleep(0.3)
                    child.start()
                    continue
                raise LaunchError(
                    f"PostgreSQL did not start (exit code {code}): {_reason(_tail(self.log))} "
                    f"See {self.log}."
                )
            if self._connects():
                return
            waited = time.monotonic() - started
            if waited > RECOVERY_NOTICE_S and not has_said:
                say("PostgreSQL is recovering from an earlier crash; this can take a while ...")
                has_said = True
            if waited > RECOVERY_LIMIT_S:
                raise LaunchError(f"PostgreSQL is not ready after 10 minutes. See {self.log}.")
            time.sleep(0.02)

    def _connects(self) -> bool:
        try:
            self._connect(ROLE, ROLE).close()
        except psycopg.errors.OperationalError as error:
            text = str(error)
            if f'"{ROLE}" does not exist' not in text:
                return False
        else:
            return True
        self._create_role_and_database()
        return True

    def _create_role_and_database(self) -> None:
        with self._connect(ADMIN, ADMIN) as connection:
            connection.autocommit = True
            if not connection.execute(
                "SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]
            ).fetchone():
                # No superuser: production is not one either. Tests create databases.
                connection.execute(f"CREATE ROLE {ROLE} LOGIN CREATEDB")
                connection.execute(
                    f"ALTER ROLE {ROLE} SET idle_in_transaction_session_timeout = '{IDLE_LIMIT}'"
                )
            if not connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", [ROLE]
            ).fetchone():
                connection.execute(f"CREATE DATABASE {ROLE} OWNER {ROLE}")

    def _connect(self, role: str, database: str) -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(
            host=str(self.home.sockets), port=5432, user=role, dbname=database, connect_timeout=5
        )


def _server_env() -> dict[str, str]:
    # Nothing of ours: PGDATA, PGOPTIONS and the like would change what the server does.
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def _tail(log: Path, size: int = 4000) -> str:
    with contextlib.suppress(OSError), log.open("rb") as file:
        file.seek(max(log.stat().st_size - size, 0))
        return file.read().decode(errors="replace")
    return ""


def _reason(text: str) -> str:
    """Pick the line that says why, out of what a PostgreSQL program wrote."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    for line in reversed(lines):
        if found := re.search(r"(?:FATAL|PANIC|initdb: error|error): *(.*)", line):
            return found.group(1).rstrip(".") + "."
    return f"{lines[-1].rstrip('.')}." if lines else "no reason given."

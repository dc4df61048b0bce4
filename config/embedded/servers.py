"""PostgreSQL and Redis together: started, described to others, stopped.

Whichever of DATABASE_URL and REDIS_URL is set belongs to somebody else and is only used.
"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from config.embedded import home as homes
from config.embedded.folder import Folder, read_json, write_json
from config.embedded.home import Home
from config.embedded.postgres import Postgres
from config.embedded.process import Child
from config.embedded.redis import Redis
from config.embedded.secret import secret_key


class Servers:
    """The embedded servers of one data folder, which the caller holds the lock of."""

    def __init__(
        self,
        folder: Folder,
        *,
        say: Callable[[str], None],
        hurry: Callable[[], bool] = lambda: False,
        is_durable: bool = True,
        given: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder
        self.say = say
        self.hurry = hurry
        self.is_durable = is_durable
        self.given = os.environ if given is None else given
        self.children: list[Child] = []
        self.home: Home | None = None

    def start(self) -> dict[str, str]:
        """Start what is missing and return the environment that leads to it."""
        root = self.folder.run.parent
        env = {"SECRET_KEY": self.given.get("SECRET_KEY") or secret_key(root)}
        wants_postgres = not self.given.get("DATABASE_URL")
        wants_redis = not self.given.get("REDIS_URL")
        if wants_postgres or wants_redis:
            self.home = homes.prepare(root)
            self._remember_sockets(self.home.sockets)
            if self.home.notice:
                self.say(self.home.notice)
        if self.home and wants_redis:  # first: it is up by the time PostgreSQL is
            redis = Redis(self.home)
            redis_child = self._start(Child(redis.program()))
        if self.home and wants_postgres:
            postgres = Postgres(self.home, is_durable=self.is_durable)
            if not any(postgres.data.iterdir()):
                self.say("Creating the database ...")
            postgres_child = self._start(Child(postgres.program()))
            postgres.wait_until_ready(postgres_child, say=self.say, hurry=self.hurry)
            env["DATABASE_URL"] = postgres.url
        if self.home and wants_redis:
            redis.wait_until_ready(redis_child, hurry=self.hurry)
            env["REDIS_URL"] = redis.url
        self.record()  # a server may have needed a second attempt
        for name in ("DATABASE_URL", "REDIS_URL"):
            env.setdefault(name, self.given.get(name, ""))
        # Beside the database whose doors they open: every data folder has its own demo.
        own = str(self.folder.run.parent / "demo_credentials.json")
        env["DEMO_CREDENTIALS_FILE"] = os.environ.get("DEMO_CREDENTIALS_FILE") or own
        return env

    def _start(self, child: Child) -> Child:
        self.children.append(child)
        child.start()
        self.record()
        return child

    def _remember_sockets(self, sockets: Path) -> None:
        """Drop the private folder a killed start left under /tmp, and note the present one."""
        note = self.folder.run / "sockets.json"
        former = Path(str(read_json(note).get("path", "")))
        if former != sockets:
            homes.drop_sockets(former)
        write_json(note, {"path": str(sockets)})

    def record(self) -> None:
        self.folder.write_pids({c.program.name: c.identity for c in self.children})

    def stop(self) -> None:
        """Stop in order: Redis first, PostgreSQL last."""
        for child in sorted(self.children, key=lambda c: c.program.name == "postgres"):
            if not child.stop():
                self.say(f"{child.program.name} did not stop in time and was killed.")
        self.children.clear()
        if self.home is not None:
            homes.drop_sockets(self.home.sockets)

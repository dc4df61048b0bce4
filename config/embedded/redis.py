"""The embedded Redis: the broker's wake-ups on a private socket, never on the network.

The packaged server has known holes for whoever can send it commands (CVE-2025-49844), so the
socket is in a 0700 folder and there is no port. Production uses its own Redis: ``REDIS_URL``.
"""

import os
import signal
import socket
import time
from collections.abc import Callable

from config.embedded.errors import LaunchError
from config.embedded.home import Home
from config.embedded.process import Child, Program

READY_LIMIT_S = 60.0


class Redis:
    """Starts and checks the server of one home."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.data = home.state / "redis"
        self.socket = home.sockets / "redis.sock"
        self.log = home.logs / "redis.log"
        self.url = f"unix://{self.socket}"

    def program(self) -> Program:
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "daemonize": "no",
            "appendonly": "yes",  # without it a killed server forgets every queued wake-up
            "appendfsync": "everysec",
            "save": "",
            "maxmemory": "256mb",
            "maxmemory-policy": "noeviction",  # a queue with holes is worse than a full one
        }
        argv = [str(self.home.redis_server)]
        for name, value in options.items():
            argv += [f"--{name}", value]
        return Program(
            name="redis",
            argv=argv,
            env={"PATH": os.defpath, "LC_ALL": "C"},
            log=self.log,
            stop=((signal.SIGTERM, 10.0),),
            run_as=self.home.run_as,
            cwd=self.data,  # where it keeps its files; no path on the command line to misread
        )

    def wait_until_ready(self, child: Child, *, hurry: Callable[[], bool]) -> None:
        """Wait for its answer; a damaged append-only file is set aside once."""
        deadline = time.monotonic() + READY_LIMIT_S
        while not hurry():
            if (code := child.exit_code()) is not None:
                if not self._set_damaged_file_aside():
                    raise LaunchError(f"Redis did not start (exit code {code}). See {self.log}.")
                child.start()
            if self._answers():
                return
            if time.monotonic() > deadline:
                raise LaunchError(f"Redis does not answer after 60 seconds. See {self.log}.")
            time.sleep(0.01)

    def _set_damaged_file_aside(self) -> bool:
        """Queued wake-ups are worth no stop: what they were about is in the database."""
        damaged = self.data / "appendonly.aof"
        kept = self.data / "appendonly.aof.damaged"
        if not damaged.exists() or kept.exists():
            return False
        damaged.rename(kept)
        return True

    def _answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(5)
                client.connect(str(self.socket))
                client.sendall(b"PING\r\n")
                return client.recv(64).startswith(b"+PONG")
        except OSError:
            return False

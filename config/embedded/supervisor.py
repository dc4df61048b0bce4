"""Keeps children running: whatever ends is started again, at once or with growing pauses."""

import time
from collections.abc import Callable

from config.embedded.errors import LaunchError
from config.embedded.process import Child, Program, describe_exit

STEADY_S = 20.0  # up for that long: earlier failures are forgotten
# After a crash of its own making; somebody else's kill is followed by a start at once.
PAUSES = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
PAUSE_AFTER_KILL = 0.2
MAX_FAILURES_OPTIONAL = 5


class Watched:
    """A child and the history that decides when it is started again."""

    def __init__(self, child: Child) -> None:
        self.child = child
        self.started_at = time.monotonic()
        self.due_at: float | None = None
        self.failures = 0
        self.is_given_up = False

    @property
    def name(self) -> str:
        return self.child.program.name


class Supervisor:
    """The children of one run. Everything happens in the caller's (main) thread."""

    def __init__(self, *, say: Callable[[str], None], record: Callable[[], None]) -> None:
        self.say = say
        self.record = record
        self.watched: list[Watched] = []

    @property
    def children(self) -> list[Child]:
        return [w.child for w in self.watched]

    def adopt(self, child: Child) -> None:
        """Watch a child that already runs."""
        self.watched.append(Watched(child))

    def start(self, program: Program) -> Child:
        child = Child(program)
        child.start()
        self.adopt(child)
        self.record()
        return child

    def tick(self) -> None:
        """Notice what ended; start what is due."""
        now = time.monotonic()
        for watched in self.watched:
            if watched.is_given_up:
                continue
            if watched.due_at is None:
                self._notice_exit(watched, now)
            elif watched.due_at <= now:
                self._start_again(watched, now)

    def _notice_exit(self, watched: Watched, now: float) -> None:
        code = watched.child.exit_code()
        if code is None:
            return
        if now - watched.started_at > STEADY_S:
            watched.failures = 0
        ended = f"{watched.name} ended ({describe_exit(code)})"
        program = watched.child.program
        if not program.is_essential and (code == 0 or watched.failures >= MAX_FAILURES_OPTIONAL):
            watched.is_given_up = True
            self.say(f"{ended}; everything else goes on. Its log: {program.log}")
            return
        if code < 0:
            pause = PAUSE_AFTER_KILL
        else:
            pause = PAUSES[min(watched.failures, len(PAUSES) - 1)]
            watched.failures += 1
        watched.due_at = now + pause
        soon = f"in {pause:g} s" if pause >= 1 else "at once"
        hint = f" Its log: {program.log}" if code > 0 else ""
        self.say(f"{ended}; starting it again {soon}.{hint}")

    def _start_again(self, watched: Watched, now: float) -> None:
        try:
            watched.child.start()
        except (LaunchError, OSError) as error:
            watched.due_at = now + PAUSES[-2]
            self.say(f"{watched.name} cannot be started: {error}")
            return
        watched.due_at = None
        watched.started_at = now
        self.record()

    def stop(self, names: tuple[str, ...], *, hurry: Callable[[], bool]) -> None:
        """Stop the named children in that order."""
        for name in names:
            for watched in self.watched:
                if watched.name == name and not watched.child.stop(hurry=hurry):
                    self.say(f"{name} did not stop in time and was killed.")
        self.watched = [w for w in self.watched if w.name not in names]

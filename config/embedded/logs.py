"""The children's log files: turned over at start, kept small, their warnings shown."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

MAX_BYTES = 20_000_000
MAX_LINES_SHOWN = 5  # a look
# Not the 4xx answers, which Django logs as warnings: they are the visitor's business.
WARNING = re.compile(r"\b(?:WARNING(?! django\.request )|ERROR|CRITICAL)\b")


def turn_over(folder: Path) -> None:
    """Start every log afresh; the one of the run before stays readable beside it."""
    for log in folder.glob("*.log"):
        log.replace(log.with_name(f"{log.name}.1"))


class Watch:
    """Follows the logs of the application's processes for what a person should see."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say
        self._offsets: dict[Path, int] = {}

    def look(self, log: Path) -> None:
        """Show the warnings written since the last look, a few at most."""
        try:
            size = log.stat().st_size
            with log.open("rb") as file:
                file.seek(min(self._offsets.get(log, 0), size))
                fresh = file.read(MAX_BYTES)
                self._offsets[log] = file.tell()
        except OSError:
            return
        shown = 0
        for line in fresh.decode(errors="replace").splitlines():
            if WARNING.search(line):
                shown += 1
                if shown <= MAX_LINES_SHOWN:
                    self.say(f"{log.stem}: {line.strip()}")
        if shown > MAX_LINES_SHOWN:
            self.say(f"{log.stem}: {shown - MAX_LINES_SHOWN} more such lines in {log}")
        if size > MAX_BYTES:
            self._cut(log)

    def _cut(self, log: Path) -> None:
        # The child keeps appending to the same file, so it is copied and emptied in place.
        shutil.copyfile(log, log.with_name(f"{log.name}.1"))
        with log.open("r+b") as file:
            file.truncate(0)
        self._offsets[log] = 0

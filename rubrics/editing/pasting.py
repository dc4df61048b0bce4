"""What somebody pasted into a list: which lines are new, which are there, which are no values."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

DOMAINS, TEXTS = "domains", "texts"
_DOMAIN = re.compile(r"\.?(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9])?\.)*[a-z0-9-]{2,63}")
_ADDRESS = re.compile(r"^(?:[a-z+]+://)?(?:[^/@\s]+@)?(?:www\.)?([^/:\s?#]+)[^\s]*$")
MOST = 200
"""Characters of a value."""


@dataclass(frozen=True, slots=True)
class PastedLine:
    """One line, by its number from 1. ``note`` says what is wrong, or how it was read."""

    number: int
    text: str
    note: str = ""


@dataclass(slots=True)
class Pasted:
    """What a pasted column holds, beside the list it is pasted into."""

    new: list[str] = field(default_factory=list)
    known: list[PastedLine] = field(default_factory=list)
    malformed: list[PastedLine] = field(default_factory=list)
    read: list[PastedLine] = field(default_factory=list)
    """Taken, but not as it was written: an address of which the domain counts."""

    @property
    def more(self) -> int:
        """How many new ones there are beside the first twelve."""
        return max(len(self.new) - 12, 0)


def read_pasted(text: str, *, kind: str, known: Iterable[str]) -> Pasted:
    """Sort the lines of a pasted column: new values, those known already, those that are none.

    Case does not matter. Of several cells in a line (a tab between) the first counts. Domains are
    taken out of e-mail and web addresses; ``.edu`` stands for all that end so.
    """
    found, seen = Pasted(), {value.casefold() for value in known}
    lines = text.replace("\x00", "").splitlines()
    for number, line in enumerate(lines, 1):
        cell = line.split("\t")[0].strip().rstrip(",;").strip("\"' ")
        if not cell:
            continue
        value, problem = _domain(cell) if kind == DOMAINS else (cell, "")
        if not problem and len(value) > MOST:
            problem = f"Longer than {MOST} characters."
        if problem:
            found.malformed.append(PastedLine(number, cell[:MOST], problem))
        elif value.casefold() in seen:
            found.known.append(PastedLine(number, value))
        else:
            seen.add(value.casefold())
            found.new.append(value)
            if value != cell.lower() and kind == DOMAINS:
                found.read.append(PastedLine(number, cell[:MOST], value))
    found.new.sort(key=str.casefold)
    return found


def _domain(cell: str) -> tuple[str, str]:
    """The domain in a cell, or what is wrong with it."""
    match = _ADDRESS.match(cell.lower())
    domain = match[1].rstrip(".") if match else ""
    if not domain or not _DOMAIN.fullmatch(domain) or "." not in domain:
        return "", "No domain. Write it like rival.com, or .edu for all that end so."
    return domain, ""

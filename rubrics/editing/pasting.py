"""What somebody pasted into a list: which lines are new, which are there, which are no values."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

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
    doubtful: list[PastedLine] = field(default_factory=list)
    """Taken as one value, commas and all, where several may be meant."""

    @property
    def more(self) -> int:
        """How many new ones there are beside the first twelve."""
        return max(len(self.new) - 12, 0)


def read_pasted(
    text: str, *, kind: str, known: Iterable[str], is_one_a_line: bool = False
) -> Pasted:
    """Sort what was pasted: new values, those known already, those that are none.

    Case does not matter. Domains are taken out of e-mail and web addresses; ``.edu`` stands for
    all that end so.

    Args:
        is_one_a_line: a line is a value, whatever stands in it; else see :func:`_cells`.
    """
    found, seen = Pasted(), {value.casefold() for value in known}
    lines = text.replace("\x00", "").removeprefix("\ufeff").splitlines()
    for number, line in enumerate(lines, 1):
        for cell in [_bare(line)] if is_one_a_line else _cells(line, kind):
            if cell:
                _sort(found, seen, PastedLine(number, cell[:MOST]), cell, kind)
    found.new.sort(key=str.casefold)
    return found


def _sort(found: Pasted, seen: set[str], line: PastedLine, cell: str, kind: str) -> None:
    value, problem = _domain(cell) if kind == DOMAINS else (cell, "")
    if not problem and len(value) > MOST:
        problem = f"Longer than {MOST} characters."
    if problem:
        found.malformed.append(replace(line, note=problem))
    elif value.casefold() in seen:
        found.known.append(replace(line, text=value))
    else:
        seen.add(value.casefold())
        found.new.append(value)
        if value != cell.lower() and kind == DOMAINS:
            found.read.append(replace(line, note=value))
        if "," in value:
            found.doubtful.append(line)


def _cells(line: str, kind: str) -> list[str]:
    """The values of a pasted line.

    Texts: what stands between semicolons; of cells with a tab between the first. Domains: of a row
    of a table the cell that is one; of several domains in a line all, that none is left out.
    """
    if kind != DOMAINS:
        return [_bare(cell) for cell in line.partition("\t")[0].split(";")]
    cells = [bare for cell in re.split("[\t,;]", line) if (bare := _bare(cell))]
    domains = [cell for cell in cells if not _domain(cell)[1]]
    return cells if len(domains) > 1 else domains or cells[:1]


def _bare(cell: str) -> str:
    """Without the marks that a spreadsheet or a list puts around a value."""
    return cell.strip().rstrip(",;").strip("\"' ")


def _domain(cell: str) -> tuple[str, str]:
    """The domain in a cell, or what is wrong with it."""
    match = _ADDRESS.match(cell.lower())
    domain = match[1].rstrip(".") if match else ""
    if not domain or not _DOMAIN.fullmatch(domain) or "." not in domain:
        return "", "No domain. Write it like rival.com, or .edu for all that end so."
    return domain, ""

"""Two results compared in words: another moment, another version, or then and now."""

from collections.abc import Iterable
from dataclasses import dataclass

from rubrics.scoring.types import Axis, Line
from rubrics.scoring.words import signed


@dataclass(frozen=True, slots=True)
class Compared:
    """One line then and now; ``None`` where it did not exist."""

    key: str
    label: str
    axis: Axis
    then: int | None
    now: int | None
    reason_then: str = ""
    reason_now: str = ""

    @property
    def difference(self) -> int:
        """What it gives more (or, negative, less) than then."""
        return (self.now or 0) - (self.then or 0)

    @property
    def words(self) -> str:
        """``Days without login −10 (was 0): No “Logged in” for 14 days``."""
        was = "new" if self.then is None else f"was {signed(self.then)}"
        if self.now is None:
            return f"{self.label} gone ({was})"
        told = f"{self.label} {signed(self.now)} ({was})"
        told_why = self.reason_now and self.reason_now not in {self.label, self.reason_then}
        return f"{told}: {self.reason_now}" if told_why else told


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A result and its lines, as far as a comparison needs them."""

    version: str
    fit: int
    behavior: int
    total: int
    is_pql: bool
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What is different between two results: the lines, and all of it in sentences.

    ``headlines`` are the sentences without the lines: the verdict, the total and the version.
    """

    lines: tuple[Compared, ...]
    sentences: tuple[str, ...]
    headlines: tuple[str, ...]


def compare(then: Iterable[Line], now: Iterable[Line]) -> list[Compared]:
    """The lines that give another number of points, fit before behavior, in their order."""
    before = {(line.axis, line.key): line for line in then}
    after = {(line.axis, line.key): line for line in now}
    keys = [*before, *(key for key in after if key not in before)]
    told = [_compared(before.get(key), after.get(key)) for key in keys]
    differing = [line for line in told if line.difference]
    return sorted(differing, key=lambda line: line.axis is not Axis.FIT)


def _compared(then: Line | None, now: Line | None) -> Compared:
    shown = now or then
    assert shown is not None  # a key comes from one of the two
    return Compared(
        shown.key,
        shown.label,
        shown.axis,
        then.points if then else None,
        now.points if now else None,
        then.reason if then else "",
        now.reason if now else "",
    )


def difference(then: Snapshot, now: Snapshot) -> Difference:
    """Say what changed from one result to another.

    Returns:
        Sentences such as ``Behavior 62 → 47: Days without login −10 (was 0)``; one that says so
        if nothing did.
    """
    lines = compare(then.lines, now.lines)
    heads = ["Became a PQL" if now.is_pql else "No longer a PQL"]
    heads = heads if then.is_pql != now.is_pql else []
    if then.total != now.total:
        heads.append(f"Total {then.total} → {now.total}")
    by_axis = [
        told
        for axis, before, after in (
            (Axis.FIT, then.fit, now.fit),
            (Axis.BEHAVIOR, then.behavior, now.behavior),
        )
        if (told := _axis_sentence(axis, before, after, lines))
    ]
    tail = []
    if then.version != now.version:
        tail.append(f"Scored by {now.version} instead of {then.version}")
    sentences = [*heads, *by_axis, *tail] or ["Nothing changed"]
    return Difference(tuple(lines), tuple(sentences), (*heads, *tail))


def _axis_sentence(axis: Axis, before: int, after: int, lines: Iterable[Compared]) -> str:
    """``Behavior 62 → 47: `` and its lines, the largest difference first; "" if none is other."""
    mine = sorted((one for one in lines if one.axis is axis), key=lambda one: -abs(one.difference))
    if not mine:
        return ""
    moved = f"{before} → {after}" if before != after else f"stays {after}"
    return f"{axis.label} {moved}: {'; '.join(line.words for line in mine)}"

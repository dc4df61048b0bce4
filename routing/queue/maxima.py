"""Of how many points a score is: each rubric has its own maxima."""

from collections.abc import Iterable
from typing import NamedTuple

from rubrics.mappers import compiled


class Maxima(NamedTuple):
    """The most that a rubric gives: in total, for fit and for behavior. 0: it has no such part."""

    total: int
    fit: int
    behavior: int


def maxima_of(version_id: int) -> Maxima:
    """No queries once the version is known."""
    version = compiled(version_id).version
    return Maxima(version.max_total, version.max_fit, version.max_behavior)


def common(each: Iterable[Maxima]) -> Maxima | None:
    """Those that all share; None if they differ, or there are none."""
    different = set(each)
    return different.pop() if len(different) == 1 else None

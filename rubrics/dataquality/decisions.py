"""Which PQL decisions hang on what is not known: fit is a range, and it may cross a threshold."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from rubrics.dataquality.counts import Facts
from rubrics.measures import MEASURES
from rubrics.scoring.combine import combine_total, is_pql, limit_groups
from rubrics.scoring.points import Range, compile_possible
from rubrics.scoring.types import Axis, Criterion, Version

PRESENCE = "is_present"
"""A measure that says 0 where others say unknown."""


@dataclass(frozen=True, slots=True)
class StoredFit:
    """What a stored score says of fit: one measure a column, one value of points a criterion."""

    measures: Sequence[float | None]
    points: Sequence[int]
    behavior: int
    is_pql: bool


def count_decisions(version: Version, scores: Iterable[StoredFit]) -> Facts:
    """Of these scores, by criterion: how many do not know its attribute (``unknown``), and of how
    many the verdict would be another if that alone turned out best, or worst (``flips``)."""
    criteria = [
        (index, criterion, compile_possible(criterion))
        for index, criterion in enumerate(version.criteria)
        if criterion.axis is Axis.FIT
    ]
    unknown: Counter[str] = Counter({criterion.key: 0 for _, criterion, _ in criteria})
    flips: Counter[str] = Counter({criterion.key: 0 for _, criterion, _ in criteria})
    scored = pqls = hanging = 0
    for score in scores:
        scored += 1
        pqls += score.is_pql
        is_hanging = False
        for index, criterion, possible in criteria:
            if not _is_unknown(version, criterion, score):
                continue
            unknown[criterion.key] += 1
            if _flips(version, index, possible, score):
                flips[criterion.key] += 1
                is_hanging = True
        hanging += is_hanging
    return {
        "scored": scored,
        "pqls": pqls,
        "hanging": hanging,
        "unknown": dict(unknown),
        "flips": dict(flips),
    }


def attributes_of(version: Version, criterion: Criterion) -> list[tuple[str, ...]]:
    """The attributes a criterion looks at; several where the first known of them counts."""
    found: list[tuple[str, ...]] = []
    for index in criterion.columns:
        column = version.columns[index]
        for references in MEASURES[column.measure].attributes(column.params):
            if references not in found:
                found.append(references)
    return found


def _is_unknown(version: Version, criterion: Criterion, score: StoredFit) -> bool:
    """Whether none of the criterion's columns knows anything."""
    for index in criterion.columns:
        value: Any = score.measures[index]
        if value is not None and (value or version.columns[index].measure != PRESENCE):
            return False
    return True


def _flips(version: Version, index: int, possible: Range, score: StoredFit) -> bool:
    return any(
        _verdict(version, index, points, score) != score.is_pql
        for points in possible(score.measures)
    )


def _verdict(version: Version, index: int, worth: int, score: StoredFit) -> bool:
    points = list(score.points)
    points[index] = worth
    groups = [group for group in version.groups if group.axis is Axis.FIT]
    fit = sum(
        value
        for value, criterion in zip(points, version.criteria, strict=True)
        if criterion.axis is Axis.FIT
    ) + limit_groups(groups, points, [])
    fit = min(max(fit, 0), version.max_fit)
    total = combine_total(version, fit, score.behavior)
    return is_pql(fit, score.behavior, total, version.thresholds)

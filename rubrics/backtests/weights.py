"""Which points the outcomes themselves would give: how much each tier adds to the odds of
converting, all others held.

Effects are held back towards nothing, so that few leads change little (docs/adr/0015).
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from rubrics.backtests.features import UNITS, RuleWords, reached
from rubrics.backtests.logistic import Fit, fit_logistic
from rubrics.scoring.types import Criterion, Measured, Mode, Role, Version

SPREAD = 0.7
"""How far an effect is expected to be from nothing, on the logit: twice the odds, or half."""
SURE = 1.96
LEAST_CHANGE = 2
MOST_TIER_POINTS = 60


@dataclass(frozen=True, slots=True)
class Case:
    """A lead, or account, as the weights look at it."""

    subject_id: int
    is_positive: bool
    measured: Measured
    points: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NewPoints:
    """What one tier (or, without tiers, one unit) gives now and would give; with the interval of
    what the leads say, in points."""

    index: int
    words: str
    old: int
    new: int
    low: float
    high: float
    leads: int


@dataclass(frozen=True, slots=True)
class Change:
    """One criterion whose points would change."""

    key: str
    name: str
    tiers: tuple[NewPoints, ...]


@dataclass(slots=True)
class _Term:
    """A column of the regression: a tier reached (or passed), or units counted."""

    criterion: Criterion
    tier: int
    rows: list[tuple[int, float]] = field(default_factory=list)


def learn(version: Version, cases: Sequence[Case], words: RuleWords) -> tuple[Change, ...]:
    """The criteria whose points these leads would change, and by how much."""
    ladders = {
        criterion.key: [_Term(criterion, tier) for tier in _ladder(criterion)]
        for criterion in version.criteria
        if _is_learnt(criterion)
    }
    for row, case in enumerate(cases):
        for criterion, points in zip(version.criteria, case.points, strict=True):
            if criterion.key in ladders:
                _mark(ladders[criterion.key], criterion, case.measured, points, row)
    for key, terms in ladders.items():  # what next to nobody reached tells nothing
        ladders[key] = [term for term in terms if len(term.rows) >= LEAST_CHANGE]
    ladders = {key: terms for key, terms in ladders.items() if terms}
    columns = [term for terms in ladders.values() for term in terms]
    if not columns:
        return ()
    fit = fit_logistic(
        [term.rows for term in columns], [case.is_positive for case in cases], spread=SPREAD
    )
    scale = _scale(columns, fit, len(cases))
    changes, start = [], 0
    for terms in ladders.values():
        effects = fit.effects[start : start + len(terms)]
        errors = fit.errors[start : start + len(terms)]
        start += len(terms)
        change = _change(words, terms, effects, errors, scale)
        if change is not None:
            changes.append(change)
    return tuple(changes)


def _is_learnt(criterion: Criterion) -> bool:
    """Points for what somebody is or did. Bursts and silence stay as they are: they count against
    the rest of the score, which one regression on tiers does not see."""
    is_tiers = criterion.mode is Mode.TIERS
    return (
        criterion.role is Role.ACTION
        and criterion.recency is None
        and (is_tiers or criterion.mode is Mode.PER_UNIT)
    )


def _ladder(criterion: Criterion) -> list[int]:
    """The criterion's terms: its tiers from the lowest threshold up, or -1 for its units."""
    if criterion.mode is not Mode.TIERS:
        return [UNITS]
    return sorted(range(len(criterion.tiers)), key=lambda i: criterion.tiers[i].threshold)


def _is_rising(criterion: Criterion) -> bool:
    """Whether its tiers are steps of one number, so that each adds to the one below."""
    return criterion.mode is Mode.TIERS and len(criterion.columns) == 1 and len(criterion.tiers) > 1


def _mark(
    terms: list[_Term], criterion: Criterion, measured: Measured, points: int, row: int
) -> None:
    tier = reached(criterion, measured, points)
    if tier == UNITS:
        units = points / criterion.points_each if criterion.points_each else 0.0
        terms[0].rows.append((row, units))
    elif tier is not None and tier >= 0:
        ladder = [term.tier for term in terms]
        place = ladder.index(tier)
        for term in terms[: place + 1] if _is_rising(criterion) else [terms[place]]:
            term.rows.append((row, 1.0))


def _scale(columns: Sequence[_Term], fit: Fit, leads: int) -> float:
    """Points a logit: what makes the learnt points as large, all in all, as the present ones, so
    that scores stay about as spread. Terms count by how many leads they set apart."""
    now = then = 0.0
    for term, effect in zip(columns, fit.effects, strict=True):
        share = len(term.rows) / leads
        weight = share * (1 - share)
        now += weight * _step_points(term) ** 2
        then += weight * effect**2
    return math.sqrt(now / max(then, 1e-9))


def _step_points(term: _Term) -> float:
    """What the term adds now."""
    criterion = term.criterion
    if term.tier < 0:
        return criterion.points_each
    points = criterion.tiers[term.tier].points
    if not _is_rising(criterion):
        return points
    ladder = _ladder(criterion)
    place = ladder.index(term.tier)
    return points - (criterion.tiers[ladder[place - 1]].points if place else 0)


def _change(
    words: RuleWords,
    terms: Sequence[_Term],
    effects: Sequence[float],
    errors: Sequence[float],
    scale: float,
) -> Change | None:
    """The criterion's new points; None unless a tier's interval leaves its present points out."""
    criterion = terms[0].criterion
    rising = _is_rising(criterion)
    told, total, doubt = [], 0.0, 0.0
    for number, (term, effect, error) in enumerate(zip(terms, effects, errors, strict=True)):
        total = total + effect if rising else effect
        doubt = doubt + error**2 if rising else error**2
        wide = SURE * doubt**0.5 * scale
        old = criterion.points_each if term.tier < 0 else criterion.tiers[term.tier].points
        new = min(max(round(total * scale), -MOST_TIER_POINTS), MOST_TIER_POINTS)
        following = terms[number + 1].rows if rising and number + 1 < len(terms) else []
        told.append(
            NewPoints(
                index=term.tier,
                words=words.get((criterion.key, term.tier), ""),
                old=old,
                new=new,
                low=total * scale - wide,
                high=total * scale + wide,
                leads=len(term.rows) - len(following),
            )
        )
    if rising and _is_sorted([one.old for one in told]):
        told = _levelled(told)
    is_carried = any(
        abs(one.new - one.old) >= LEAST_CHANGE and not one.low <= one.old <= one.high
        for one in told
    )
    if not is_carried:
        return None
    kept = tuple(one for one in told if one.new != one.old)
    return Change(criterion.key, criterion.name, kept) if kept else None


def _is_sorted(values: Sequence[int]) -> bool:
    return list(values) == sorted(values)


def _levelled(told: list[NewPoints]) -> list[NewPoints]:
    """Points that never fall from tier to tier, where they did not before: neighbors that would are
    leveled, by how many leads each has (a rule that people can read; isotonic regression)."""
    blocks: list[tuple[float, int, int]] = []  # points, leads, tiers
    for one in told:
        blocks.append((float(one.new), max(one.leads, 1), 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (high, many, tiers), (low, few, more) = blocks[-2], blocks[-1]
            blocks[-2:] = [((high * many + low * few) / (many + few), many + few, tiers + more)]
    leveled = [round(points) for points, _, tiers in blocks for _ in range(tiers)]
    return [replace(one, new=points) for one, points in zip(told, leveled, strict=True)]


def changed_version(version: Version, changes: Iterable[Change]) -> Version:
    """The version with the new points."""
    new = {change.key: change for change in changes}
    return replace(
        version,
        criteria=tuple(
            _changed(criterion, new[criterion.key]) if criterion.key in new else criterion
            for criterion in version.criteria
        ),
    )


def _changed(criterion: Criterion, change: Change) -> Criterion:
    points = {one.index: one.new for one in change.tiers}
    if UNITS in points:
        return replace(criterion, points_each=points[UNITS])
    return replace(
        criterion,
        tiers=tuple(
            replace(tier, points=points.get(index, tier.points))
            for index, tier in enumerate(criterion.tiers)
        ),
    )

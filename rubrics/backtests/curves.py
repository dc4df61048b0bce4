"""Scores against what happened, as curves and as tenths: plain figures, each with its interval."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rubrics.backtests.logistic import chance, fit_logistic
from rubrics.statistics import Estimate, proportion, risk_ratio

MOST_POINTS_DRAWN = 100


@dataclass(frozen=True, slots=True)
class Part:
    """A tenth, or a quarter, of the leads by score; ``expected`` is what the smooth curve says."""

    low: int
    high: int
    leads: int
    positives: int
    conversion: Estimate | None
    expected: float | None = None


@dataclass(frozen=True, slots=True)
class Ends:
    """The best quarter against the worst. ``lift`` is None where nobody of either converted."""

    top: Part
    bottom: Part
    lift: Estimate | None


Counts = dict[int, tuple[int, int]]
"""Score -> leads, and how many of them converted; by score, rising."""


def count_scores(scores: Sequence[int], labels: Sequence[bool]) -> Counts:
    """How many leads had each score, and how many of them converted."""
    leads = Counter(scores)
    positives = Counter(score for score, label in zip(scores, labels, strict=True) if label)
    return {score: (leads[score], positives[score]) for score in sorted(leads)}


def parts(counts: Counts, number: int, *, expected: bool = False) -> list[Part]:
    """Cut the leads by score into so many parts, about equally large.

    Leads of the same score are never torn apart, so parts differ in size, and where many leads
    have one score there are fewer of them.
    """
    total = sum(leads for leads, _ in counts.values())
    inside: dict[int, list[int]] = {}
    before = 0
    for score, (leads, _) in counts.items():
        middle = before + leads / 2
        inside.setdefault(min(int(number * middle / total), number - 1), []).append(score)
        before += leads
    curve = smooth(counts) if expected else None
    found = []
    for scores in inside.values():
        leads = sum(counts[score][0] for score in scores)
        positives = sum(counts[score][1] for score in scores)
        smoothed = None
        if curve is not None:
            smoothed = sum(counts[score][0] * curve[score] for score in scores) / leads
        conversion = proportion(positives, leads)
        found.append(Part(scores[0], scores[-1], leads, positives, conversion, smoothed))
    return found


def smooth(counts: Counts) -> dict[int, float] | None:
    """Each score's conversion by a logistic curve through all of them; None if all ended alike."""
    scores: list[int] = []
    labels: list[bool] = []
    for score, (leads, positives) in counts.items():
        scores += [score] * leads
        labels += [True] * positives + [False] * (leads - positives)
    if len(set(labels)) < 2:
        return None
    step = max(len(scores) // 20_000, 1)  # a curve needs no more
    scores, labels = scores[::step], labels[::step]
    if len(set(labels)) < 2:
        return None
    largest = max(map(abs, scores)) or 1
    middle = sum(scores) / len(scores)
    # Centered, both of its numbers settle in a few passes.
    feature = [(index, (score - middle) / largest) for index, score in enumerate(scores)]
    fit = fit_logistic([feature], labels, spread=100.0)
    (slope,) = fit.effects
    return {s: chance(fit.intercept + slope * (s - middle) / largest) for s in counts}


def quarters(counts: Counts) -> Ends | None:
    """The best quarter of the leads against the worst; None if all have the same score."""
    found = parts(counts, 4)
    if len(found) < 2:
        return None
    bottom, top = found[0], found[-1]
    return Ends(top, bottom, risk_ratio(top.positives, top.leads, bottom.positives, bottom.leads))


def roc(counts: Counts) -> list[tuple[float, float]]:
    """The curve from (0, 0) to (1, 1): of those that did not convert the share at or above each
    score, and of those that did. At most a hundred points or so; None of the area is made up."""
    positives = sum(hits for _, hits in counts.values())
    negatives = sum(leads for leads, _ in counts.values()) - positives
    if not positives or not negatives:
        return []
    points = [(0.0, 0.0)]
    false = true = 0
    for leads, hits in reversed(counts.values()):
        true += hits
        false += leads - hits
        points.append((false / negatives, true / positives))
    step = -(-len(points) // MOST_POINTS_DRAWN)
    return [*points[:-1:step], points[-1]]

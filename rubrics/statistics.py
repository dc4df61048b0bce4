"""How well a score predicts: pure statistics, with how sure they are. No Django, no database."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

CONFIDENCE = 0.95
_Z = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


def wilson_interval(successes: int, trials: int) -> tuple[float, float]:
    """Return the 95 % Wilson score interval of a share; (0, 1) where there was no trial.

    Chosen over the textbook interval because it stays inside 0 to 1 and keeps its promise for
    the small counts and small shares that score buckets have.
    """
    if not 0 <= successes <= trials:
        raise ValueError(f"{successes} successes of {trials} trials")
    if trials == 0:
        return 0.0, 1.0
    share = successes / trials
    spread = _Z * math.sqrt(share * (1 - share) / trials + _Z**2 / (4 * trials**2))
    scale = 1 + _Z**2 / trials
    center = share + _Z**2 / (2 * trials)
    # At the ends the exact bound is the end itself; rounding would leave 1e-17.
    low = 0.0 if successes == 0 else (center - spread) / scale
    high = 1.0 if successes == trials else (center + spread) / scale
    return low, high


def proportion(successes: int, trials: int) -> Estimate | None:
    """Return a share with its Wilson interval; None where there was no trial."""
    if trials == 0:
        return None
    return Estimate(successes / trials, *wilson_interval(successes, trials))


def midranks(values: Sequence[float]) -> list[float]:
    """Return each value's rank from 1, tied values sharing the middle of their ranks."""
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks = [0.0] * len(values)
    start = 0
    while start < len(order):
        end = start
        while end < len(order) and values[order[end]] == values[order[start]]:
            end += 1
        for index in order[start:end]:
            ranks[index] = (start + end + 1) / 2
        start = end
    return ranks


def roc_auc(scores: Sequence[float], labels: Sequence[bool]) -> Estimate | None:
    """Return how often a random positive outscores a random negative (ties count half).

    The interval is DeLong's (1988) by midranks (Sun and Xu 2014), built on the logit so that it
    stays inside 0 to 1. A perfect separation has no variance to estimate; its interval is the
    Wilson interval of the smaller class, all of it placed rightly.

    Returns:
        None unless both classes occur: there is nothing to tell apart.
    """
    if len(scores) != len(labels):
        raise ValueError(f"{len(scores)} scores for {len(labels)} labels")
    positive = [score for score, label in zip(scores, labels, strict=True) if label]
    negative = [score for score, label in zip(scores, labels, strict=True) if not label]
    if not positive or not negative:
        return None
    joint = midranks([*positive, *negative])
    won = [
        (together - alone) / len(negative)
        for together, alone in zip(joint, midranks(positive), strict=False)
    ]
    lost = [
        1 - (together - alone) / len(positive)
        for together, alone in zip(joint[len(positive) :], midranks(negative), strict=True)
    ]
    area = sum(won) / len(won)
    variance = _variance(won) / len(won) + _variance(lost) / len(lost)
    return Estimate(area, *_area_interval(area, variance, smaller=min(len(won), len(lost))))


def _area_interval(area: float, variance: float, *, smaller: int) -> tuple[float, float]:
    if area in (0.0, 1.0):
        return wilson_interval(round(area * smaller), smaller)
    odds = math.log(area / (1 - area))
    spread = _Z * math.sqrt(variance) / (area * (1 - area))
    return _inverse_logit(odds - spread), _inverse_logit(odds + spread)


def _inverse_logit(odds: float) -> float:
    # Written so that neither end overflows.
    return 1 / (1 + math.exp(-odds)) if odds >= 0 else math.exp(odds) / (1 + math.exp(odds))


def _variance(values: Sequence[float]) -> float:
    if len(values) < 2:
        return 0.0
    mean = sum(values) / len(values)
    return sum((value - mean) ** 2 for value in values) / (len(values) - 1)

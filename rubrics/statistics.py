"""How well a score predicts: pure statistics, with how sure they are. No Django, no database."""

import math
from collections import Counter
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
    ranks = _ranks(Counter(values))
    return [ranks[value] for value in values]


def _ranks(counts: Counter[float]) -> dict[float, float]:
    """The rank of each value that occurs. Many leads share few scores: ranked score by score,
    hundreds of thousands take no sorting."""
    ranks, start = {}, 0
    for value in sorted(counts):
        end = start + counts[value]
        ranks[value] = (start + end + 1) / 2
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
    parts = _placements(scores, labels)
    if parts is None:
        return None
    won, lost = parts
    area = sum(won) / len(won)
    variance = _variance(won) / len(won) + _variance(lost) / len(lost)
    return Estimate(area, *_area_interval(area, variance, smaller=min(len(won), len(lost))))


def auc_difference(
    first: Sequence[float], second: Sequence[float], labels: Sequence[bool]
) -> Estimate | None:
    """Return how much larger the second score's AUC is than the first's, on the same leads.

    DeLong's (1988) paired interval: two scores of the same leads vary together, so that they are
    told apart far sooner than their own intervals suggest. None unless both classes occur.
    """
    one, other = _placements(first, labels), _placements(second, labels)
    if one is None or other is None:
        return None
    gains = [
        [after - before for before, after in zip(old, new, strict=True)]
        for old, new in zip(one, other, strict=True)
    ]
    value = sum(gains[0]) / len(gains[0])
    spread = _Z * math.sqrt(sum(_variance(part) / len(part) for part in gains))
    return Estimate(value, max(value - spread, -1.0), min(value + spread, 1.0))


def mcnemar(only_before: int, only_after: int) -> float:
    """How likely pairs that differ would be split so unevenly by chance: the exact two-sided test.

    Args:
        only_before: leads for which only the first of two versions said yes.
        only_after: those for which only the second did.
    """
    pairs = only_before + only_after
    fewer = min(only_before, only_after)
    if 2 * fewer == pairs:
        return 1.0
    # In logarithms: 1,000 pairs have more ways to fall than a float can count.
    tail = sum(
        math.exp(
            math.lgamma(pairs + 1)
            - math.lgamma(k + 1)
            - math.lgamma(pairs - k + 1)
            - pairs * math.log(2)
        )
        for k in range(fewer + 1)
    )
    return min(2 * tail, 1.0)


def _placements(
    scores: Sequence[float], labels: Sequence[bool]
) -> tuple[list[float], list[float]] | None:
    """Of each positive the share of negatives it outscores, and of each negative the share of
    positives that outscore it; ties count half."""
    if len(scores) != len(labels):
        raise ValueError(f"{len(scores)} scores for {len(labels)} labels")
    positive = [score for score, label in zip(scores, labels, strict=True) if label]
    negative = [score for score, label in zip(scores, labels, strict=True) if not label]
    if not positive or not negative:
        return None
    of_positive, of_negative = Counter(positive), Counter(negative)
    joint = _ranks(of_positive + of_negative)
    won = {
        score: (joint[score] - alone) / len(negative)
        for score, alone in _ranks(of_positive).items()
    }
    lost = {
        score: 1 - (joint[score] - alone) / len(positive)
        for score, alone in _ranks(of_negative).items()
    }
    return [won[score] for score in positive], [lost[score] for score in negative]


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


def risk_ratio(successes: int, trials: int, others: int, of_others: int) -> Estimate | None:
    """Return how many times the share of one group is that of another, with Katz's (1978) interval.

    The interval is built on the logarithm. None where either share is nothing: then no ratio, or
    no interval, can be told.
    """
    if not successes or not others:
        return None
    ratio = (successes / trials) / (others / of_others)
    error = math.sqrt(1 / successes - 1 / trials + 1 / others - 1 / of_others)
    return Estimate(ratio, ratio * math.exp(-_Z * error), ratio * math.exp(_Z * error))


def two_by_two(successes: int, trials: int, others: int, of_others: int) -> float:
    """Return how likely two shares would differ at least so much if nothing set them apart.

    Pearson's chi-square where every count expected is 5 or more, else Fisher's exact test, both
    two-sided.
    """
    total, hits = trials + of_others, successes + others
    if not trials or not of_others or hits in (0, total):
        return 1.0
    smallest = min(trials, of_others) * min(hits, total - hits) / total
    if smallest < 5:
        return _fisher(successes, trials, hits, total)
    expected = trials * hits / total
    spread = expected * (of_others / total) * ((total - hits) / total)
    return math.erfc(abs(successes - expected) / math.sqrt(2 * spread))


def _fisher(successes: int, trials: int, hits: int, total: int) -> float:
    """Fisher's exact test: the tables with these margins that are no likelier than the one seen."""

    def log_choose(n: int, k: int) -> float:
        return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)

    def log_chance(count: int) -> float:
        return (
            log_choose(trials, count)
            + log_choose(total - trials, hits - count)
            - log_choose(total, hits)
        )

    seen = log_chance(successes) + 1e-9  # as likely, but for rounding
    counts = range(max(0, hits - (total - trials)), min(trials, hits) + 1)
    return min(sum(math.exp(one) for one in map(log_chance, counts) if one <= seen), 1.0)


def benjamini_hochberg(chances: Sequence[float]) -> list[float]:
    """Return each p-value corrected for having been looked for among all of them.

    Whoever believes all that are 0.05 or less is wrong about 5 % of them on average (Benjamini
    and Hochberg 1995); where nothing is to be found at all, about any in 5 % of cases.
    """
    order = sorted(range(len(chances)), key=chances.__getitem__, reverse=True)
    corrected = [0.0] * len(chances)
    least = 1.0
    for place, index in enumerate(order):
        least = min(least, chances[index] * len(chances) / (len(chances) - place))
        corrected[index] = least
    return corrected

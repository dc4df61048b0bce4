"""Does the score predict? Figures for backtests and previews, each with how sure it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rubrics.scoring.types import Subject
from rubrics.statistics import Estimate, proportion, roc_auc

# Upper edges of the buckets but the last, as shares of the axis's maximum (task list, task 12).
DEFAULT_EDGES = (0.25, 0.5, 0.75)
# The methodology calls a model with fewer conversions than this uncalibrated (edge case 1).
FEW_POSITIVES = 100
FEW_IN_BUCKET = 30
LOOSE_SHARE, TIGHT_SHARE = 0.25, 0.03
TOP_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Example:
    """A lead, or account, whose outcome is known: what it scored before, and what it then did."""

    score: int
    is_pql: bool
    is_positive: bool


@dataclass(frozen=True, slots=True)
class Bucket:
    """The leads with ``low < score <= high`` (the first bucket includes its ``low``)."""

    label: str
    low: float
    high: float
    leads: int
    positives: int
    conversion: Estimate | None


@dataclass(frozen=True, slots=True)
class Flagged:
    """How well the PQL flag chooses. None where there is nothing to divide by."""

    leads: int
    positives: int
    precision: Estimate | None
    recall: Estimate | None
    rest_conversion: Estimate | None
    lift: float | None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How well a score told later converters from the others."""

    leads: int
    positives: int
    base_rate: Estimate | None
    auc: Estimate | None
    pqls: Flagged
    top: Flagged
    buckets: tuple[Bucket, ...]
    warnings: tuple[str, ...]


def evaluate(
    examples: Sequence[Example],
    *,
    maximum: int,
    edges: Sequence[float] = DEFAULT_EDGES,
    subject: Subject = Subject.LEAD,
) -> Evaluation:
    """Compare scores with what happened. ``edges`` are shares of the ``maximum`` score; ``leads``
    counts the examples, whatever their ``subject``."""
    labels = [example.is_positive for example in examples]
    scores = [example.score for example in examples]
    auc = roc_auc(scores, labels)
    pqls = flagged([example.is_pql for example in examples], labels)
    buckets = conversion_by_bucket(scores, labels, maximum=maximum, edges=edges)
    return Evaluation(
        leads=len(examples),
        positives=sum(labels),
        base_rate=proportion(sum(labels), len(labels)),
        auc=auc,
        pqls=pqls,
        top=flagged(_top(scores), labels),
        buckets=tuple(buckets),
        warnings=tuple(_warnings(subject.many, labels, auc, pqls, buckets)),
    )


def conversion_by_bucket(
    scores: Sequence[int],
    labels: Sequence[bool],
    *,
    maximum: int,
    edges: Sequence[float] = DEFAULT_EDGES,
) -> list[Bucket]:
    """Cut the scores at ``edges`` (shares of ``maximum``); an edge belongs to the lower bucket."""
    if not all(0 < edge < 1 for edge in edges) or sorted(set(edges)) != list(edges):
        raise ValueError(f"edges {list(edges)} do not rise between 0 and 1")
    # A velocity bonus may be allowed above the maximum; such scores are in the last bucket.
    ceiling = max([maximum, *scores])
    bounds = [0, *(edge * maximum for edge in edges), ceiling]
    buckets = []
    for low, high in pairwise(bounds):
        inside = [
            label
            for score, label in zip(scores, labels, strict=True)
            if low < score <= high or (low == 0 and score <= 0)
        ]
        buckets.append(
            Bucket(
                label=f"{int(low) + (low > 0)}-{int(high)}",
                low=low,
                high=high,
                leads=len(inside),
                positives=sum(inside),
                conversion=proportion(sum(inside), len(inside)),
            )
        )
    return buckets


def flagged(flags: Sequence[bool], labels: Sequence[bool]) -> Flagged:
    """Precision, recall, and the lift of the flagged over the rest."""
    chosen = [label for flag, label in zip(flags, labels, strict=True) if flag]
    rest = [label for flag, label in zip(flags, labels, strict=True) if not flag]
    precision = proportion(sum(chosen), len(chosen))
    rest_conversion = proportion(sum(rest), len(rest))
    comparable = precision and rest_conversion and rest_conversion.value > 0
    return Flagged(
        leads=len(chosen),
        positives=sum(chosen),
        precision=precision,
        recall=proportion(sum(chosen), sum(labels)),
        rest_conversion=rest_conversion,
        lift=precision.value / rest_conversion.value
        if comparable and precision and rest_conversion
        else None,
    )


def _top(scores: Sequence[int]) -> list[bool]:
    """Flag the best fifth; of equal scores at its edge, the ones that come first."""
    size = round(len(scores) * TOP_SHARE)
    best = set(sorted(range(len(scores)), key=lambda index: -scores[index])[:size])
    return [index in best for index in range(len(scores))]


def _warnings(
    many: str,
    labels: Sequence[bool],
    auc: Estimate | None,
    pqls: Flagged,
    buckets: Sequence[Bucket],
) -> list[str]:
    warnings = []
    rarer = min(sum(labels), len(labels) - sum(labels))
    if rarer < FEW_POSITIVES:
        kind = "converted" if sum(labels) == rarer else "did not convert"
        warnings.append(f"Only {rarer} {many} {kind}: treat every figure as a rough guess.")
    if auc is None:
        warnings.append(f"All {many} ended alike, so nothing can be told apart.")
    elif auc.low <= 0.5:
        warnings.append("The score may be no better than chance: the AUC's interval reaches 0.5.")
    share = pqls.leads / len(labels) if labels else 0.0
    if share > LOOSE_SHARE:
        warnings.append(f"{share:.0%} are PQLs: the thresholds are loose (5 to 15 % is usual).")
    elif share < TIGHT_SHARE:
        warnings.append(f"{share:.1%} are PQLs: the thresholds are tight (5 to 15 % is usual).")
    small = [bucket.label for bucket in buckets if 0 < bucket.leads < FEW_IN_BUCKET]
    if small:
        warnings.append(f"Fewer than {FEW_IN_BUCKET} {many} in bucket {', '.join(small)}.")
    seen = [bucket.conversion.value for bucket in buckets if bucket.conversion]
    if seen != sorted(seen):
        warnings.append("Conversion does not rise from bucket to bucket.")
    return warnings

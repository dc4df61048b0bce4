"""What each threshold of the total would have let through, and which one the reps can keep up with.

The thresholds of fit and behavior stay as they are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rubrics.backtests.curves import Counts
from rubrics.statistics import Estimate, proportion

# Share of leads that are PQLs: usual, and where it is wrong (sources, benchmark 60).
USUAL_SHARE = (0.05, 0.15)
WRONG_SHARE = (0.03, 0.25)
# Conversion of PQLs: low, typical, high (sources, benchmarks 49 and 50).
TO_OPPORTUNITY = (0.15, 0.25, 0.30, 0.40)
TO_WON = (0.08, 0.15, 0.20, 0.30)
LONGEST_STEP = 5


@dataclass(frozen=True, slots=True)
class Step:
    """The PQLs if the total's threshold were ``total``."""

    total: int
    leads: int
    positives: int
    share: float
    weekly: float
    conversion: Estimate | None
    recall: Estimate | None


def sweep(counts: Counts, *, leads: int, positives: int, weeks: float) -> list[Step]:
    """Every threshold from one point up to the highest score, rising.

    Args:
        counts: of the leads that meet the other thresholds, by total.
        leads: all leads looked at, whether they meet them or not; ``positives`` likewise.
        weeks: over how many weeks their moments are spread.
    """
    if not counts:
        return []
    steps = []
    inside = hits = 0
    for total in range(max(counts), 0, -1):
        here, converted = counts.get(total, (0, 0))
        inside += here
        hits += converted
        steps.append(
            Step(
                total,
                inside,
                hits,
                inside / leads,
                inside / weeks,
                proportion(hits, inside),
                proportion(hits, positives),
            )
        )
    return steps[::-1]


@dataclass(frozen=True, slots=True)
class Advice:
    """The threshold that so many reps can keep up with; None if none is high enough."""

    capacity: float
    step: Mapping[str, Any] | None
    is_lowest: bool
    words: str


def advise(steps: Sequence[Mapping[str, Any]], *, reps: int, each: int, converts: str) -> Advice:
    """The lowest threshold whose PQLs a week the reps can work (of those that let the same leads
    through the highest).

    Volume alone decides it, not what became of the leads: so the conversion told beside it is not
    flattered by the choice.

    Args:
        steps: as :func:`sweep` gives them, as documents.
        converts: what the leads did, e.g. ``converted``.
    """
    capacity = reps * each
    team = f"{reps} {'rep' if reps == 1 else 'reps'} × {each} a week"
    fitting = [step for step in steps if step["weekly"] <= capacity]
    if not fitting:
        return Advice(
            capacity, None, False, f"{team}: every threshold lets more through than they can work."
        )
    is_lowest = fitting[0] is steps[0]
    step = [one for one in fitting if one["leads"] == fitting[0]["leads"]][-1]
    words = f"{team}: set the total to {step['total']}"
    if is_lowest:
        words = f"{team}: they can work all; even a total of {step['total']}"
    expected = step["conversion"]
    told = f" lets about {step['weekly']:.0f} a week through"
    if not is_lowest:
        told = f" (about {step['weekly']:.0f} PQLs a week)"
    if expected is None:
        return Advice(capacity, step, is_lowest, f"{words}{told}; nobody reached it so far.")
    return Advice(
        capacity,
        step,
        is_lowest,
        f"{words}{told}; expect {_percents(expected)} to have {converts}.",
    )


def _percents(estimate: Mapping[str, float]) -> str:
    return f"{100 * estimate['low']:.0f}-{100 * estimate['high']:.0f} %"


def share_words(share: float, many: str) -> str:
    """What the sources say of so large a share of PQLs; empty where it is usual. ``many``: of
    leads, or of accounts."""
    if share > WRONG_SHARE[1]:
        return f"Too loose: over 25 % of {many}"
    if share < WRONG_SHARE[0]:
        return f"Too tight: under 3 % of {many}"
    if share > USUAL_SHARE[1]:
        return "Loose: 5 to 15 % is usual"
    return "Tight: 5 to 15 % is usual" if share < USUAL_SHARE[0] else ""

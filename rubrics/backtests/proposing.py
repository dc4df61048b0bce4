"""A proposal of other points: learnt from one half of the leads, checked on the other.

For a draft that somebody opens, never more; and none where the other half does not bear it out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rubrics.backtests.features import RuleWords
from rubrics.backtests.weights import Case, Change, changed_version, learn
from rubrics.scoring.judge import compile_judge
from rubrics.scoring.types import Judgement, Version
from rubrics.statistics import Estimate, auc_difference, proportion, roc_auc

MOST_LEADS = 20_000
"""So many tell effects as exactly as points, being whole, can say them."""
FEWEST = 50
"""Converters, and others, in either half: below that nothing is proposed."""
_SPREADER = 2_654_435_761  # Knuth's multiplier: neighboring ids land far apart


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the data would change, and what came of it on the half that it was not learnt from.

    ``changes`` is empty where there is nothing to propose; ``why`` says so in words.
    """

    learnt_from: int
    checked_on: int
    why: str
    changes: tuple[Change, ...] = ()
    old_total: int = 0
    new_total: int = 0
    auc_now: Estimate | None = None
    auc_then: Estimate | None = None
    gain: Estimate | None = None
    precision_now: Estimate | None = None
    precision_then: Estimate | None = None


def half_of(subject_id: int) -> int:
    """0 or 1: the half somebody belongs to, always the same."""
    return subject_id * _SPREADER % 2**32 >> 31


def sampled_share(many: int) -> float:
    """The share of so many that the points are learnt from."""
    return min(MOST_LEADS / max(many, 1), 1.0)


def is_sampled(subject_id: int, share: float) -> bool:
    """Whether somebody is among a share of all, always the same ones."""
    return (subject_id * _SPREADER >> 7) % 10_000 < share * 10_000


def propose(version: Version, cases: Iterable[Case], words: RuleWords) -> Proposal:
    """Learn from one half; keep what the other half bears out."""
    halves: tuple[list[Case], list[Case]] = ([], [])
    for case in cases:
        halves[half_of(case.subject_id)].append(case)
    learnt, checked = halves
    nothing = Proposal(len(learnt), len(checked), "")
    for half in halves:
        converted = sum(case.is_positive for case in half)
        few = min(converted, len(half) - converted)
        if few < FEWEST:
            kind = "converted" if few == converted else "did not convert"
            return replace(
                nothing,
                why=f"Too few outcomes to learn from: {few} {version.subject.many} of one half "
                f"{kind}, {FEWEST} are needed. Keep the points as they are.",
            )
    changes = learn(version, learnt, words)
    if not changes:
        why = "The data carry no change: no tier's points lie outside of its interval."
        return replace(nothing, why=why)
    then = _as_many(version, changed_version(version, changes), learnt)
    return _check(nothing, version, then, changes, checked)


def _check(
    nothing: Proposal,
    now: Version,
    then: Version,
    changes: tuple[Change, ...],
    checked: Sequence[Case],
) -> Proposal:
    """Score the other half by both, with the real engine."""
    labels = [case.is_positive for case in checked]
    before, after = _judged(now, checked), _judged(then, checked)
    old, new = ([one.total for one in rows] for rows in (before, after))
    gain = auc_difference(old, new, labels)
    found = replace(
        nothing,
        auc_now=roc_auc(old, labels),
        auc_then=roc_auc(new, labels),
        gain=gain,
        precision_now=_precision(before, labels),
        precision_then=_precision(after, labels),
        old_total=now.thresholds.total,
        new_total=then.thresholds.total,
    )
    if gain is None or gain.low <= 0:
        return replace(
            found,
            why="What one half suggests does not hold on the other: the gain's interval reaches "
            "zero. Keep the points as they are.",
        )
    return replace(found, changes=changes)


def _judged(version: Version, cases: Sequence[Case]) -> list[Judgement]:
    judge = compile_judge(version)
    return [judge(case.measured) for case in cases]


def _precision(judged: Sequence[Judgement], labels: Sequence[bool]) -> Estimate | None:
    chosen = [label for one, label in zip(judged, labels, strict=True) if one.is_pql]
    return proportion(sum(chosen), len(chosen))


def _as_many(now: Version, then: Version, cases: Sequence[Case]) -> Version:
    """The new version with the total's threshold that makes about as many PQLs as now: so that what
    changes is who they are."""
    wanted = sum(one.is_pql for one in _judged(now, cases))
    thresholds = then.thresholds
    totals = sorted(
        (
            one.total
            for one in _judged(then, cases)
            if one.fit >= thresholds.fit and one.behavior >= thresholds.behavior
        ),
        reverse=True,
    )
    if not wanted or not totals:
        return then
    total = totals[min(wanted, len(totals)) - 1]
    return replace(then, thresholds=replace(thresholds, total=max(total, 1)))

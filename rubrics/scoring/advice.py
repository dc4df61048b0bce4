"""What would make this lead, or account, a PQL: the cheapest combinations of steps, each judged."""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from rubrics.scoring.steps import Start, Step, apply, steps_up
from rubrics.scoring.types import Judgement, Measured, Mode, Role, Subject, Thresholds
from rubrics.scoring.words import capitalized, joined, signed

MOST_STEPS = 3
MOST_JUDGED = 1200
"""So many combinations are tried at most: what a page may wait for."""

Scores = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Steps that together make the lead a PQL, none of which can be left out.

    ``measured`` are the numbers once they are taken, ``judgement`` what those are worth. ``words``
    say what each gives; ``follows`` what else changes with them, where anything does.
    """

    steps: tuple[Step, ...]
    measured: Measured
    judgement: Judgement
    words: str
    follows: str = ""

    @property
    def is_certain(self) -> bool:
        """Whether it asks for nothing that has yet to turn out well."""
        return not any(step.finds_out for step in self.steps)


@dataclass(frozen=True, slots=True)
class Advice:
    """How far from a PQL, and what would make it one; nothing of it for a PQL.

    ``short`` is how far (``12 short``), ``gates`` are the thresholds that are not met, ``unknowns``
    what could turn out well; ``verdict`` says it all in one sentence.
    """

    short: str = ""
    gates: tuple[str, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    unknowns: tuple[str, ...] = ()
    verdict: str = ""


def advise(start: Start, *, most: int = 3) -> Advice:
    """Find up to ``most`` suggestions: fewest things left to luck first, then fewest actions of
    the lead, then fewest criteria."""
    judgement, thresholds = start.judgement, start.version.thresholds
    if judgement.is_pql:
        return Advice()
    steps = _all_steps(start)
    short, gates = _short(judgement, thresholds), _gates(judgement, thresholds)
    found = _search(start, steps, most) if judgement.fit_high >= thresholds.fit else []
    suggestions = tuple(_suggestion(start, chosen, short) for chosen in found)
    return Advice(
        short=short,
        gates=gates,
        suggestions=suggestions,
        unknowns=tuple(
            f"{start.version.criteria[step.criterion].name} unknown: up to {signed(step.gain)}"
            for step in steps
            if step.finds_out and step.criterion is not None
        ),
        verdict=suggestions[0].words if suggestions else _no_way(start, steps, short),
    )


def _all_steps(start: Start) -> list[Step]:
    """Every step that can be asked for, and of every unknown the best that it may turn out."""
    found: list[Step] = []
    for index, criterion in enumerate(start.version.criteria):
        units: tuple[int, ...] = (1,)
        if criterion.mode is Mode.PER_UNIT and criterion.points_each > 0:
            missing = max(_gaps(start.judgement, start.version.thresholds))
            enough = -(-missing // criterion.points_each)
            units = (1, 2, 3, max(enough, 1))
        ways = steps_up(start, index, units)
        found += [step for step in ways if step.actions is not None]
        unknown = [step for step in ways if step.finds_out]
        if unknown:
            best = max(unknown, key=lambda step: step.gain)
            found.append(replace(best, words=f"{criterion.name}: {best.words}"))
    return found + [step for step in (_return(start), *_lifts(start)) if step is not None]


def _return(start: Start) -> Step | None:
    """Using the product again at all, where that alone gives points back."""
    if not start.version.activity_signals:
        return None
    return _gaining(start, Step(None, None, 0, "Any activity in the product", actions=1))


def _lifts(start: Start) -> Iterator[Step | None]:
    """What ends a ceiling: one of its conditions holds no longer."""
    ceiling, values = start.version.ceiling, start.measured.values
    if ceiling is None or not ceiling.met(values):
        return
    for condition in ceiling.when:
        column = condition.column
        if condition.below and column in start.acts:
            needed = start.need(column, values[column] or 0, condition.threshold)
            if needed.actions is not None:
                words, target = needed.words, condition.threshold
                yield _gaining(start, Step(None, column, target, words, actions=needed.actions))


def _gaining(start: Start, step: Step) -> Step | None:
    """The step with what it gives to behavior, if it does."""
    gain = start.judge(apply(start, [step])).behavior - start.judgement.behavior
    return replace(step, gain=gain) if gain > 0 else None


def _search(start: Start, steps: Sequence[Step], most: int) -> list[tuple[Step, ...]]:
    """The cheapest combinations that make a PQL; a combination is tried only if the gains of its
    steps could suffice, and none that holds a smaller one is kept."""
    best = _best_gains(start, steps)
    found: list[tuple[Step, ...]] = []
    left = MOST_JUDGED
    for size in range(1, MOST_STEPS + 1):
        for chosen in _by_cost(start, steps, size):
            enough = sorted(found, key=_cost)[:most]
            if left == 0 or (len(enough) == most and _cost(chosen) >= _cost(enough[-1])):
                break
            if not _could(start, [best[step] for step in chosen]):
                continue
            if any(set(smaller) <= set(chosen) for smaller in found):
                continue
            left -= 1
            if start.judge(apply(start, chosen)).is_pql:
                found.append(_smallest(start, chosen))
    return sorted(dict.fromkeys(found), key=_cost)[:most]


def _by_cost(start: Start, steps: Sequence[Step], size: int) -> Iterable[tuple[Step, ...]]:
    """Combinations of steps that can happen together, the cheapest first."""
    topics = {step: _topic(start, step) for step in steps}
    together = (c for c in combinations(steps, size) if len({topics[s] for s in c}) == size)
    return sorted(together, key=_cost)


def _topic(start: Start, step: Step) -> Hashable:
    """Two steps of one criterion do not go together, the better one would do; nor do two answers
    to the same unknown."""
    if step.finds_out and step.column is not None:
        attribute: Hashable = start.version.columns[step.column].params.get("attribute")
        return attribute or step.criterion
    return step.criterion if step.criterion is not None else ("column", step.column)


def _cost(chosen: Sequence[Step]) -> tuple[int, int, int, int]:
    return (
        sum(step.finds_out for step in chosen),
        sum(step.actions or 0 for step in chosen),
        len(chosen),
        -sum(step.gain for step in chosen),
    )


def _scores(judgement: Judgement) -> Scores:
    return judgement.total, judgement.fit, judgement.behavior


def _best_gains(start: Start, steps: Sequence[Step]) -> dict[Step, Scores]:
    """The most each step may add to total, fit and behavior: alone, or as the last of all.

    Alone is the larger where limits hold points back; last where points must first make up for
    others that take (or for a bonus that is a share of the rest).
    """
    now, everything = _scores(start.judgement), _scores(start.judge(apply(start, steps)))
    gains = {}
    for step in steps:
        alone = _scores(start.judge(apply(start, [step])))
        without = _scores(start.judge(apply(start, [other for other in steps if other != step])))
        last = zip(everything, without, alone, now, strict=True)
        gains[step] = tuple(max(a - w, o - n) for a, w, o, n in last)
    return gains  # type: ignore[return-value]  # three of three


def _could(start: Start, gains: Sequence[Scores]) -> bool:
    wanted = start.version.thresholds
    for have, need, adds in zip(
        _scores(start.judgement),
        (wanted.total, wanted.fit, wanted.behavior),
        zip(*gains, strict=True),
        strict=True,
    ):
        if have + sum(adds) < need:
            return False
    return True


def _smallest(start: Start, chosen: tuple[Step, ...]) -> tuple[Step, ...]:
    """The cheapest part of the combination that suffices."""
    for size in range(1, len(chosen)):
        for part in sorted(combinations(chosen, size), key=_cost):
            if start.judge(apply(start, part)).is_pql:
                return part
    return chosen


def _suggestion(start: Start, chosen: tuple[Step, ...], short: str) -> Suggestion:
    """The steps in words, with what each gives, what follows from them, and the total then."""
    measured = apply(start, chosen)
    after = start.judge(measured)
    gains = [now - then for now, then in zip(after.points, start.judgement.points, strict=True)]
    told = []
    rest = after.fit + after.behavior - start.judgement.fit - start.judgement.behavior
    for step in chosen:
        gain = step.gain if step.criterion is None else gains[step.criterion]
        if_so = "if it turns out so, " if step.finds_out else ""
        told.append(f"{step.words} ({if_so}{signed(gain)})")
        rest -= gain
        if step.criterion is not None:
            gains[step.criterion] = 0
    follows = []
    for criterion, gain in zip(start.version.criteria, gains, strict=True):
        if gain and criterion.role is not Role.SILENCE:
            follows.append(f"{criterion.name} {signed(gain)}")
            rest -= gain
    if rest:
        follows.append(f"limits and silence {signed(rest)}")
    makes = "makes" if len(told) == 1 else "make"
    words = f"{short}: {joined(told)} {makes} the total {after.total}"
    return Suggestion(chosen, measured, after, words, joined(follows))


def _gaps(judgement: Judgement, wanted: Thresholds) -> Scores:
    return (
        wanted.total - judgement.total,
        wanted.fit - judgement.fit,
        wanted.behavior - judgement.behavior,
    )


def _short(judgement: Judgement, wanted: Thresholds) -> str:
    """``12 short``; where the total would do, ``3 fit short``."""
    total, fit, behavior = _gaps(judgement, wanted)
    if total > 0:
        return f"{total} short"
    gaps = [f"{gap} {name}" for gap, name in ((fit, "fit"), (behavior, "behavior")) if gap > 0]
    return f"{joined(gaps)} short"


def _gates(judgement: Judgement, wanted: Thresholds) -> tuple[str, ...]:
    named = zip(
        ("total", "fit", "behavior"),
        _scores(judgement),
        (wanted.total, wanted.fit, wanted.behavior),
        strict=True,
    )
    return tuple(f"{name} {have}, needs {need}" for name, have, need in named if have < need)


def _no_way(start: Start, steps: Sequence[Step], short: str) -> str:
    """Why nothing is suggested, plainly."""
    judgement, wanted = start.judgement, start.version.thresholds
    if judgement.fit_high < wanted.fit:
        doing = "this lead does" if start.version.subject is Subject.LEAD else "its people do"
        return (
            f"Fit is {judgement.fit} and can be {judgement.fit_high} at most, a PQL needs"
            f" {wanted.fit}: nothing {doing} makes it one"
        )
    everything = start.judge(apply(start, steps))
    if everything.is_pql:
        return f"{capitalized(short)}: it takes more than {MOST_STEPS} steps"
    return f"{capitalized(short)}: even every step still possible makes only {everything.total}"

"""The way up and the way on: what takes a criterion to its next step, and what becomes of the
numbers if nothing happens."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from rubrics.scoring.points import compile_possible, is_recent, sorted_tiers
from rubrics.scoring.types import Axis, Criterion, Judgement, Measured, Mode, Role, Version
from rubrics.scoring.words import signed

DURATION, FADING, FLAG = "duration", "fading", "flag"


@dataclass(frozen=True, slots=True)
class Need:
    """What takes a measure to a target: in words, and how many actions of the lead it takes.

    ``actions`` is None where nothing the lead can do now leads there for certain.
    """

    words: str
    actions: int | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """What one more hit of a column's signals, now, moves for certain: the columns that become
    one more, the durations that begin again, and the silence if it counts as activity."""

    adds: tuple[int, ...] = ()
    resets: tuple[int, ...] = ()
    is_activity: bool = False


@dataclass(frozen=True, slots=True)
class Start:
    """A lead's numbers and what it can still do: where every step begins.

    ``acts`` has the columns in which a hit now would count. ``need`` says what takes a column from
    a value to a target: ``(column, value, target)``.
    """

    version: Version
    judge: Callable[[Measured], Judgement]
    measured: Measured
    judgement: Judgement
    acts: Mapping[int, Act]
    need: Callable[[int, float, float], Need]


@dataclass(frozen=True, slots=True)
class Step:
    """One change that gives a criterion more: ``column`` reaches ``target``.

    ``gain`` is what the criterion gives more; ``actions`` how many the lead must do, None where
    it can do nothing about it; ``finds_out`` says that the answer is unknown so far.
    """

    criterion: int | None
    column: int | None
    target: float
    words: str
    gain: int = 0
    actions: int | None = None
    finds_out: bool = False


def next_step(start: Start, index: int) -> Step | None:
    """The criterion's nearest step up: of each column the nearest; of several columns what takes
    the fewest actions of the lead, then what gives most."""
    nearest: dict[int | None, Step] = {}
    for step in sorted(steps_up(start, index), key=lambda step: step.target):
        nearest.setdefault(step.column, step)
    return min(nearest.values(), key=_nearness, default=None)


def _nearness(step: Step) -> tuple[bool, int, int]:
    """What nobody can be asked for comes last, there the next rung of the ladder first."""
    if step.actions is None:
        return True, 0, step.gain
    return False, step.actions, -step.gain


def next_words(start: Start, index: int) -> str:
    """``“Invited a teammate” once more: +5``; of what is unknown the range it could take."""
    criterion, values = start.version.criteria[index], start.measured.values
    if criterion.axis is Axis.FIT and any(values[column] is None for column in criterion.columns):
        low, high = compile_possible(criterion)(values)
        if low == high:
            return ""
        return f"Once known: {signed(low)} to {signed(high)} points"
    step = next_step(start, index)
    return f"{step.words}: {signed(step.gain)}" if step else ""


def steps_up(start: Start, index: int, units: Sequence[int] = (1,)) -> list[Step]:
    """Every step that gives the criterion more and can still happen.

    Args:
        units: of points per unit, how many more units to look at.
    """
    found = []
    criterion = start.version.criteria[index]
    for column, target, label in _targets(start, criterion, units):
        step = _step(start, index, column, target, label)
        if step is None:
            continue
        gained = start.judge(apply(start, [step])).points[index] - start.judgement.points[index]
        if gained > 0:
            found.append(replace(step, gain=gained))
    return found


def _step(start: Start, index: int, column: int, target: float, label: str) -> Step | None:
    """The step, unless it would take hits that count no longer (or not yet)."""
    spec, value = start.version.columns[column], start.measured.values[column]
    needed = start.need(column, value or 0, target)
    words = label or needed.words
    if spec.unit == FLAG:
        return Step(index, column, target, words, finds_out=value is None)
    if column in start.acts:
        return Step(index, column, target, words, actions=needed.actions)
    return None if "signals" in spec.params else Step(index, column, target, words)


def _targets(
    start: Start, criterion: Criterion, units: Sequence[int]
) -> Iterator[tuple[int, float, str]]:
    """Values of a column that may give the criterion more: ``(column, target, label)``."""
    values = start.measured.values
    if criterion.mode is Mode.TIERS and criterion.role is not Role.VELOCITY:
        for column in criterion.columns:
            for tier in sorted_tiers(criterion, column):
                if tier.threshold > (values[column] or 0):
                    yield column, tier.threshold, tier.label
    else:
        (column,) = criterion.columns
        size = criterion.unit_size if criterion.mode is Mode.PER_PERIOD else 1
        done = int((values[column] or 0) // size)
        most = criterion.max_units
        wanted = {done + more if most is None else min(done + more, most) for more in units}
        for count in sorted(wanted):
            if count > done:
                yield column, count * size, ""
    again = [c for c in criterion.columns if start.version.columns[c].unit == DURATION]
    if criterion.recency is not None and not is_recent(criterion.recency, values):
        again.append(criterion.recency.column)
    for column in again:
        if values[column] is None or values[column]:
            yield column, 0, ""


def apply(start: Start, steps: Sequence[Step]) -> Measured:
    """The lead's numbers once the steps are taken, all of them now."""
    values = list(start.measured.values)
    idle_us = start.measured.idle_us
    for step in steps:
        act = None if step.column is None else start.acts.get(step.column)
        if step.column is None:
            idle_us = 0
        elif act is None or step.column not in act.adds:
            reached = values[step.column] or 0
            values[step.column] = max(reached, step.target) if step.target else 0
        if act is not None and step.actions is not None:
            for column in act.adds:
                values[column] = (values[column] or 0) + step.actions
            for column in act.resets:
                values[column] = 0
            idle_us = 0 if act.is_activity else idle_us
    return Measured(tuple(values), idle_us, start.measured.next_us)


def advance(version: Version, measured: Measured, by_us: int) -> Measured:
    """The numbers ``by_us`` microseconds later if nothing happens: durations grow, what fades
    fades. Right until ``next_us`` has passed; from there on it must be measured again.

    Raises:
        ValueError: it would reach or pass ``next_us``.
    """
    if measured.next_us is not None and by_us >= measured.next_us:
        raise ValueError(f"{by_us} is not before the next change in {measured.next_us}")
    values = tuple(
        value if value is None else _later(version, column, value, by_us)
        for column, value in enumerate(measured.values)
    )
    left = None if measured.next_us is None else measured.next_us - by_us
    return Measured(values, measured.idle_us + by_us, left)


def _later(version: Version, column: int, value: float, by_us: int) -> float:
    spec = version.columns[column]
    if spec.unit == DURATION:
        return value + by_us
    if spec.unit == FADING:
        return float(value * 0.5 ** (by_us / spec.params["half_life"]))
    return value

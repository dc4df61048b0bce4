"""What the guide recommends, as values: each with its reason in words and its source."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Item:
    """One recommendation. ``deviation`` says how it leaves a benchmark, where it does."""

    key: str
    title: str
    value: str
    reason: str
    source: str
    deviation: str = ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Answers that do not go together, and what to do about it."""

    text: str
    fix: str


@dataclass(frozen=True, slots=True)
class Missing:
    """Something the recommended rubric looks at that is not tracked, and what it would carry."""

    signal: str
    name: str
    points: int
    proxy: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """What to do next; ``link`` names a page (:mod:`rubrics.admin.guide`), or nothing."""

    text: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Assumption:
    """A question nobody knew the answer to, and what was taken instead."""

    question: str
    text: str


@dataclass(frozen=True, slots=True)
class Numbers:
    """What is filled into the preset. ``blend`` is behavior and fit in percent; None: a sum."""

    blend: tuple[int, int] | None
    total: int
    fit: int
    behavior: int
    decay_points: int
    decay_days: int
    floor: int
    velocity_hours: int | None = None
    cross_product: int | None = None
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The whole: which preset, which approach, which numbers, and why."""

    preset: str
    approach: str
    items: tuple[Item, ...]
    numbers: Numbers
    conflicts: tuple[Conflict, ...]
    missing: tuple[Missing, ...]
    steps: tuple[Step, ...]
    assumptions: tuple[Assumption, ...] = ()

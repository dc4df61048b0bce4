"""What leads can have in common: tiers reached, signals given, attributes known. Counted, lead by
lead, for the lifts."""

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from operator import itemgetter
from typing import Any, TypeVar

from rubrics.backtests.reading import Seen
from rubrics.mappers import Compiled
from rubrics.scoring.points import reached_tier
from rubrics.scoring.types import Criterion, Judgement, Measured, Mode, Role, Values
from rubrics.words import Wording, criterion_words

UNITS, UNKNOWN = -1, -2
"""Instead of a tier: points by units; nothing known."""
MOST_VALUES = 400
"""An attribute with more different values tells leads apart, not what they have in common."""
FEW_NUMBERS = 12
"""A number with at most so many different values is taken value by value, else in quarters."""

CountedT = TypeVar("CountedT")

RuleWords = dict[tuple[str, int], str]
"""A criterion's key and a tier's index (-1: points by units) -> in words."""
REMEMBERED = 4096
Key = tuple[str, str, str]
"""``criterion``, ``signal`` or ``attribute``; which one; and which tier, or value, of it."""


@dataclass(slots=True)
class Count:
    """How many leads have it, and how many of these converted."""

    leads: int = 0
    positives: int = 0

    def add(self, is_positive: bool) -> None:
        self.leads += 1
        self.positives += is_positive

    def add_up(self, leads: int, positives: int) -> None:
        self.leads += leads
        self.positives += positives

    @property
    def pair(self) -> tuple[int, int]:
        return self.leads, self.positives


class Features:
    """Counts of one version's features over any number of leads, in bounded memory."""

    def __init__(self, version: Compiled, words: RuleWords) -> None:
        self.version = version
        self.words = words
        self._criteria = {criterion.key: criterion for criterion in version.version.criteria}
        columns = len(version.version.columns)
        self._reaches = [(c.key, *_remembered(c, columns)) for c in version.version.criteria]
        self.criteria: dict[tuple[str, int], Count] = {}
        """By criterion and tier (or ``UNITS``, ``UNKNOWN``)."""
        self.signals: dict[int, Count] = {}
        self.values: dict[str, dict[str, Count]] = {}
        self.numbers: dict[str, array[float]] = {}
        self.number_labels: dict[str, array[int]] = {}

    def points(self, key: str, tier: int) -> int:
        """What a criterion's tier gives now; of points by units what one unit gives."""
        criterion = self._criteria[key]
        if tier >= 0:
            return criterion.tiers[tier].points
        return criterion.points_each if tier == UNITS else 0

    def add(self, seen: Seen, measured: Measured, judged: Judgement) -> None:
        """Count one lead."""
        is_positive, values = seen.asked.is_positive, measured.values
        for (key, answers_of, reach), points in zip(self._reaches, judged.points, strict=True):
            tier = reach(answers_of(values), points != 0)
            if tier is not None:
                _count(self.criteria, (key, tier), is_positive)
        for signal in seen.signals:
            _count(self.signals, signal, is_positive)
        for name, value in seen.attributes.items():
            self._add_attribute(name, value, is_positive)

    def _add_attribute(self, name: str, value: Any, is_positive: bool) -> None:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            self.numbers.setdefault(name, array("d")).append(float(value))
            self.number_labels.setdefault(name, array("B")).append(is_positive)
            return
        counts = self.values.setdefault(name, {})
        for one in dict.fromkeys(value) if isinstance(value, list) else [value]:
            text = {True: "yes", False: "no"}[one] if isinstance(one, bool) else str(one)
            if text in counts or len(counts) < MOST_VALUES:
                _count(counts, text, is_positive)

    def as_rows(self) -> dict[str, Any]:
        """What was counted, as JSON; numbers are not in it."""
        return {
            "criteria": [[*key, *count.pair] for key, count in self.criteria.items()],
            "signals": [[signal, *count.pair] for signal, count in self.signals.items()],
            "values": [
                [name, [[text, *count.pair] for text, count in counts.items()]]
                for name, counts in self.values.items()
            ],
        }

    def add_rows(self, rows: Mapping[str, Any]) -> None:
        """Count those that :meth:`as_rows` told of, too."""
        for key, tier, leads, positives in rows["criteria"]:
            self.criteria.setdefault((key, tier), Count()).add_up(leads, positives)
        for signal, leads, positives in rows["signals"]:
            self.signals.setdefault(signal, Count()).add_up(leads, positives)
        for name, told in rows["values"]:
            counts = self.values.setdefault(name, {})
            for text, leads, positives in told:
                if text in counts or len(counts) < MOST_VALUES:
                    counts.setdefault(text, Count()).add_up(leads, positives)

    def counts(self) -> Iterator[tuple[Key, Count]]:
        """Everything counted, in the version's order."""
        places = {criterion.key: i for i, criterion in enumerate(self.version.version.criteria)}
        for (key, tier), count in sorted(
            self.criteria.items(), key=lambda item: (places[item[0][0]], item[0][1])
        ):
            yield ("criterion", key, str(tier)), count
        keys = {pk: key for key, pk in self.version.names.signal_ids.items()}
        for signal, count in sorted(self.signals.items(), key=lambda item: keys[item[0]]):
            yield ("signal", keys[signal], ""), count
        for name, values in sorted(self.values.items()):
            if len(values) < MOST_VALUES:
                for value, count in sorted(values.items()):
                    yield ("attribute", name, value), count
        for name, numbers in sorted(self.numbers.items()):
            for value, count in _bands(numbers, self.number_labels[name]):
                yield ("attribute", name, value), count


def _count(counts: dict[CountedT, Count], what: CountedT, is_positive: bool) -> None:
    count = counts.get(what)
    if count is None:
        count = counts[what] = Count()
    count.leads += 1
    count.positives += is_positive


def _bands(numbers: "array[float]", labels: "array[int]") -> list[tuple[str, Count]]:
    """A number's values, or the quarters that it falls into."""
    different = sorted(set(numbers))
    if len(different) <= FEW_NUMBERS:
        found = {value: Count() for value in different}
        for value, label in zip(numbers, labels, strict=True):
            found[value].add(bool(label))
        return [(f"{value:,g}", count) for value, count in found.items()]
    ordered = sorted(numbers)
    edges = sorted({ordered[len(ordered) * part // 4 - 1] for part in (1, 2, 3, 4)})
    bands = [Count() for _ in edges]
    for value, label in zip(numbers, labels, strict=True):
        bands[bisect_left(edges, value)].add(bool(label))
    words = [f"up to {edges[0]:,g}"]
    words += [f"over {low:,g} to {high:,g}" for low, high in pairwise(edges)]
    return list(zip(words, bands, strict=True))


def reached(criterion: Criterion, measured: Measured, points: int) -> int | None:
    """Which tier a lead reached, by index; or ``UNITS``, ``UNKNOWN``; None: nothing."""
    values = measured.values
    if criterion.mode is Mode.TIERS and criterion.role is not Role.VELOCITY:
        tier = reached_tier(criterion, values)
        if tier is not None:
            return criterion.tiers.index(tier)
    elif points:
        return UNITS
    if all(values[column] is None for column in criterion.columns):
        return UNKNOWN
    return None


def _remembered(
    criterion: Criterion, columns: int
) -> tuple[Callable[[Values], Any], Callable[[Any, bool], int | None]]:
    """What a criterion looks at, and :func:`reached` by that: of many leads most measured alike."""
    places = criterion.columns
    nothing: list[float | None] = [None] * columns

    @lru_cache(REMEMBERED)
    def reach(answers: Any, has_points: bool) -> int | None:
        values = nothing.copy()
        for place, answer in zip(places, answers if len(places) > 1 else [answers], strict=True):
            values[place] = answer
        return reached(criterion, Measured(tuple(values), 0), int(has_points))

    return itemgetter(*places), reach


def rule_words(version: Compiled, document: Mapping[str, Any]) -> RuleWords:
    """The version's rules in words: its own labels, or what it takes to reach each tier."""
    wording = replace(Wording.of(document, most=4), signals=version.names.signal_names)
    words: RuleWords = {}
    for entry in document.get("criteria", ()):
        told = criterion_words(entry, wording)
        if "tiers" not in entry:
            words[told.key, UNITS] = told.rules[0].when if told.rules else told.name
            continue
        for index, rule in enumerate(told.rules):
            words[told.key, index] = rule.label or rule.when
    return words

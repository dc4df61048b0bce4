"""Gathers what a document measures: equal measurements share one column."""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from rubrics import checks
from rubrics.measures import MEASURES, AttributeMeasure, Measure, SpecError, duration_us
from rubrics.scoring.types import DAY_US, Column, Condition, Subject

COMPARISONS = frozenset({"at_least", "more_than", "at_most", "less_than", "is"})


class Columns:
    """The columns of one version, in the order they were asked for."""

    def __init__(self, lists: Mapping[str, Sequence[str]], subject: Subject) -> None:
        self._lists = lists
        self._subject = subject
        self._columns: list[Column] = []
        self._index: dict[str, int] = {}

    @property
    def found(self) -> tuple[Column, ...]:
        """All columns asked for so far."""
        return tuple(self._columns)

    def measure(self, raw: Mapping[str, Any], where: str) -> Measure:
        """The measure a criterion or condition names.

        Raises:
            SpecError: there is none of that name, or it goes with another subject.
        """
        measure = MEASURES.get(str(raw.get("measure")))
        if measure is None:
            raise SpecError(f"{where}.measure", f"is one of {', '.join(MEASURES)}")
        if self._subject.value not in measure.subjects:
            (other,) = measure.subjects
            raise SpecError(f"{where}.measure", f"{measure.key} goes with `subject: {other}`")
        return measure

    def check(self, measure: Measure, raw: Mapping[str, Any], where: str) -> None:
        """Read it as :meth:`add` does, for its errors alone."""
        measure.parse(raw, where, self._lists)

    def add(self, measure: Measure, raw: Mapping[str, Any], where: str) -> int:
        """The index of the column that measures this."""
        params = measure.parse(raw, where, self._lists)
        if self._subject is Subject.ACCOUNT and isinstance(measure, AttributeMeasure):
            for reference in measure.attribute(params):
                if not reference.startswith("account."):
                    raise SpecError(
                        where, f"an account has no {reference}; a rubric of accounts looks at "
                        "attributes such as account.industry"
                    )  # fmt: skip
        identity = json.dumps([measure.key, params], sort_keys=True, default=list)
        if identity not in self._index:
            self._index[identity] = len(self._columns)
            self._columns.append(Column(measure.key, params, measure.unit))
        return self._index[identity]

    def conditions(
        self, raw: object, where: str, *, only_attributes: bool = False
    ) -> tuple[Condition, ...]:
        """A list of comparisons that must all hold."""
        if isinstance(raw, str) or not isinstance(raw, Sequence) or not raw:
            raise SpecError(where, "list at least one condition, e.g. {measure: count, ...}")
        return tuple(
            self._condition(item, f"{where}[{number}]", only_attributes)
            for number, item in enumerate(raw, 1)
        )

    def _condition(self, raw: object, where: str, only_attributes: bool) -> Condition:
        if not isinstance(raw, Mapping):
            raise SpecError(where, "is a mapping such as {measure: count, signals: [upgrade], ...}")
        measure = self.measure(raw, where)
        if only_attributes and not isinstance(measure, AttributeMeasure):
            raise SpecError(f"{where}.measure", "a segment looks at attributes alone")
        checks.only(raw, COMPARISONS | measure.fields | {"measure"}, where)
        column = self.add(measure, {n: raw[n] for n in measure.fields if n in raw}, where)
        given = sorted(COMPARISONS & raw.keys())
        if measure.unit == "flag":
            if given not in ([], ["is"]):
                raise SpecError(where, "this measure says yes or no: give is: true, false, unknown")
            return _flag_condition(column, raw.get("is", True), f"{where}.is")
        if len(given) != 1 or given == ["is"]:
            raise SpecError(where, "give one of at_least, more_than, at_most, less_than")
        return _number_condition(column, measure.unit, given[0], raw[given[0]], where)


def _flag_condition(column: int, raw: object, where: str) -> Condition:
    if raw == "unknown":
        return Condition(column, unknown=True)
    if not isinstance(raw, bool):
        raise SpecError(where, f"{raw!r} is none of true, false, unknown")
    return Condition(column, threshold=1, below=not raw)


def _number_condition(column: int, unit: str, name: str, raw: object, where: str) -> Condition:
    """Every comparison is "from here on", or its contrary."""
    above = name in {"more_than", "at_most"}
    threshold = least_value(raw, unit, f"{where}.{name}", above=above)
    return Condition(column, threshold, below=name in {"at_most", "less_than"})


def least_value(raw: object, unit: str, where: str, *, above: bool = False) -> float:
    """The least value that is this much, or ``above`` it; of durations in whole microseconds."""
    if unit == "duration":
        whole = (
            duration_us(raw, where)
            if isinstance(raw, str)
            else round(checks.number(raw, where) * DAY_US)
        )
        return whole + above
    least = checks.number(raw, where)
    return math.nextafter(least, math.inf) if above else least

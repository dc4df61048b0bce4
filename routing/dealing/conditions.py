"""Conditions on a lead as documents, checked with words. Pure.

A condition is ``{"field": "country", "op": "is_one_of", "value": ["DE", "AT"]}``. Rules, plays and
policies all ask in these; there is no other condition language. Texts are compared without regard
to case, countries by code or name, and an attribute that is a list by any of its elements.
An unknown value meets no comparison, not even ``is_not``: only "is unknown" asks for it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from routing.dealing.facts import Facts, as_number
from routing.dealing.fields import Field, Kind, find_field
from routing.dealing.regions import country_code

Scalar = str | int | float | bool


class Op(StrEnum):
    IS = "is"
    IS_ONE_OF = "is_one_of"
    IS_NOT = "is_not"
    IS_NONE_OF = "is_none_of"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    BETWEEN = "between"
    CONTAINS = "contains"
    IS_KNOWN = "is_known"
    IS_UNKNOWN = "is_unknown"


OPS = {
    Op.IS: "is",
    Op.IS_ONE_OF: "is one of",
    Op.IS_NOT: "is not",
    Op.IS_NONE_OF: "is none of",
    Op.AT_LEAST: "is at least",
    Op.AT_MOST: "is at most",
    Op.BETWEEN: "is between",
    Op.CONTAINS: "contains",
    Op.IS_KNOWN: "is known",
    Op.IS_UNKNOWN: "is unknown",
}
"""The comparisons in words."""

NUMERIC = (Op.AT_LEAST, Op.AT_MOST, Op.BETWEEN)
LISTS = (Op.IS_ONE_OF, Op.IS_NONE_OF)
WITHOUT_VALUE = (Op.IS_KNOWN, Op.IS_UNKNOWN)
_NEGATED = {Op.IS_NOT: Op.IS, Op.IS_NONE_OF: Op.IS_ONE_OF}


class ConditionError(ValueError):
    """A condition that cannot be read; says what is wrong with it and what to write instead."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison. ``value`` is a number or text; several for lists; two for "between"."""

    field: Field
    op: Op
    value: tuple[Scalar, ...] = ()

    @property
    def words(self) -> str:
        """``Country is one of DE, AT``."""
        told = " and ".join if self.op is Op.BETWEEN else ", ".join
        return " ".join(filter(None, (self.field.label, OPS[self.op], told(map(say, self.value)))))

    @property
    def document(self) -> dict[str, Any]:
        document: dict[str, Any] = {"field": self.field.name, "op": self.op.value}
        if self.op in (*LISTS, Op.BETWEEN):
            document["value"] = list(self.value)
        elif self.value:
            document["value"] = self.value[0]
        return document

    def check(self, facts: Facts) -> "Checked":
        """Whether it holds, and what there is instead, in words."""
        found = facts.value(self.field.name)
        if self.op in WITHOUT_VALUE:
            holds = (found is not None) == (self.op is Op.IS_KNOWN)
        else:
            holds = found is not None and self._holds(found)
        actual = "unknown" if found is None else f"it is {say(found)}"
        return Checked(self, holds, f"{self.words}: {actual}")

    def _holds(self, found: Any) -> bool:
        if self.op in NUMERIC:
            return self._measures_up(as_number(found))
        elements = found if isinstance(found, list) else [found]
        if self.op is Op.CONTAINS:
            return self._contains(found, elements)
        wanted = {self._plain(value) for value in self.value}
        meets = any(self._plain(element) in wanted for element in elements)
        return not meets if self.op in _NEGATED else meets

    def _measures_up(self, number: float | None) -> bool:
        if number is None:
            return False
        bounds = [float(value) for value in self.value]
        low = bounds[0] if self.op is not Op.AT_MOST else float("-inf")
        high = bounds[-1] if self.op is not Op.AT_LEAST else float("inf")
        return low <= number <= high

    def _contains(self, found: Any, elements: Sequence[Any]) -> bool:
        part = self._plain(self.value[0])
        if isinstance(found, list):
            return any(self._plain(element) == part for element in elements)
        return str(part) in str(self._plain(found))

    def _plain(self, value: Any) -> str | float | bool:
        """What two values that are the same have in common."""
        if isinstance(value, bool):
            return "yes" if value else "no"
        text = " ".join(str(value).split()).casefold()
        if self.field.kind is Kind.COUNTRY:
            return country_code(text)
        if text in ("true", "false"):
            return "yes" if text == "true" else "no"
        number = as_number(value)
        return text if number is None else number


@dataclass(frozen=True, slots=True)
class Checked:
    """A condition held against the facts: ``Country is DE: it is AT``."""

    condition: Condition
    holds: bool
    words: str

    @property
    def document(self) -> dict[str, Any]:
        return {"words": self.words, "holds": self.holds}


def check(conditions: Iterable[Condition], facts: Facts) -> tuple[Checked, ...]:
    """Every condition held against the facts, in order."""
    return tuple(condition.check(facts) for condition in conditions)


def all_hold(checked: Iterable[Checked]) -> bool:
    """Whether everything holds; where nothing is asked, it does."""
    return all(one.holds for one in checked)


def read_conditions(documents: object) -> tuple[Condition, ...]:
    """Read conditions from JSON.

    Raises:
        ConditionError: one of them cannot be read; the message says which, by number.
    """
    if not isinstance(documents, list | tuple):
        raise ConditionError("Conditions are a list of {field, op, value}.")
    conditions = []
    for number, document in enumerate(documents, 1):
        try:
            conditions.append(read_condition(document))
        except ConditionError as error:
            raise ConditionError(f"Condition {number}: {error}") from error
    return tuple(conditions)


def read_condition(document: object) -> Condition:
    """Read one condition.

    Raises:
        ConditionError: an unknown field or op, or a value that does not go with the op.
    """
    if not isinstance(document, Mapping):
        raise ConditionError("a condition is an object of field, op and value.")
    name, raw = str(document.get("field") or ""), document.get("value")
    if not name:
        raise ConditionError("choose what it is about, e.g. Country.")
    field = find_field(name)
    if field is None:
        raise ConditionError(
            f"there is no “{name}”. Choose one from the list, or name an attribute like "
            "account.plan or lead.title."
        )
    op = _op(document.get("op"))
    return Condition(field, op, _value(field, op, raw))


def _op(raw: object) -> Op:
    try:
        return Op(str(raw))
    except ValueError as error:
        raise ConditionError("choose a comparison from the list.") from error


def _value(field: Field, op: Op, raw: object) -> tuple[Scalar, ...]:
    about = f"“{field.label} {OPS[op]} …”"
    values: list[Any] = list(raw) if isinstance(raw, list | tuple) else [raw]
    values = [value for value in values if value is not None and str(value).strip()]
    if op in WITHOUT_VALUE:
        if values:
            raise ConditionError(f"“{OPS[op]}” takes no value; leave it empty.")
        return ()
    if not values:
        raise ConditionError(f"{about} needs a value.")
    if any(not isinstance(value, str | int | float) for value in values):
        raise ConditionError(f"{about} takes texts and numbers only.")
    if op is Op.BETWEEN and len(values) != 2:
        raise ConditionError(f"{about} needs two numbers, the lower one first: 50 and 500.")
    if op not in (*LISTS, Op.BETWEEN) and len(values) > 1:
        raise ConditionError(f"{about} takes one value. For several choose “is one of”.")
    if op in NUMERIC or (field.kind is Kind.NUMBER and op is not Op.CONTAINS):
        values = [_number(value) for value in values]
    if op is Op.BETWEEN and values[0] > values[1]:
        raise ConditionError(f"{about}: the first number is the greater one. Swap them.")
    return tuple(value.strip() if isinstance(value, str) else value for value in values)


def _number(value: Any) -> int | float:
    number = as_number(value)
    if number is None:
        raise ConditionError(f"“{value}” is no number; write it like 20 or 0.5.")
    return int(number) if number.is_integer() else number


def say(value: object) -> str:
    """A value as people read it: ``1,200``, ``yes``, ``DE, AT``."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:,g}" if abs(value) < 1e6 else f"{value:,.0f}"
    if isinstance(value, list | tuple):
        return ", ".join(map(say, value))
    return str(value)

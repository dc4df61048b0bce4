"""Checks of a document's single fields: each returns the value or says how to mend it."""

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeVar

from rubrics.measures import SpecError
from rubrics.scoring.types import MOST_POINTS

E = TypeVar("E", bound=StrEnum)
KEY = re.compile(r"[A-Za-z0-9_-]{1,60}")


def number(raw: object, where: str) -> float:
    """A finite number."""
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not math.isfinite(raw):
        raise SpecError(where, f"{raw!r} is no number")
    return float(raw)


def points(raw: object, where: str, *, least: int = -MOST_POINTS, most: int = MOST_POINTS) -> int:
    """Whole points within bounds."""
    if isinstance(raw, bool) or not isinstance(raw, int) or abs(raw) > MOST_POINTS:
        raise SpecError(where, f"{raw!r} is no whole number of points")
    if not least <= raw <= most:
        raise SpecError(where, f"is {least} or more" if raw < least else f"is {most} or less")
    return raw


def count_or_none(raw: object, where: str) -> int | None:
    """At most so many; None for no limit."""
    if raw is None:
        return None
    if isinstance(raw, bool) or not isinstance(raw, int) or not 1 <= raw <= MOST_POINTS:
        raise SpecError(where, "is a whole number, 1 or more, or null for no limit")
    return raw


def flag(raw: object, where: str) -> bool:
    """True or false, and no word that looks like it."""
    if not isinstance(raw, bool):
        raise SpecError(where, f"{raw!r} is neither true nor false")
    return raw


def choice(kind: type[E], raw: object, where: str) -> E:
    """One of an enum's values."""
    try:
        return kind(str(raw))
    except ValueError:
        known = ", ".join(member.value for member in kind)
        raise SpecError(where, f"{raw!r} is not one of {known}") from None


def key(raw: object, where: str) -> str:
    """A key: letters, digits, ``_`` and ``-``, 60 at most."""
    if not isinstance(raw, str) or not KEY.fullmatch(raw):
        raise SpecError(where, f"{raw!r} is no key; write it like company_size, 60 letters at most")
    return raw


def words(raw: object, where: str, most: int) -> str:
    """A text for people, of at most ``most`` characters; nothing is an empty one."""
    if raw is not None and (isinstance(raw, bool) or not isinstance(raw, str | int | float)):
        raise SpecError(where, f"{raw!r} is no text; write it in quotes")
    text = "" if raw is None else str(raw)
    if len(text) > most:
        raise SpecError(where, f"is {len(text)} characters long; {most} at most")
    return text


def mapping(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A section of the document; an absent one is empty."""
    raw = document.get(name)
    if raw is not None and not isinstance(raw, Mapping):
        raise SpecError(name, "is a mapping")
    return raw or {}


def texts(raw: object, where: str) -> tuple[str, ...]:
    """A list of texts, which may be empty."""
    if isinstance(raw, str) or not isinstance(raw, Sequence):
        raise SpecError(where, "is a list of texts, e.g. [gmail.com]")
    for text in raw:
        if not isinstance(text, str) or len(text) > 200:
            raise SpecError(where, f"{text!r} is no text of at most 200 characters; quote it")
    return tuple(raw)


def only(raw: Iterable[str], known: Collection[str], where: str) -> None:
    """Nothing but known fields: a misspelt one would quietly score nothing."""
    for name in raw:
        if name not in known:
            raise SpecError(f"{where}.{name}", f"unknown; known are {', '.join(sorted(known))}")

"""What things are called in the sentences of one document: signals, lists, groups, attributes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rubrics.measures.attributes import attribute_words
from rubrics.scoring.words import either

MISSING = "…"
"""Stands where a draft does not say yet what it means."""


@dataclass(frozen=True)
class Wording:
    """The names of one document's things, and how much of a long list is told.

    ``signals`` and ``groups`` give names by key, ``lists`` their lengths; ``most`` is how many
    values are told before the rest is counted.
    """

    signals: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, int] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    of_accounts: bool = False
    most: int = 8

    @classmethod
    def of(cls, document: Mapping[str, Any], *, most: int = 8) -> "Wording":
        """The names that stand in a document."""
        return cls(
            signals=_names(document.get("signals")),
            lists={key: len(values) for key, values in (document.get("lists") or {}).items()},
            groups=_names(document.get("groups")),
            of_accounts=document.get("subject") == "account",
            most=most,
        )

    def signal(self, key: object) -> str:
        """``“Logged in”``; an unknown one by its key."""
        return f"“{self.signals.get(str(key)) or spoken(key)}”"

    def any_signal(self, keys: object) -> str:
        """``“Logged in” or “Signed up”``: a hit of any of them counts."""
        return self.any_of(keys, self.signal)

    def any_of(self, values: object, show: Any = str) -> str:
        """``a, b or c``; of more than ``most`` the first and how many there are besides."""
        texts = [show(value) for value in as_list(values)]
        if not texts:
            return MISSING
        if len(texts) > self.most:
            rest = len(texts) - self.most + 1
            return f"{', '.join(texts[: self.most - 1])} or one of {rest} more"
        return either(texts)

    def named_list(self, key: object) -> str:
        """``the list “personal” (133 entries)``."""
        count = self.lists.get(str(key))
        told = {None: "", 0: " (still empty)", 1: " (1 entry)"}.get(count, f" ({count} entries)")
        return f"the list “{spoken(key)}”{told}"

    def group(self, key: object) -> str:
        """The name of a group."""
        return f"“{self.groups.get(str(key)) or spoken(key).capitalize()}”"


def attribute(references: object) -> str:
    """``company size``, ``job title``: the first of the attributes that may tell it."""
    (first, *_) = [*as_list(references), ""]
    return attribute_words((first,)) if "." in str(first) else str(first) or MISSING


def spoken(key: object) -> str:
    """A key as words: ``usage_limit_hit`` is "usage limit hit"."""
    return MISSING if key in (None, "") else str(key).replace("_", " ")


def as_list(raw: object) -> Sequence[Any]:
    """One value or several, as several."""
    if raw is None or raw == "":
        return []
    return [raw] if isinstance(raw, str) or not isinstance(raw, Iterable) else list(raw)


def _names(section: Any) -> dict[str, str]:
    return {key: (spec or {}).get("name") or "" for key, spec in (section or {}).items()}

"""How much the criteria of a document can give and take."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Document = Mapping[str, Any]
Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Worth:
    """Sums over a rubric's criteria.

    ``fit_most`` and ``behavior_most`` are within groups' limits and caps; ``behavior_plus`` and
    ``behavior_minus`` (above 0) are not; ``velocity`` is the bonus as a share of behavior's cap,
    or of the points before it.
    """

    fit_most: int
    behavior_most: int
    behavior_plus: int
    behavior_minus: int
    velocity: float | None


def worth_of(document: Document) -> Worth:
    """What the criteria give and take."""
    limits = document.get("limits") or {}
    caps = {"fit": limits.get("fit", 50) or 0, "behavior": limits.get("behavior", 100) or 0}
    entries = [entry for entry in document.get("criteria") or () if isinstance(entry, Mapping)]
    bonuses = [entry for entry in entries if entry.get("role") == "velocity"]
    acting = [entry for entry in entries if entry.get("role") != "velocity"]
    behavior = [entry for entry in acting if entry.get("axis") == "behavior"]
    groups = document.get("groups") or {}
    bonus = _bonus(bonuses, caps["behavior"])
    exceeds = (bonus or 0) * caps["behavior"] if limits.get("velocity_exceeds_cap") else 0
    most = {
        axis: min(cap, _together((e for e in acting if e.get("axis") == axis), groups))
        for axis, cap in caps.items()
    }
    lifted = most["behavior"] + (bonus or 0) * caps["behavior"]
    return Worth(
        fit_most=most["fit"],
        behavior_most=int(min(caps["behavior"] + exceeds, lifted)),
        behavior_plus=sum(best(entry) for entry in behavior),
        behavior_minus=-sum(worst(entry) for entry in behavior),
        velocity=bonus,
    )


def best(entry: Entry) -> int:
    """The most a criterion can give; 0 for one that only takes. Without a limit: 10 units."""
    return max(0, *_values(entry))


def worst(entry: Entry) -> int:
    """The most a criterion can take, as 0 or less. Of periods without a limit one is counted."""
    return min(0, *_values(entry))


def _values(entry: Entry) -> list[int]:
    for form, unlimited in (("per_unit", 10), ("per_period", 1)):
        terms = entry.get(form)
        if isinstance(terms, Mapping):
            points, most = terms.get("points") or 0, terms.get("max")
            return [points * (most or unlimited), 0]
    points = [tier.get("points") or 0 for tier in entry.get("tiers") or ()]
    return [*points, 0]


def _together(entries: Iterable[Entry], groups: Mapping[str, Any]) -> int:
    """The most that criteria give together, each group within its own limit."""
    sums: dict[str, int] = {}
    for entry in entries:
        key = str(entry.get("group") or "")
        sums[key] = sums.get(key, 0) + best(entry)
    limits: dict[str, int | None] = {key: (groups.get(key) or {}).get("max") for key in sums}
    most = 0
    for key, total in sums.items():
        limit = limits[key]
        most += total if limit is None else min(total, limit)
    return most


def _bonus(entries: Iterable[Entry], cap: int) -> float | None:
    """The velocity bonus as a share: of the points before it, or of behavior's cap."""
    shares = []
    for entry in entries:
        bursts = entry.get("max_bursts", 1) or 1
        share = entry.get("share_of_base")
        each = (entry.get("points_per_burst") or 0) / cap if cap else 0.0
        shares.append(bursts * (share if share is not None else each))
    return sum(shares) if shares else None

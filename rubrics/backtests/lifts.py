"""How much more often leads convert that have something, and whether that can be believed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rubrics.backtests.features import UNKNOWN, Count, Features, Key
from rubrics.measures.attributes import attribute_words
from rubrics.statistics import (
    Estimate,
    benjamini_hochberg,
    proportion,
    risk_ratio,
    two_by_two,
)

ENOUGH = 30
"""With fewer leads that have it, or that do not, nothing is told."""
RARE = 0.2
"""A rule whose signal so few converters have, and that tells nothing, can go (source 94)."""
BELIEVED = 0.05


@dataclass(frozen=True, slots=True)
class Lift:
    """One thing leads had by their moment, against those that had it not, or less of it.

    ``chance`` is how likely such a difference is where there is none, corrected for all that were
    looked for at once (Benjamini-Hochberg). ``verdict`` is ``for``, ``against`` or ``open``.
    """

    kind: str
    key: str
    name: str
    words: str
    points: int | None
    axis: str
    leads: int
    positives: int
    prevalence: float
    of_converters: float
    of_others: float
    with_it: Estimate | None
    without: Estimate | None
    lift: Estimate | None
    chance: float
    verdict: str
    note: str


def find_lifts(features: Features, *, leads: int, positives: int) -> list[Lift]:
    """The lift of everything that enough leads had, and enough to compare them with had not."""
    counts = dict(features.counts())
    everybody = Count(leads, positives)
    compared = [
        (key, count, _rest(features, counts, key, everybody)) for key, count in counts.items()
    ]
    told = [
        (key, count, rest)
        for key, count, rest in compared
        if count.leads >= ENOUGH and rest.leads >= ENOUGH
    ]
    chances = benjamini_hochberg(
        [
            two_by_two(count.positives, count.leads, rest.positives, rest.leads)
            for _, count, rest in told
        ]
    )
    return [
        _lift(features, key, count, rest, chance, leads=leads, positives=positives)
        for (key, count, rest), chance in zip(told, chances, strict=True)
    ]


def _rest(features: Features, counts: Mapping[Key, Count], key: Key, everybody: Count) -> Count:
    """Whom those that have it are compared with: all others; of a tier that gives points those
    whom its criterion gives less, of one that takes points those from whom it takes less.

    A middle tier would look bad beside all others, the better tiers among them.
    """
    kind, name, tier = key
    points = features.points(name, int(tier)) if kind == "criterion" else 0
    left_out = [counts[key]]
    if points:
        left_out = [
            count
            for (other_kind, other, index), count in counts.items()
            if (other_kind, other) == (kind, name)
            and features.points(name, int(index)) * points > 0
            and abs(features.points(name, int(index))) >= abs(points)
        ]
    return Count(
        everybody.leads - sum(count.leads for count in left_out),
        everybody.positives - sum(count.positives for count in left_out),
    )


def _lift(
    features: Features,
    key: Key,
    count: Count,
    rest: Count,
    chance: float,
    *,
    leads: int,
    positives: int,
) -> Lift:
    kind, name, value = key
    with_it, without = (
        proportion(count.positives, count.leads),
        proportion(rest.positives, rest.leads),
    )
    of_converters = count.positives / positives if positives else 0.0
    verdict = "open"
    if chance <= BELIEVED:
        is_more = count.positives * rest.leads > rest.positives * count.leads
        verdict = "for" if is_more else "against"
    told: dict[str, Any] = {"name": name, "words": value, "points": None, "axis": ""}
    if kind == "criterion":
        told = _criterion_words(features, name, int(value))
    elif kind == "signal":
        told["name"] = features.version.names.words([name])
    else:
        told["name"] = attribute_words((name,)).capitalize()
    return Lift(
        kind=kind,
        key=name,
        **told,
        leads=count.leads,
        positives=count.positives,
        prevalence=count.leads / leads,
        of_converters=of_converters,
        of_others=(count.leads - count.positives) / max(leads - positives, 1),
        with_it=with_it,
        without=without,
        lift=risk_ratio(count.positives, count.leads, rest.positives, rest.leads),
        chance=chance,
        verdict=verdict,
        note=_note(told["points"], verdict, of_converters),
    )


def _criterion_words(features: Features, key: str, tier: int) -> dict[str, Any]:
    criteria = features.version.version.criteria
    criterion = next(one for one in criteria if one.key == key)
    return {
        "name": criterion.name,
        "words": "Unknown" if tier == UNKNOWN else features.words.get((key, tier), ""),
        "points": features.points(key, tier),
        "axis": criterion.axis.value,
    }


def _note(points: int | None, verdict: str, of_converters: float) -> str:
    """What is odd about it, in words; empty where nothing is."""
    if points and (verdict == "against") == (points > 0) and verdict != "open":
        return (
            "Gives points, but those with it convert less often."
            if points > 0
            else "Takes points, but those with it convert more often."
        )
    if points and verdict == "open":
        if of_converters <= RARE:
            return (
                f"Only {100 * of_converters:.0f} % of converters have it, and it does not tell "
                "them apart: a rule that could go."
            )
        return "Counts, but does not tell converters apart here."
    return ""


def believed(lifts: Iterable[Mapping[str, Any]]) -> int:
    """How many of them tell converters from others."""
    return sum(lift["verdict"] != "open" for lift in lifts)

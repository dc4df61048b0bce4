"""How much more often leads convert that have something, and whether that can be believed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rubrics.backtests.features import UNKNOWN, Count, Features, Key, tier_points
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
    """One thing leads had by their moment, against those that had it not.

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
    """The lift of everything that enough leads had, and enough had not."""
    counted = [
        (key, count)
        for key, count in features.counts()
        if count.leads >= ENOUGH and leads - count.leads >= ENOUGH
    ]
    chances = benjamini_hochberg(
        [
            two_by_two(c.positives, c.leads, positives - c.positives, leads - c.leads)
            for _, c in counted
        ]
    )
    return [
        _lift(features, key, count, chance, leads=leads, positives=positives)
        for (key, count), chance in zip(counted, chances, strict=True)
    ]


def _lift(
    features: Features, key: Key, count: Count, chance: float, *, leads: int, positives: int
) -> Lift:
    kind, name, value = key
    version = features.version
    rest, rest_positives = leads - count.leads, positives - count.positives
    with_it, without = (
        proportion(count.positives, count.leads),
        proportion(rest_positives, rest),
    )
    of_converters = count.positives / positives if positives else 0.0
    verdict = "open"
    if chance <= BELIEVED:
        verdict = "for" if count.positives * rest > rest_positives * count.leads else "against"
    told: dict[str, Any] = {"name": name, "words": value, "points": None, "axis": ""}
    if kind == "criterion":
        told = _criterion_words(features, name, int(value))
    elif kind == "signal":
        told["name"] = version.names.words([name])
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
        lift=risk_ratio(count.positives, count.leads, rest_positives, rest),
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
        "points": tier_points(criterion, tier),
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
                f"Only {of_converters:.0%} of converters have it, and it does not tell them apart:"
                " a rule that could go."
            )
        return "Counts, but does not tell converters apart here."
    return ""


def believed(lifts: Iterable[Mapping[str, Any]]) -> int:
    """How many of them tell converters from others."""
    return sum(lift["verdict"] != "open" for lift in lifts)

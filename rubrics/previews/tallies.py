"""What is counted of a preview: plain numbers that chunks add up to, whatever their order.

A tally is ``value -> how many``; a preview has them by name. Those of one side begin with ``now.``
or ``then.``: what everybody scores by what is published, and what they would score with the draft.

===================  ==============================================================================
``seen``             ``all``, and ``30`` and ``90``: who signed up at all, or within so many days
``moves``            ``entered``, ``left``, ``stayed`` (a PQL now and then), ``moved`` (of these,
                     with another score), ``changed`` (no PQL now or then, with another score)
``rubrics``          ``Standard → Enterprise``: who would be scored by another rubric
``entered``, ``left``  by criterion: of those kept by name, whose points for it differ
``*.scored``         ``all``: who has a score
``*.pqls``           ``all``, ``30``, ``90``: of those who signed up then, who is a PQL
``*.total`` and so on  by score: ``total``, ``fit``, ``behavior``
``*.bands``, ``*.tiers``  by name; by number
``*.short``          by the points that are missing to be a PQL, 1 to ``NEAR``
``*.unsure``         ``all``: no PQLs, but for all that is known of them they may be
``*.countries``      PQLs by country, ``""`` for unknown
===================  ==============================================================================
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

Tallies = defaultdict[str, Counter[str]]

AXES = ("total", "fit", "behavior")
SIDES = ("now", "then")
SPANS = (30, 90)
"""Days since the sign-up that shares are told for, besides all."""
NEAR = 20
"""Who is short of a PQL by more points than this is not near."""


def new_tallies(stored: Mapping[str, Mapping[str, int]] | None = None) -> Tallies:
    """Empty ones, or those of a preview's row."""
    found: Tallies = defaultdict(Counter)
    for name, counts in (stored or {}).items():
        found[name].update(counts)
    return found


def add(tallies: Tallies, more: Tallies) -> None:
    """Add what a chunk came to."""
    for name, counts in more.items():
        tallies[name].update(counts)


def count_all(tallies: Tallies, name: str, values: Iterable[Any]) -> None:
    """Count each of the values."""
    counted = Counter(values)
    tallies[name].update({str(value): number for value, number in counted.items()})


def as_json(tallies: Tallies) -> dict[str, dict[str, int]]:
    """For the preview's row; what was never counted is left out."""
    return {
        name: {value: number for value, number in counts.items() if number}
        for name, counts in tallies.items()
        if any(counts.values())
    }

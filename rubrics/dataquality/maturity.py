"""How much is tracked, and which way of scoring goes with it. Source: methodology section 2,
scoping factor 2 (data maturity)."""

from dataclasses import dataclass

GRANULAR, PARTIAL = 50, 5


@dataclass(frozen=True, slots=True)
class Maturity:
    """A verdict on the number of different events of the last 30 days."""

    level: str
    events: int
    meaning: str


def maturity_of(events: int) -> Maturity:
    """What so many event names allow for."""
    if events >= GRANULAR:
        meaning = (
            "50 or more events: score milestones, sessions and sequences; the full standard rubric "
            "can be used."
        )
        return Maturity("Granular", events, meaning)
    if events >= PARTIAL:
        meaning = (
            "5 to 49 events: build on the 5 to 8 actions that say most, and instrument the missing "
            "ones below."
        )
        return Maturity("Partial", events, meaning)
    meaning = (
        "Fewer than 5 events: score by fit (70 %) and logins (30 %) for now, as the preset "
        "minimal-tracking does, and instrument the first events below."
    )
    return Maturity("Minimal", events, meaning)

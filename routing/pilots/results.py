"""What came of a pilot: what its reps said by score, and how far its PQLs got against the others'.

Counts come with their 95 % intervals, and few of them are called few: a pilot of two or three reps
is small, and a share of small numbers says little.
"""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q

from routing.dealing.pilots import Arm
from routing.models import Pilot, PilotCase, PilotVerdict, StateChange
from routing.models.pilot import Verdict
from routing.models.qualification import OPEN_STATES, State
from rubrics.statistics import Estimate, proportion, wilson_interval

FEW = 30
"""PQLs of a group, or days with a verdict, below which a share is no more than a hint."""
RANGE = 20
"""Points of the total in one line of the verdicts."""

# A PQL got as far as this if it ever was in one of the states. Who converts by themselves is won
# without having been contacted.
STAGES: dict[str, tuple[State, ...]] = {
    "Accepted": (State.ACCEPTED, State.CONTACTED, State.OPPORTUNITY),
    "Contacted": (State.CONTACTED, State.OPPORTUNITY),
    "Opportunity": (State.OPPORTUNITY,),
    "Won": (State.WON,),
}


@dataclass(frozen=True, slots=True)
class Share:
    """``count`` of ``of``, with its interval; ``estimate`` is None where there is nothing."""

    count: int
    of: int

    @property
    def estimate(self) -> Estimate | None:
        return proportion(self.count, self.of)

    @property
    def words(self) -> str:
        """ "12 of 40: 30 % (18 to 45 %)"; "none yet" where there is nothing to share."""
        found = self.estimate
        if found is None:
            return "none yet"
        return f"{self.count} of {self.of}: {found.value:.0%} ({found.low:.0%} to {found.high:.0%})"


@dataclass(frozen=True, slots=True)
class Comparison:
    """How many of each group got as far as a stage."""

    stage: str
    pilot: Share
    others: Share

    @property
    def difference(self) -> Estimate | None:
        """Of the shares, in points from -1 to 1, by Newcombe's interval for two Wilson ones."""
        one, other = self.pilot.estimate, self.others.estimate
        if one is None or other is None:
            return None
        low, high = wilson_interval(self.pilot.count, self.pilot.of)
        other_low, other_high = wilson_interval(self.others.count, self.others.of)
        apart = one.value - other.value
        return Estimate(
            apart,
            apart - math.hypot(one.value - low, other_high - other.value),
            apart + math.hypot(high - one.value, other.value - other_low),
        )

    @property
    def words(self) -> str:
        """What the difference says, and whether it says anything."""
        found = self.difference
        if found is None:
            return "Nothing to compare yet"
        apart = f"{found.value:+z.0%} ({found.low:+z.0%} to {found.high:+z.0%})".replace("-", "−")
        if found.low > 0:
            return f"{apart}: more than the comparison group"
        if found.high < 0:
            return f"{apart}: fewer than the comparison group"
        return f"{apart}: may be chance"


@dataclass(frozen=True, slots=True)
class Said:
    """Verdicts on days whose PQLs had, on average, a total in a range of points."""

    label: str
    good: int
    mixed: int
    poor: int
    pqls: int

    @property
    def days(self) -> int:
        return self.good + self.mixed + self.poor

    @property
    def share(self) -> Share:
        """How many of the days were good."""
        return Share(self.good, self.days)


@dataclass(frozen=True, slots=True)
class Results:
    """``open`` are PQLs of each group that are still worked: what becomes of them is not known."""

    comparisons: tuple[Comparison, ...]
    said: tuple[Said, ...]
    pilot_open: int
    others_open: int

    @property
    def is_small(self) -> bool:
        """Whether a group is too small to say more than a hint."""
        groups = (self.comparisons[0].pilot.of, self.comparisons[0].others.of)
        return min(groups) < FEW

    @property
    def days(self) -> int:
        return sum(one.days for one in self.said)


def results_of(pilot: Pilot) -> Results:
    """Count it all: two queries, however many PQLs."""
    counted = _counts(pilot)
    return Results(
        tuple(
            Comparison(
                stage,
                Share(counted[Arm.PILOT][stage], counted[Arm.PILOT]["all"]),
                Share(counted[Arm.COMPARISON][stage], counted[Arm.COMPARISON]["all"]),
            )
            for stage in STAGES
        ),
        tuple(_said(pilot.verdicts.all())),
        counted[Arm.PILOT]["open"],
        counted[Arm.COMPARISON]["open"],
    )


def _counts(pilot: Pilot) -> dict[str, dict[str, int]]:
    reached = {f"stage_{number}": _got_to(states) for number, states in enumerate(STAGES.values())}
    rows: Any = (  # names of the counts are made up on the way
        PilotCase.objects.filter(pilot=pilot)
        .annotate(**reached)
        .order_by()
        .values("arm")
        .annotate(
            all=Count("pk"),
            open=Count("pk", filter=Q(qualification__state__in=OPEN_STATES)),
            **{f"{name}_count": Count("pk", filter=Q(**{name: True})) for name in reached},
        )
    )
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        found[row["arm"]] = {"all": row["all"], "open": row["open"]} | {
            stage: row[f"stage_{number}_count"] for number, stage in enumerate(STAGES)
        }
    return found


def _got_to(states: Iterable[State]) -> Exists:
    """Whether a case's PQL ever came to one of these states, and that was not taken back."""
    return Exists(
        StateChange.objects.filter(
            qualification=OuterRef("qualification"),
            to_state__in=states,
            undone_by=None,
            undoes=None,
        )
    )


def _said(verdicts: Iterable[PilotVerdict]) -> list[Said]:
    by_range: dict[int, list[PilotVerdict]] = defaultdict(list)
    for one in verdicts:
        by_range[int(one.average // RANGE) * RANGE].append(one)
    return [
        Said(
            f"{low} to {low + RANGE - 1}",
            good=_days(ones, Verdict.GOOD),
            mixed=_days(ones, Verdict.MIXED),
            poor=_days(ones, Verdict.POOR),
            pqls=sum(one.count for one in ones),
        )
        for low, ones in sorted(by_range.items(), reverse=True)
    ]


def _days(verdicts: Iterable[PilotVerdict], said: Verdict) -> int:
    return sum(one.verdict == said for one in verdicts)

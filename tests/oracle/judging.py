"""What the facts are worth, straight from the design's section 5 "What a score means".

Slow, plain and written apart from the engine on purpose: it works on the document and on lists,
one lead and one moment at a time.
"""

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tests.oracle.behavior import measure_hits
from tests.oracle.facts import Person, span
from tests.oracle.fit import measure_attribute

Spec = Mapping[str, Any]
MICROSECOND = timedelta(microseconds=1)
DAY = timedelta(days=1)
MOST = 10_000  # one criterion never gives or takes more
FIT_MEASURES = {
    "number_in_range", "value_in_list", "text_matches", "overlaps", "email_domain_in", "is_present",
}  # fmt: skip


@dataclass(frozen=True)
class Verdict:
    fit: int
    fit_low: int
    fit_high: int
    behavior: int
    total: int
    is_pql: bool
    points: Mapping[str, int]


def judge(document: Spec, person: Person, at: datetime) -> Verdict:
    """Score one lead at one moment."""
    points = {c["key"]: criterion_points(document, c, person, at) for c in document["criteria"]}
    by_role: dict[str, list[Spec]] = {"fit": [], "action": [], "velocity": [], "silence": []}
    for criterion in document["criteria"]:
        is_fit = axis_of(criterion) == "fit"
        by_role["fit" if is_fit else criterion.get("role", "action")].append(criterion)

    # 1. fit
    most_fit = document["limits"]["fit"]
    fit = clamp(sum(points[c["key"]] for c in by_role["fit"]), most_fit)
    ranges = [possible(document, c, person, at) for c in by_role["fit"]]
    low = clamp(sum(worst for worst, _ in ranges), most_fit)
    high = clamp(sum(best for _, best in ranges), most_fit)

    # 2. raw behavior, then the bonus
    most = document["limits"]["behavior"]
    base = clamp(sum(points[c["key"]] for c in by_role["action"]), most)
    raw = base
    for criterion in by_role["velocity"]:
        bonus = velocity(document, criterion, person, at, base)
        points[criterion["key"]] = bonus
        raw += bonus
    if not document["limits"].get("velocity_exceeds_cap"):
        raw = min(raw, most)

    # 4. silence
    decay = document["decay"]
    lost_by_decay = decayed(decay, document["activity_signals"], person, at)
    lost_by_criteria = -sum(points[c["key"]] for c in by_role["silence"])
    if decay["silence"] == "both":
        lost = lost_by_decay + lost_by_criteria
    else:
        lost = max(lost_by_decay, lost_by_criteria)
        if lost_by_decay > lost_by_criteria:
            points.update({c["key"]: 0 for c in by_role["silence"]})
    behavior = max(min(raw, decay["floor"]), raw - lost)

    # 6 and 7
    wanted = document["thresholds"]
    total = fit + behavior
    enough = (total >= wanted["total"], fit >= wanted["fit"], behavior >= wanted["behavior"])
    return Verdict(fit, low, high, behavior, total, all(enough), points)


def axis_of(criterion: Spec) -> str:
    default = "fit" if criterion["measure"] in FIT_MEASURES else "behavior"
    return str(criterion.get("axis", default))


def clamp(points: int, most: int) -> int:
    return 0 if points < 0 else min(points, most)


def measured(document: Spec, spec: Spec, person: Person, at: datetime) -> float | None:
    """One number: of a criterion, or of a tier with parameters of its own."""
    if spec["measure"] in FIT_MEASURES:
        answer = measure_attribute(spec, person, at, document.get("lists", {}))
        return None if answer is None else float(answer)
    return float(measure_hits(spec, person, at))


def criterion_points(document: Spec, criterion: Spec, person: Person, at: datetime) -> int:
    if criterion.get("role") == "velocity":
        return 0  # depends on the raw score; see velocity
    if "tiers" in criterion:
        reached = reached_tiers(document, criterion, person, at)
        return max(reached) if reached else 0
    value = measured(document, criterion, person, at) or 0
    if "per_unit" in criterion:
        terms, units = criterion["per_unit"], max(math.trunc(value), 0)
    else:
        terms = criterion["per_period"]
        units = timedelta(microseconds=value) // span(terms["period"])
    if terms.get("max") is not None:
        units = min(units, terms["max"])
    return min(max(int(terms["points"]) * units, -MOST), MOST)


def alternatives(criterion: Spec) -> list[list[Spec]]:
    """The tiers that measure the same thing, together: each group is one alternative."""
    groups: dict[str, list[Spec]] = {}
    for tier in criterion["tiers"]:
        own = {k: v for k, v in tier.items() if k not in {"at_least", "more_than", "points"}}
        whole = {**criterion, **own, "tier": tier}
        key = repr(sorted((k, str(v)) for k, v in own.items() if k != "label"))
        groups.setdefault(key, []).append(whole)
    return list(groups.values())


def reached_tiers(document: Spec, criterion: Spec, person: Person, at: datetime) -> list[int]:
    """Of each alternative the points of its highest threshold reached."""
    reached = []
    for group in alternatives(criterion):
        highest: tuple[tuple[float, bool], int] | None = None
        for spec in group:
            value = measured(document, spec, person, at)
            height, is_met = compare(spec, value)
            if is_met:
                candidate = (height, int(spec["tier"]["points"]))
                highest = candidate if highest is None else max(highest, candidate)
        if highest is not None:
            reached.append(highest[1])
    return reached


def compare(spec: Spec, value: float | None) -> tuple[tuple[float, bool], bool]:
    """How high the tier is (``more_than`` is above ``at_least``), and whether it is reached."""
    tier = spec["tier"]
    bound = tier.get("more_than", tier.get("at_least", 1))
    if spec["measure"] == "days_since":
        length = span(bound) if isinstance(bound, str) else DAY * bound
        bound = length // MICROSECOND
    is_more = "more_than" in tier
    height = (bound, is_more)
    if value is None:
        return height, False
    return height, value > bound if is_more else value >= bound


def possible(document: Spec, criterion: Spec, person: Person, at: datetime) -> tuple[int, int]:
    """The least and most a fit criterion could give, each unknown being met or not."""
    known: list[int] = []
    unknown: list[int] = []
    for tier in criterion["tiers"]:
        value = measured(document, {**criterion, **tier, "tier": tier}, person, at)
        if value is None:
            unknown.append(tier["points"])
        elif value >= 1:
            known.append(tier["points"])
    results = []
    for size in range(len(unknown) + 1):
        for met in itertools.combinations(unknown, size):
            reached = known + list(met)
            results.append(max(reached) if reached else 0)
    return min(results), max(results)


def velocity(document: Spec, criterion: Spec, person: Person, at: datetime, base: int) -> int:
    found = int(measured(document, criterion, person, at) or 0)
    most = criterion.get("max_bursts", 1)
    if most is not None:
        found = min(found, most)
    if criterion.get("share_of_base") is None:
        return int(criterion["points_per_burst"]) * found
    bonus = Decimal(str(criterion["share_of_base"])) * base * found
    return int(bonus.quantize(Decimal(1), ROUND_HALF_UP))


def decayed(decay: Spec, activity: list[str], person: Person, at: datetime) -> int:
    """What silence costs by decay; the last activity is the sign-up if there was none."""
    last = person.started_at
    moments = [hit.at for hit in person.hits if hit.signal in activity and hit.at <= at]
    if moments:
        last = max(moments)
    silent = at - last - span(decay["grace"])
    if decay["mode"] == "none" or silent <= timedelta(0):
        return 0
    period = span(decay["period"])
    if decay["mode"] == "periods":
        return int(decay["points"]) * (silent // period)
    return (int(decay["points"]) * silent) // period

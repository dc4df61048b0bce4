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
from tests.oracle.silence import left_after_silence

Spec = Mapping[str, Any]
MICROSECOND = timedelta(microseconds=1)
DAY = timedelta(days=1)
MOST = 10_000  # one criterion never gives or takes more
DURATIONS = {"days_since", "since_last", "trial_age", "trial_over"}
ATTRIBUTE_MEASURES = {
    "number_in_range", "value_in_list", "text_matches", "overlaps", "email_domain_in", "is_present",
    "date_within", "attribute_growth",
}  # fmt: skip
FLAGS = ATTRIBUTE_MEASURES - {"attribute_growth"}


@dataclass(frozen=True)
class Verdict:
    fit: int
    fit_low: int
    fit_high: int
    behavior: int
    total: int
    is_pql: bool
    points: Mapping[str, int]
    band: int | None = None
    tier: int | None = None


def judge(document: Spec, person: Person, at: datetime) -> Verdict:
    """Score one lead at one moment."""
    points = {c["key"]: criterion_points(document, c, person, at) for c in document["criteria"]}
    by_role: dict[str, list[Spec]] = {"fit": [], "action": [], "velocity": [], "silence": []}
    for criterion in document["criteria"]:
        is_fit = axis_of(criterion) == "fit"
        by_role["fit" if is_fit else criterion.get("role", "action")].append(criterion)

    # 1. fit
    most_fit = document["limits"]["fit"]
    fit = clamp(summed(document, by_role["fit"], points), most_fit)
    ranges = {c["key"]: possible(document, c, person, at) for c in by_role["fit"]}
    low, high = (
        clamp(summed(document, by_role["fit"], {k: r[end] for k, r in ranges.items()}), most_fit)
        for end in (0, 1)
    )

    # 2. raw behavior, then the bonus
    most = document["limits"]["behavior"]
    base = clamp(summed(document, by_role["action"], points), most)
    raw = base
    for criterion in by_role["velocity"]:
        bonus = velocity(document, criterion, person, at, base)
        points[criterion["key"]] = bonus
        raw += bonus
    if not document["limits"].get("velocity_exceeds_cap"):
        raw = min(raw, most)

    # 3. ceiling
    ceiling = document.get("ceiling")
    if ceiling and all(holds(document, one, person, at) for one in ceiling["when"]):
        raw = min(raw, ceiling["behavior"])

    # 4. silence
    decay = document["decay"]
    left = left_after_silence(decay, document["activity_signals"], raw, person, at)
    lost_by_decay = raw - left
    lost_by_criteria = -sum(points[c["key"]] for c in by_role["silence"])
    if decay["silence"] == "both":
        lost = lost_by_decay + lost_by_criteria
    else:
        lost = max(lost_by_decay, lost_by_criteria)
        if lost_by_decay > lost_by_criteria:
            points.update({c["key"]: 0 for c in by_role["silence"]})
    behavior = max(min(raw, decay["floor"]), raw - lost)

    # 5. several products
    crossing = document.get("cross_product")
    if crossing:
        window = {"measure": "active_products", "window": {"last": crossing["within"]}}
        if measure_hits(window, person, at) >= crossing.get("products", 2):
            behavior = max(behavior, min(behavior + crossing["points"], most))

    # 6 and 7
    wanted = document["thresholds"]
    total = combined(document, fit, behavior)
    enough = (total >= wanted["total"], fit >= wanted["fit"], behavior >= wanted["behavior"])
    return Verdict(
        fit, low, high, behavior, total, all(enough), points,
        band_of(document, total), tier_of(document, fit, behavior),
    )  # fmt: skip


def summed(document: Spec, criteria: list[Spec], points: Mapping[str, int]) -> int:
    """The criteria's points, each group held within its limits."""
    loose = sum(points[c["key"]] for c in criteria if "group" not in c)
    for key, group in document.get("groups", {}).items():
        mine = [points[c["key"]] for c in criteria if c.get("group") == key]
        if not mine:
            continue
        together = sum(mine)
        if group.get("max") is not None:
            together = min(together, group["max"])
        if group.get("min") is not None:
            together = max(together, group["min"])
        loose += together
    return loose


def holds(document: Spec, condition: Spec, person: Person, at: datetime) -> bool:
    """Whether one condition is met; what is unknown meets only the question for it."""
    value = measured(document, condition, person, at)
    if condition["measure"] in FLAGS:
        wanted = condition.get("is", True)
        if wanted == "unknown":
            return value is None
        return value is not None and (value == 1) is bool(wanted)
    if value is None:
        return False
    (name,) = [n for n in ("at_least", "more_than", "at_most", "less_than") if n in condition]
    bound = float(in_units(condition["measure"], condition[name]))
    answers = {"at_least": value >= bound, "more_than": value > bound}
    answers |= {"at_most": value <= bound, "less_than": value < bound}
    return answers[name]


def in_units(measure: str, bound: Any) -> Any:
    """A bound as its measure counts: spans in microseconds."""
    if measure not in DURATIONS:
        return bound
    length = span(bound) if isinstance(bound, str) else DAY * bound
    return length // MICROSECOND


def combined(document: Spec, fit: int, behavior: int) -> int:
    terms = document.get("combination", {"mode": "sum"})
    if terms["mode"] == "sum":
        return fit + behavior
    limits = document["limits"]
    share = Decimal(min(behavior, limits["behavior"])) / limits["behavior"] * terms["behavior"]
    share += Decimal(fit) / limits["fit"] * terms["fit"]
    # 20 digits are enough for no two different shares to be rounded to one.
    return int(round(share, 20).quantize(Decimal(1), ROUND_HALF_UP))


def band_of(document: Spec, total: int) -> int | None:
    reached = None
    for number, band in enumerate(document.get("bands", ())):
        if total >= band["at_least"]:
            reached = number
    return reached


def tier_of(document: Spec, fit: int, behavior: int) -> int | None:
    high = document.get("matrix")
    if high is None:
        return None
    rows = {(True, True): 1, (False, True): 2, (True, False): 3, (False, False): 4}
    return rows[(fit >= high["fit"], behavior >= high["behavior"])]


def axis_of(criterion: Spec) -> str:
    default = "fit" if criterion["measure"] in ATTRIBUTE_MEASURES else "behavior"
    return str(criterion.get("axis", default))


def clamp(points: int, most: int) -> int:
    return 0 if points < 0 else min(points, most)


def measured(document: Spec, spec: Spec, person: Person, at: datetime) -> float | None:
    """One number: of a criterion, or of a tier with parameters of its own."""
    if spec["measure"] in ATTRIBUTE_MEASURES:
        answer = measure_attribute(spec, person, at, document.get("lists", {}))
    else:
        answer = measure_hits(spec, person, at)
    return None if answer is None else float(answer)


def criterion_points(document: Spec, criterion: Spec, person: Person, at: datetime) -> int:
    if criterion.get("role") == "velocity":
        return 0  # depends on the raw score; see velocity
    points = plain_points(document, criterion, person, at)
    if "recency" in criterion:
        terms = criterion["recency"]
        named = [one.get("signals", criterion.get("signals")) for one in criterion.get("tiers", [])]
        signals = {key for keys in named or [criterion["signals"]] for key in keys}
        hits = [hit.at for hit in person.hits if hit.signal in signals and hit.at <= at]
        if hits and at - max(hits) < span(terms["within"]):
            more = Decimal(points) * Decimal(str(terms["factor"]))
            return min(max(math.floor(more + Decimal("0.5")), -MOST), MOST)
    return points


def plain_points(document: Spec, criterion: Spec, person: Person, at: datetime) -> int:
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
    bound = in_units(spec["measure"], bound)
    is_more = "more_than" in tier
    height = (bound, is_more)
    if value is None:
        return height, False
    return height, value > bound if is_more else value >= bound


def possible(document: Spec, criterion: Spec, person: Person, at: datetime) -> tuple[int, int]:
    """The least and most a fit criterion could give, each unknown being met or not."""
    if "tiers" not in criterion:
        points = plain_points(document, criterion, person, at)
        if measured(document, criterion, person, at) is not None:
            return points, points
        terms = criterion["per_unit"]
        most = min(max(terms["points"] * (terms.get("max") or MOST), -MOST), MOST)
        return min(most, 0), max(most, 0)
    known = reached_tiers(document, criterion, person, at)
    unknown = [
        tier["points"]
        for tier in criterion["tiers"]
        if measured(document, {**criterion, **tier}, person, at) is None
    ]
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

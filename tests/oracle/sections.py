"""Generated sections of a rubric beside its criteria: groups, ceilings, every decay, labels."""

from typing import Any

from hypothesis import strategies as st

from tests.oracle.judging import axis_of
from tests.oracle.specs import ATTRIBUTES, HITS
from tests.oracle.strategies import INDUSTRIES, SIGNALS, SPANS, documents, signed

Spec = dict[str, Any]

signals = st.lists(st.sampled_from(SIGNALS), min_size=1, max_size=2, unique=True).map(sorted)
comparisons = st.sampled_from(["at_least", "more_than", "at_most", "less_than"])
attribute_conditions = st.one_of(
    st.fixed_dictionaries(
        {
            "measure": st.just("number_in_range"),
            "attribute": st.just("account.employees"),
            "ranges": st.just([[50, 500]]),
            "is": st.sampled_from([True, False, "unknown"]),
        }
    ),
    st.fixed_dictionaries(
        {
            "measure": st.just("value_in_list"),
            "attribute": st.just("account.industry"),
            "values": st.just(list(INDUSTRIES[:2])),
        }
    ),
)


@st.composite
def conditions(draw: st.DrawFn) -> Spec:
    """A condition of a ceiling: on attributes, counts or spans of time."""
    kind = draw(st.sampled_from(["attribute", "count", "age", "silence"]))
    if kind == "attribute":
        return draw(attribute_conditions)
    if kind == "count":
        return {
            "measure": "count",
            "signals": draw(signals),
            draw(comparisons): draw(st.integers(0, 2)),
        }
    length = draw(st.sampled_from([*SPANS, 7, 0.5]))
    if kind == "age":
        return {"measure": "trial_age", draw(comparisons): length}
    return {"measure": "days_since", "signals": draw(signals), draw(comparisons): length}


@st.composite
def decays(draw: st.DrawFn) -> Spec:
    decay: Spec = {
        "mode": draw(st.sampled_from(["none", "periods", "continuous", "percent", "half_life"])),
        "points": draw(st.integers(0, 12)),
        "percent": draw(st.sampled_from([1, 10, 12.5, 50, 100])),
        "period": draw(st.sampled_from(["1d", "7d", "30d"])),
        "grace": draw(st.sampled_from(["0d", "2d", "14d"])),
        "floor": draw(st.sampled_from([0, 5, 20])),
        "silence": draw(st.sampled_from(["larger", "both"])),
    }
    if draw(st.booleans()):
        decay["expired"] = {
            "points": draw(st.integers(0, 12)),
            "period": draw(st.sampled_from(["1d", "7d"])),
        }
    return decay


DURATIONS = ("days_since", "since_last", "trial_age", "trial_over")
THRESHOLDS = (-1, 0.5, 1, 2, 3, 50, 150)


@st.composite
def criteria(draw: st.DrawFn) -> Spec:
    """Any measure there is, with tiers, points per unit or points per period."""
    spec: Spec = dict(draw(st.one_of(*HITS, *ATTRIBUTES)))
    if spec["measure"] == "date_within":
        return {**spec, "axis": draw(st.sampled_from(["fit", "behavior"])),
                "tiers": [{"points": draw(signed)}]}  # fmt: skip
    is_span = spec["measure"] in DURATIONS
    if draw(st.booleans()):
        bounds = st.sampled_from(["14d", 7, "30d", 0.5] if is_span else THRESHOLDS)
        chosen = draw(st.lists(bounds, min_size=1, max_size=3))
        name = st.sampled_from(["at_least", "more_than"])
        return {**spec, "tiers": [{draw(name): one, "points": draw(signed)} for one in chosen]}
    terms = {"points": draw(signed), "max": draw(st.sampled_from([None, 1, 3]))}
    if is_span:
        return {**spec, "per_period": {**terms, "period": draw(st.sampled_from(SPANS))}}
    return {**spec, "per_unit": terms}


@st.composite
def full_documents(draw: st.DrawFn) -> Spec:
    """A document with any measure and any of the sections there are."""
    document = {**draw(documents()), "decay": draw(decays())}
    for number, criterion in enumerate(draw(st.lists(criteria(), max_size=4))):
        document["criteria"].append({**criterion, "key": f"m{number}"})
    _add_groups(draw, document)
    for criterion in document["criteria"]:
        if _takes_recency(criterion) and draw(st.booleans()):
            factor = draw(st.sampled_from([0, 0.5, 1.5, 2, 1.25]))
            criterion["recency"] = {"within": draw(st.sampled_from(SPANS)), "factor": factor}
    if draw(st.booleans()):
        when = draw(st.lists(conditions(), min_size=1, max_size=2))
        document["ceiling"] = {"behavior": draw(st.sampled_from([0, 3, 10])), "when": when}
    if draw(st.booleans()):
        days = draw(st.sampled_from(["2d", "7d", "30d"]))
        bonus = {"points": draw(st.integers(0, 15)), "within": days}
        document["cross_product"] = bonus
    if draw(st.booleans()):
        share = draw(st.sampled_from([70, 50, 0, 100]))
        document["combination"] = {"mode": "blend", "behavior": share, "fit": 100 - share}
    document["matrix"] = {"fit": draw(st.integers(0, 10)), "behavior": draw(st.integers(0, 10))}
    starts = draw(st.lists(st.integers(1, 40), max_size=3, unique=True).map(sorted))
    document["bands"] = [{"at_least": n, "name": f"From {n}"} for n in [0, *starts]]
    return document


def _add_groups(draw: st.DrawFn, document: Spec) -> None:
    """One group of fit and one of behavior, where they have criteria."""
    document["groups"] = {}
    for name, is_fit in (("who", True), ("what", False)):
        members = [
            c
            for c in document["criteria"]
            if (axis_of(c) == "fit") == is_fit and c.get("role", "action") == "action"
        ]
        members = [c for c in members if draw(st.booleans())]
        if not members:
            continue
        ends = draw(st.sampled_from([{"max": 10}, {"min": -3}, {"max": 5, "min": 0}]))
        document["groups"][name] = ends
        for criterion in members:
            criterion["group"] = name


def _takes_recency(criterion: Spec) -> bool:
    """Actions of hits: of the criterion's own signals, or of each tier's."""
    tiers = criterion.get("tiers", [{}])
    has_signals = "signals" in criterion or all("signals" in tier for tier in tiers)
    return has_signals and criterion.get("role", "action") == "action"

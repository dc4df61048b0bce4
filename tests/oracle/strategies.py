"""Generated rubrics, leads and moments. Spans come from one lattice, so that hits often lie
exactly on a boundary, or a microsecond beside it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.oracle.dates import UNKNOWN, dates
from tests.oracle.facts import ELSEWHERE, Known, OracleHit, Person, span

Spec = dict[str, Any]
SIGNALS = ("a", "b", "c", "d")
ACTIVITY = ("a", "b", "c")
SPANS = ("1h", "2d", "7d", "14d", "30d")
ZONES = ("UTC", "America/New_York", "Europe/Berlin")
MOMENTS = (
    datetime(2026, 3, 31, 12, tzinfo=UTC),
    datetime(2028, 2, 29, 0, 0, 0, tzinfo=UTC),  # a leap day, at midnight
    datetime(2028, 3, 1, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(2026, 3, 29, 1, 0, 0, 1, tzinfo=UTC),  # Berlin's clocks go forward
    datetime(2026, 11, 1, 6, 30, tzinfo=UTC),  # New York's clocks go back
)
LISTS = {
    "personal": ["gmail.com", "web.de"],
    "academic": [".edu", "tum.de"],
    "empty": [],
    "words": ["VP", "vice  president", "C++", "HubSpot", "日本", "1"],
}
VALUES: Mapping[str, tuple[object, ...]] = {
    "lead.title": (
        "VP Marketing", "MVP", "Vice President", "vice\t PRESIDENT, EMEA", "C++ Dev", "R&D (EMEA)",
        "Élève", "éVP", "VP_sales", "svp.", "日本VP 日本", "a.b", "axb", "50% [x]", "VP$ \\d", "NO",
        42, True, ["VP"], "", None, UNKNOWN,
    ),
    "lead.email": (
        "a@gmail.com", "A@GMAIL.COM", "x@mit.edu", "x@edu", "x@web.de.example", "x@mail.tum.de",
        "x@TUM.de", "noat", "a@", "@", "", None, 5, UNKNOWN,
    ),
    "lead.score": (0, -1, 49.999, 50, 7, 1e-12, UNKNOWN),
    "lead.department": ("Sales", "SALES", "Ops", 7, True, ["Ops"], "", None, UNKNOWN),
    "account.domain": ("mit.edu", "GMAIL.com", "tum.de", 5, ["mit.edu"], "", None, UNKNOWN),
    "account.employees": (
        24, 25, 49, 49.5, 50, 50.0, 500, 500.0001, 501, 1000, 1001, -50, 10**400, "120", True, [50],
        None, UNKNOWN,
    ),
    "account.industry": (
        "SaaS", "saas", "SAAS ", "Élève", "42", 42, True, ["SaaS"], "", None, UNKNOWN,
    ),
    "account.technologies": (
        ["Salesforce", "HubSpot"], ["salesforce"], ["Segment", 1, None], [], "Salesforce", 7,
        ['quo"te', "back\\Slash", "日本"], None, UNKNOWN,
    ),
}  # fmt: skip
TEXTS = ("account.industry", "lead.title")
REFERENCES = st.sampled_from(
    ["lead.title", "account.industry", ["account.industry", "lead.title"], "lead.email"]
)
KEYWORDS = (
    "VP", "Vice President", "C++", "R&D", "élève", "a.b", "(EMEA)", "[x]", "VP$", "\\d", "日本",
    "50%",
)  # fmt: skip
INDUSTRIES = ("SaaS", "ÉLÈVE", "42", "true", "no")
TOOLS = ("Salesforce", "HubSpot", 'QUO"te', "back\\slash", "日本", "1")

some_signals = st.lists(st.sampled_from(SIGNALS), min_size=1, max_size=3, unique=True).map(sorted)
positive = st.integers(1, 30)
signed = st.integers(-30, 30)
windows = st.one_of(
    st.sampled_from([None, None, "trial", "after_trial"]),
    st.tuples(st.sampled_from(["first", "last", "trial_last"]), st.sampled_from(SPANS)).map(
        lambda pair: {pair[0]: pair[1]}
    ),
)


def some(values: tuple[Any, ...], most: int = 3) -> SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=most, unique=True).map(sorted)


@st.composite
def tiers(draw: st.DrawFn, thresholds: tuple[Any, ...], points: SearchStrategy[int]) -> list[Spec]:
    bounds = draw(st.lists(st.sampled_from(thresholds), min_size=1, max_size=3))
    return [
        {draw(st.sampled_from(["at_least", "more_than"])): bound, "points": draw(points)}
        for bound in bounds
    ]


COUNTING = ("count", "distinct_days", "distinct_values", "most_in_session", "largest_value")


@st.composite
def counting(draw: st.DrawFn) -> Spec:
    """A measure that counts: tiers, alternatives, or points per unit."""
    spec: Spec = {"measure": draw(st.sampled_from(COUNTING)), "signals": draw(some_signals)}
    if window := draw(windows):
        spec["window"] = window
    form = draw(st.sampled_from(["tiers", "alternatives", "per_unit"]))
    thresholds = (0, 49.99, 50, 100) if spec["measure"] == "largest_value" else (1, 2, 3, 4)
    if form == "per_unit":
        spec["per_unit"] = {"points": draw(signed), "max": draw(st.sampled_from([None, 1, 3]))}
    else:
        spec["tiers"] = draw(tiers(thresholds, signed))
    if form == "alternatives":
        del spec["signals"]
        for tier in spec["tiers"]:
            tier["signals"] = draw(some_signals)
    return spec


@st.composite
def silence(draw: st.DrawFn) -> Spec:
    """Days since, as an ordinary criterion or as a penalty for silence."""
    role = draw(st.sampled_from(["action", "silence"]))
    points = signed if role == "action" else st.integers(-20, 0)
    spec: Spec = {"measure": "days_since", "role": role, "signals": draw(some_signals)}
    if window := draw(windows):
        spec["window"] = window
    if draw(st.booleans()):
        most = draw(st.sampled_from([None, 1, 3]))
        period = draw(st.sampled_from(SPANS))
        spec["per_period"] = {"points": draw(points), "period": period, "max": most}
    else:
        spec["tiers"] = draw(tiers(("14d", 7, "30d", 0.5), points))
    return spec


@st.composite
def velocity(draw: st.DrawFn) -> Spec:
    spec: Spec = {
        "measure": "bursts", "role": "velocity", "signals": draw(some_signals),
        "size": draw(st.integers(2, 4)), "window": draw(st.sampled_from(SPANS)),
        "max_bursts": draw(st.sampled_from([None, 1, 2])),
    }  # fmt: skip
    if draw(st.booleans()):
        spec["points_per_burst"] = draw(positive)
    else:
        spec["share_of_base"] = draw(st.sampled_from([0.1, 0.25, 0.5, 0.35, 1]))
    return spec


def fit_tiers(**choices: SearchStrategy[Any]) -> SearchStrategy[list[Spec]]:
    one = st.fixed_dictionaries({"points": signed, **choices})
    return st.lists(one, min_size=1, max_size=3)


RANGES = st.lists(
    st.sampled_from([[50, 500], [25, 49], [501, 1000], [None, 24], [1000.5, None], [-60, 0]]),
    min_size=1,
    max_size=2,
)
FIT: tuple[SearchStrategy[Spec], ...] = (
    st.fixed_dictionaries(
        {
            "measure": st.just("number_in_range"),
            "attribute": st.sampled_from(
                ["account.employees", ["account.employees", "lead.score"]]
            ),
            "tiers": fit_tiers(ranges=RANGES),
        }
    ),
    st.fixed_dictionaries(
        {
            "measure": st.just("value_in_list"),
            "attribute": REFERENCES,
            "tiers": st.one_of(
                fit_tiers(values=some(INDUSTRIES)), fit_tiers(list=st.just("empty"))
            ),
        }
    ),
    st.fixed_dictionaries(
        {
            "measure": st.just("text_matches"),
            "attribute": REFERENCES,
            "tiers": st.one_of(
                fit_tiers(keywords=some(KEYWORDS)),
                fit_tiers(list=st.sampled_from(["empty", "words"])),
                fit_tiers(present=st.just(True)),
            ),
        }
    ),
    st.fixed_dictionaries(
        {
            "measure": st.just("overlaps"),
            "attribute": st.just("account.technologies"),
            "tiers": st.one_of(
                fit_tiers(any_of=some(TOOLS)),
                fit_tiers(all_of=some(TOOLS, 2)),
                fit_tiers(list=st.sampled_from(["empty", "words"])),
            ),
        }
    ),
    st.fixed_dictionaries(
        {
            "measure": st.just("email_domain_in"),
            "tiers": st.one_of(
                fit_tiers(list=st.sampled_from(sorted(LISTS))),
                fit_tiers(domains=some((".edu", "gmail.com", "edu"))),
            ),
        }
    ),
    st.fixed_dictionaries(
        {
            "measure": st.just("is_present"),
            "attribute": st.sampled_from(sorted(VALUES)),
            "tiers": fit_tiers(missing=st.booleans()),
        }
    ),
)


@st.composite
def documents(draw: st.DrawFn) -> Spec:
    """A rubric document with one to seven criteria and small thresholds."""
    kinds = st.one_of(counting(), counting(), silence(), velocity(), *FIT)
    criteria = draw(st.lists(kinds, min_size=1, max_size=7))
    for number, criterion in enumerate(criteria):
        criterion["key"] = f"k{number}"
    return {
        "format": 1,
        "rubric": "generated",
        "thresholds": {"total": draw(positive), "fit": draw(st.integers(0, 10)), "behavior": 5},
        "limits": {
            "fit": draw(st.sampled_from([20, 50])),
            "behavior": draw(st.sampled_from([25, 100])),
            "velocity_exceeds_cap": draw(st.booleans()),
        },
        "decay": {
            "mode": draw(st.sampled_from(["none", "periods", "continuous"])),
            "points": draw(st.integers(0, 12)),
            "period": draw(st.sampled_from(["1d", "7d", "30d"])),
            "grace": draw(st.sampled_from(["0d", "2d", "14d"])),
            "floor": draw(st.sampled_from([0, 5, 20])),
            "silence": draw(st.sampled_from(["larger", "both"])),
        },
        "lists": LISTS,
        "activity_signals": draw(st.sampled_from([list(ACTIVITY), ["a"], []])),
        "criteria": criteria,
    }


AGES = st.sampled_from([0, 0, 1, 1, 2, 3, 5, 7, 8, 14, 16, 28, 30, 44, 60, 75, 365, -1, -7])
NUDGES = st.sampled_from([*[timedelta(0)] * 4, *(timedelta(microseconds=n) for n in (-1, 1))])
HOURS = st.sampled_from([0, 0, 0, 1, -1, 7])
HIT_VALUES = st.sampled_from([None, "x", "y", "ü", 1, 3, 49.99, 50, 100, -2.5])
ANY_SIGNAL = st.one_of(st.sampled_from(SIGNALS), st.sampled_from([*SIGNALS, *ELSEWHERE]))
SESSIONS = st.sampled_from([None, "s1", "s2"])


@st.composite
def moments(draw: st.DrawFn, at: datetime) -> datetime:
    return at - timedelta(days=draw(AGES), hours=draw(HOURS)) + draw(NUDGES)


@st.composite
def together(draw: st.DrawFn, at: datetime) -> OracleHit:
    """A hit of a busy two days, so that moments and spans are often the same."""
    age = draw(st.sampled_from([0, 1, 2, 48]))
    return OracleHit(
        draw(st.sampled_from(SIGNALS)), at - timedelta(hours=age) + draw(NUDGES), 1, "s1"
    )


@st.composite
def persons(draw: st.DrawFn, at: datetime) -> Person:
    """A lead with hits of all ages, some in the future, and a history of attributes."""
    started = at - timedelta(days=draw(st.sampled_from([0, 2, 7, 14, 16, 30, 60, 75, 400, -1])))
    length = draw(st.sampled_from([None, 0, 7, 14, 30]))
    anywhere = st.builds(OracleHit, ANY_SIGNAL, moments(at), HIT_VALUES, SESSIONS)
    hits = draw(st.lists(st.one_of(anywhere, anywhere, together(at)), max_size=9))
    person = Person(started, None if length is None else started + timedelta(days=length), hits)
    person.companies = {"first": [], "second": []}
    employer = draw(st.sampled_from([None, "first", "second"]))
    past = at - timedelta(days=30)
    if employer:
        person.history.append(Known("$account", employer, past))
    if draw(st.integers(0, 4)) == 4:  # changed employers later on
        moved = Known("$account", draw(st.sampled_from([None, "second"])), at + draw(NUDGES))
        person.history.append(moved)
    company = person.companies[employer or "first"]
    for reference, values in VALUES.items():
        owner, name = reference.split(".")
        for since in (past, at + draw(NUDGES)):
            value = draw(st.sampled_from(values))
            if value is UNKNOWN:
                continue
            rows = person.history if owner == "lead" else company
            rows.append(Known(name, value, since))
    raised = draw(dates(moments(at)))
    if raised is not UNKNOWN:
        company.append(Known("raised_at", raised, past))
    for age in draw(st.lists(st.sampled_from(["2d", "7d", "14d", "60d"]), max_size=2)):
        size = draw(st.sampled_from([0, 50, 60, 100]))
        company.append(Known("employees", size, at - span(age) + draw(NUDGES)))
    return person

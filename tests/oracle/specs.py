"""Generated measures, one number each, and people who share their companies."""

from datetime import datetime
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.oracle.facts import Person
from tests.oracle.strategies import SPANS, VALUES, persons, some_signals, windows

Spec = dict[str, Any]
spans = st.sampled_from(SPANS)
references = st.sampled_from(
    [
        "account.employees",
        ["account.employees", "lead.score"],
        ["lead.score", "account.employees"],
        "account.raised_at",
    ]
)
company_references = st.sampled_from(["account.employees", "account.industry", "account.raised_at"])


def spec(measure: str, **params: SearchStrategy[Any]) -> SearchStrategy[Spec]:
    """One measure with its parameters; a window of None is left out."""
    whole = st.fixed_dictionaries({"measure": st.just(measure), **params})
    return whole.map(lambda made: {k: v for k, v in made.items() if v is not None})


def of_hits(measure: str, **params: SearchStrategy[Any]) -> SearchStrategy[Spec]:
    return spec(measure, signals=some_signals, window=windows, **params)


HITS: tuple[SearchStrategy[Spec], ...] = (
    *map(
        of_hits,
        (
            "count", "distinct_days", "distinct_values", "largest_value", "distinct_sessions",
            "most_in_session", "longest_session", "days_since", "since_last",
        ),
    ),
    of_hits("weighted_count", half_life=st.sampled_from([*SPANS, "1m"])),
    spec(
        "growth", signals=some_signals, period=spans, **{"as": st.sampled_from([None, "percent"])}
    ),
    spec(
        "sequence",
        steps=st.lists(some_signals, min_size=2, max_size=4),
        within=st.sampled_from(["1h", "1h", *SPANS]),
        window=windows,
    ),
    spec("bursts", signals=some_signals, size=st.integers(2, 3), window=spans),
    spec("trial_age"),
    spec("trial_over"),
    spec("active_products", window=windows),
)  # fmt: skip
ATTRIBUTES: tuple[SearchStrategy[Spec], ...] = (
    spec("date_within", attribute=st.just("account.raised_at"), within=spans),
    spec("attribute_growth", attribute=references, period=spans),
)
OF_ACCOUNTS: tuple[SearchStrategy[Spec], ...] = (
    of_hits("active_users"),
    of_hits("share_active"),
    of_hits(
        "departments",
        attribute=st.sampled_from([None, "lead.department", "lead.title", "lead.score"]),
    ),
    spec("user_growth", signals=some_signals, period=spans),
    spec("users_on_domain"),
    spec("date_within", attribute=st.just("account.raised_at"), within=spans),
    spec("attribute_growth", attribute=company_references, period=spans),
    spec("is_present", attribute=st.sampled_from([r for r in VALUES if r.startswith("account")])),
)
EVERY = {
    "lead": (st.one_of(*HITS), st.one_of(*HITS), *ATTRIBUTES),
    "account": (st.one_of(*HITS), *OF_ACCOUNTS),
}


def specs(subject: str, most: int = 6) -> SearchStrategy[list[Spec]]:
    """Some of the measures that a rubric of leads, or of accounts, may have."""
    return st.lists(st.one_of(*EVERY[subject]), min_size=1, max_size=most)


@st.composite
def colleagues(draw: st.DrawFn, at: datetime, most: int = 5) -> list[Person]:
    """Leads of two companies, some of whom join, leave, or have not signed up yet."""
    people = draw(st.lists(persons(at), min_size=1, max_size=most))
    shared = {
        name: next((p.companies[name] for p in people if p.companies[name]), [])
        for name in ("first", "second")
    }
    for person in people:
        person.companies = shared
    return people

"""Golden leads judged by a version: all at once, each as of its own moment, leaving no trace."""

from datetime import timedelta
from typing import Any

import pytest

from leads.models import Product
from rubrics.golden.checking import failing, judge_golden_leads
from rubrics.mappers import compiled
from rubrics.models import GoldenLead, RubricVersion
from rubrics.services import load_rubric
from tests.rows import row_counts
from tests.rubrics.golden.cases import BUSY, QUIET, keep
from tests.rubrics.makers import AT
from tests.rubrics.scored import DOCUMENT

pytestmark = pytest.mark.django_db


def problems(version: RubricVersion, *golden_leads: GoldenLead) -> list[tuple[str, ...]]:
    return [one.problems for one in judge_golden_leads(compiled(version.pk), golden_leads)]


@pytest.mark.parametrize(
    ("expect", "facts", "problem"),
    [
        pytest.param({"pql": True}, BUSY, "", id="must be, and is"),
        pytest.param({"pql": False}, QUIET, "", id="must not be, and is none"),
        pytest.param(
            {"pql": True},
            QUIET,
            "must be a PQL, but is none: total 5 of 10 needed, behavior 5 of 10 needed",
            id="must be, and is none: what it is short of",
        ),
        pytest.param(
            {"pql": False},
            BUSY,
            "must never be a PQL, but is one: total 15 (needs 10), fit 0 (needs 0),"
            " behavior 15 (needs 10)",
            id="must not be, and is one",
        ),
        pytest.param({"total_at_least": 15, "total_at_most": 15}, BUSY, "", id="at the bounds"),
        pytest.param(
            {"total_at_least": 16}, BUSY, "total is 15, expected 16 or more", id="too low"
        ),
        pytest.param({"total_at_most": 4}, QUIET, "total is 5, expected 4 or less", id="too high"),
        pytest.param(
            {"points": {"used": 10}}, QUIET, "points.used is 5, expected 10", id="a line's points"
        ),
    ],
)
def test_what_came_out(
    version: RubricVersion, expect: dict[str, Any], facts: dict[str, Any], problem: str
) -> None:
    golden_lead = keep(version.rubric, expect=expect, facts=facts)
    assert problems(version, golden_lead) == [(problem,) if problem else ()]


def test_each_is_measured_as_of_its_own_moment(version: RubricVersion) -> None:
    """The week counts from each one's moment, whatever lies between them."""
    recent = {"hits": [{"signal": "recent", "ago": "2d"}]}
    dates = [AT, AT - timedelta(days=500), AT + timedelta(days=40)]
    kept = [keep(version.rubric, facts=recent, expect={"total": 3}, moment=at) for at in dates]
    assert problems(version, *kept) == [(), (), ()]


def test_attributes_and_their_history_are_facts(product: Product) -> None:
    document = {
        **DOCUMENT,
        "criteria": [
            {"key": "title", "axis": "fit", "measure": "text_matches", "attribute": "lead.title",
             "keywords": ["VP"], "tiers": [{"points": 7}]},
            {"key": "grown", "axis": "fit", "measure": "attribute_growth", "period": "90d",
             "attribute": "account.employees", "tiers": [{"at_least": 50, "points": 4}]},
        ],
    }  # fmt: skip
    draft = load_rubric(document, product=product, by=None, at=AT)
    facts = {
        "lead": {"title": "VP Sales"},
        "account": {"employees": 150},
        "earlier": [{"ago": "100d", "account": {"employees": 100}}],
    }
    golden_lead = keep(draft.rubric, facts=facts, expect={"fit": 11})
    assert problems(draft, golden_lead) == [()]


def test_accounts_are_judged_by_their_members(product: Product) -> None:
    document = {
        **DOCUMENT,
        "subject": "account",
        "criteria": [
            {"key": "users", "measure": "active_users", "signals": ["used"],
             "per_unit": {"points": 4}},
        ],
    }  # fmt: skip
    draft = load_rubric(document, product=product, by=None, at=AT)
    members = [{"name": "Ann", **QUIET}, {"name": "Ben", **BUSY}, {"name": "Cid"}]
    kept = keep(draft.rubric, facts={"members": members}, expect={"total": 8, "pql": False})
    assert problems(draft, kept) == [()]


def test_a_lead_outside_of_the_segment_is_no_pql_of_it(product: Product) -> None:
    large = {
        "measure": "number_in_range",
        "attribute": "account.employees",
        "ranges": [[500, None]],
    }
    segment = {"name": "Enterprise", "when": [large]}
    draft = load_rubric({**DOCUMENT, "segment": segment}, product=product, by=None, at=AT)
    small = {**BUSY, "account": {"employees": 5}}
    kept = [
        keep(draft.rubric, facts=small, expect={"pql": True}),
        keep(draft.rubric, facts=small, expect={"pql": False}),
        keep(draft.rubric, facts=small, expect={"total_at_least": 1}),
        keep(draft.rubric, facts=small, expect={"segment": False}),
        keep(draft.rubric, facts={**BUSY, "account": {"employees": 900}}),
    ]
    assert problems(draft, *kept) == [
        ("must be a PQL, but is not in the segment Enterprise",),
        (),
        ("is not in the segment Enterprise: this rubric does not score it",),
        (),
        (),
    ]


def test_facts_that_fit_no_more_fail_alone(version: RubricVersion) -> None:
    first, second = keep(version.rubric), keep(version.rubric, facts={})
    GoldenLead.objects.filter(pk=first.pk).update(facts={"hits": [{"signal": "gone", "ago": "1d"}]})
    first.refresh_from_db()
    broken, other = judge_golden_leads(compiled(version.pk), [first, second])
    assert broken.judgement is None
    assert "facts.hits[1].signal: the rubric has no signal 'gone'" in broken.problems[0]
    assert other.judgement is not None


def test_judging_leaves_no_trace(version: RubricVersion) -> None:
    keep(version.rubric, facts={**BUSY, "account": {"domain": "acme.example"}})
    before = row_counts()
    failing(compiled(version.pk), list(version.rubric.golden_leads.active()))
    assert row_counts() == before


def test_more_of_them_cost_no_more_queries(
    version: RubricVersion, django_assert_max_num_queries: Any
) -> None:
    kept = [keep(version.rubric, facts={**BUSY, "account": {"size": 1}}) for _ in range(20)]
    spec = compiled(version.pk)
    with django_assert_max_num_queries(16):
        assert failing(spec, kept) == []

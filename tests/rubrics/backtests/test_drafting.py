"""A proposal as a draft: what changes, and nothing else."""

from datetime import timedelta

import pytest

from leads.models import Product
from rubrics.backtests.drafting import NothingProposed, draft_proposal
from rubrics.models import Backtest
from rubrics.rows import document_of
from rubrics.services import load_rubric
from tests.rubrics.backtests.pure import DOCUMENT, SIGNALS, made_up, report_of
from tests.rubrics.makers import AT, make_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def product() -> Product:
    return make_product(*SIGNALS)


def make_backtest(product: Product, results: dict) -> Backtest:
    version = load_rubric(DOCUMENT, product=product, by=None, at=AT)
    return Backtest.objects.create(
        version=version, document=document_of(version), started_at=AT, results=results,
        since=AT, until=AT + timedelta(days=1), known_until=AT,
    )  # fmt: skip


def test_draft_has_the_points_and_total_that_were_checked(product: Product) -> None:
    report = report_of(made_up(1, 3000, {"invited": 0.35, "browsed": -0.15}))
    weights = report["weights"]
    job = make_backtest(product, report)
    draft = draft_proposal(job, by=None, at=AT)
    assert (draft.number, draft.status, draft.min_total) == (2, "draft", weights["new_total"])
    assert draft.note == "Points from the backtest of pure v1, 31 March 2026 12:00"
    proposed = {
        (change["key"], tier["index"]): tier["new"]
        for change in weights["changes"]
        for tier in change["tiers"]
    }
    for entry, then in zip(job.document["criteria"], document_of(draft)["criteria"], strict=True):
        for index, tier in enumerate(entry.get("tiers", ())):
            expected = proposed.pop((entry["key"], index), tier["points"])
            assert then["tiers"][index]["points"] == expected
        if "per_unit" in entry:
            expected = proposed.pop((entry["key"], -1), entry["per_unit"]["points"])
            assert then["per_unit"]["points"] == expected
    assert proposed == {}
    assert job.version.status == "draft"


def test_nothing_proposed_makes_no_draft(product: Product) -> None:
    why = "The data carry no change."
    for results, text in (({"weights": {"changes": [], "why": why}}, why), ({}, "not come to its")):
        job = make_backtest(product, results)
        with pytest.raises(NothingProposed, match=text):
            draft_proposal(job, by=None, at=AT)
    assert product.rubrics.get().versions.count() == 2

"""The admin page of a score: every line with what comes next, and what would make it a PQL."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from leads.models import Lead, Product
from rubrics import scores
from rubrics.mappers import forget_compiled
from rubrics.models import AccountScore, Score
from rubrics.publishing import publish_now
from rubrics.services import draft_version, load_rubric
from tests.rubrics.makers import AT, make_lead
from tests.rubrics.scored import mark
from tests.rubrics.teams import join, make_company, publish_companies

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
DOCUMENT: dict[str, Any] = {
    "rubric": "small",
    "signals": {"invited": {"name": "Invited a teammate"}},
    "thresholds": {"total": 30, "fit": 15, "behavior": 15},
    "decay": {"points": 5, "period": "30d", "floor": 0},
    "criteria": [
        {"key": "size", "name": "Company size", "measure": "number_in_range",
         "attribute": "account.employees", "tiers": [{"ranges": [[50, 500]], "points": 15}]},
        {"key": "invites", "measure": "count", "signals": ["invited"], "proxy_for": "Teamwork",
         "tiers": [{"at_least": 1, "points": 10}, {"at_least": 2, "points": 15}]},
    ],
}  # fmt: skip


def scored(invitations: int) -> Score:
    product = Product.objects.create(key="app", name="App")
    version = publish_now(load_rubric(DOCUMENT, product=product, by=None, at=AT), by=None, at=AT)
    now = timezone.now()
    hits = [("invited", now - 3 * DAY - timedelta(hours=n)) for n in range(invitations)]
    lead: Lead = make_lead(
        version.rubric.product, started_at=now - 10 * DAY, account={"employees": 120}, hits=hits
    )
    mark(lead, at=now)
    scores.score_due(at=now)
    forget_compiled()  # ids come again with other tests
    return Score.objects.get()


def page(client: Client, score: Score) -> str:
    response = client.get(f"/admin/rubrics/score/{score.pk}/change/")
    assert response.status_code == 200
    return response.content.decode()


def test_whoever_is_no_pql_yet(client: Client) -> None:
    told = page(client, scored(1))
    assert "5 short" in told
    assert "Next: “Invited a teammate” once more: +5" in told
    assert "Last on " in told
    assert "Stands in for: Teamwork" in told


def test_a_pql_is_told_until_when(client: Client) -> None:
    told = page(client, scored(2))
    assert "It stays a PQL until " in told
    assert "if nothing happens" in told


def test_an_account_is_told_the_same(client: Client) -> None:
    now = timezone.now()
    product = Product.objects.create(key="app", name="App")
    bands = [{"at_least": 0, "name": "Cold"}, {"at_least": 60, "name": "Hot"}]
    version = publish_companies(product, bands=bands)
    company = make_company(now, employees=120)
    mark(join(product, company, "Ann", at=now - 9 * DAY, hits=[("used", now - 3 * DAY)]), at=now)
    scores.score_due(at=now)
    draft_version(version, by=None, at=now)
    forget_compiled()
    score = AccountScore.objects.get()
    response = client.get(f"/admin/rubrics/accountscore/{score.pk}/change/")
    told = response.content.decode()
    assert "10 short: “Shared it” 2 times (+10) makes the total 40." in told
    assert "Next: “Used it” by 1 more user in the last 30 days: +10" in told
    assert "Company size 120, known since" in told
    assert "30 more to Hot." in told
    assert f'href="/accounts/{company.pk}/?rubric=companies&amp;from_version=' in told

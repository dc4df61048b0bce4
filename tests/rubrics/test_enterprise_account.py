"""The account preset by hand from the HubSpot guide's company score: several people, one score."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest

from leads.models import Account, Lead, Product, Trial
from rubrics.documents import parse_document
from rubrics.mappers import compile_for
from rubrics.measures.statement import measure
from rubrics.measures.subjects import AccountIds
from rubrics.presets import load_preset
from rubrics.scoring.types import Judgement
from rubrics.signals import ensure_signals
from tests.rubrics.makers import AT, make_hits

pytestmark = pytest.mark.django_db
DOCUMENT = load_preset("enterprise-account")
KEYS = [criterion["key"] for criterion in DOCUMENT["criteria"]]
PERFECT = {"employees": 120, "industry": "SaaS", "technologies": ["Segment"], "country": "US"}
# Whom, what, how many days ago, and which.
Hit = tuple[str, str, float] | tuple[str, str, float, str]
DOCUMENTS: list[Hit] = [("ann", "document_shared", 20, f"doc-{number}") for number in range(10)]


def judge(
    product: Product,
    *hits: Hit,
    users: Mapping[str, Mapping[str, Any]] | Sequence[str] = ("ann",),
    account: Mapping[str, Any] | None = None,
    competitors: Sequence[str] = (),
) -> Judgement:
    """The score of a company whose users signed up 200 days ago."""
    document = {**DOCUMENT, "lists": {"competitors": list(competitors)}}
    ensure_signals(document, product=product)
    company = Account.objects.create(name="Acme", attributes=dict(account or {}))
    attributes = users if isinstance(users, Mapping) else {name: {} for name in users}
    for name, known in attributes.items():
        lead = Lead.objects.create(account=company, attributes=dict(known))
        Trial.objects.create(lead=lead, product=product, started_at=AT - timedelta(days=200))
        theirs = [hit[1:] for hit in hits if hit[0] == name]
        make_hits(
            product,
            lead.pk,
            [(signal, AT - timedelta(days=ago), *value) for signal, ago, *value in theirs],
        )
    version = compile_for(parse_document(document), product_id=product.pk)
    ((_, measured),) = measure(
        version.version,
        AccountIds([company.pk], AT),
        product_id=product.pk,
        names=version.names,
    )
    return version.judge(measured)


def points(judgement: Judgement) -> dict[str, int]:
    """What each criterion gives, those that give nothing left out."""
    return {key: worth for key, worth in zip(KEYS, judgement.points, strict=True) if worth}


def test_guides_company_score_adds_up_to_100(product: Product) -> None:
    users = {
        "ann": {"department": "Sales"},
        "bo": {"department": "Finance"},
        "cy": {"department": "Operations"},
        "dee": {"department": "Legal"},
    }
    logins: list[Hit] = [(name, "logged_in", 2) for name in ("ann", "bo", "cy")]
    result = judge(
        product, *logins, *DOCUMENTS, ("cy", "usage_limit_hit", 1), users=users, account=PERFECT
    )
    assert points(result) == {
        "company_size": 15, "industry": 10, "tech_stack": 8, "geography": 7,
        "team_activation": 25, "departments": 20, "collaboration": 15, "team_growth": 10,
        "usage_limit": 30, "active_users": 15,
    }  # fmt: skip
    assert (result.fit, result.behavior, result.total, result.is_pql) == (40, 100, 140, True)


def test_half_of_the_users_is_enough(product: Product) -> None:
    active = judge(product, ("ann", "logged_in", 20), users=("ann", "bo"))
    assert points(active) == {"team_activation": 25}
    assert points(judge(product, ("ann", "logged_in", 20), users=("ann", "bo", "cy"))) == {}


def test_two_departments_or_a_steady_team_are_no_sign(product: Product) -> None:
    users = {"ann": {"department": "Sales"}, "bo": {"department": "Finance"}}
    logins: list[Hit] = [(name, "logged_in", ago) for name in users for ago in (2, 9)]
    found = points(judge(product, *logins, users=users))
    assert found == {"team_activation": 25, "active_users": 10}


def test_champion_and_colleagues_on_the_domain(product: Product) -> None:
    users = {name: {"email": f"{name}@acme.example"} for name in "abcde"}
    result = judge(
        product,
        ("a", "admin_action_taken", 40),
        ("b", "rollout_started", 40),
        users=users,
        account={"domain": "acme.example"},
    )
    assert points(result) == {"users_on_domain": 10, "champion": 10, "rollout": 15}


def test_ninety_days_of_silence_cost_10(product: Product) -> None:
    assert judge(product, ("ann", "usage_limit_hit", 89)).behavior == 30
    assert judge(product, ("ann", "usage_limit_hit", 90)).behavior == 20


def test_competitor_is_told_by_its_domain(product: Product) -> None:
    account = {**PERFECT, "domain": "rival.example"}
    assert judge(product, account=account, competitors=["rival.example"]).fit == 10

"""The account's page, and its card on the page of a lead."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from leads.models import Account, Product
from rubrics import scores
from tests.rubrics.makers import AT
from tests.rubrics.scored import mark, publish_small
from tests.rubrics.test_account_scores import member, publish_for_accounts
from tests.world import make_admin

pytestmark = pytest.mark.django_db


@pytest.fixture
def viewer(client: Client) -> User:
    admin = make_admin()
    client.force_login(admin)
    return admin


def test_account_with_its_score_and_members(client: Client, viewer: User) -> None:
    product = Product.objects.create(key="app", name="App")
    publish_small(product)
    bands = [{"at_least": 0, "name": "Cold"}, {"at_least": 12, "name": "Warm", "meaning": "Write"}]
    publish_for_accounts(product, bands=bands, matrix={"fit": 5, "behavior": 10})
    acme = Account.objects.create(name="Acme")
    leads = [member(product, acme, hits=hits) for hits in (2, 1)]
    mark(*leads)
    scores.score_due(at=AT)
    page = client.get(f"/accounts/{acme.pk}/").content.decode()
    for words in ("Why 15", "<b>Warm</b>: Write", "Tier 2: high behavior, low fit", "31 Mar 2026"):
        assert words in page
    assert page.count("/leads/") >= 2
    assert "Score over time" in page
    card = client.get(f"/leads/{leads[0].pk}/").content.decode()
    assert "Account score" in card
    assert f'/accounts/{acme.pk}/"><b>15</b>' in card


def test_account_without_a_score(client: Client, viewer: User) -> None:
    acme = Account.objects.create(name="Acme")
    page = client.get(f"/accounts/{acme.pk}/").content.decode()
    assert "Nobody of this company is known yet." in page
    assert "Why" not in page

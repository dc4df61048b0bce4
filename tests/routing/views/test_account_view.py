"""The account's page, and its card on the page of a lead."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from leads.models import Account, Lead, Product
from rubrics import scores
from rubrics.mappers import forget_compiled
from tests.factories.routing import RepFactory, TeamFactory, make_pql
from tests.rubrics.makers import AT
from tests.rubrics.scored import mark, publish_small
from tests.rubrics.teams import DAY, join, make_company, publish_companies
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
    acme, cold = (Account.objects.create(name=name) for name in ("Acme", "Globex"))
    mark(member(product, cold, hits=1))
    leads = [member(product, acme, hits=hits) for hits in (2, 1)]
    mark(*leads)
    scores.score_due(at=AT)
    page = client.get(f"/accounts/{acme.pk}/").content.decode()
    for words in ("Why 15", "<b>Warm</b>: Write", "Tier 2: high behavior, low fit", "31 Mar 2026"):
        assert words in page
    assert "more to" not in page
    assert "7 more to Warm" in client.get(f"/accounts/{cold.pk}/").content.decode()
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


@pytest.fixture
def acme() -> Iterator[Account]:
    """Two who try the product: Ann used it three days ago, Bo only long before."""
    now = timezone.now()
    product = Product.objects.create(key="app", name="App")
    publish_companies(product)
    company = make_company(now, employees=120)
    ann = join(product, company, "Ann", at=now - 60 * DAY, hits=[("used", now - 3 * DAY)])
    mark(ann, join(product, company, "Bo", at=now - 10 * DAY), at=now)
    scores.score_due(at=now)
    yield company
    forget_compiled()  # their ids come again with other tests


def test_lines_say_what_comes_next_and_what_would_make_it_a_pql(
    client: Client, viewer: User, acme: Account, django_assert_max_num_queries: Any
) -> None:
    page = client.get(f"/accounts/{acme.pk}/").content.decode()
    assert "Company size 120 · known since" in page
    assert "last 3 d ago" in page
    assert "Next: “Used it” by 1 more user in the last 30 days: +10" in page
    assert "15 short: “Used it” by 1 more user in the last 30 days (+10)" in page
    with django_assert_max_num_queries(28):
        client.get(f"/accounts/{acme.pk}/")


def test_evidence_names_whom_the_viewer_may_see(
    client: Client, viewer: User, acme: Account
) -> None:
    (score,) = acme.scores.all()
    address = f"/accounts/{acme.pk}/evidence/{score.version_id}/users/"
    assert address in client.get(f"/accounts/{acme.pk}/").content.decode()
    asked = {"at": score.at.isoformat()}
    assert ">Ann</a>" in client.get(address, asked).content.decode()
    assert client.get(address).status_code == 404
    ann = Lead.objects.get(name="Ann")
    make_pql(rep=RepFactory.create(team=TeamFactory.create(name="Europe")), lead=ann)
    client.force_login(RepFactory.create().user)
    page = client.get(address, asked).content.decode()
    assert "somebody whom another team works" in page
    assert "Ann" not in page


def test_as_of_a_past_day_and_what_changed(client: Client, viewer: User, acme: Account) -> None:
    day = (timezone.localtime() - 5 * DAY).date().isoformat()
    response = client.get(f"/accounts/{acme.pk}/", {"at": day})
    explained = response.context["explained"]
    assert (explained.score.fit, explained.score.behavior, explained.is_past) == (15, 0, True)
    page = response.content.decode()
    assert "This is the score as it was at the end of" in page
    assert f'action="/accounts/{acme.pk}/#changes"' in page
    changed = client.get(f"/accounts/{acme.pk}/", {"days": "7"}).content.decode()
    assert "Total 15 → 25" in changed
    since = client.get(f"/accounts/{acme.pk}/", {"from": "1999-12-31"}).content.decode()
    assert "Nobody of this company tried the product by then" in since
    before = client.get(f"/accounts/{acme.pk}/", {"at": "1999-12-31"}).content.decode()
    assert "There was nothing to score on 31 December 1999" in before

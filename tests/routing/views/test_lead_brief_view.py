"""What a rep reads first on a lead's page, and beside the queue."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from routing import services
from routing.models import LeadVisit
from tests.factories.routing import QualificationFactory, RepFactory, TeamFactory, make_pql
from tests.factories.rubrics import AccountFactory

pytestmark = pytest.mark.django_db


def test_lead_page_is_told_in_short_and_keeps_the_visit_by_a_post(client: Client) -> None:
    maya = RepFactory.create()
    pql = make_pql(rep=maya, lead__email="ada@acme.example")
    other = make_pql(rep=RepFactory.create(team=TeamFactory.create(name="Europe")))
    client.force_login(maya.user)
    page = client.get(f"/leads/{pql.lead_id}/").content.decode()
    assert "A PQL: 92 points" in page
    assert "92 then and now" in page
    assert "Suggested message" in page
    assert 'data-copy="ada@acme.example"' in page
    assert not LeadVisit.objects.exists()
    assert client.get(f"/leads/{pql.lead_id}/visit/").status_code == 405
    assert client.post(f"/leads/{pql.lead_id}/visit/").status_code == 204
    assert client.post(f"/leads/{other.lead_id}/visit/").status_code == 404
    LeadVisit.objects.update(at=timezone.now() - timedelta(days=1))
    page = client.get(f"/queue/open/{pql.lead_id}/").content.decode()
    assert "Since your last visit" in page
    assert "nothing new" in page
    assert "<html" not in page


def test_lead_page_says_how_it_ended_last_time(client: Client) -> None:
    maya = RepFactory.create(user__first_name="Maya", user__last_name="Lind")
    pql = make_pql(rep=maya)
    before = timezone.now() - timedelta(days=60)
    type(pql).objects.filter(pk=pql.pk).update(opened_at=before)
    pql.refresh_from_db()
    services.reject(pql, by=maya.user, at=before, reason="no_intent")
    QualificationFactory.create(
        lead=pql.lead, version=pql.version, rep=maya, opened_at=timezone.now()
    )
    client.force_login(maya.user)
    page = client.get(f"/leads/{pql.lead_id}/").content.decode()
    assert "Qualified again: last time rejected on" in page
    assert "by Maya Lind because “Not looking to buy”" in page


def test_company_panel_names_colleagues_and_teams_but_not_their_leads(client: Client) -> None:
    maya, mate = RepFactory.create(), RepFactory.create()
    account = AccountFactory.create(name="Acme")
    pql = make_pql(rep=maya, lead__account=account, lead__name="Ada")
    make_pql(rep=mate, lead__account=account, lead__name="Bo")
    europe = RepFactory.create(team=TeamFactory.create(name="Europe"))
    make_pql(rep=europe, lead__account=account, lead__name="Cleo")
    client.force_login(maya.user)
    page = client.get(f"/leads/{pql.lead_id}/").content.decode()
    assert "Bo" in page
    assert f"assigned, {mate}" in page
    assert "Europe works 1 more PQL here" in page
    assert "Cleo" not in page

"""A lead beside the list: what is sent from it leads back to the list, never to the fragment."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from routing import services
from tests.factories.routing import RepFactory, make_pql

pytestmark = pytest.mark.django_db

SEEN = "http://testserver/?tab=mine&open=1"


def test_plain_forms_of_the_panel_lead_back_to_the_page(client: Client) -> None:
    maya = RepFactory.create()
    pql = make_pql(rep=maya)
    client.force_login(maya.user)
    headers = {"HX-Request": "true", "HX-Current-URL": SEEN}
    page = client.get(f"/queue/open/{pql.lead_id}/", headers=headers).content.decode()
    assert 'name="next" value="/?tab=mine&amp;open=1"' in page
    assert "next=/%3Ftab%3Dmine%26open%3D1" in page


def test_another_site_is_no_page_to_go_back_to(client: Client) -> None:
    maya = RepFactory.create()
    pql = make_pql(rep=maya)
    client.force_login(maya.user)
    headers = {"HX-Request": "true", "HX-Current-URL": "https://elsewhere.example/?x"}
    page = client.get(f"/queue/open/{pql.lead_id}/", headers=headers).content.decode()
    assert "elsewhere" not in page


def test_panel_says_why_as_the_lead_page_does(client: Client) -> None:
    maya = RepFactory.create()
    pql = make_pql(rep=maya)
    client.force_login(maya.user)
    page = client.get(f"/queue/open/{pql.lead_id}/").content.decode()
    brief = page[page.index('<section class="brief"') :]
    brief = brief[: brief.index("</section>")]
    assert "A PQL: 92 points" in brief
    assert "92 then and now" in brief
    assert brief in client.get(f"/leads/{pql.lead_id}/").content.decode()
    assert f'hx-post="/leads/{pql.lead_id}/visit/"' in page
    assert "Add a task" in page
    assert "Suggested message" in page


def test_panel_costs_a_fixed_number_of_queries(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    maya = RepFactory.create()
    pql = make_pql(rep=maya)
    for number in range(6):
        services.add_note(pql, text=f"Note {number}", by=maya.user, at=timezone.now())
        services.put_tag(pql.lead, name=f"tag {number}", by=maya.user, at=timezone.now())
    client.force_login(maya.user)
    with django_assert_max_num_queries(40):
        client.get(f"/queue/open/{pql.lead_id}/")

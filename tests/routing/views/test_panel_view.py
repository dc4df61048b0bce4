"""A lead beside the list: what is sent from it leads back to the list, never to the fragment."""

import pytest
from django.test import Client

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

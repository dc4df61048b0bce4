"""Tags: put on and taken off a lead, seen in the queue, and narrowing it."""

import json

import pytest
from django.contrib.auth.models import User
from django.test import Client

from routing.models import LeadTag, SavedView
from tests.factories.routing import RepFactory, make_pql
from tests.factories.rubrics import AT, ScoreFactory, make_version

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def maya(client: Client) -> User:
    user: User = RepFactory.create().user
    client.force_login(user)
    return user


def test_tag_on_and_off_each_with_its_undo(client: Client, maya: User) -> None:
    lead = make_pql(rep=maya.rep, lead__name="Ada").lead

    def post(address: str, name: str = "") -> tuple[int, str, str]:
        response = client.post(address, {"name": name} if name else {}, headers=HTMX)
        ((_, told),) = json.loads(response["HX-Trigger"]).items()
        return response.status_code, told["message"], told["undo"]

    status, message, undo = post(f"/leads/{lead.pk}/tags/", "Big & new")
    assert (status, message) == (204, "Tagged Ada “Big & new”.")
    assert "Big &amp; new" in client.get(f"/leads/{lead.pk}/").content.decode()
    assert "already" in post(f"/leads/{lead.pk}/tags/", "Big & new")[1]
    assert post(undo)[0] == 204
    assert not LeadTag.objects.exists()
    assert "any more" in post(undo)[1]
    assert post(f"/leads/{lead.pk}/tags/", "x" * 41)[0] == 409

    LeadTag.objects.create(lead=lead, name="hot", at=AT)  # a play's
    _, _, undo = post(f"/leads/{lead.pk}/tags/off/", "hot")
    post(undo)
    assert LeadTag.objects.get().by == maya


def test_tags_stand_on_rows_and_narrow_the_queue_and_its_views(client: Client, maya: User) -> None:
    tagged = make_pql(rep=maya.rep, lead__name="Ada").lead
    make_pql(rep=maya.rep, lead__name="Bo")
    near = ScoreFactory.create(
        lead__name="Cleo", stands_for=make_version(), fit=32, behavior=45, total=77
    ).lead
    for lead in (tagged, near):
        LeadTag.objects.create(lead=lead, name="Big & new", at=AT)
    for tab, name in (("mine", "Ada"), ("near-miss", "Cleo")):
        for query in ("", "&tag=Big+%26+new"):
            page = client.get(f"/?tab={tab}{query}")
            row = next(row for row in page.context["page"].rows if row.tags)
            assert row.tags == ["Big & new"]
            assert name in page.content.decode()
        assert len(page.context["page"].rows) == 1
        assert not client.get(f"/?tab={tab}&tag=big").context["page"].rows
    assert '<option value="Big &amp; new">' in page.content.decode()
    assert [chip.words for chip in page.context["chips"]] == ["Tag: Big & new"]
    client.post("/queue/views/new/?tab=team&tag=Big+%26+new&task=due", {"name": "Big ones"})
    assert SavedView.objects.get().query == "tab=team&tag=Big+%26+new&task=due"

"""What the queue shows is kept under a name."""

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.test import Client

from routing.models import SavedView
from tests.factories.routing import RepFactory, TeamFactory, make_manager

pytestmark = pytest.mark.django_db


@pytest.fixture
def maya(client: Client) -> User:
    user: User = RepFactory.create().user
    client.force_login(user)
    return user


def _names(client: Client) -> list[str]:
    return [view.name for view in client.get("/?tab=mine").context["views"]]


def test_a_view_keeps_tab_filters_and_order_and_shows_them_again(
    client: Client, maya: User
) -> None:
    address = "/queue/views/new/?tab=team&q=ada&order=fit&min_fit=20&page=3&seen=1&x=y"
    saved = client.post(address, {"name": " Big fits "})
    assert saved["Location"] == "/?tab=team&q=ada&min_fit=20&order=fit"
    assert _names(client) == ["Big fits"]
    wanted = client.get(saved["Location"]).context["wanted"]
    assert (wanted.tab, wanted.words, wanted.order, wanted.min_fit) == ("team", "ada", "fit", 20)


def test_the_default_view_opens_where_nothing_else_is_asked_for(client: Client, maya: User) -> None:
    client.post("/queue/views/new/?tab=team", {"name": "a", "is_default": "on"})
    client.post("/queue/views/new/?tab=expiring", {"name": "b", "is_default": "on"})
    assert client.get("/")["Location"] == "/?tab=expiring"
    assert client.get("/?tab=mine").status_code == 200
    assert list(SavedView.objects.filter(is_default=True).values_list("name", flat=True)) == ["b"]


def test_a_view_is_renamed_and_deleted_by_its_owner_only(client: Client, maya: User) -> None:
    client.post("/queue/views/new/?tab=team", {"name": "a"})
    view = SavedView.objects.get()
    assert client.post(f"/queue/views/{view.pk}/", {"name": "A"})["Location"] == "/?tab=team"
    view.refresh_from_db()
    assert view.name == "A"
    client.force_login(RepFactory.create().user)
    assert client.post(f"/queue/views/{view.pk}/", {"name": "B"}).status_code == 404
    assert client.post(f"/queue/views/{view.pk}/delete/").status_code == 404
    client.force_login(maya)
    assert client.get(f"/queue/views/{view.pk}/delete/").status_code == 405
    assert client.post(f"/queue/views/{view.pk}/delete/").status_code == 302
    assert not SavedView.objects.exists()


def test_a_view_needs_a_name_of_its_own(client: Client, maya: User) -> None:
    client.post("/queue/views/new/?tab=team", {"name": "a"})
    for name, words in (("", "Give the view a name"), ("A", "Choose another name")):
        refused = client.post("/queue/views/new/?tab=mine", {"name": name})
        assert refused.status_code == 422
        assert words in refused.content.decode()
    with pytest.raises(IntegrityError), transaction.atomic():
        SavedView.objects.create(owner=maya, name="a", query="")
    client.force_login(RepFactory.create().user)
    assert client.post("/queue/views/new/?tab=mine", {"name": "a"}).status_code == 302


def test_a_manager_shares_a_view_with_a_team(client: Client, maya: User) -> None:
    team = maya.rep.team
    assert client.post("/queue/views/new/", {"name": "x", "team": team.pk}).status_code == 302
    assert SavedView.objects.get().team is None  # a rep shares nothing
    client.force_login(make_manager())
    client.post("/queue/views/new/?tab=unassigned", {"name": "Untouched", "team": team.pk})
    client.force_login(maya)
    assert _names(client) == ["x", "Untouched"]
    client.force_login(RepFactory.create(team=TeamFactory.create(name="Europe")).user)
    assert _names(client) == []

"""What is selected in the queue is worked at once, and taken back at once."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from routing.models import Qualification, Rep
from routing.models.qualification import State
from tests.factories.routing import ROUND_THE_CLOCK, RepFactory, TeamFactory, make_manager, make_pql

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def maya(client: Client) -> User:
    user: User = RepFactory.create().user
    client.force_login(user)
    return user


def _told(response: Any) -> dict[str, Any]:
    (told,) = json.loads(response["HX-Trigger"]).values()
    answer: dict[str, Any] = told
    return answer


def _states() -> list[str]:
    return list(Qualification.objects.order_by("pk").values_list("state", flat=True))


def test_selected_are_accepted_and_taken_back(client: Client, maya: User) -> None:
    pqls = [make_pql(rep=maya.rep) for _ in range(3)]
    taken = make_pql(rep=RepFactory.create(), lead__name="Bo")
    ids = [pql.pk for pql in (*pqls, taken)]
    done = client.post("/queue/selected/accept/", {"pql": ids}, headers=HTMX)
    assert done.status_code == 204
    assert _told(done)["message"].startswith("3 accepted. 1 was not. Bo: it is ")
    assert _states() == ["accepted"] * 3 + ["assigned"]
    undone = client.post(_told(done)["undo"], headers=HTMX)
    assert _told(undone)["message"] == "3 undone."
    assert _states() == ["assigned"] * 4


def test_selected_undo_takes_back_what_nobody_touched_since(client: Client, maya: User) -> None:
    pqls = [make_pql(rep=maya.rep) for _ in range(2)]
    done = client.post("/queue/selected/accept/", {"pql": [p.pk for p in pqls]}, headers=HTMX)
    client.post(f"/pqls/{pqls[0].pk}/contacted/", headers=HTMX)
    undone = client.post(_told(done)["undo"], headers=HTMX)
    assert _told(undone)["message"].startswith("1 undone. 1 was not.")
    assert _states() == ["contacted", "assigned"]
    assert client.post("/queue/undo/?changes=x,,9", headers=HTMX).status_code == 409


def test_selected_asks_once_for_a_reason_for_all(client: Client, maya: User) -> None:
    pqls = [make_pql(rep=maya.rep) for _ in range(2)]
    chosen = {"pql": [pql.pk for pql in pqls]}
    asked = client.post("/queue/selected/reject/", {**chosen, "ask": "1"}, headers=HTMX)
    assert asked.status_code == 200
    assert "Why reject 2 PQLs?" in asked.content.decode()
    assert client.post("/queue/selected/reject/", chosen, headers=HTMX).status_code == 422
    assert _states() == ["assigned"] * 2
    given = {**chosen, "reason": "competitor", "note": ""}
    assert client.post("/queue/selected/reject/", given, headers=HTMX).status_code == 204
    assert _states() == ["rejected"] * 2
    page = client.post("/queue/selected/snooze/", {**chosen, "ask": "1"}).content.decode()
    assert "<html" in page  # without scripts: a page of its own


def test_selected_are_snoozed_and_woken(client: Client, maya: User) -> None:
    pqls = [make_pql(rep=maya.rep) for _ in range(2)]
    chosen = {"pql": [pql.pk for pql in pqls]}
    assert client.post("/queue/selected/snooze/", {**chosen, "days": "3"}, headers=HTMX)
    assert _states() == ["snoozed"] * 2
    assert client.post("/queue/selected/wake/", chosen, headers=HTMX).status_code == 204
    assert _states() == ["assigned"] * 2


def test_selected_are_assigned_by_a_manager_only(client: Client, maya: User) -> None:
    pqls = [make_pql(rep=None) for _ in range(2)]
    chosen = {"pql": [pql.pk for pql in pqls], "rep": maya.rep.pk}
    assert client.post("/queue/selected/assign/", chosen, headers=HTMX).status_code == 403
    client.force_login(make_manager())
    Rep.objects.update(working_hours=ROUND_THE_CLOCK, max_open=1)
    again = client.post("/queue/selected/assign/", chosen, headers=HTMX)
    assert again.status_code == 422
    assert "has room for 1 of these 2. Choose" in again.content.decode()
    sure = {**chosen, "confirm": maya.rep.pk}
    assert client.post("/queue/selected/assign/", sure, headers=HTMX).status_code == 204
    assert {pql.rep_id for pql in Qualification.objects.all()} == {maya.rep.pk}


def test_selected_leaves_alone_what_is_not_seen(client: Client, maya: User) -> None:
    hidden = make_pql(rep=RepFactory.create(team=TeamFactory.create(name="Europe")))
    for ids in ([hidden.pk], [], ["x"]):
        refused = client.post("/queue/selected/accept/", {"pql": ids}, headers=HTMX)
        assert (refused.status_code, _told(refused)["message"]) == (409, "Select PQLs first.")
    assert client.post("/queue/selected/burn/", {"pql": [hidden.pk]}).status_code == 404
    assert _states() == [State.ASSIGNED]


def test_panel_tells_who_and_why(client: Client, maya: User, settings: Any) -> None:
    settings.CRM_LEAD_URL = "https://crm.example/find?q={email}&id={id}"
    pql = make_pql(rep=maya.rep, lead__email="ada+1@harbor.example")
    page = client.get(f"/queue/open/{pql.lead_id}/").content.decode()
    assert 'data-copy="ada+1@harbor.example"' in page
    assert f"https://crm.example/find?q=ada%2B1%40harbor.example&amp;id={pql.lead_id}" in page
    assert "Core feature" in page
    assert f"/pqls/{pql.pk}/accept/" in page
    settings.CRM_LEAD_URL = ""
    assert "Open in CRM" not in client.get(f"/queue/open/{pql.lead_id}/").content.decode()
    hidden = make_pql(rep=RepFactory.create(team=TeamFactory.create(name="Europe")))
    assert client.get(f"/queue/open/{hidden.lead_id}/").status_code == 404

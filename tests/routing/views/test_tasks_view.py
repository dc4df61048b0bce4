from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from routing import plays
from routing.models import Task
from tests.factories.routing import RepFactory, TeamFactory, make_manager, make_pql
from tests.factories.rubrics import LeadFactory

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def maya(client: Client) -> User:
    user: User = RepFactory.create().user
    client.force_login(user)
    return user


def make_task(title: str, *, hours: float, **values: object) -> Task:
    now = timezone.now()
    lead = values.pop("lead", None) or LeadFactory.create()
    due_at = now + timedelta(hours=hours)
    return plays.make_task(key=title, lead=lead, title=title, at=now, due_at=due_at, **values)  # type: ignore[arg-type]


def test_list_groups_by_when_it_is_due(client: Client, maya: User) -> None:
    for title, hours in (("Call Ada", -2), ("Write to Bo", 50)):
        make_task(title, hours=hours, rep=maya.rep)
    page = client.get("/tasks/").content.decode()
    assert page.index("Overdue") < page.index("Call Ada") < page.index("Later")
    assert page.index("Later") < page.index("Write to Bo")
    assert "Today" not in page


def test_list_of_others_shows_the_teams_and_nobodys(client: Client, maya: User) -> None:
    mate = RepFactory.create(team=maya.rep.team)
    stranger = RepFactory.create(team=TeamFactory.create(name="Elsewhere"))
    make_task("Mine", hours=1, rep=maya.rep)
    make_task("A mate's", hours=1, rep=mate)
    make_task("Nobody's", hours=1)
    make_task("A stranger's", hours=1, rep=stranger)
    page = client.get("/tasks/?tab=others").content.decode()
    assert "A mate&#x27;s" in page
    assert "Nobody&#x27;s" in page
    assert "stranger" not in page
    assert '<p class="task-title">Mine' not in page


def test_empty_list_says_where_tasks_come_from(client: Client, maya: User) -> None:
    assert "Plays make tasks" in client.get("/tasks/?tab=mine").content.decode()
    assert "Nothing done yet" in client.get("/tasks/?tab=done").content.decode()


def test_done_and_undone(client: Client, maya: User) -> None:
    task = make_task("Call Ada", hours=1, rep=maya.rep)
    response = client.post(f"/tasks/{task.pk}/done/", headers=HTMX)
    assert response.status_code == 204
    task.refresh_from_db()
    assert task.done_by == maya
    assert "Call Ada" in client.get("/tasks/?tab=done").content.decode()
    assert "Already done" in client.post(f"/tasks/{task.pk}/done/", headers=HTMX)["HX-Trigger"]

    client.post(f"/tasks/{task.pk}/undone/")
    task.refresh_from_db()
    assert task.done_at is None


def test_done_by_somebody_else_is_refused(client: Client, maya: User) -> None:
    task = make_task("Call Ada", hours=1, rep=RepFactory.create(team=maya.rep.team))
    for verb in ("done", "undone"):
        response = client.post(f"/tasks/{task.pk}/{verb}/", headers=HTMX)
        assert response.status_code == 409
    task.refresh_from_db()
    assert task.done_at is None


def test_task_of_another_team_is_not_there(client: Client, maya: User) -> None:
    stranger = RepFactory.create(team=TeamFactory.create(name="Elsewhere"))
    task = make_task("Call Ada", hours=1, rep=stranger)
    assert client.post(f"/tasks/{task.pk}/done/").status_code == 404


def test_manager_begins_with_everybodys(client: Client) -> None:
    client.force_login(make_manager())
    make_task("Call Ada", hours=1, rep=RepFactory.create())
    assert "Call Ada" in client.get("/tasks/").content.decode()


def test_lead_page_shows_what_is_to_be_done(client: Client, maya: User) -> None:
    pql = make_pql(rep=maya.rep)
    task = make_task("Call about the limit", hours=1, lead=pql.lead, qualification=pql)
    page = client.get(f"/leads/{pql.lead_id}/").content.decode()
    assert "Call about the limit" in page
    assert f"/tasks/{task.pk}/done/" in page


def test_list_costs_no_query_a_task(
    client: Client, maya: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(5):
        pql = make_pql(rep=maya.rep)
        make_task(f"Call {number}", hours=number, lead=pql.lead, qualification=pql)
    client.get("/tasks/")
    with django_assert_num_queries(7):  # one is the bell
        client.get("/tasks/")

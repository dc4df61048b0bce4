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
    # The checker knows no keywords of several types.
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

    assert f"/tasks/{task.pk}/undone/" in response["HX-Trigger"]
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


def test_manager_sees_first_and_loudly_what_is_nobodys(client: Client) -> None:
    client.force_login(make_manager())
    make_task("Overdue one", hours=-2, rep=RepFactory.create())
    pql = make_pql(rep=None)
    make_task("Of a PQL without a rep", hours=3, lead=pql.lead, qualification=pql)
    for address in ("/tasks/?tab=others", "/tasks/?tab=done", "/team/"):
        assert "1 task " in client.get(address).content.decode()
    make_task("Orphan", hours=2)
    page = client.get("/tasks/").content.decode()
    assert "2 tasks are nobody’s." in page
    order = ["Orphan", "Of a PQL without a rep", "Overdue one"]
    assert sorted(order, key=page.index) == order
    assert "2 tasks belong to nobody" in client.get("/team/").content.decode()


def test_rep_is_not_told_to_give_away_what_is_nobodys(client: Client, maya: User) -> None:
    make_task("Orphan", hours=2)
    page = client.get("/tasks/?tab=others").content.decode()
    assert 'class="nobody">Nobody’s yet<' in page
    assert "1 task is nobody’s.</strong> No rep works the lead. Take what you can do." in page
    assert "Give" not in page


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
    with django_assert_num_queries(6):
        client.get("/tasks/")


def test_rep_adds_a_task_and_takes_it_back(client: Client, maya: User) -> None:
    lead = make_pql(rep=maya.rep, lead__name="Ada").lead
    address = f"/leads/{lead.pk}/tasks/new/"
    asked = client.get(address, headers=HTMX).content.decode()
    assert "Task about Ada" in asked
    assert 'name="rep"' not in asked
    again = client.post(address, {"title": "Call <b>", "due_on": "2020-01-01"}, headers=HTMX)
    assert again.status_code == 422
    assert "Choose a day that has not passed." in again.content.decode()
    assert 'value="Call &lt;b&gt;"' in again.content.decode()
    assert 'value="2020-01-01"' in again.content.decode()

    # Whom somebody else names is not theirs to say.
    posted = {"title": "Call Ada", "due_on": "2099-12-01", "rep": RepFactory.create().pk}
    response = client.post(address, posted, headers=HTMX)
    assert response.status_code == 204
    task = Task.objects.get()
    assert (task.owner, task.made_by) == (maya.rep, maya)
    assert f"/tasks/{task.pk}/remove/" in response["HX-Trigger"]
    assert client.post(f"/tasks/{task.pk}/remove/", headers=HTMX).status_code == 204
    assert not Task.objects.standing().exists()
    assert client.post(f"/tasks/{task.pk}/remove/", headers=HTMX).status_code == 404
    page = client.get(f"/leads/{lead.pk}/").content.decode()
    assert "Added for" in page
    assert "Taken back" in page


def test_manager_adds_a_task_for_a_rep_who_is_told_by_whom(client: Client) -> None:
    manager, rep = make_manager(first_name="Max", last_name="Orr"), RepFactory.create()
    pql = make_pql(rep=RepFactory.create())
    client.force_login(manager)
    address = f"/leads/{pql.lead_id}/tasks/new/"
    asked = client.get(address).content.decode()
    assert "Whoever works the PQL" in asked
    client.post(address, {"title": "Theirs", "due_on": "2099-12-01", "rep": ""})
    assert Task.objects.get(title="Theirs").qualification == pql
    client.post(address, {"title": "Call", "due_on": "2099-12-01", "rep": rep.pk})
    assert Task.objects.get(title="Call").owner == rep
    client.force_login(rep.user)
    assert "asked by Max Orr" in client.get("/tasks/").content.decode()
    client.force_login(manager)
    alone = LeadFactory.create()  # nobody works it: somebody has to be named
    refused = client.post(f"/leads/{alone.pk}/tasks/new/", {"title": "x", "due_on": "2099-12-01"})
    assert refused.status_code == 422
    assert "Choose who is to do it." in refused.content.decode()


def test_queue_tells_what_is_due_and_narrows_to_it(client: Client, maya: User) -> None:
    late, soon, free = (make_pql(rep=maya.rep, lead__name=name) for name in ("Ada", "Bo", "Cleo"))
    assert client.get("/").context["due"] is None
    make_task("Call", hours=-30, lead=late.lead, rep=maya.rep)
    make_task("Ask", hours=60, lead=late.lead, qualification=late)
    make_task("Write", hours=60, lead=soon.lead, rep=maya.rep)
    make_task("A mate's", hours=-30, lead=free.lead, rep=RepFactory.create(team=maya.rep.team))
    response = client.get("/")
    assert "1 task overdue" in response.content.decode()
    assert response.context["due"].today == 0
    tasks = {row.pql.lead.name: row.tasks for row in response.context["page"].rows}
    assert (tasks["Ada"].count, tasks["Ada"].is_overdue) == (2, True)
    assert (tasks["Bo"].count, tasks["Bo"].is_overdue, tasks["Bo"].is_today) == (1, False, False)

    def names(query: str) -> set[str]:
        return {row.pql.lead.name for row in client.get(f"/?{query}").context["page"].rows}

    assert names("task=due") == {"Ada"}
    assert names("task=any") == {"Ada", "Bo"}
    assert names("tab=team&task=due") == {"Ada", "Cleo"}
    assert names("task=nonsense") == {"Ada", "Bo", "Cleo"}


def test_manager_gives_a_task_to_somebody_else(client: Client) -> None:
    maya, bo = RepFactory.create(), RepFactory.create(user__first_name="Bo")
    task = make_task("Call Ada", hours=1, rep=maya)
    address = f"/tasks/{task.pk}/give/"
    client.force_login(maya.user)
    assert address not in client.get("/tasks/").content.decode()
    client.force_login(make_manager())
    page = client.get("/tasks/").content.decode()
    assert address in page
    assert 'hx-disinherit="*"' in page  # else its dialog would be looked for a list of tasks
    asked = client.get(address, headers=HTMX).content.decode()
    assert f'<option value="{maya.pk}" selected>' in asked
    refused = client.post(address, {"rep": ""}, headers=HTMX)
    assert refused.status_code == 422
    assert "Choose who is to do it." in refused.content.decode()
    response = client.post(address, {"rep": bo.pk}, headers=HTMX)
    assert response.status_code == 204
    assert "Given to Bo Day: Call Ada" in response["HX-Trigger"]
    task.refresh_from_db()
    assert task.owner == bo
    plays.finish_task(task, by=bo.user, at=timezone.now())
    assert client.post(address, {"rep": maya.pk}, headers=HTMX).status_code == 422


def test_rep_takes_nobodys_task_with_or_without_scripts(client: Client, maya: User) -> None:
    task = make_task("Call Ada", hours=1)
    assert "1 task is nobody’s." in client.get("/tasks/").content.decode()
    page = client.get("/tasks/?tab=others").content.decode()
    assert f'action="/tasks/{task.pk}/take/"' in page
    assert (
        f'action="/tasks/{task.pk}/take/"' in client.get(f"/leads/{task.lead_id}/").content.decode()
    )
    response = client.post(f"/tasks/{task.pk}/take/", headers=HTMX)
    assert f"/tasks/{task.pk}/leave/" in response["HX-Trigger"]
    page = client.get("/tasks/").content.decode()
    assert "Call Ada" in page
    assert "/take/" not in page
    assert client.post(f"/tasks/{task.pk}/leave/", headers=HTMX).status_code == 204
    assert client.post(f"/tasks/{task.pk}/leave/", headers=HTMX).status_code == 409
    there = {"next": "/tasks/?tab=mine"}
    followed = client.post(f"/tasks/{task.pk}/take/", there, follow=True)
    assert "Yours now: Call Ada" in followed.content.decode()
    client.force_login(RepFactory.create().user)
    late = client.post(f"/tasks/{task.pk}/take/", headers=HTMX)
    assert (late.status_code, "has it already: Call Ada" in late["HX-Trigger"]) == (409, True)
    client.force_login(make_manager())  # no rep: gives it to one
    make_task("Write to Bo", hours=1)
    assert "/take/" not in client.get("/tasks/").content.decode()

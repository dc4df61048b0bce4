import pytest
from django.test import Client

from routing import sla
from routing.models import SlaPolicy
from tests.factories.routing import QualificationFactory, rep_of
from tests.factories.rubrics import AT
from tests.routing.sla.cases import DUE, HOUR, make_policy, start

pytestmark = pytest.mark.django_db

ADDRESS = "/admin/routing/slapolicy/"
FORM = {"name": "Two hours", "position": 1, "is_active": "on", "most_reassignments": 1}


def test_a_policy_that_is_made_changed_or_deleted_sets_every_clock_anew(client: Client) -> None:
    pql = QualificationFactory.create()
    start(pql)
    assert pql.sla_due_at is None
    assert client.post(f"{ADDRESS}add/", {**FORM, "first_touch_minutes": 120}).status_code == 302
    start(pql)
    assert pql.sla_due_at == DUE - 2 * HOUR
    policy = SlaPolicy.objects.get()
    client.post(f"{ADDRESS}{policy.pk}/change/", {**FORM, "first_touch_minutes": 240})
    start(pql)
    assert pql.sla_due_at == DUE
    client.post(f"{ADDRESS}{policy.pk}/delete/", {"post": "yes"})
    start(pql)
    assert (pql.sla_due_at, pql.sla_next_at) == (None, None)


def test_a_reminder_before_the_assignment_is_refused(client: Client) -> None:
    answer = client.post(
        f"{ADDRESS}add/", {**FORM, "first_touch_minutes": 60, "remind_before_minutes": 60}
    )
    assert "Use less than 60." in answer.content.decode()
    assert not SlaPolicy.objects.exists()


def test_a_holiday_of_everybody_moves_what_is_due(client: Client) -> None:
    make_policy()
    pql = QualificationFactory.create(opened_at=AT + 4 * HOUR)
    start(pql)
    due = pql.sla_due_at
    days = {"first": "2026-03-11", "last": "2026-03-11"}
    assert client.post("/admin/routing/dayoff/add/", days).status_code == 302
    start(pql)
    assert due is not None
    assert pql.sla_due_at == due + 24 * HOUR


def test_a_reps_hours_move_what_is_due(client: Client) -> None:
    make_policy()
    pql, other = QualificationFactory.create(), QualificationFactory.create()
    start(pql, other)
    rep = rep_of(pql)
    form = {
        "user": rep.user_id, "team": rep.team_id, "is_available": "on", "weight": 1,
        "time_zone": "UTC", "hours_wed": "9-17", "skills": "",
        "days_off-TOTAL_FORMS": 0, "days_off-INITIAL_FORMS": 0,
    }  # fmt: skip
    assert client.post(f"/admin/routing/rep/{rep.pk}/change/", form).status_code == 302
    start(pql, other)
    assert (pql.sla_due_at, other.sla_due_at) == (DUE + 21 * HOUR, DUE)


def test_what_was_done_is_listed(client: Client) -> None:
    make_policy()
    pql = QualificationFactory.create()
    start(pql)
    sla.take_steps(at=DUE, limit=1)
    page = client.get("/admin/routing/slaevent/").content.decode()
    assert "Not touched within 4 working hours" in page

from datetime import timedelta

import pytest
from django.template import Context, Template
from django.test import Client
from django.utils import timezone

from routing.models import Pilot, PilotCase, PilotVerdict
from routing.viewers import Viewer
from tests.factories.routing import QualificationFactory, RepFactory

pytestmark = pytest.mark.django_db


def shown(viewer: Viewer) -> str:
    template = Template("{% load pilots %}{% pilot_verdict viewer at %}")
    return template.render(Context({"viewer": viewer, "at": timezone.now()})).strip()


def test_a_rep_of_a_pilot_is_asked_and_answers_with_one_tap(client: Client) -> None:
    now = timezone.now()
    rep, other = RepFactory.create_batch(2)
    pilot = Pilot.objects.create(
        name="March", starts_at=now - timedelta(days=1), ends_at=now + timedelta(days=1)
    )
    pilot.reps.add(rep)
    assert shown(Viewer.of(rep.user)) == ""
    pql = QualificationFactory.create(rep=rep, opened_at=now)
    PilotCase.objects.create(pilot=pilot, qualification=pql, arm="pilot")
    assert "Was today’s PQL good?" in shown(Viewer.of(rep.user))
    assert shown(Viewer.of(other.user)) == ""

    client.force_login(rep.user)
    client.post(f"/pilots/{pilot.pk}/verdict/", {"verdict": "mixed"})
    assert PilotVerdict.objects.get().verdict == "mixed"
    assert shown(Viewer.of(rep.user)).count('aria-pressed="true"') == 1
    answer = client.post(f"/pilots/{pilot.pk}/verdict/", {"verdict": "x"}, follow=True)
    assert "Say good, mixed or poor." in answer.content.decode()
    client.force_login(other.user)
    answer = client.post(f"/pilots/{pilot.pk}/verdict/", {"verdict": "good"}, follow=True)
    assert "dealt you no PQL today" in answer.content.decode()

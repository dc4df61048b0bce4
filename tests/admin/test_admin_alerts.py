"""Alerts, to look at; severity rules and settings, to edit."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from routing.alerts import raise_alert
from routing.models import Alert, AlertPreference, SeverityRule
from routing.models.alert import AlertKind, Severity
from routing.models.alert_preference import Rhythm
from tests.factories.routing import make_pql, rep_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def alert() -> Alert:
    pql = make_pql()
    return raise_alert(
        key="k", kind=AlertKind.PLAY, severity=Severity.URGENT, user=rep_of(pql).user,
        lead=pql.lead, qualification=pql, at=timezone.now(), title="The limit was hit",
    )  # fmt: skip


def test_alerts_are_found_and_read(client: Client, alert: Alert) -> None:
    url = reverse("admin:routing_alert_changelist")
    for query, is_there in (
        ("", True), ("?severity__exact=4", True), ("?severity__exact=1", False),
        ("?kind__exact=play", True), (f"?user__id__exact={alert.user_id}", True),
        ("?delivered=no", True), ("?delivered=yes", False),
    ):  # fmt: skip
        assert ("The limit was hit" in client.get(url + query).content.decode()) == is_there, query
    page = client.get(reverse("admin:routing_alert_change", args=[alert.pk])).content.decode()
    assert "92" in page
    assert 'name="title"' not in page


def test_a_teams_settings_hold_for_what_waits(client: Client, alert: Alert) -> None:
    now = timezone.now()
    Alert.objects.update(due_at=now + timedelta(days=1), severity=Severity.NORMAL)
    team = rep_of(alert.qualification).team if alert.qualification else None
    assert team is not None
    response = client.post(
        reverse("admin:routing_alertpreference_add"),
        {
            "team": team.pk, "slack_from": "1", "email_from": "3", "rhythm": "at_once",
            "digest_time": "09:00", "quiet_hours": "none", "quiet_from": "19:00",
            "quiet_until": "08:00", "urgent_at_once": "on",
        },
    )  # fmt: skip
    assert response.status_code == 302, response.context["errors"]
    preference = AlertPreference.objects.get()
    assert (preference.team, preference.rhythm) == (team, Rhythm.AT_ONCE)
    alert.refresh_from_db()
    assert alert.due_at < now + timedelta(hours=1)

    url = reverse("admin:routing_alertpreference_delete", args=[preference.pk])
    client.post(url, {"post": "yes"})
    assert not AlertPreference.objects.exists()


def test_settings_of_nobody_are_refused(client: Client, alert: Alert) -> None:
    url = reverse("admin:routing_alertpreference_add")
    page = client.post(url, {"slack_from": "1", "rhythm": "at_once"}).content.decode()
    assert "Choose a person or a team" in page
    assert not AlertPreference.objects.exists()


def test_a_rule_that_asks_nothing_is_refused(client: Client, alert: Alert) -> None:
    url = reverse("admin:routing_severityrule_add")
    before = SeverityRule.objects.count()
    assert "Give a total" in client.post(url, {"severity": "4"}).content.decode()
    client.post(url, {"severity": "4", "at_least": "120"})
    assert SeverityRule.objects.count() == before + 1

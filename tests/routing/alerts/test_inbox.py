"""One's inbox and alert settings, seen and used."""

from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from routing import services
from routing.alerts import inbox, raise_alert
from routing.alerts.inbox import Asked
from routing.models import Alert, AlertPreference, Qualification
from routing.models.alert import AlertKind, Severity
from routing.models.alert_preference import Rhythm
from routing.models.qualification import Review
from routing.viewers import Viewer
from tests.factories.routing import RepFactory, UserFactory, make_pql, rep_of
from tests.factories.rubrics import AT

pytestmark = pytest.mark.django_db
keys = count()


@pytest.fixture
def pql() -> Qualification:
    return make_pql()


@pytest.fixture
def maya(pql: Qualification, client: Client) -> User:
    user = rep_of(pql).user
    client.force_login(user)
    return user


def tell(user: User, pql: Qualification, **changes: Any) -> Alert:
    values: dict[str, Any] = {
        "kind": AlertKind.NEW_PQL, "severity": Severity.HIGH, "at": timezone.now(),
    } | changes  # fmt: skip
    return raise_alert(key=f"k{next(keys)}", user=user, lead=pql.lead, qualification=pql, **values)


def url(name: str, *args: object) -> str:
    return reverse(f"routing:{name}", args=args)


def test_shows_ones_own_alone(client: Client, maya: User, pql: Qualification) -> None:
    tell(maya, pql, title="For Maya")
    tell(UserFactory.create(), pql, title="For somebody else")
    page = client.get(url("inbox")).content.decode()
    assert "For Maya" in page
    assert "For somebody else" not in page
    assert "92 of 150 (fit 32 of 50, behavior 60 of 100)" in page


def test_what_people_name_themselves_is_escaped(
    client: Client, maya: User, pql: Qualification
) -> None:
    pql.lead.name = "<script>alert(1)</script>"
    pql.lead.save()
    tell(maya, pql)
    page = client.get(url("inbox")).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["new high"]),
        ("?tab=all", ["new high", "old urgent"]),
        ("?tab=all&severity=4", ["old urgent"]),
        ("?tab=all&kind=play", ["old urgent"]),
        ("?severity=nonsense&kind=nonsense&page=x", ["new high"]),
    ],
)
def test_filters(
    client: Client, maya: User, pql: Qualification, query: str, shown: list[str]
) -> None:
    old = tell(maya, pql, title="old urgent", severity=Severity.URGENT, kind=AlertKind.PLAY, at=AT)
    inbox.read_alert(old, at=AT)
    tell(maya, pql, title="new high")
    page = client.get(url("inbox") + query)
    assert [item.alert.title for item in page.context["page"].items] == shown


def test_pages(maya: User, pql: Qualification) -> None:
    for _ in range(inbox.PAGE_SIZE + 1):
        tell(maya, pql)
    first, second = (inbox.inbox_page(Viewer.of(maya), Asked(page=number)) for number in (1, 2))
    assert (len(first.items), first.has_next) == (inbox.PAGE_SIZE, True)
    assert (len(second.items), second.has_next) == (1, False)


def test_an_inbox_of_many_costs_as_many_queries_as_of_one(
    client: Client, maya: User, pql: Qualification, django_assert_max_num_queries: Any
) -> None:
    for _ in range(12):
        tell(maya, pql)
    with django_assert_max_num_queries(9):
        client.get(url("inbox"))


def test_opening_takes_note_and_leads_there(client: Client, maya: User, pql: Qualification) -> None:
    alert = tell(maya, pql)
    response = client.post(url("alert-open", alert.pk))
    assert response["Location"] == f"/leads/{pql.lead_id}/"
    alert.refresh_from_db()
    first = alert.read_at
    assert first is not None
    client.post(url("alert-open", alert.pk))
    alert.refresh_from_db()
    assert alert.read_at == first


def test_card_is_worked_as_a_row_of_the_queue_is(
    client: Client, maya: User, pql: Qualification
) -> None:
    tell(maya, pql)
    page = client.get(url("inbox")).content.decode()
    accept = url("pql-work", pql.pk, "accept")
    for address in (accept, url("pql-snooze", pql.pk), url("pql-reject", pql.pk)):
        assert f'"{address}' in page
    assert 'hx-disinherit="*"' in page  # else its dialogs would be looked for an inbox
    followed = client.post(accept, {"next": url("inbox")}, follow=True)  # without scripts
    page = followed.content.decode()
    assert "It is yours to work." in page
    assert accept not in page
    assert url("pql-work", pql.pk, "contacted") in page
    pql.refresh_from_db()
    services.reject(pql, by=maya, at=timezone.now(), reason="no_intent")
    assert "/pqls/" not in client.get(url("inbox")).content.decode()


def test_card_about_what_is_not_theirs_to_work_offers_nothing(
    client: Client, maya: User, pql: Qualification
) -> None:
    tell(maya, pql)
    Qualification.objects.update(review=Review.WAITING)
    assert "/pqls/" not in client.get(url("inbox")).content.decode()
    Qualification.objects.update(rep=RepFactory.create(), review=Review.PASSED)
    assert "/pqls/" not in client.get(url("inbox")).content.decode()


def test_filter_lists_kinds_that_can_reach_them(client: Client, maya: User) -> None:
    page = client.get(url("inbox")).content.decode()
    assert 'value="new_pql"' in page
    assert 'value="team_summary"' not in page
    assert (
        'value="team_summary" selected' in client.get("/inbox/?kind=team_summary").content.decode()
    )
    client.force_login(UserFactory.create())
    assert 'name="kind"' not in client.get(url("inbox")).content.decode()


def test_read_and_unread(client: Client, maya: User, pql: Qualification) -> None:
    alert = tell(maya, pql)
    client.post(url("alert-read", alert.pk))
    assert not Alert.objects.unread().exists()
    client.post(url("alert-unread", alert.pk))
    assert Alert.objects.unread().exists()


@pytest.mark.parametrize("verb", ["alert-open", "alert-read", "alert-unread"])
def test_somebody_elses_is_not_there(
    client: Client, maya: User, pql: Qualification, verb: str
) -> None:
    alert = tell(UserFactory.create(), pql)
    assert client.post(url(verb, alert.pk)).status_code == 404
    assert Alert.objects.unread().exists()


def test_mark_all_leaves_what_came_since_and_other_peoples(
    client: Client, maya: User, pql: Qualification
) -> None:
    seen = tell(maya, pql)
    later, theirs = tell(maya, pql), tell(UserFactory.create(), pql)
    client.post(url("alerts-read"), {"until": seen.pk})
    assert set(Alert.objects.unread()) == {later, theirs}
    client.post(url("alerts-read"), {"until": "nonsense"})
    assert Alert.objects.unread().count() == 2


def test_the_bell_counts_on_every_page_for_no_query_of_its_own(
    client: Client, maya: User, pql: Qualification, django_assert_num_queries: Any
) -> None:
    tell(maya, pql)
    assert '<span class="bell-count">1</span>' in client.get(url("help-keys")).content.decode()
    with django_assert_num_queries(1):
        assert Viewer.of(maya).unread == 1


def test_the_pulse_tells_only_news(client: Client, maya: User, pql: Qualification) -> None:
    assert client.get(url("inbox-pulse") + "?seen=0").status_code == 204
    tell(maya, pql)
    assert 'data-seen="1"' in client.get(url("inbox-pulse") + "?seen=0").content.decode()


def test_what_waits_says_until_when(client: Client, maya: User, pql: Qualification) -> None:
    AlertPreference.objects.create(user=maya, rhythm=Rhythm.DAILY)
    tell(maya, pql)
    assert "Goes out" in client.get(url("inbox")).content.decode()


def test_habit_counts_what_was_followed_by_an_act(maya: User) -> None:
    rep = maya.rep
    for number in range(12):
        pql = make_pql(rep=rep)
        tell(maya, pql, at=AT)
        if number < 5:
            services.accept(pql, by=maya, at=AT + timedelta(minutes=1))
    before = make_pql(rep=rep)
    services.accept(before, by=maya, at=AT - timedelta(minutes=1))
    tell(maya, before, at=AT)
    habit = inbox.habit_of(maya)
    assert (habit.acted, habit.told, habit.is_tired) == (5, 13, True)


def test_a_few_alerts_are_no_habit() -> None:
    assert not inbox.Habit(0, inbox.FEWEST - 1).is_tired
    assert not inbox.Habit(5, 10).is_tired
    assert inbox.Habit(4, 10).is_tired


CHOICES = {
    "slack_from": "3", "email_from": "5", "rhythm": "hourly", "digest_time": "09:00",
    "quiet_hours": "own", "quiet_from": "19:00", "quiet_until": "08:00", "urgent_at_once": "on",
    "time_zone": "Europe/Berlin", "muted_kinds": ["play"], "mute": "",
}  # fmt: skip


def test_settings_are_ones_own(client: Client, maya: User) -> None:
    teams = AlertPreference.objects.create(team=maya.rep.team, rhythm=Rhythm.DAILY)
    assert "You go by the settings of" in client.get(url("alert-preferences")).content.decode()
    client.post(url("alert-preferences"), CHOICES)
    own = AlertPreference.objects.get(user=maya)
    assert (own.rhythm, own.slack_from, own.muted_kinds) == ("hourly", Severity.HIGH, ["play"])
    teams.refresh_from_db()
    assert teams.rhythm == Rhythm.DAILY

    client.post(url("alert-preferences-reset"))
    assert not AlertPreference.objects.filter(user=maya).exists()


def test_settings_ask_for_what_one_can_get_and_keep_the_rest(client: Client, maya: User) -> None:
    AlertPreference.objects.create(team=maya.rep.team, muted_kinds=["task", "team_summary"])
    page = client.get(url("alert-preferences")).content.decode()
    assert 'value="new_pql"' in page
    for others in ("unassigned_pql", "review", "pilot", "team_summary"):
        assert f'value="{others}"' not in page
    client.post(url("alert-preferences"), CHOICES)
    assert AlertPreference.objects.get(user=maya).muted_kinds == ["play", "team_summary"]


def test_who_is_told_nothing_is_not_asked_of_what(client: Client) -> None:
    client.force_login(UserFactory.create(permissions=["view_lead"]))
    page = client.get(url("alert-preferences")).content.decode()
    assert "Kinds that stay in the inbox" not in page
    assert client.post(url("alert-preferences"), CHOICES | {"muted_kinds": []}).status_code == 302


def test_settings_begin_as_what_counts_now(client: Client, maya: User) -> None:
    AlertPreference.objects.create(team=maya.rep.team, rhythm=Rhythm.DAILY)
    form = client.get(url("alert-preferences")).context["form"]
    assert form["rhythm"].value() == Rhythm.DAILY


@pytest.mark.parametrize(
    ("mute", "least", "most"), [("hour", 0.9, 1), ("tomorrow", 8, 32), ("week", 167, 169)]
)
def test_mute(client: Client, maya: User, mute: str, least: float, most: float) -> None:
    client.post(url("alert-preferences"), CHOICES | {"mute": mute})
    until = AlertPreference.objects.get(user=maya).muted_until
    assert until is not None
    assert least <= (until - timezone.now()) / timedelta(hours=1) <= most
    client.post(url("alert-preferences"), CHOICES | {"mute": "keep"})
    assert AlertPreference.objects.get(user=maya).muted_until == until
    client.post(url("alert-preferences"), CHOICES)
    assert AlertPreference.objects.get(user=maya).muted_until is None


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ({"time_zone": "Mars/Olympus"}, "is no time zone"),
        ({"quiet_from": "08:00"}, "begin and end at the same time"),
        ({"digest_time": "25:00"}, "Enter a valid time"),
    ],
)
def test_settings_that_make_no_sense_change_nothing(
    client: Client, maya: User, bad: dict[str, str], says: str
) -> None:
    response = client.post(url("alert-preferences"), CHOICES | bad)
    assert response.status_code == 422
    assert says in response.content.decode()
    assert not AlertPreference.objects.filter(user=maya).exists()


def test_a_rep_of_another_team_sees_nothing_of_it(client: Client, pql: Qualification) -> None:
    tell(rep_of(pql).user, pql, title="For Maya")
    client.force_login(RepFactory.create().user)
    assert "For Maya" not in client.get(url("inbox") + "?tab=all").content.decode()


def test_old_alerts_are_dropped_once_they_are_out(maya: User, pql: Qualification) -> None:
    old, waits, young = (tell(maya, pql, at=AT), tell(maya, pql, at=AT), tell(maya, pql))
    Alert.objects.filter(pk=old.pk).update(delivered_at=AT)
    Alert.objects.filter(pk=young.pk).update(delivered_at=timezone.now())
    assert inbox.drop_old(at=AT + timedelta(days=180), days=180, limit=10) == 0
    assert inbox.drop_old(at=AT + timedelta(days=181), days=180, limit=10) == 1
    assert set(Alert.objects.all()) == {waits, young}

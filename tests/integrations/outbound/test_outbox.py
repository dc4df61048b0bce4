"""Every cause is owed once to every destination it is for, in the transaction that marks it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from integrations.models import Delivery, Destination
from integrations.models.delivery import LIFE
from integrations.outbound import outbox
from integrations.outbound.events import lead_data
from integrations.outbound.outbox import give_up_overdue, owe
from routing import services
from routing.alerts import raise_alert
from routing.models import Alert, OwedEvent, Qualification, StateChange
from routing.models.alert import AlertKind
from tests.doubles.receiver import SECRET
from tests.factories.routing import RepFactory, make_pql, rep_of
from tests.integrations.outbound.conftest import (
    email_destination,
    slack_destination,
    webhook_destination,
)

pytestmark = pytest.mark.django_db

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
URL = "https://crm.example/hook"


def told(pql: Qualification, *, key: str = "", **values: Any) -> Alert:
    """An alert of a PQL to its rep."""
    rep = rep_of(pql)
    alert = raise_alert(
        key=key or f"change:1:{rep.user_id}", kind=AlertKind.NEW_PQL, severity=None, user=rep.user,
        lead=pql.lead, qualification=pql, at=AT,
    )  # fmt: skip
    Alert.objects.filter(pk=alert.pk).update(**values)
    alert.refresh_from_db()
    return alert


def keys(destination: Destination) -> list[str]:
    found = Delivery.objects.filter(destination=destination).order_by("pk")
    return [delivery.key for delivery in found]


def test_alert_goes_by_every_way_its_person_chose_once() -> None:
    slack, email = slack_destination(), email_destination()
    alert = told(make_pql())
    assert owe(at=AT, limit=10) == 1
    assert owe(at=AT, limit=10) == 0
    assert keys(slack) == keys(email) == [f"alert:{alert.key}"]
    for delivery in Delivery.objects.all():
        assert (delivery.user, delivery.alert, delivery.lead) == (
            alert.user, alert, alert.lead,
        )  # fmt: skip
        assert (delivery.not_before, delivery.not_after) == (AT, AT + LIFE)
    alert.refresh_from_db()
    assert alert.delivered_at == AT


@pytest.mark.parametrize(
    ("channels", "owed"), [(["slack"], (1, 0)), (["email"], (0, 1)), ([], (0, 0))], ids=str
)
def test_ways_not_chosen_are_not_taken(channels: list[str], owed: tuple[int, int]) -> None:
    slack, email = slack_destination(), email_destination()
    told(make_pql(), channels=channels)
    owe(at=AT, limit=10)
    assert (len(keys(slack)), len(keys(email))) == owed


def test_what_is_off_is_owed_nothing_and_what_is_held_waits() -> None:
    off = slack_destination(is_on=False)
    email = email_destination()
    told(make_pql(), due_at=AT + timedelta(hours=8))
    assert owe(at=AT, limit=10) == 0
    assert owe(at=AT + timedelta(hours=8), limit=10) == 1
    assert (keys(off), len(keys(email))) == ([], 1)


def test_marked_already_is_never_owed_twice() -> None:
    """As after a transaction whose end nobody saw: the key is taken."""
    slack = slack_destination()
    alert = told(make_pql())
    owe(at=AT, limit=10)
    Alert.objects.update(delivered_at=None)
    owe(at=AT, limit=10)
    assert keys(slack) == [f"alert:{alert.key}"]


def test_nothing_is_owed_if_the_transaction_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    slack = slack_destination()
    alert = told(make_pql())

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(outbox, "mark_delivered", fail)
    with pytest.raises(RuntimeError):
        owe(at=AT, limit=10)
    alert.refresh_from_db()
    assert (keys(slack), alert.delivered_at) == ([], None)


def test_held_back_together_goes_as_one() -> None:
    slack = slack_destination()
    pql = make_pql()
    later = AT + timedelta(hours=8)
    first, second = (told(pql, key=f"k{n}", due_at=later) for n in range(2))
    assert owe(at=later, limit=10) == 1
    digest = Delivery.objects.get(destination=slack)
    assert digest.alert is None
    assert sorted(digest.alert_ids) == [first.pk, second.pk]


def test_channel_gets_one_message_a_cause_of_its_team_and_product() -> None:
    pql = make_pql(rep__team__name="Europe")
    team = rep_of(pql).team
    every = slack_destination(channel="C1")
    theirs = slack_destination(name="T", key="t", channel="C2", team=team, product=pql.product)
    other = make_pql(rep__team__name="Asia")
    others = slack_destination(name="O", key="o", channel="C3", team=rep_of(other).team)
    boss = rep_of(other).user
    for user in (rep_of(pql).user, boss):  # two people told of the same change
        raise_alert(
            key=f"change:7:{user.pk}", kind=AlertKind.UNASSIGNED_PQL, severity=None, user=user,
            lead=pql.lead, qualification=pql, at=AT,
        )  # fmt: skip
    owe(at=AT, limit=10)
    assert keys(every) == keys(theirs) == ["channel:change:7"]
    assert keys(others) == []
    assert Delivery.objects.get(destination=theirs).lane == "C2"


def test_changes_become_events_for_webhooks_once() -> None:
    every = webhook_destination(URL)
    closed = webhook_destination(URL, name="W", key="w", events=["pql.closed"])
    pql = make_pql()
    user = rep_of(pql).user
    pql = services.accept(pql, by=user, at=AT)
    services.reject(pql, by=user, at=AT, reason="no_intent")
    assert owe(at=AT, limit=10) == 2
    assert owe(at=AT, limit=10) == 0
    changed, ended = Delivery.objects.filter(destination=every).order_by("pk")
    assert changed.payload["type"] == "pql.state_changed"
    assert ended.payload["type"] == "pql.closed"
    data = ended.payload["data"]
    assert (data["pql"]["state"], data["pql"]["state_before"]) == ("rejected", "accepted")
    assert data["lead"]["email"] == pql.lead.email
    assert data["by"]["name"] == user.get_full_name()
    assert [d.payload["type"] for d in Delivery.objects.filter(destination=closed)] == [
        "pql.closed"
    ]


def test_what_is_news_to_a_rep_says_why_and_what_to_write() -> None:
    webhook_destination(URL, events=["pql.assigned", "pql.state_changed"])
    pql = make_pql(lead__name="Ada King")
    user = rep_of(pql).user
    other = RepFactory.create()
    pql = services.accept(pql, by=user, at=AT)
    services.reassign(pql, rep=other, by=user, at=AT, reason="Away")
    owe(at=AT, limit=10)
    changed, given = (delivery.payload["data"] for delivery in Delivery.objects.order_by("pk"))
    assert "reasons" not in changed
    assert given["last_activity"] is None
    alert = told(pql)
    assert given["reasons"] == alert.content["reasons"]
    assert given["suggested_message"] == alert.content["suggested_message"]


def test_changes_nobody_takes_are_not_kept_for_later() -> None:
    pql = make_pql()
    services.accept(pql, by=rep_of(pql).user, at=AT)
    owe(at=AT, limit=10)
    late = webhook_destination(URL)
    owe(at=AT, limit=10)
    assert keys(late) == []
    assert not StateChange.objects.not_handed_on().exists()


@pytest.mark.parametrize(
    ("named", "who"), [("", ["crm", "w"]), ("w", ["w"]), ("nobody", [])], ids=["all", "w", "none"]
)
def test_events_of_plays_go_where_they_are_meant_to(named: str, who: list[str]) -> None:
    webhook_destination(URL)
    webhook_destination(URL, name="W", key="w")
    webhook_destination(URL, name="C", key="c", events=["pql.closed"])
    slack_destination(channel="C1")
    lead = make_pql().lead
    OwedEvent.objects.create(
        key="e1", kind="play.fired", destination_key=named, lead=lead, content={"play": "Hot"},
        created_at=AT,
    )  # fmt: skip
    owe(at=AT, limit=10)
    owe(at=AT, limit=10)
    found = Delivery.objects.order_by("destination__key")
    assert [delivery.destination.key for delivery in found] == who
    for delivery in found:
        assert delivery.payload["data"] == {
            "lead": lead_data(lead), "play": "Hot",
        }  # fmt: skip


# --- Bringing messages up to date -----------------------------------------------------------------
def sent(pql: Qualification, **values: Any) -> Delivery:
    """The Slack message of a PQL's alert, as it is once it was sent."""
    told(pql)
    owe(at=AT, limit=10)
    message = Delivery.objects.get(kind="alert")
    given = {"state": "sent", "sent_at": AT, "remote_id": "1.1", "remote_channel": "D1", **values}
    Delivery.objects.filter(pk=message.pk).update(**given)
    return message


def test_later_changes_owe_one_update() -> None:
    slack_destination()
    pql = make_pql()
    message = sent(pql)
    user = rep_of(pql).user
    pql = services.accept(pql, by=user, at=AT + timedelta(minutes=3))
    owe(at=AT, limit=10)
    services.mark_contacted(pql, by=user, at=AT + timedelta(minutes=5))
    owe(at=AT, limit=10)
    update = Delivery.objects.get(kind="update")
    assert (update.original, update.lane, update.state) == (message, message.lane, "queued")
    # The checker cannot know that there is one.
    assert update.payload == {"change": pql.changes.last().pk}  # type: ignore[union-attr]


def test_update_that_was_sent_is_owed_again() -> None:
    slack_destination()
    pql = make_pql()
    sent(pql)
    user = rep_of(pql).user
    pql = services.accept(pql, by=user, at=AT)
    owe(at=AT, limit=10)
    Delivery.objects.filter(kind="update").update(state="sent", sent_at=AT, attempts=3)
    services.mark_contacted(pql, by=user, at=AT)
    owe(at=AT + timedelta(minutes=1), limit=10)
    update = Delivery.objects.get(kind="update")
    assert (update.state, update.attempts, update.sent_at) == ("queued", 0, None)


def test_message_not_begun_needs_no_update() -> None:
    """It says how things are when it is sent."""
    slack_destination()
    pql = make_pql()
    told(pql)
    owe(at=AT, limit=10)
    services.accept(pql, by=rep_of(pql).user, at=AT)
    owe(at=AT, limit=10)
    assert not Delivery.objects.filter(kind="update").exists()


def test_message_under_way_is_updated() -> None:
    """It may have been worded before the change."""
    slack_destination()
    pql = make_pql()
    sent(pql, state="queued", sent_at=None, claimed_until=AT + timedelta(seconds=60))
    services.accept(pql, by=rep_of(pql).user, at=AT)
    owe(at=AT, limit=10)
    assert Delivery.objects.filter(kind="update").count() == 1


def test_message_that_tells_the_change_already_needs_no_update() -> None:
    slack_destination()
    pql = make_pql()
    message = sent(pql)
    change = services.accept(pql, by=rep_of(pql).user, at=AT).changes.last()
    assert change is not None
    Delivery.objects.filter(pk=message.pk).update(shown_change=change.pk)
    owe(at=AT, limit=10)
    assert not Delivery.objects.filter(kind="update").exists()


# --- What is too old ------------------------------------------------------------------------------
def test_overdue_is_given_up_with_its_reason() -> None:
    slack_destination()
    told(make_pql())
    owe(at=AT, limit=10)
    assert give_up_overdue(at=AT + LIFE) == 0
    assert give_up_overdue(at=AT + LIFE + timedelta(seconds=1)) == 1
    delivery = Delivery.objects.get()
    assert delivery.state == "given_up"
    assert "four days" in delivery.problem


def test_owing_costs_the_same_for_many(django_assert_max_num_queries: Any) -> None:
    slack_destination()
    email_destination()
    webhook_destination(URL)
    for number in range(5):
        pql = make_pql()
        told(pql, key=f"k{number}")
        services.accept(pql, by=rep_of(pql).user, at=AT)
    with django_assert_max_num_queries(22):
        owe(at=AT, limit=100)
    assert Delivery.objects.count() == 15
    assert SECRET not in str(list(Delivery.objects.values()))
    connection.check_constraints()

"""Who reviews passes PQLs on, or rejects them, from the message that asks for it."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from integrations.models import Destination, SlackUser
from integrations.outbound.outbox import owe
from integrations.outbound.sending import send_due
from routing import services, sla
from routing.models import Alert, Qualification
from routing.models.qualification import Review, State
from tests.doubles.slack import SlackDouble
from tests.factories.routing import (
    QualificationFactory,
    RepFactory,
    TeamFactory,
    UserFactory,
    make_manager,
)
from tests.integrations.inbound.slack.conftest import clicked, post, submitted

pytestmark = pytest.mark.django_db

NEWS = "Passed on by Ada Long"


@pytest.fixture
def ada(slack: SlackDouble) -> User:
    """Of the team that reviews; Slack knows her as U1."""
    team = TeamFactory.create(name="First look", reviews=True)
    user: User = RepFactory.create(team=team, user__first_name="Ada", user__last_name="Long").user
    SlackUser.objects.create(user=user, slack_id="U1", channel="D1")
    return user


@pytest.fixture
def bob(slack: SlackDouble) -> User:
    """A rep who does not review; Slack knows him as U2."""
    user: User = RepFactory.create().user
    SlackUser.objects.create(user=user, slack_id="U2", channel="D2")
    return user


@pytest.fixture
def pql() -> Qualification:
    found: Qualification = QualificationFactory.create(
        rep=None, review=Review.WAITING, opened_at=timezone.now()
    )
    return found


def tell(pql: Qualification, **channel: str) -> None:
    """Its reviewers are told, in Slack."""
    Destination.objects.create(
        name="Slack", key="slack", kind="slack", secret_name="SLACK_BOT_TOKEN", **channel
    )
    sla.tell_reviewers(at=timezone.now(), limit=10)
    deliver()


def deliver(later: timedelta = timedelta(0)) -> None:
    at = timezone.now() + later
    owe(at=at, limit=100)
    send_due(at=at, seconds=0.05)


def buttons(slack: SlackDouble) -> list[str]:
    (message,) = slack.messages
    found = [block["elements"] for block in message["blocks"] if block["type"] == "actions"]
    return [element["action_id"] for elements in found for element in elements]


def review(pql: Qualification) -> tuple[str, str]:
    pql.refresh_from_db()
    return pql.review, pql.state


def test_pass_on_from_the_message_which_then_says_so(
    ada: User, pql: Qualification, slack: SlackDouble
) -> None:
    tell(pql)
    assert slack.messages[0]["channel"] == "D1"
    assert buttons(slack) == ["review_pass", "review_reject", "pql_open"]
    for _ in range(2):  # Slack may tell it twice
        answer = post(clicked(pql, "review_pass"))
        assert (answer.status_code, answer.content) == (200, b"")
    assert review(pql) == (Review.PASSED, State.NEW)
    assert pql.changes.get().by == ada
    services.deal_waiting(at=timezone.now(), limit=5)
    deliver(timedelta(seconds=5))
    assert NEWS in slack.messages[0]["text"]
    assert buttons(slack) == []
    assert slack.whispers == []


def test_reject_asks_for_the_reason_and_takes_it(
    ada: User, pql: Qualification, slack: SlackDouble
) -> None:
    tell(pql)
    assert post(clicked(pql, "review_reject")).status_code == 200
    assert review(pql) == (Review.WAITING, State.NEW)
    (opened,) = slack.views
    form = opened["view"]["callback_id"]
    assert (form, opened["view"]["private_metadata"]) == ("review_reject", str(pql.pk))
    lacking = post(submitted(pql, "other", form=form)).json()
    assert set(lacking["errors"]) == {"note"}
    assert post(submitted(pql, "no_intent", "A student.", form=form)).content == b""
    assert review(pql) == (Review.DISMISSED, State.REJECTED)
    deliver(timedelta(seconds=5))
    assert "Rejected by Ada Long" in slack.messages[0]["text"]
    assert "A student." in slack.messages[0]["text"]
    assert buttons(slack) == []


def test_decided_in_the_browser_and_undone_the_message_follows(
    ada: User, pql: Qualification, slack: SlackDouble
) -> None:
    tell(pql)
    services.pass_review(pql, by=ada, at=timezone.now())
    deliver(timedelta(seconds=5))
    assert NEWS in slack.messages[0]["text"]
    services.undo(pql.changes.get(), by=ada, at=timezone.now())
    deliver(timedelta(seconds=10))
    assert "Put back by Ada Long" in slack.messages[0]["text"]
    assert buttons(slack) == ["review_pass", "review_reject", "pql_open"]


@pytest.mark.parametrize("action", ["review_pass", "review_reject"])
def test_decided_already_whoever_comes_later_is_told_so(
    ada: User, pql: Qualification, slack: SlackDouble, action: str
) -> None:
    boss = make_manager()
    services.dismiss_in_review(pql, by=boss, at=timezone.now(), reason="no_intent")
    post(clicked(pql, action))
    (whisper,) = slack.whispers
    assert (whisper["user"], "reviewed already" in whisper["text"]) == ("U1", True)
    assert slack.views == []
    assert "reviewed already" in str(
        post(submitted(pql, "no_intent", form="review_reject")).json()["errors"]
    )
    assert review(pql) == (Review.DISMISSED, State.REJECTED)


def test_who_may_not_review_is_told_so_and_nobody_else(
    bob: User, pql: Qualification, slack: SlackDouble
) -> None:
    for action in ("review_pass", "review_reject", "pql_accept", "pql_reject"):
        post(clicked(pql, action, by="U2", ts=action))
    forms = [
        post(submitted(pql, "no_intent", by="U2", form=form)).json()["errors"]["reason"]
        for form in ("review_reject", "pql_reject", "pql_other")
    ]
    assert review(pql) == (Review.WAITING, State.NEW)
    assert slack.views == []
    said = [whisper["text"] for whisper in slack.whispers]
    assert {whisper["user"] for whisper in slack.whispers} == {"U2"}
    assert all("may not review" in text for text in (*said[:2], forms[0]))
    assert all("not there any more" in text for text in (*said[2:], forms[1]))
    assert "does nothing any more" in forms[2]


def test_pql_that_is_none_is_said(ada: User, pql: Qualification, slack: SlackDouble) -> None:
    payload: dict[str, Any] = clicked(pql, "review_pass")
    payload["actions"][0]["value"] = "0"
    post(payload)
    assert "not there any more" in slack.whispers[0]["text"]


def test_in_a_channel_whoever_clicks_is_asked_then(
    ada: User, bob: User, pql: Qualification, slack: SlackDouble
) -> None:
    tell(pql, channel="C1")
    assert buttons(slack) == ["review_pass", "review_reject", "pql_open"]
    post(clicked(pql, "review_pass", by="U2", ts="1"))
    assert "may not review" in slack.whispers[0]["text"]
    post(clicked(pql, "review_pass", ts="2"))
    assert review(pql) == (Review.PASSED, State.NEW)
    deliver(timedelta(seconds=5))
    assert NEWS in slack.messages[0]["text"]
    assert buttons(slack) == []


def test_manager_who_may_not_review_gets_no_buttons(pql: Qualification, slack: SlackDouble) -> None:
    boss = UserFactory.create(permissions=[])
    SlackUser.objects.create(user=boss, slack_id="U3", channel="D3")
    tell(pql)
    Alert.objects.all().delete()
    slack.messages.clear()
    now = timezone.now()
    Alert.objects.create(
        key=f"review:{pql.pk}:manager:{boss.pk}", kind="sla_breach", user=boss, lead=pql.lead,
        qualification=pql, title="Waits too long", content={}, created_at=now, due_at=now,
    )  # fmt: skip
    deliver(timedelta(seconds=5))
    assert buttons(slack) == []

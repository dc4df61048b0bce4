"""Clicks in Slack do what the queue does, by the same rules, once; if Slack signed them."""

import time
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings

from integrations.inbound.slack import acting
from integrations.inbound.slack.payload import Click
from integrations.models import SlackAction, SlackUser
from routing.models import Qualification
from routing.models.qualification import RejectReason, State
from tests.doubles.server import Fault, Reply
from tests.doubles.slack import SlackDouble
from tests.factories.routing import make_pql, rep_of
from tests.integrations.inbound.slack.conftest import clicked, post, submitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def pql(slack: SlackDouble) -> Qualification:
    """A PQL whose rep is known in Slack as U1."""
    found = make_pql()
    SlackUser.objects.create(user=rep_of(found).user, slack_id="U1")
    return found


def state(pql: Qualification) -> str:
    pql.refresh_from_db()
    return pql.state


def test_accept(pql: Qualification, slack: SlackDouble) -> None:
    answer = post(clicked(pql, "pql_accept"))
    assert (answer.status_code, answer.content) == (200, b"")
    assert state(pql) == State.ACCEPTED
    change = pql.changes.get(to_state=State.ACCEPTED)
    assert change.by == rep_of(pql).user
    assert slack.whispers == []


def test_click_told_twice_does_it_once(pql: Qualification, slack: SlackDouble) -> None:
    for _ in range(2):
        assert post(clicked(pql, "pql_accept")).status_code == 200
    assert pql.changes.filter(to_state=State.ACCEPTED).count() == 1
    assert slack.whispers == []
    assert SlackAction.objects.count() == 1


def test_second_click_is_told_why_it_did_nothing(pql: Qualification, slack: SlackDouble) -> None:
    post(clicked(pql, "pql_accept"))
    post(clicked(pql, "pql_accept", ts="2.2"))
    (whisper,) = slack.whispers
    assert (whisper["channel"], whisper["user"]) == ("D1", "U1")
    assert "it is accepted" in whisper["text"]


@pytest.mark.parametrize(
    ("choice", "until"),
    [
        ("tomorrow", datetime(2026, 6, 3, 6, tzinfo=UTC)),
        ("week", datetime(2026, 6, 8, 6, tzinfo=UTC)),
    ],
)
def test_snooze_until_eight_in_the_morning_where_the_rep_is(
    pql: Qualification, choice: str, until: datetime
) -> None:
    rep = rep_of(pql)
    rep.time_zone = "Europe/Berlin"
    rep.save()
    tuesday_night = datetime(2026, 6, 1, 22, 30, tzinfo=UTC)  # Tuesday in Berlin already
    given = Click("U1", "D1", "1", "pql_snooze", f"{pql.pk}:{choice}", "1.1")
    acting.click(given, at=tuesday_night)
    assert state(pql) == State.SNOOZED
    assert pql.snoozed_until == until


def test_reject_asks_for_the_reason_and_takes_it(pql: Qualification, slack: SlackDouble) -> None:
    assert post(clicked(pql, "pql_reject")).status_code == 200
    assert state(pql) == State.ASSIGNED
    (opened,) = slack.views
    assert opened["trigger_id"] == "13.7"
    options = opened["view"]["blocks"][0]["element"]["options"]
    assert [option["value"] for option in options] == RejectReason.values
    answer = post(submitted(pql, "no_intent", "Said so."))
    assert (answer.status_code, answer.content) == (200, b"")
    assert state(pql) == State.REJECTED
    assert pql.reject_reason == "no_intent"
    assert pql.changes.get(to_state=State.REJECTED).reason.endswith("Said so.")


def test_rejected_twice_by_the_same_form_is_rejected_once(pql: Qualification) -> None:
    for _ in range(2):
        assert post(submitted(pql, "no_intent")).content == b""
    assert pql.changes.filter(to_state=State.REJECTED).count() == 1


@pytest.mark.parametrize(
    ("reason", "field"), [("other", "note"), ("because", "reason")], ids=["no note", "no reason"]
)
def test_form_that_is_not_right_stays_open_and_says_why(
    pql: Qualification, reason: str, field: str
) -> None:
    answer = post(submitted(pql, reason)).json()
    assert answer["response_action"] == "errors"
    assert set(answer["errors"]) == {field}
    assert state(pql) == State.ASSIGNED


def test_link_needs_only_an_answer(pql: Qualification, slack: SlackDouble) -> None:
    assert post(clicked(pql, "pql_open")).status_code == 200
    assert not SlackAction.objects.exists()
    assert slack.calls() == {}


# --- Who ------------------------------------------------------------------------------------------
def test_somebody_new_is_known_by_their_address(pql: Qualification, slack: SlackDouble) -> None:
    SlackUser.objects.all().delete()
    user = rep_of(pql).user
    User.objects.filter(pk=user.pk).update(email="ada@company.example")
    slack.people["Ada@company.example"] = "U9"
    post(clicked(pql, "pql_accept", by="U9"))
    assert state(pql) == State.ACCEPTED
    assert SlackUser.objects.get().slack_id == "U9"


def test_stranger_is_told_so(pql: Qualification, slack: SlackDouble) -> None:
    slack.people["eve@elsewhere.example"] = "U6"
    post(clicked(pql, "pql_accept", by="U6"))
    assert state(pql) == State.ASSIGNED
    assert "does not know who you are" in slack.whispers[0]["text"]


def test_address_of_two_accounts_is_nobodys(pql: Qualification, slack: SlackDouble) -> None:
    SlackUser.objects.all().delete()
    User.objects.update(email="shared@company.example")
    User.objects.create_user("twin", "shared@company.example")
    slack.people["shared@company.example"] = "U9"
    post(clicked(pql, "pql_accept", by="U9"))
    assert state(pql) == State.ASSIGNED


def test_colleague_cannot_take_it(pql: Qualification, slack: SlackDouble) -> None:
    other = make_pql(rep__team=rep_of(pql).team)
    SlackUser.objects.create(user=rep_of(other).user, slack_id="U2")
    post(clicked(pql, "pql_accept", by="U2"))
    assert state(pql) == State.ASSIGNED
    assert str(rep_of(pql)) in slack.whispers[0]["text"]


def test_other_team_is_not_told_whose_it_is(pql: Qualification, slack: SlackDouble) -> None:
    other = make_pql(rep__team__name="Europe")
    SlackUser.objects.create(user=rep_of(other).user, slack_id="U2")
    for action in ("pql_accept", "pql_reject", "pql_snooze:week"):
        post(clicked(pql, action, by="U2", ts=action))
    answer = post(submitted(pql, "no_intent", by="U2")).json()
    assert state(pql) == State.ASSIGNED
    said = {whisper["text"] for whisper in slack.whispers} | set(answer["errors"].values())
    assert said == {"This PQL is not there any more, or another team works it."}
    assert slack.views == []


def test_account_switched_off_or_without_the_right_does_nothing(
    pql: Qualification, slack: SlackDouble
) -> None:
    user = rep_of(pql).user
    user.user_permissions.clear()
    post(clicked(pql, "pql_accept"))
    user.is_active = False
    user.save()
    post(clicked(pql, "pql_accept", ts="2"))
    assert state(pql) == State.ASSIGNED
    assert "may not work PQLs" in slack.whispers[0]["text"]
    assert "does not know who you are" in slack.whispers[1]["text"]


# --- What is not Slack's --------------------------------------------------------------------------
@pytest.mark.parametrize(
    "wrong",
    [
        {"signature": "v0=" + "0" * 64},
        {"signature": ""},
        {"signature": "v0=\xe4"},
        {"stamp": str(int(time.time()) - 301)},
        {"stamp": str(int(time.time()) + 4000)},
        {"stamp": ""},
        {"stamp": "soon"},
        {"stamp": "9" * 5000},
        {"stamp": "-1"},
    ],
    ids=[
        "of nobody", "unsigned", "not ASCII", "old", "ahead", "no stamp", "a word", "too long",
        "before 1970",
    ],
)  # fmt: skip  # stamps are no names: each process would have its own
def test_unsigned_or_old_is_refused(pql: Qualification, wrong: dict[str, str]) -> None:
    assert post(clicked(pql, "pql_accept"), **wrong).status_code == 401
    assert state(pql) == State.ASSIGNED


def test_without_a_signing_secret_everything_is_refused(
    pql: Qualification, settings: Settings
) -> None:
    settings.DESTINATION_SECRETS = {"SLACK_BOT_TOKEN": "xoxb-double"}
    assert post(clicked(pql, "pql_accept")).status_code == 401


@pytest.mark.parametrize(
    "payload",
    [
        b"", b"payload=", b"payload=%7B", b"payload=null", b"payload=1", b"payload=%5B%5D",
        b"other=1", b"payload=" + b"%5B" * 20_000, b"a=1&" * 50,
        {"type": "block_actions"},
        {"type": "block_actions", "user": {"id": "U1"}, "actions": []},
        {"type": "block_actions", "user": {"id": "U1"}, "actions": ["x"]},
        {"type": "block_actions", "user": {"id": 7}, "channel": {"id": "C"}, "trigger_id": "1",
         "actions": [{"action_id": "pql_accept", "value": "1", "action_ts": "1"}]},
        {"type": "block_actions", "user": {"id": "U\x00"}, "channel": {"id": "C"},
         "trigger_id": "1", "actions": [{"action_id": "a", "value": "1", "action_ts": "1"}]},
        {"type": "view_submission", "user": {"id": "U1"}, "view": {"state": None}},
        {"type": ["x"]},
    ],
)  # fmt: skip
def test_what_is_no_payload_is_refused(slack: SlackDouble, payload: Any) -> None:
    assert post(payload).status_code == 400


@pytest.mark.parametrize("value", ["", "0", "99999999999999999999", "1e3", "²", "-1", "x:y"])
def test_pql_that_is_none_is_said(pql: Qualification, slack: SlackDouble, value: str) -> None:
    payload = clicked(pql, "pql_accept")
    payload["actions"][0]["value"] = value
    assert post(payload).status_code == 200
    assert "not there any more" in slack.whispers[0]["text"]


def test_other_kinds_of_payload_are_answered(slack: SlackDouble) -> None:
    assert post({"type": "shortcut"}).status_code == 200


def test_slack_being_down_changes_nothing_about_the_click(
    pql: Qualification, slack: SlackDouble
) -> None:
    slack.fault = Fault(Reply(500))
    assert post(clicked(pql, "pql_reject")).status_code == 200
    assert post(clicked(pql, "pql_accept")).status_code == 200
    assert state(pql) == State.ACCEPTED


def test_nothing_personal_is_logged(
    pql: Qualification, slack: SlackDouble, caplog: pytest.LogCaptureFixture
) -> None:
    slack.people["eve@elsewhere.example"] = "U6"
    slack.fault = Fault(Reply(500))
    post(clicked(pql, "pql_accept", by="U6"))
    assert caplog.text
    for secret in ("eve", "U6", "xoxb", str(pql.lead.email)):
        assert secret not in caplog.text

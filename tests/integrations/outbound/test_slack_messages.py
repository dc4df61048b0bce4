"""What a message in Slack says, and that nothing from outside does anything in it."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from integrations.models import Delivery, SlackUser
from integrations.outbound.outbox import owe
from integrations.outbound.sending import send_due
from integrations.outbound.slack import blocks
from integrations.outbound.telling import Item, Telling
from routing import services
from routing.alerts import Content, Link, Reason, Scores, raise_alert
from routing.models import Alert, Qualification
from routing.models.alert import AlertKind, Severity
from tests.doubles.slack import SlackDouble
from tests.factories.routing import make_pql, rep_of
from tests.integrations.outbound.conftest import slack_destination

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
CONTENT = Content(
    message="Assigned to you. Round-robin: your turn.",
    person="Maya Lind",
    job_title="VP Sales",
    company="Acme",
    product="Board",
    scores=Scores(42, 50, 70, 100, 112, 150, band="Hot", tier="Tier 1"),
    reasons=(Reason(20, "Invited 4 teammates"), Reason(-5, "Quiet for 9 days")),
    last_activity="Invited a teammate, Mon 1 Jun at 11:03",
    suggested_message="Hi Maya,\n\nsaw you invited the team.",
    path="/leads/5/",
)
TELLING = Telling(
    "Alert 7", "New PQL: Maya Lind", "https://r.example/leads/5/", Severity.URGENT, CONTENT,
    acts_on=42,
)  # fmt: skip
HOSTILE = [
    "<!channel>", "<!here|x>", "<@U123>", "<https://evil.example|Open>", "&lt;!channel&gt;",
    "a\nb\r\nc", "*bold*_", "x" * 5000, "&" * 5000, "<" * 5000, "\u202e\x00\x1b[31m", "|", "```",
]  # fmt: skip


def text_of(found: list[dict[str, Any]]) -> str:
    return json.dumps(found, ensure_ascii=False)


def test_message_says_who_how_much_why_and_what_to_do() -> None:
    text = text_of(blocks.blocks(TELLING))
    for words in (
        "🔴 *<https://r.example/leads/5/|New PQL: Maya Lind>*", "Maya Lind, VP Sales, Acme",
        "42 of 50", "70 of 100", "112 of 150 (Hot, Tier 1)", "• Invited 4 teammates (+20)",
        "(-5)", "Last activity: Invited a teammate", "> Hi Maya,", "Alert 7", "pql_accept",
        "pql_reject", "42:tomorrow", "42:week", "your turn",
    ):  # fmt: skip
        assert words in text
    assert blocks.fallback(TELLING) == "New PQL: Maya Lind [Alert 7]"


def test_done_message_says_so_and_has_no_buttons() -> None:
    done = replace(TELLING, acts_on=None, news="Accepted by Ada Long, 3 minutes after")
    text = text_of(blocks.blocks(done))
    assert "*Accepted by Ada Long, 3 minutes after*" in text
    assert "pql_accept" not in text


def test_answers_are_links_that_slack_takes_for_buttons(settings: Settings) -> None:
    settings.PUBLIC_URL = "https://r.example"
    asked = Content(links=(Link("Good", "/pilots/1/?v=good"), Link("Poor", "/pilots/1/?v=poor")))
    found = blocks.blocks(
        Telling("Alert 7", "Were they good?", "https://r.example/", Severity.NORMAL, asked)
    )
    [actions] = [block for block in found if block["type"] == "actions"]
    assert [(one["text"]["text"], one["url"]) for one in actions["elements"]] == [
        ("Good", "https://r.example/pilots/1/?v=good"),
        ("Poor", "https://r.example/pilots/1/?v=poor"),
    ]
    assert len({one["action_id"] for one in actions["elements"]}) == 2


def test_digest_lists_its_items() -> None:
    items = (Item("New PQL: Ada", "https://r.example/1", "Accepted"), Item("Other", "https://r/2"))
    text = text_of(blocks.blocks(Telling("Alert 7", "9 things", "", items=items, more=7)))
    assert "<https://r.example/1|New PQL: Ada>" in text
    assert "and 7 more" in text


@pytest.mark.parametrize("hostile", HOSTILE, ids=repr)
def test_nothing_from_outside_does_anything(hostile: str) -> None:
    content = Content(
        hostile, hostile, hostile, hostile, hostile, CONTENT.scores, (Reason(1, hostile),) * 3,
        hostile, hostile,
    )  # fmt: skip
    telling = Telling(hostile, hostile, "https://r.example/", content=content, news=hostile)
    items = (Item(hostile, "https://r.example/", hostile),)
    for one in (telling, Telling(hostile, hostile, "https://r.example/", items=items)):
        found = blocks.blocks(one)
        plain = text_of(found).replace("<https://r.example/|", "")
        assert "<" not in plain.replace("|", "")
        assert "<" not in blocks.fallback(one)
        for text in _texts(found):
            assert 0 < len(text) <= 3000
            assert not text.endswith(("&", "&a", "&am", "&amp", "&l", "&lt", "&g", "&gt"))


def _texts(found: list[dict[str, Any]]) -> list[str]:
    texts = []
    for block in found:
        parts = [block.get("text"), *block.get("fields", []), *block.get("elements", [])]
        texts += [part["text"] for part in parts if part and isinstance(part.get("text"), str)]
    return texts


# --- From the row to Slack ------------------------------------------------------------------------
def told(pql: Qualification, key: str = "k") -> Alert:
    rep = rep_of(pql)
    return raise_alert(
        key=key, kind=AlertKind.NEW_PQL, severity=None, user=rep.user, lead=pql.lead,
        qualification=pql, at=AT,
    )  # fmt: skip


@pytest.fixture
def pql(slack: SlackDouble) -> Qualification:
    """A PQL of a rep whom Slack knows by their address."""
    found = make_pql(rep__user__email="ada@r.example", rep__user__first_name="Ada")
    slack.people["ada@r.example"] = "U1"
    slack_destination()
    return found


def deliver(at: datetime) -> int:
    owe(at=at, limit=100)
    return send_due(at=at, seconds=0.2)


@pytest.mark.django_db
def test_rep_is_written_to_and_remembered(pql: Qualification, slack: SlackDouble) -> None:
    told(pql)
    assert deliver(AT) == 1
    (message,) = slack.messages
    assert message["channel"] == "D1"
    assert f"pql:{pql.pk}" in text_of(message["blocks"])
    known = SlackUser.objects.get()
    assert (known.user, known.slack_id, known.channel) == (rep_of(pql).user, "U1", "D1")
    told(pql, "again")
    assert deliver(AT + timedelta(seconds=5)) == 1
    assert slack.calls()["users.lookupByEmail"] == 1


@pytest.mark.django_db
def test_nobody_of_that_address_is_given_up_with_what_to_do(
    pql: Qualification, slack: SlackDouble
) -> None:
    slack.people.clear()
    told(pql)
    deliver(AT)
    delivery = Delivery.objects.get()
    assert delivery.state == "given_up"
    assert "by hand" in delivery.problem


@pytest.mark.django_db
def test_message_is_brought_up_to_date_once_however_much_happens(
    pql: Qualification, slack: SlackDouble
) -> None:
    told(pql)
    deliver(AT)
    user = rep_of(pql).user
    accepted = services.accept(pql, by=user, at=AT + timedelta(minutes=3))
    services.mark_contacted(accepted, by=user, at=AT + timedelta(minutes=5))
    assert deliver(AT + timedelta(minutes=6)) == 1
    (message,) = slack.messages
    assert message["updates"] == 1
    assert f"Contacted by {user.get_full_name()}, 5 minutes after" in message["text"]
    assert "pql_accept" not in text_of(message["blocks"])
    assert deliver(AT + timedelta(minutes=7)) == 0


@pytest.mark.django_db
def test_change_while_the_update_is_under_way_is_told_too(
    pql: Qualification, slack: SlackDouble
) -> None:
    told(pql)
    deliver(AT)
    user = rep_of(pql).user
    accepted = services.accept(pql, by=user, at=AT + timedelta(minutes=1))
    owe(at=AT + timedelta(minutes=1), limit=10)
    # What owe_changes does when somebody marks it as contacted at this very moment.
    Delivery.objects.filter(kind="update").update(payload={"change": 2**40})
    send_due(at=AT + timedelta(minutes=1), seconds=0.2)
    assert Delivery.objects.get(kind="update").state == "queued"
    services.mark_contacted(accepted, by=user, at=AT + timedelta(minutes=1))
    deliver(AT + timedelta(minutes=2))
    assert Delivery.objects.get(kind="update").state == "sent"
    assert "Contacted" in slack.messages[0]["text"]


@pytest.mark.django_db
def test_message_sent_late_says_how_things_are_then(pql: Qualification, slack: SlackDouble) -> None:
    told(pql)
    owe(at=AT, limit=10)
    services.accept(pql, by=rep_of(pql).user, at=AT + timedelta(hours=1))
    deliver(AT + timedelta(hours=1))
    (message,) = slack.messages
    assert "1 hour after" in message["text"]
    assert "updates" not in message


@pytest.mark.django_db
def test_message_that_is_gone_is_let_be(pql: Qualification, slack: SlackDouble) -> None:
    told(pql)
    deliver(AT)
    slack.messages.clear()
    services.accept(pql, by=rep_of(pql).user, at=AT)
    deliver(AT + timedelta(seconds=5))
    update = Delivery.objects.get(kind="update")
    assert (update.state, update.problem) == ("given_up", "The message is no longer there.")

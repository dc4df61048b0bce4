"""E-mail goes by a real mail server, in HTML and as text, and nobody's name is a header."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any, cast

import pytest
from aiosmtpd.controller import Controller
from pytest_django import Settings

from integrations.models import Delivery
from integrations.outbound import email
from integrations.outbound.health import health_of
from integrations.outbound.outbox import owe
from integrations.outbound.sending import send_due
from integrations.outbound.telling import Telling
from routing.alerts import Content, Link, Reason, raise_alert
from routing.models import Qualification
from routing.models.alert import AlertKind
from tests.factories.routing import make_pql, rep_of
from tests.integrations.outbound.conftest import email_destination

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)


class Mailbox:
    """Takes mail as a server does; ``answers`` replace its next answers to DATA and RCPT."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.answers: list[str] = []
        self.refused: dict[str, str] = {}

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.answers:
            return self.answers.pop(0)
        parsed = BytesParser(policy=default).parsebytes(envelope.content)
        self.mails.append(parsed)
        return "250 OK"


@pytest.fixture
def mailbox(settings: Settings) -> Iterator[Mailbox]:
    box = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = port
    settings.EMAIL_USE_TLS = False
    settings.DEFAULT_FROM_EMAIL = "Ripeline <ripeline@r.example>"
    settings.PUBLIC_URL = "https://ripeline.r.example"
    yield box
    controller.stop()


@pytest.fixture
def pql() -> Qualification:
    found = make_pql(rep__user__email="ada@r.example", lead__name="Maya <b>Lind</b>")
    email_destination()
    rep = rep_of(found)
    raise_alert(
        key="k", kind=AlertKind.NEW_PQL, severity=None, user=rep.user, lead=found.lead,
        qualification=found, at=AT,
    )  # fmt: skip
    return found


def deliver(at: datetime = AT) -> Delivery:
    owe(at=at, limit=10)
    send_due(at=at, seconds=0.2)
    return Delivery.objects.get()


@pytest.mark.django_db
def test_alert_arrives_in_html_and_as_text(mailbox: Mailbox, pql: Qualification) -> None:
    delivery = deliver()
    assert delivery.state == "sent", delivery.problem
    (mail,) = mailbox.mails
    assert mail["To"] == "ada@r.example"
    assert mail["Subject"].startswith("New PQL: Maya <b>Lind</b>, VP Sales")
    assert mail["Message-ID"] == f"<{delivery.message_key}@ripeline.r.example>"
    assert mail["List-Unsubscribe"].startswith("<https://ripeline.r.example/")
    text, html = (cast("EmailMessage", mail.get_body((kind,))) for kind in ("plain", "html"))
    assert "Maya <b>Lind</b>" in text.get_content()
    assert "Maya &lt;b&gt;Lind&lt;/b&gt;" in html.get_content()
    assert "<b>" not in html.get_content()
    assert "prefers-color-scheme: dark" in html.get_content()
    for part in (text, html):
        assert f"https://ripeline.r.example/leads/{pql.lead_id}/" in part.get_content()
        assert "Alert " in part.get_content()


@pytest.mark.django_db
def test_put_off_is_sent_later_under_the_same_id(mailbox: Mailbox, pql: Qualification) -> None:
    mailbox.answers = ["451 Come back later"]
    delivery = deliver()
    assert (delivery.state, delivery.problem) == (
        "queued", "The mail server refuses the message for now (451).",
    )  # fmt: skip
    assert deliver(AT + timedelta(seconds=10)).state == "sent"
    assert mailbox.mails[0]["Message-ID"] == email.message_id(delivery)


@pytest.mark.django_db
@pytest.mark.parametrize("refusal", ["550 No such person", "452 Mailbox full"])
def test_refused_address_ends_or_waits(mailbox: Mailbox, pql: Qualification, refusal: str) -> None:
    mailbox.refused["ada@r.example"] = refusal
    delivery = deliver()
    assert delivery.state == ("given_up" if refusal.startswith("5") else "queued")
    assert refusal[:3] in delivery.problem


@pytest.mark.django_db
def test_mail_server_that_is_away_is_told_of_and_comes_back(
    mailbox: Mailbox, pql: Qualification, settings: Settings
) -> None:
    port = settings.EMAIL_PORT
    settings.EMAIL_PORT = 1
    assert "cannot be reached" in deliver().problem
    settings.EMAIL_PORT = port
    assert deliver(AT + timedelta(minutes=6)).state == "sent"


@pytest.mark.django_db
def test_without_a_mail_server_it_says_so(settings: Settings, pql: Qualification) -> None:
    settings.EMAIL_HOST = ""
    delivery = deliver()
    assert delivery.state == "queued"
    assert "EMAIL_HOST" in delivery.problem
    assert health_of(delivery.destination, at=AT).word == "Not set up"


@pytest.mark.parametrize(
    "title",
    ["New\r\nBcc: eve@evil.example", "a\nb", "x\x00y", "\u2028Bcc: x", "ü" * 500, "a\x0bBcc: x"],
)
def test_subject_is_one_line(title: str, settings: Settings) -> None:
    settings.DEFAULT_FROM_EMAIL = "r@r.example"
    telling = Telling("Alert 1", title, "https://r.example/")
    mail = email.mail_of(telling, to="ada@r.example", message_id="<1@r.example>")
    message = mail.message()
    assert "Bcc" not in message
    assert len(mail.subject) <= 150
    assert not set(mail.subject) & set("\r\n\x00\u2028\x0b")


def test_answers_are_links_in_both_parts(settings: Settings) -> None:
    settings.DEFAULT_FROM_EMAIL, settings.PUBLIC_URL = "r@r.example", "https://r.example"
    asked = Content(links=(Link("Good", "/pilots/1/?day=2026-03-10&verdict=good"),))
    telling = Telling("Alert 1", "Were they good?", "https://r.example/", content=asked)
    mail = email.mail_of(telling, to="ada@r.example", message_id="<1@r.example>")
    assert "Good: https://r.example/pilots/1/?day=2026-03-10&verdict=good" in mail.body
    html = str(mail.alternatives[0][0])
    assert 'href="https://r.example/pilots/1/?day=2026-03-10&amp;verdict=good"' in html


def test_html_escapes_whatever_a_lead_calls_itself(settings: Settings) -> None:
    settings.DEFAULT_FROM_EMAIL = "r@r.example"
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    content = Content(
        evil, evil, evil, evil, evil, None, (Reason(1, evil),), evil, f"{evil}\n\nBye"
    )
    telling = Telling(evil, evil, "https://r.example/", content=content, news=evil)
    mail = email.mail_of(telling, to="ada@r.example", message_id="<1@r.example>")
    html = str(mail.alternatives[0][0])
    assert "<script" not in html
    assert "<img" not in html
    assert evil in mail.body

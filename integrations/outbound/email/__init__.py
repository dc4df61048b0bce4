"""Alerts as e-mail, by the mail server of the settings (docs/email.md)."""

import smtplib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.urls import reverse

from integrations.models import Delivery
from integrations.outbound.outcomes import Failed, Message, Outcome, Refused, Sent
from integrations.outbound.telling import Telling, numbers, telling_of

SUBJECT_LENGTH = 150


@dataclass(frozen=True, slots=True)
class _Mail:
    """One e-mail. Its Message-ID is the same at every attempt: readers show repeats once."""

    mail: EmailMultiAlternatives

    def send(self) -> Outcome:
        connection: Any = get_connection()
        self.mail.connection = connection
        try:
            self.mail.send()
        except smtplib.SMTPRecipientsRefused as error:
            answers = [answer for answer, _ in error.recipients.values()]
            return _answered(max(answers), "The mail server refuses the address")
        except smtplib.SMTPAuthenticationError:
            return Failed("The mail server does not take our user name and password.")
        except smtplib.SMTPResponseException as error:
            return _answered(error.smtp_code, "The mail server refuses the message")
        except smtplib.SMTPServerDisconnected:
            return Failed("The mail server hung up.", may_be_there=True)
        except (smtplib.SMTPException, OSError) as error:
            return Failed(f"The mail server cannot be reached ({type(error).__name__}).")
        return Sent(str(self.mail.extra_headers["Message-ID"]))


def _answered(code: int, words: str) -> Failed | Refused:
    """SMTP: 4xx means later, 5xx means never."""
    if code >= 500:
        return Refused(f"{words} ({code}).")
    return Failed(f"{words} for now ({code}).", blames_destination=False)


@dataclass(frozen=True, slots=True)
class _Probe:
    """Greets the mail server and signs in; sends nothing."""

    def send(self) -> Outcome:
        connection: Any = get_connection()
        try:
            connection.open()
            connection.close()
        except (smtplib.SMTPException, OSError) as error:
            return Failed(f"The mail server cannot be reached ({type(error).__name__}).")
        return Sent()


def ready(delivery: Delivery, *, at: datetime) -> Message | Refused | Failed:
    """The e-mail, in HTML and as text."""
    if problem := trouble():
        return Failed(problem)
    user = delivery.user
    if user is None or not user.email:
        return Refused("The person has no e-mail address.")
    if not user.is_active:
        return Refused("The person's account is switched off.")
    told = telling_of(delivery)
    if isinstance(told, Refused):
        return told
    return _Mail(mail_of(told, to=user.email, message_id=message_id(delivery)))


def mail_of(told: Telling, *, to: str, message_id: str) -> EmailMultiAlternatives:
    """Put it into words; text is what screen readers and plain mail programs get."""
    context = {
        "told": told,
        "numbers": numbers(told.content),
        "workspace": settings.WORKSPACE_NAME,
        "preferences": settings.PUBLIC_URL + reverse("routing:alert-preferences"),
    }
    mail = EmailMultiAlternatives(
        subject=subject_of(told.title),
        body=render_to_string("integrations/alert.txt", context),
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[to],
        headers={
            "Message-ID": message_id,
            "List-Unsubscribe": f"<{context['preferences']}>",
            "Auto-Submitted": "auto-generated",
        },
    )
    mail.attach_alternative(render_to_string("integrations/alert.html", context), "text/html")
    return mail


def subject_of(title: str) -> str:
    """One line, whatever a lead calls itself: a line break would begin another header."""
    line = " ".join("".join(c if c.isprintable() else " " for c in title).split())
    return line if len(line) <= SUBJECT_LENGTH else line[: SUBJECT_LENGTH - 1].rstrip() + "…"


def message_id(delivery: Delivery) -> str:
    """``<key@our host>``."""
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    return f"<{delivery.message_key}@{host}>"


def probe() -> Message | Failed:
    """Whether the mail server is there."""
    problem = trouble()
    return Failed(problem) if problem else _Probe()


def trouble() -> str:
    """What is missing, in words."""
    if not settings.EMAIL_HOST:
        return "No mail server is set: put its name into EMAIL_HOST (docs/email.md)."
    if not settings.DEFAULT_FROM_EMAIL:
        return "No sender is set: put an address into DEFAULT_FROM_EMAIL (docs/email.md)."
    return ""

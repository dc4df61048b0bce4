"""Destinations behind real local servers."""

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import Settings

from integrations.models import Destination
from tests.doubles.receiver import SECRET, Receiver
from tests.doubles.slack import SlackDouble


@pytest.fixture(autouse=True)
def secrets(settings: Settings) -> None:
    settings.DESTINATION_SECRETS = {
        "SLACK_BOT_TOKEN": "xoxb-double",
        "SLACK_SIGNING_SECRET": "0123456789abcdef",
        "WEBHOOK_SECRET_CRM": SECRET,
    }
    settings.WEBHOOK_ALLOWED_HOSTS = ["127.0.0.1"]


@pytest.fixture
def slack(settings: Settings) -> Iterator[SlackDouble]:
    with SlackDouble() as double:
        settings.SLACK_API_URL = double.api
        yield double


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as double:
        yield double


def slack_destination(**values: Any) -> Destination:
    return Destination.objects.create(
        **{
            "name": "Slack",
            "key": "slack",
            "kind": "slack",
            "secret_name": "SLACK_BOT_TOKEN",
            **values,
        }
    )


def webhook_destination(url: str, **values: Any) -> Destination:
    given = {
        "name": "CRM",
        "key": "crm",
        "kind": "webhook",
        "secret_name": "WEBHOOK_SECRET_CRM",
        "url": url,
    }
    return Destination.objects.create(**{**given, **values})


def email_destination(**values: Any) -> Destination:
    return Destination.objects.create(
        **{"name": "E-mail", "key": "email", "kind": "email", **values}
    )

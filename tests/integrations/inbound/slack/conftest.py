"""Slack as a sender: what people click there, signed as Slack signs it."""

import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from pytest_django import Settings

from routing.models import Qualification, Task
from tests.doubles.slack import SlackDouble

SECRET = "0123456789abcdef"
URL = "/integrations/slack/actions"


@pytest.fixture
def slack(settings: Settings) -> Iterator[SlackDouble]:
    with SlackDouble() as double:
        settings.SLACK_API_URL = double.api
        settings.DESTINATION_SECRETS = {
            "SLACK_BOT_TOKEN": "xoxb-double",
            "SLACK_SIGNING_SECRET": SECRET,
        }
        yield double


def post(payload: Any, **headers: Any) -> Any:
    """Post as Slack does; ``headers`` replace what would be right."""
    body = payload if isinstance(payload, bytes) else urlencode({"payload": json.dumps(payload)})
    raw = body if isinstance(body, bytes) else body.encode()
    stamp = headers.get("stamp", str(int(time.time())))
    signed = hmac.new(SECRET.encode(), b"v0:" + stamp.encode() + b":" + raw, hashlib.sha256)
    return Client(enforce_csrf_checks=True).post(
        URL,
        raw,
        content_type="application/x-www-form-urlencoded",
        headers={
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": headers.get("signature", f"v0={signed.hexdigest()}"),
        },
    )


def clicked(
    pql: Qualification | Task, action: str, *, by: str = "U1", ts: str = "1.1"
) -> dict[str, Any]:
    name, _, choice = action.partition(":")
    value = f"{pql.pk}:{choice}" if choice else str(pql.pk)
    element: dict[str, Any] = {"action_id": name, "block_id": f"b:{pql.pk}", "action_ts": ts}
    element |= {"selected_option": {"value": value}} if choice else {"value": value}
    return {
        "type": "block_actions",
        "user": {"id": by, "username": "ada"},
        "team": {"id": "T1"},
        "channel": {"id": "D1"},
        "message": {"ts": "5.5"},
        "trigger_id": "13.7",
        "response_url": "https://hooks.slack.example/1",
        "actions": [element],
    }


def submitted(
    pql: Qualification,
    reason: str,
    note: str | None = None,
    by: str = "U1",
    form: str = "pql_reject",
) -> dict[str, Any]:
    values = {
        "reason": {"reason": {"selected_option": {"value": reason}}},
        "note": {"note": {"value": note}},
    }
    view = {
        "id": "V1",
        "callback_id": form,
        "private_metadata": str(pql.pk),
        "state": {"values": values},
    }
    return {"type": "view_submission", "user": {"id": by}, "view": view}

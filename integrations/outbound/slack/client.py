"""Calls of Slack's Web API, and what their failures mean for a delivery."""

import socket
import ssl
from datetime import timedelta
from typing import Any
from urllib.error import URLError

from django.conf import settings
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from integrations.outbound.outcomes import Failed, Refused

TIMEOUT_S = 10
# Asked for too much: Slack says for how long to be quiet.
DEFAULT_RETRY_AFTER = timedelta(seconds=5)
# The token's, and so every message's, until somebody sees to it.
OURS = {
    "invalid_auth": "Slack does not know the bot token.",
    "not_authed": "No bot token was sent.",
    "token_revoked": "The bot token was revoked.",
    "token_expired": "The bot token has expired.",
    "account_inactive": "The app was removed from the Slack workspace.",
    "missing_scope": "The Slack app lacks a permission (docs/slack.md lists them).",
    "no_permission": "The Slack app lacks a permission (docs/slack.md lists them).",
    "org_login_required": "The Slack workspace is being moved.",
    "team_access_not_granted": "The Slack app is not granted access to this workspace.",
}
# Slack's own troubles: it promises nothing about what happened.
TROUBLES = {
    "internal_error",
    "fatal_error",
    "request_timeout",
    "service_unavailable",
    "team_added_to_org",
}
# This message's.
REFUSALS = {
    "channel_not_found": "Slack knows no such channel, or the app is not in it: invite it there.",
    "not_in_channel": "The app is not in the channel: invite it there.",
    "is_archived": "The channel is archived.",
    "users_not_found": "Slack knows nobody with this person's e-mail address: set their Slack "
    "member id by hand.",
    "user_not_found": "Slack knows no such member.",
    "user_disabled": "Their Slack account is switched off.",
    "cannot_dm_bot": "This Slack member is a bot.",
    "messages_tab_disabled": "The app's Messages tab is off: switch it on in the app's settings.",
    "message_not_found": "The message is no longer there.",
    "cant_update_message": "The message cannot be changed any more.",
    "edit_window_closed": "The workspace lets no message be changed after so long.",
    "restricted_action": "The workspace's settings forbid the app to post there.",
}
RATE = {"ratelimited", "rate_limited", "message_limit_exceeded"}


class SlackProblem(Exception):
    """A call did not do what it was to do; ``outcome`` is what that means for the delivery."""

    def __init__(self, outcome: Failed | Refused, code: str = "") -> None:
        super().__init__(outcome.problem)
        self.outcome, self.code = outcome, code


def client(token: str, *, timeout: int = TIMEOUT_S) -> WebClient:
    """A client that never repeats a call by itself: the library's own retry would post a message
    again whose answer was lost."""
    return WebClient(token, base_url=settings.SLACK_API_URL, timeout=timeout, retry_handlers=[])


def call(web: WebClient, method: str, **arguments: Any) -> dict[str, Any]:
    """Call one of the client's methods, by its name there.

    Raises:
        SlackProblem: it failed, or nobody knows.
    """
    try:
        answer = getattr(web, method)(**arguments)
    except SlackApiError as error:
        raise _problem(error) from error
    except URLError as error:
        raise SlackProblem(_unreached(error)) from error
    except Exception as error:
        # Whatever else a connection can die of, it was asked.
        words = f"Slack's answer was lost ({type(error).__name__})."
        raise SlackProblem(Failed(words, in_doubt=True)) from error
    found: dict[str, Any] = answer.data
    return found


def _problem(error: SlackApiError) -> SlackProblem:
    response = error.response
    code = str(response.get("error") or "")[:60] if isinstance(response.data, dict) else ""
    if response.status_code == 429 or code in RATE:
        wait = _retry_after(response.headers)
        return SlackProblem(Failed("Slack asks to send more slowly.", retry_after=wait), code)
    if response.status_code >= 500 or code in TROUBLES:
        words = f"Slack is in trouble ({code if code in TROUBLES else response.status_code})."
        return SlackProblem(Failed(words, may_be_there=True), code)
    if code in OURS:
        return SlackProblem(Failed(OURS[code]), code)
    if response.status_code != 200 or not code.replace("_", "").isalnum():
        # No answer of Slack's: a proxy, a page.
        words = f"Something that is not Slack answered ({response.status_code})."
        return SlackProblem(Failed(words, may_be_there=True))
    return SlackProblem(Refused(REFUSALS.get(code, f"Slack refuses it: {code}.")), code)


def _retry_after(headers: Any) -> timedelta:
    told = next((str(v) for k, v in dict(headers).items() if k.lower() == "retry-after"), "")
    return timedelta(seconds=int(told)) if told.isdigit() else DEFAULT_RETRY_AFTER


def _unreached(error: URLError) -> Failed:
    """Connecting failed, or sending; only of some reasons is it certain that nothing arrived."""
    reason = error.reason
    certain = (ConnectionRefusedError, socket.gaierror, ssl.SSLCertVerificationError)
    words = f"Slack cannot be reached ({type(reason).__name__})."
    return Failed(words, in_doubt=not isinstance(reason, certain))

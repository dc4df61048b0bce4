"""What Slack tells of a click, read strictly: whatever is not as it should be is refused."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

LONGEST = 300


class BadPayloadError(ValueError):
    """It is not what Slack sends."""


@dataclass(frozen=True, slots=True)
class Click:
    """A button of a message, or a choice."""

    slack_id: str
    channel: str
    trigger_id: str
    action: str
    value: str
    action_ts: str


@dataclass(frozen=True, slots=True)
class Submission:
    """A form that asks why a PQL is rejected, filled in; ``form`` says which."""

    slack_id: str
    view_id: str
    form: str
    value: str
    reason: str
    note: str


def read(body: bytes) -> Click | Submission | None:
    """Read the form field ``payload``; None for what needs no more than an answer.

    Raises:
        BadPayloadError: it is something else.
    """
    try:
        fields = parse_qs(body.decode("ascii"), max_num_fields=10)
        document = json.loads(fields["payload"][0])
    except (UnicodeDecodeError, KeyError, ValueError, RecursionError) as error:
        raise BadPayloadError("There is no payload.") from error
    kind = _text(document, "type")
    if kind == "block_actions":
        return _click(document)
    if kind == "view_submission":
        return _submission(document)
    return None


def _click(document: Any) -> Click | None:
    actions = _at(document, "actions")
    if not isinstance(actions, list) or not actions:
        raise BadPayloadError("There is no action.")
    action = actions[0]
    name = _text(action, "action_id")
    if name == "pql_open" or name.startswith("link_"):  # the browser went there by itself
        return None
    chosen = action.get("selected_option")
    return Click(
        slack_id=_text(document, "user", "id"),
        channel=_text(document, "channel", "id"),
        trigger_id=_text(document, "trigger_id"),
        action=name,
        value=_text(chosen if chosen is not None else action, "value"),
        action_ts=_text(action, "action_ts"),
    )


def _submission(document: Any) -> Submission:
    values = _at(document, "view", "state", "values")
    note = _at(values, "note", "note").get("value") or ""
    if not isinstance(note, str):
        raise BadPayloadError("The note is no text.")
    return Submission(
        slack_id=_text(document, "user", "id"),
        view_id=_text(document, "view", "id"),
        form=_text(document, "view", "callback_id"),
        value=_text(document, "view", "private_metadata"),
        reason=_text(values, "reason", "reason", "selected_option", "value"),
        note=note.replace("\x00", "")[:LONGEST],
    )


def _at(document: Any, *path: str) -> Any:
    for name in path:
        if not isinstance(document, dict) or name not in document:
            raise BadPayloadError(f"There is no {'.'.join(path)}.")
        document = document[name]
    return document


def _text(document: Any, *path: str) -> str:
    found = _at(document, *path)
    if not isinstance(found, str) or len(found) > LONGEST or "\x00" in found:
        raise BadPayloadError(f"{'.'.join(path)} is no short text.")
    return found

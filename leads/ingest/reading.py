"""The one validating parser: a parsed JSON message -> a :class:`Message` or a :class:`Refusal`.

Messages have the shape of the Segment spec, which every product-analytics tool can send or be
mapped to; sources with other shapes are mapped to it in ``integrations.inbound``. Pure.
"""

from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import uuid4

import orjson

from leads.ingest import times, traits
from leads.ingest.cleaning import UnsafeTreeError, clean_tree
from leads.ingest.types import Message, Refusal
from leads.keys import message_key_hex

KINDS = frozenset(("track", "identify", "group", "page", "screen", "alias"))
MAX_MESSAGE_BYTES = 32 * 1024
MAX_MESSAGE_ID = 99
MAX_ID = 200
MAX_NAME = 200
# What broken senders write where a person's id belongs; each would become one giant lead.
# fmt: off
NOBODY = frozenset((
    "null", "undefined", "none", "nil", "nan", "n/a", "unknown", "guest", "anonymous", "true",
    "false", "0", "-1", "id", "email", "user", "user_id", "userid", "distinct_id", "distinctid",
    "not_authenticated", "[object object]", "{}", "[]", '""', "''",
))
# fmt: on


class RefusalError(ValueError):
    """Raised inside the parser; becomes a :class:`Refusal`."""

    def __init__(self, code: str, field: str, reason: str) -> None:
        super().__init__(reason)
        self.code, self.field, self.reason = code, field, reason


def read_message(
    raw: Any, *, received_at: datetime, sent_at: datetime | None = None
) -> Message | Refusal:
    """Validate one message.

    Args:
        raw: the parsed message with its ``type``; changed by cleaning.
        sent_at: when its batch was sent; the message's own ``sentAt`` wins.
    """
    try:
        if not isinstance(raw, dict):
            raise RefusalError("not_an_object", "", "A message is a JSON object.")
        if len(orjson.dumps(raw)) > MAX_MESSAGE_BYTES:
            raise RefusalError(
                "message_too_large", "", "A message has at most 32 KB; send fewer properties."
            )
        return _message(clean_tree(raw), received_at, sent_at)
    except RefusalError as error:
        return refusal(error.code, error.field, error.reason, raw=raw, sent_at=sent_at)
    except UnsafeTreeError as error:
        return refusal(error.code, "", str(error), raw=raw, sent_at=sent_at)
    except (TypeError, RecursionError, orjson.JSONEncodeError):
        # orjson writes at most 254 levels; what it read deeper than that ends here.
        return refusal("too_deep", "", "Nested deeper than 32 levels; flatten it.", raw=b"")


def refusal(
    code: str, field: str, reason: str, *, raw: Any, sent_at: datetime | None = None
) -> Refusal:
    """Build a refusal that keeps up to 32 KB of the message for people to see and to replay."""
    message_id = raw.get("messageId") if isinstance(raw, dict) else None
    if not isinstance(raw, bytes):
        try:
            raw = orjson.dumps(raw)
        except (TypeError, RecursionError):
            raw = b""
    return Refusal(
        code=code,
        field=field[:200],
        reason=reason[:500],
        raw=raw[:MAX_MESSAGE_BYTES],
        message_id=message_id[:200] if isinstance(message_id, str) else "",
        sent_at=sent_at,
    )


def _message(raw: dict[str, Any], received_at: datetime, sent_at: datetime | None) -> Message:
    kind = raw.get("type")
    if not isinstance(kind, str) or kind not in KINDS:
        raise RefusalError("unknown_type", "type", f"`type` is one of {', '.join(sorted(KINDS))}.")
    context = _object(raw, "context")
    message_id = _message_id(raw, context)
    message = Message(
        kind=kind,
        message_id=message_id,
        key=message_key_hex(message_id),
        occurred_at=_occurred_at(raw, context, received_at, sent_at),
        user_id=_person_id(raw, "userId"),
        anonymous_id=_person_id(raw, "anonymousId"),
        context=context,
    )
    group_id = raw.get("groupId") if kind == "group" else context.get("groupId")
    if group_id is not None:
        message.group_id = _group_id(group_id)
    _READERS[kind](message, raw, received_at)
    if message.user_id is None and message.anonymous_id is None and message.email is None:
        raise RefusalError("no_person", "userId", "Send `userId` or `anonymousId`.")
    message.session = _session(message.context, message.properties)
    return message


def _read_track(message: Message, raw: dict[str, Any], received_at: datetime) -> None:
    name = raw.get("event")
    if not isinstance(name, str) or not name.strip():
        raise RefusalError("no_event_name", "event", "`event` is the name of what happened.")
    message.name = _name(name, "event")
    message.properties = _object(raw, "properties")


def _read_page(message: Message, raw: dict[str, Any], received_at: datetime) -> None:
    message.properties = _object(raw, "properties")
    name = raw.get("name")
    if name is None:
        name = message.properties.get("name")
    message.name = _name(name, "name") if isinstance(name, str) else ""
    category = raw.get("category")
    if isinstance(category, str) and "category" not in message.properties:
        message.properties["category"] = category


def _read_identify(message: Message, raw: dict[str, Any], received_at: datetime) -> None:
    # RudderStack's Python library puts the traits of an identify into its context.
    stated = _object(message.context, "traits") | _object(raw, "traits")
    message.properties = stated
    attributes = traits.lead_attributes(stated)
    message.lead_attributes = attributes
    message.email = attributes.get("email")
    company = stated.get("company")
    if message.group_id is None and isinstance(company, dict) and company.get("id") is not None:
        message.group_id = _group_id(company["id"], "traits.company.id")
    if message.group_id is not None:
        message.account_attributes = traits.company_of(stated, attributes)
    latest = received_at + times.MAX_AHEAD
    message.signed_up_at = times.stated_moment(attributes.get("created_at"), latest=latest)
    message.trial_ends_at = times.stated_moment(
        attributes.get("trial_ends_at"), latest=received_at.replace(year=2099)
    )


def _read_group(message: Message, raw: dict[str, Any], received_at: datetime) -> None:
    if message.group_id is None:
        raise RefusalError("no_group", "groupId", "`groupId` names the company.")
    message.properties = _object(raw, "traits")
    message.account_attributes = traits.account_attributes(message.properties)


def _read_alias(message: Message, raw: dict[str, Any], received_at: datetime) -> None:
    message.previous_id = _person_id(raw, "previousId")
    if message.previous_id is None:
        raise RefusalError("no_person", "previousId", "`previousId` is the id used before.")
    if message.user_id is None:
        raise RefusalError("no_person", "userId", "`userId` is the id used from now on.")


_READERS = {
    "track": _read_track,
    "page": _read_page,
    "screen": _read_page,
    "identify": _read_identify,
    "group": _read_group,
    "alias": _read_alias,
}


def _message_id(raw: dict[str, Any], context: dict[str, Any]) -> str:
    value = raw.get("messageId")
    if value is None or value == "":
        # Nothing to recognise a repeat by; the name says so wherever it is shown.
        return f"none-{uuid4()}"
    text = _id_text(value)
    if not text:
        raise RefusalError("bad_message_id", "messageId", "`messageId` is text.")
    if len(text) > MAX_MESSAGE_ID:
        raise RefusalError(
            "message_id_too_long", "messageId", "`messageId` has fewer than 100 characters."
        )
    return text


def _occurred_at(
    raw: dict[str, Any], context: dict[str, Any], received_at: datetime, sent_at: datetime | None
) -> datetime:
    field = "originalTimestamp" if raw.get("originalTimestamp") else "timestamp"
    value = raw.get(field)
    own_sent_at = raw.get("sentAt")
    if own_sent_at is not None:
        with suppress(times.BadTimeError):
            sent_at = times.parse_time(own_sent_at)
    try:
        stated = None if value is None else times.parse_time(value)
        moment, overruled = times.happened_at(stated, sent_at=sent_at, received_at=received_at)
    except times.BadTimeError as error:
        raise RefusalError(
            "bad_timestamp", field, f"`{field}` is ISO 8601 text from the year 2000 on."
        ) from error
    if overruled:
        context["$timestamp_overruled"] = value
    return moment


def _person_id(raw: dict[str, Any], field: str) -> str | None:
    value = raw.get(field)
    if value is None or value == "":
        return None
    if value.__class__ is not str:
        value = _id_text(value)
    text = value.strip() if value else ""
    if not text or text.lower() in NOBODY:
        raise RefusalError(
            "junk_id", field, f"`{field}` names nobody; send the person's id, or leave it out."
        )
    if len(text) > MAX_ID:
        raise RefusalError("id_too_long", field, f"`{field}` has at most {MAX_ID} characters.")
    return text


def _group_id(value: Any, field: str = "groupId") -> str:
    text = (_id_text(value) or "").strip()
    if not text or text.lower() in NOBODY:
        raise RefusalError("junk_id", field, f"`{field}` names no company.")
    if len(text) > MAX_ID:
        raise RefusalError("id_too_long", field, f"`{field}` has at most {MAX_ID} characters.")
    return text


def _id_text(value: Any) -> str | None:
    """Ids sent as numbers are meant as text; 17.0 is how a data frame writes 17."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, int | float):
        return str(value)
    return None


def _name(value: str, field: str) -> str:
    text = value.strip()
    if len(text) > MAX_NAME:
        raise RefusalError("name_too_long", field, f"`{field}` has at most {MAX_NAME} characters.")
    return text


def _object(raw: dict[str, Any], field: str) -> dict[str, Any]:
    value = raw.get(field)
    if value is None:
        return {}
    if value.__class__ is not dict:
        raise RefusalError("not_an_object", field, f"`{field}` is a JSON object.")
    return value


def _session(context: dict[str, Any], properties: dict[str, Any]) -> str:
    for value in (
        context.get("sessionId"),
        properties.get("session_id"),
        context.get("session_id"),
    ):
        if value is not None:
            text = _id_text(value)
            if text:
                return text[:MAX_ID]
    return ""

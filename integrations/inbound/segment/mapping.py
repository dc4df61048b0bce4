"""Segment's requests -> single messages. Pure."""

from contextlib import suppress
from datetime import datetime
from typing import Any

from integrations.inbound.body import Broken
from leads.ingest import Message, Refusal, read_message
from leads.ingest.reading import refusal
from leads.ingest.times import BadTimeError, parse_time

MAX_BATCH = 2_500
BATCH = "batch"


class BadBatchError(ValueError):
    """The batch as a whole cannot be taken; ``code`` and ``status`` tell its sender why."""

    def __init__(self, status: int, code: str, reason: str) -> None:
        super().__init__(reason)
        self.status, self.code = status, code


def read_request(
    kind: str, body: dict[str, Any], *, received_at: datetime
) -> list[Message | Refusal]:
    """Return the messages of a request, each read or refused, in their order.

    Args:
        kind: the last part of the path: a message type, or "batch".

    Raises:
        BadBatchError: no list of messages, or too long a one.
    """
    sent_at = _sent_at(body.get("sentAt"))
    if kind != BATCH:
        body.pop("writeKey", None)  # a secret has no place among the stored messages
        body["type"] = kind
        return [read_message(body, received_at=received_at, sent_at=sent_at)]
    items = body.get(BATCH)
    if not isinstance(items, list):
        raise BadBatchError(400, "no_batch", "`batch` is the list of messages.")
    if len(items) > MAX_BATCH:
        raise BadBatchError(413, "batch_too_long", f"A batch has at most {MAX_BATCH} messages.")
    shared = body.get("context")
    return [_read_item(item, shared, received_at=received_at, sent_at=sent_at) for item in items]


def _read_item(
    item: Any, shared: Any, *, received_at: datetime, sent_at: datetime | None
) -> Message | Refusal:
    if isinstance(item, Broken):
        return refusal(item.code, "", item.reason, raw=item.raw, sent_at=sent_at)
    if isinstance(item, dict):
        item.pop("writeKey", None)
        if shared and isinstance(shared, dict):
            own = item.get("context")
            if own is None or isinstance(own, dict):
                item["context"] = shared | (own or {})
    return read_message(item, received_at=received_at, sent_at=sent_at)


def _sent_at(value: Any) -> datetime | None:
    if value is not None:
        with suppress(BadTimeError):
            return parse_time(value)
    return None

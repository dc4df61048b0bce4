"""One line of a file -> a row, or :class:`BadLineError` that says what is wrong. Pure."""

import re
from collections.abc import Container, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from integrations.datasets.rows import EventRow, LeadRow, OutcomeRow, SnapshotRow

ACCOUNT_PREFIX = "account."
ACCOUNT_COLUMNS = frozenset({"account.id", "account.domain", "account.name"})
"""An account is named by the first of these that is given."""
LIST_COLUMNS = frozenset({"account.technologies"})
OUTCOMES = {
    "converted": "converted",
    "lost": "closed_lost",
    "won": "closed_won",
    "opportunity": "opportunity",
    "churned": "churned",
}
MAX_ID = 200
TEXT_LIMITS = {"email": 254, "name": 200, "title": 200}
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
# No leading zeros: "007" is a code, not a number.
NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?\Z")


class BadLineError(Exception):
    """One line cannot be used. Arguments: the field, the reason."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


def read_event(text: bytes) -> EventRow:
    """Return the event of one JSON line; raise :class:`BadLineError` where it is not one."""
    try:
        message = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise BadLineError("", f"not JSON: {error}") from error
    if not isinstance(message, dict):
        raise BadLineError("", "not a JSON object")
    kind = message.get("type", "track")
    if kind not in ("track", "page", "screen"):
        raise BadLineError("type", f"{kind!r} is none of track, page, screen")
    name = message.get("event" if kind == "track" else "name") or ""
    if kind == "track" and not name:
        raise BadLineError("event", "missing")
    properties = message.get("properties") or {}
    if not isinstance(properties, dict):
        raise BadLineError("properties", "not an object")
    if b"\\u0000" in text:
        raise BadLineError("properties", "contains the NUL character")
    return EventRow(
        message_id=_identifier(message, "messageId"),
        user_id=_identifier(message, "userId"),
        kind=kind,
        name=_short(name, "event"),
        occurred_at=read_moment(message.get("timestamp"), "timestamp"),
        properties=properties,
        session=_short(str(properties.get("session_id", "")), "session_id"),
    )


def read_moment(value: object, field: str) -> datetime:
    """Return an ISO 8601 time with its zone, of the years 2000 to 2099, in UTC."""
    if not isinstance(value, str) or not value:
        raise BadLineError(field, "missing")
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise BadLineError(field, f"{value!r} is not an ISO 8601 time") from error
    if moment.tzinfo is None:
        raise BadLineError(field, f"{value!r} has no time zone (write UTC as Z)")
    if not EARLIEST <= moment < LATEST:
        raise BadLineError(field, f"{value!r} is not between the years 2000 and 2099")
    return moment.astimezone(UTC)


def read_lead(cells: dict[str, str], numeric: frozenset[str]) -> LeadRow:
    """Return the lead of one line; values of the ``numeric`` columns are numbers."""
    attributes: dict[str, Any] = {}
    account: dict[str, Any] = {}
    for column, value in cells.items():
        if column in ("external_id", "created_at") or not value:
            continue
        typed: Any = _number(value) if column in numeric else value
        if column in LIST_COLUMNS:
            typed = [part.strip() for part in value.split(";") if part.strip()]
        if column.startswith(ACCOUNT_PREFIX):
            account[column.removeprefix(ACCOUNT_PREFIX)] = typed
        else:
            attributes[column] = typed
    if "email" in attributes:
        attributes["email"] = str(attributes["email"]).lower()
    for field, longest in TEXT_LIMITS.items():
        if len(str(attributes.get(field, ""))) > longest:
            raise BadLineError(field, f"longer than {longest} characters")
    if account and not any(account.get(key) for key in ("id", "domain", "name")):
        raise BadLineError(
            "account.domain", "an account needs account.id, account.domain or its name"
        )
    return LeadRow(
        external_id=_identifier(cells, "external_id"),
        created_at=read_moment(cells["created_at"], "created_at"),
        attributes=attributes,
        account=account,
    )


def read_outcome(cells: dict[str, str]) -> OutcomeRow:
    """Return the outcome of one line."""
    kind = OUTCOMES.get(cells["outcome"])
    if kind is None:
        known = ", ".join(OUTCOMES)
        raise BadLineError("outcome", f"{cells['outcome']!r} is none of {known}")
    return OutcomeRow(
        _identifier(cells, "external_id"), kind, read_moment(cells["occurred_at"], "occurred_at")
    )


def read_snapshot(cells: dict[str, str]) -> SnapshotRow:
    """Return the exam question of one line."""
    if cells["label"] not in ("0", "1"):
        raise BadLineError("label", f"{cells['label']!r} is neither 0 nor 1")
    at = read_moment(cells["snapshot_at"], "snapshot_at")
    return SnapshotRow(_identifier(cells, "external_id"), at, cells["label"] == "1")


def require_known(external_id: str, field: str, known: Container[str] | None) -> None:
    """Raise unless the lead is one of ``known``; None knows everybody."""
    if known is not None and external_id not in known:
        raise BadLineError(field, f"no lead {external_id!r} in the leads file")


def _identifier(cells: Mapping[str, Any], field: str) -> str:
    value = cells.get(field)
    if value is None or value == "":
        raise BadLineError(field, "missing")
    return _short(str(value), field)


def _short(value: object, field: str) -> str:
    if not isinstance(value, str):
        raise BadLineError(field, "not text")
    if len(value) > MAX_ID:
        raise BadLineError(field, f"longer than {MAX_ID} characters")
    return value


def _number(value: str) -> int | float:
    return float(value) if "." in value else int(value)

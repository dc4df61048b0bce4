"""The events that a signal is made of, in words."""

from collections.abc import Mapping
from typing import Any

from leads.mapping import UNARY_OPS
from leads.models.signal import OPS
from rubrics.scoring.words import joined

KINDS = {"page": "a page view", "screen": "a screen view", "identify": "identify", "group": "group"}


def event_words(event: Mapping[str, Any]) -> str:
    """``“Pricing Viewed” where signed_in is not false; its value is page``."""
    kind, name = event.get("kind", "track"), event.get("event")
    told = f"“{name}”" if kind == "track" else KINDS[kind] + (f" of “{name}”" if name else "")
    if conditions := event.get("where"):
        told += f" where {joined([_condition(one) for one in conditions])}"
    if value := event.get("value"):
        told += f"; its value is {value}"
    if session := event.get("session"):
        told += f"; its session is {session}"
    return told


def _condition(condition: Mapping[str, Any]) -> str:
    name, op = condition["property"], condition["op"]
    if op in UNARY_OPS:
        return f"{name} {OPS[op]}"
    value = condition.get("value")
    shown = str(value).lower() if isinstance(value, bool) else value
    return f"{name} {OPS[op]} {shown}"

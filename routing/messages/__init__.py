"""First messages to leads: templates with named fields, filled in with what is known."""

from routing.messages.filling import Filled, fill_template, suggested_message
from routing.messages.text import FIELDS, UnknownField, check_text, fill

__all__ = [
    "FIELDS",
    "Filled",
    "UnknownField",
    "check_text",
    "fill",
    "fill_template",
    "suggested_message",
]

"""What is known of somebody, in words."""

from typing import Any


def value_words(value: Any) -> str:
    """An attribute's value as people read it: ``1,200``, ``Yes``, ``HubSpot, Salesforce``."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list):
        return ", ".join(value_words(item) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {value_words(item)}" for key, item in value.items())
    if isinstance(value, int):
        return f"{value:,}"
    return "–" if value in {None, ""} else str(value)

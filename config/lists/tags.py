"""What a list's page says of itself."""

from typing import Any

from django import template

from config.lists import BY_MODEL, Entry

register = template.Library()


@register.filter
def entry_of(changelist: Any) -> Entry | None:
    """The entry of the list that a page of the admin shows."""
    return BY_MODEL.get(changelist.opts.label_lower)

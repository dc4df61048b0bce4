"""What a list's page says of itself, and the way to it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.urls import reverse
from django.utils.text import slugify

from config.lists import BY_MODEL, GROUPS, Entry

register = template.Library()

Step = Mapping[str, Any]
"""One step of the way to a page: its ``title``, and the ``link`` there if there is one."""


@register.simple_tag(takes_context=True)
def first_list(context: Any, changelist: Any) -> Entry | None:
    """Where the first row of an empty list begins, if that is another list and theirs to see."""
    entry = BY_MODEL.get(changelist.opts.label_lower)
    first = BY_MODEL.get(entry.first) if entry else None
    return first if first and first.is_visible_to(context["request"]) else None


@register.filter
def entry_of(changelist: Any) -> Entry | None:
    """The entry of the list that a page of the admin shows."""
    return BY_MODEL.get(changelist.opts.label_lower)


@register.filter
def as_in_sidebar(steps: Sequence[Step]) -> list[Step]:
    """The way to a page by the names of the sidebar: the theme knows the app and the model of a
    list, not where it stands and what it is called there."""
    for group, entries in GROUPS.items():
        for entry in entries:
            if len(steps) > 1 and str(steps[1].get("link")) == entry.link:
                section = {"title": group, "link": f"{reverse('admin:index')}#{slugify(group)}"}
                return [section, {"title": entry.title, "link": entry.link}, *steps[2:]]
    return list(steps)

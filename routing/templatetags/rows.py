"""What a list has by the dozen: drawn once for every look it may have, or written here.

A template costs some microseconds a tag. Of a queue's thirty rows that was more than all its
queries took; what is the same from row to row is therefore not drawn thirty times.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from routing.models import Qualification
from routing.models.states import State
from rubrics.scoring.types import Line
from rubrics.scoring.words import signed

register = template.Library()
LOOKS = 1024
"""So many meters and trends are remembered."""
# Stand for a PQL's id and its lead's name. Nobody can guess them, so nothing else says the same.
ID_MARK = 10**17 + secrets.randbelow(9 * 10**17)
NAME_MARK = f"lead-{ID_MARK}-"


@register.simple_tag
@lru_cache(LOOKS)
def meter(value: int, maximum: int, kind: str = "") -> SafeString:
    """A small bar: how much of the maximum it is. The number stands beside it in words."""
    share = max(0.0, min(1.0, value / maximum)) if maximum else 0.0
    return format_html(
        '<svg class="meter{}" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"'
        ' focusable="false"><rect class="meter-rail" width="100" height="4"/>'
        '<rect class="meter-fill" width="{}" height="4"/></svg>',
        f" meter-{kind}" if kind else "",
        round(100 * share, 1),
    )


@register.simple_tag
@lru_cache(LOOKS)
def trend(points: int | None) -> SafeString:
    """How the total moved in 7 days; None: there was no score then."""
    return render_to_string("_components/trend.html", {"trend": points})


@register.simple_tag
@cache
def state(of: str) -> SafeString:
    """A PQL's state with its mark."""
    return render_to_string("_components/state.html", {"state": of, "label": State(of).label})


@register.simple_tag
def reasons(lines: Iterable[Line]) -> SafeString:
    """What gave the most points, as items of a list."""
    return format_html_join(
        "",
        '<li><span class="points">{}</span> <span class="clip" title="{}">{}</span></li>',
        ((signed(line.points), line.label, line.reason or line.label) for line in lines),
    )


@dataclass(frozen=True, slots=True)
class _Alike:
    """Open PQLs of a list with which the same can be done: all that ``_acts.html`` asks of one."""

    state: str
    rep_id: int | None
    closed_at: None = None
    pk: int = ID_MARK
    lead: str = NAME_MARK


@register.simple_tag(takes_context=True)
def row_acts(context: template.RequestContext, pql: Qualification, may_act: bool) -> str:
    """What can be done with the PQL of a row: ``_acts.html``, drawn once for those alike."""
    if not may_act or pql.closed_at is not None:
        return ""
    alike = _Alike(pql.state, None if pql.rep_id is None else 0)
    request: Any = context["request"]
    drawn: dict[_Alike, str] = request.__dict__.setdefault("acts_drawn", {})
    if alike not in drawn:
        assert context.template is not None  # it is being drawn
        drawing = context.template.engine.get_template("routing/_acts.html")
        with context.push(pql=alike, may_act=True, compact=True):
            drawn[alike] = drawing.render(context)
    named = drawn[alike].replace(NAME_MARK, conditional_escape(str(pql.lead)))
    return mark_safe(named.replace(str(ID_MARK), str(pql.pk)))  # noqa: S308  # a template's, and a name escaped

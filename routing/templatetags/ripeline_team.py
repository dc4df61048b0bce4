"""How the team's numbers are written."""

from datetime import timedelta

from django import template

register = template.Library()


@register.filter
def share(value: float) -> str:
    """0.713 as "71 %"."""
    return f"{value * 100:.0f} %"


@register.filter
def span(value: timedelta | None) -> str:
    """Minutes below two hours, hours below two days, else days; a dash for none."""
    if value is None:
        return "–"
    minutes = value / timedelta(minutes=1)
    if minutes < 120:
        return f"{minutes:.0f} min"
    return f"{minutes / 60:.1f} h" if minutes < 48 * 60 else f"{minutes / 1440:.1f} days"


@register.filter
def worked(value: timedelta) -> str:
    """Working time: minutes below two hours, else hours. A day of it is as long as somebody's."""
    minutes = value / timedelta(minutes=1)
    if minutes < 1:  # touched before their day began, for example
        return "< 1 min"
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.1f} h"


@register.filter
def add_text(text: str, value: object) -> str:
    """Texts one after the other, numbers too."""
    return f"{text}{value}"

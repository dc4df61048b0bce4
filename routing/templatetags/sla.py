"""By when the first touch of a PQL is due, in words."""

from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.html import format_html

from routing.models import Qualification

register = template.Library()

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# Farther away than a working day, the clock time says more than a count of hours with a night.
SOON = 8 * HOUR


@register.simple_tag
def sla(pql: Qualification, at: datetime) -> str:
    """ "due in 2 h 10 min", "due Mon 10:15", "overdue by 3 h"; nothing once it was touched.

    Costs no query where ``rep`` was joined.
    """
    due = pql.sla_due_at
    if due is None or not pql.waits_for_touch or pql.sla_set_for != pql.assigned_at:
        return ""
    zone = pql.rep.zone if pql.rep else timezone.get_current_timezone()
    there = timezone.localtime(due, zone)
    is_overdue = due <= at
    if is_overdue:
        words = f"overdue by {_length(at - due)}" if at - due >= MINUTE else "due now"
    elif due - at <= SOON:
        words = f"due in {_length(due - at)}" if due - at >= MINUTE else "due now"
    else:
        far = there.date() - timezone.localtime(at, zone).date() >= timedelta(days=7)
        words = f"due {there:%-d %b}" if far else f"due {there:%a %H:%M}"
    return format_html(
        '<time class="{}" datetime="{}" title="{}">{}</time>',
        "overdue" if due - at <= HOUR else "muted",
        timezone.localtime(due).isoformat(),
        f"First touch due {there:%a %-d %b, %H:%M} ({there.tzname()})",
        words,
    )


def _length(length: timedelta) -> str:
    """The two largest units: "2 d 3 h", "2 h 10 min", "45 min"."""
    minutes = length // MINUTE
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    return f"{rest} min"

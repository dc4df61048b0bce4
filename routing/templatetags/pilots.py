"""The pilot's daily question, where reps look first."""

from datetime import datetime
from typing import Any

from django import template

from routing.models import Pilot, Rep
from routing.models.pilot import Verdict
from routing.pilots import asked_of
from routing.viewers import Viewer

register = template.Library()


@register.inclusion_tag("routing/_verdict.html", takes_context=True)
def pilot_verdict(context: template.Context, viewer: Viewer, at: datetime) -> dict[str, Any]:
    """Nothing, and no query, for who is in no pilot."""
    asked = []
    if viewer.in_pilot and viewer.rep_id is not None:
        rep = Rep.objects.filter(pk=viewer.rep_id, pilots__in=Pilot.objects.running(at)).first()
        asked = asked_of(rep, at=at) if rep else []
    request = context.get("request")
    return {
        "asked": asked,
        "verdicts": Verdict.choices,
        "next": request.get_full_path() if request else "/",
        "csrf_token": context.get("csrf_token"),
    }

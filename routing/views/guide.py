"""The guide for new reps, and the hint in the queue that leads to it."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from routing import services
from routing.forms import SNOOZE_CHOICES
from routing.models.qualification import RejectReason
from routing.queue import read_examples
from routing.viewers import Viewer
from routing.views.base import answer, page_for, person, show
from routing.views.pages import live_rubrics
from rubrics.models.rubric import Subject


@require_safe
@page_for(lambda _: True)
def guide(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """What a rep has to know, on one page, with three PQLs of theirs to learn from."""
    at = timezone.now()
    context = {
        # PQLs are people: what scores companies makes none.
        "rubrics": [live for live in live_rubrics() if live["version"].subject == Subject.LEAD],
        "examples": read_examples(viewer, at=at),
        "reject_reasons": RejectReason.labels,
        "snoozes": list(SNOOZE_CHOICES.values()),
        "cooldown_days": settings.QUALIFICATION_COOLDOWN_DAYS,
        "at": at,
        "section": "guide",
    }
    return show(request, viewer, "routing/guide.html", context)


@require_POST
@page_for(lambda viewer: viewer.sees_queue)
def guide_away(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Put away the hint in the queue; the guide stays in the menu."""
    services.put_guide_away(by=person(request), at=timezone.now())
    return answer(request, "Put away. The guide stays in the menu under your name.")

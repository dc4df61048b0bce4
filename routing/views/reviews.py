"""Manual review: which PQLs are worth a rep's time."""

from collections.abc import Callable

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from routing import services
from routing.models import Qualification
from routing.models.qualification import RejectReason
from routing.viewers import Viewer
from routing.views.base import answer, page_for, person, show

SHOWN = 50
REASONS_SHOWN = 4


@require_safe
@page_for(lambda viewer: viewer.may_review)
def review_list(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """What waits for a look, the highest total first, with the reasons as they were."""
    waiting = Qualification.objects.to_review().select_related("lead__account", "product")
    pqls = list(waiting[: SHOWN + 1])
    context = {
        "rows": [(pql, _reasons(pql)) for pql in pqls[:SHOWN]],
        "has_more": len(pqls) > SHOWN,
        "reject_reasons": RejectReason.choices,
        "at": timezone.now(),
        "section": "review",
    }
    return show(request, viewer, "routing/review.html", context)


@require_POST
@page_for(lambda viewer: viewer.may_review)
def review_pass(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """It is worth working: it is dealt within seconds."""
    pql = _found(pk)
    note = request.POST.get("note", "")[:200]
    return _attempt(
        request,
        lambda by: services.pass_review(pql, by=by, at=timezone.now(), note=note),
        f"{pql.lead} goes to a rep within seconds.",
    )


@require_POST
@page_for(lambda viewer: viewer.may_review)
def review_dismiss(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """It is not worth working, for a reason from the list."""
    pql = _found(pk)
    given = request.POST
    return _attempt(
        request,
        lambda by: services.dismiss_in_review(
            pql,
            by=by,
            at=timezone.now(),
            reason=given.get("reason", ""),
            note=given.get("note", "")[:200],
        ),
        f"Rejected {pql.lead}. No rep was told.",
    )


def _attempt(request: HttpRequest, act: Callable[[User], object], done: str) -> HttpResponse:
    try:
        act(person(request))
    except services.RoutingError as error:
        return answer(request, str(error), is_refusal=True)
    return answer(request, done)


def _found(pk: int) -> Qualification:
    return get_object_or_404(Qualification.objects.select_related("lead"), pk=pk)


def _reasons(pql: Qualification) -> list[dict[str, object]]:
    """The lines that gave most when it opened."""
    lines = sorted(pql.breakdown, key=lambda line: -line["points"])
    return [line for line in lines if line["points"] > 0][:REASONS_SHOWN]

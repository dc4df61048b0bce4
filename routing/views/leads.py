"""Leads: who they are, what they are worth, and why."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from leads.models import Lead
from routing import briefs, people, services
from routing.companies import company_of
from routing.messages import suggested_message
from routing.models.qualification import State
from routing.plays import reading as plays
from routing.viewers import Viewer
from routing.views.base import page_for, person, show
from routing.views.scored import chosen, moment, score_context
from rubrics import evidence
from rubrics.models import RubricVersion, Score

LEADS_A_PAGE = 50
# While a PQL is in these, a first message is offered.
FIRST_STATES = (State.NEW, State.ASSIGNED, State.ACCEPTED)


@require_safe
@page_for(lambda viewer: viewer.sees_leads)
def lead_list(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Every lead with its scores; search finds any."""
    words = request.GET.get("q", "").strip()[:100]
    number = _page_number(request)
    leads = people.visible_leads(viewer)
    if words:
        leads = leads.filter(Lead.objects.worded(words))
    scores = Score.objects.headline_first().select_related("version")
    start = (number - 1) * LEADS_A_PAGE
    found = list(
        leads.select_related("account")
        .defer("attributes", "account__attributes")
        .prefetch_related(Prefetch("scores", queryset=scores))
        .order_by("-pk")[start : start + LEADS_A_PAGE + 1]
    )
    context = {
        "words": words,
        "leads": found[:LEADS_A_PAGE],
        "number": number,
        "has_next": len(found) > LEADS_A_PAGE,
        "section": "leads",
    }
    return show(request, viewer, "routing/leads.html", context)


@require_safe
@page_for(lambda viewer: viewer.sees_leads)
def lead_show(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """One lead: scores that sum, what they did, who works them."""
    merged = Lead.objects.filter(pk=pk, merged_into__isnull=False).first()
    if merged is not None:
        return redirect("routing:lead-show", merged.merged_into_id)
    lead = _lead(viewer, pk)
    at = timezone.now()
    scores = people.scores_of(lead)
    score = chosen(request, scores)
    events, has_older = people.events_before(lead.pk, None)
    context = {
        "lead": lead,
        **score_context(request, scores, score, at=at),
        **brief_of_lead(lead, scores, score, viewer, at=at),
        "plays": plays.of_lead(lead, viewer, at=at),
        "trial": people.trial_of(lead, score),
        "events": events,
        "has_older": has_older,
        "company": company_of(lead, viewer),
        "section": "leads",
    }
    return show(request, viewer, "routing/lead.html", context)


@require_POST
@page_for(lambda viewer: viewer.sees_leads)
def lead_visit(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Told by the page that somebody looks at it."""
    services.note_visit(_lead(viewer, pk), by=person(request), at=timezone.now())
    return HttpResponse(status=204)


@require_safe
@page_for(lambda viewer: viewer.sees_leads)
def lead_events(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """A further page of the timeline."""
    lead = _lead(viewer, pk)
    events, has_older = people.events_before(lead.pk, _cursor(request))
    context = {"lead": lead, "events": events, "has_older": has_older}
    return show(request, viewer, "routing/_events.html", context)


@require_safe
@page_for(lambda viewer: viewer.sees_leads)
def lead_evidence(
    request: HttpRequest, viewer: Viewer, pk: int, version_pk: int, key: str
) -> HttpResponse:
    """The hits behind one line of a score, as of the moment it was scored for."""
    lead = _lead(viewer, pk)
    version = get_object_or_404(RubricVersion, pk=version_pk)
    at = moment(request.GET.get("at", ""))
    hits = evidence.evidence(version.pk, subject_id=lead.pk, criterion_key=key, at=at)
    return show(request, viewer, "routing/_evidence.html", {"hits": hits})


def brief_of_lead(
    lead: Lead, scores: Sequence[Score], score: Score | None, viewer: Viewer, *, at: datetime
) -> dict[str, Any]:
    """What a rep reads first, on the page and in the panel, and what they could write."""
    episodes = people.episodes(lead, score, viewer, at=at)
    current = next((one for one in episodes if one.is_open), None)
    writes = current is not None and current.may_act and current.pql.state in FIRST_STATES
    return {
        "brief": briefs.brief_of(score, at=at) if score else None,
        "episodes": episodes,
        "current": current,
        "news": briefs.since_visit(lead, scores, user_id=viewer.user_id, at=at),
        "message": suggested_message(current.pql) if current and writes else "",
    }


def _lead(viewer: Viewer, pk: int) -> Lead:
    return get_object_or_404(people.visible_leads(viewer).select_related("account"), pk=pk)


def _cursor(request: HttpRequest) -> tuple[datetime, int]:
    before = moment(request.GET.get("before", ""))
    try:
        pk = int(request.GET.get("id", ""))
    except ValueError:
        raise Http404 from None
    if abs(pk) > 2**62:
        raise Http404
    return before, pk


def _page_number(request: HttpRequest) -> int:
    raw = request.GET.get("page", "1")
    return min(max(int(raw), 1), 10_000) if raw.isdecimal() and len(raw) < 6 else 1

"""Accounts: what a company is worth and why, and who its people are."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from leads.models import Account
from routing.companies import scores_of
from routing.people import visible_leads
from routing.viewers import Viewer
from routing.views.base import page_for, show
from routing.views.scored import chosen, moment, score_context
from rubrics.accounts import members
from rubrics.evidence import evidence
from rubrics.models import RubricVersion


@require_safe
@page_for(lambda viewer: viewer.sees_leads)
def account_show(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """A company, its scores with reasons, and its people."""
    account = get_object_or_404(Account, pk=pk)
    scores = scores_of(account)
    context = {
        "account": account,
        **score_context(request, scores, chosen(request, scores), at=timezone.now()),
        "members": members(visible_leads(viewer).filter(account=account)),
        "section": "leads",
    }
    return show(request, viewer, "routing/account.html", context)


@require_safe
@page_for(lambda viewer: viewer.sees_leads)
def account_evidence(
    request: HttpRequest, viewer: Viewer, pk: int, version_pk: int, key: str
) -> HttpResponse:
    """The hits behind one line of an account's score, as of the moment it was scored for.

    Whom another team works is not named.
    """
    account = get_object_or_404(Account, pk=pk)
    version = get_object_or_404(RubricVersion, pk=version_pk)
    at = moment(request.GET.get("at", ""))
    hits = evidence(version.pk, subject_id=account.pk, criterion_key=key, at=at)
    named = set(visible_leads(viewer).filter(pk__in=[hit.lead.pk for hit in hits]))
    context = {"hits": hits, "of_account": True, "named": named}
    return show(request, viewer, "routing/_evidence.html", context)

"""Accounts: what a company is worth, and who its people are."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from leads.models import Account
from routing import people
from routing.companies import explained_account
from routing.viewers import Viewer
from routing.views.base import page_for, show
from rubrics.accounts import members


@require_safe
@page_for(lambda viewer: viewer.sees_leads)
def account_show(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """A company, its scores with reasons, and its people."""
    account = get_object_or_404(Account, pk=pk)
    at = timezone.now()
    context = {
        "account": account,
        "scores": explained_account(account, at=at),
        "members": members(people.visible_leads(viewer).filter(account=account)),
        "at": at,
        "section": "leads",
    }
    return show(request, viewer, "routing/account.html", context)

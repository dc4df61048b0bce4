"""What the pages share: who is asking, and how an answer is rendered."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from routing.viewers import Viewer

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, Viewer, P], HttpResponse]


def page_for(
    may_see: Callable[[Viewer], bool],
) -> Callable[[View[P]], Callable[Concatenate[HttpRequest, P], HttpResponseBase]]:
    """Hand a view its viewer; who is not signed in goes to the login page, who may not gets 403."""

    def decorate(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            viewer = Viewer.of(person(request))
            if not may_see(viewer):
                raise PermissionDenied
            return view(request, viewer, *args, **kwargs)

        return login_required(guarded)

    return decorate


def person(request: HttpRequest) -> User:
    """Who is signed in."""
    assert isinstance(request.user, User)
    return request.user


def is_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of a page."""
    return request.headers.get("HX-Request") == "true"


def show(
    request: HttpRequest, viewer: Viewer, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """Render a page or fragment; both know their viewer."""
    return render(request, template, {"viewer": viewer, **context}, status=status)


def answer(
    request: HttpRequest, message: str, *, is_refusal: bool = False, undo: str = ""
) -> HttpResponse:
    """Tell how an action went: a script by an event of the page, a plain form by a message.

    Args:
        undo: the address that takes it back when posted to; the page offers it.
    """
    if is_fragment(request):
        event = "ripeline:refused" if is_refusal else "ripeline:done"
        response = HttpResponse(status=409 if is_refusal else 204)
        # At the body: what was pressed may have been renewed, and would tell nobody.
        told = {"message": message, "undo": undo, "target": "body"}
        response["HX-Trigger"] = json.dumps({event: told})
        return response
    messages.add_message(request, messages.ERROR if is_refusal else messages.SUCCESS, message)
    return redirect(back(request))


def back(request: HttpRequest) -> str:
    """Where the person came from, if it is a page of ours; else the queue."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    if is_ours and wanted.startswith("/"):  # else it is taken for a view's name
        return wanted
    return reverse("routing:queue")

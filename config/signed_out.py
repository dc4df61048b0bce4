"""Signed out while a page is open: what the page then asks for in the background is told so."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.urls import reverse

Respond = Callable[[HttpRequest], HttpResponseBase]


def say_signed_out(get_response: Respond) -> Respond:
    """Answer 401 where a part of a page would be replaced by the whole page for signing in, and
    what was typed there would be lost. A link that htmx follows shows that page as ever."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        wants_part = request.htmx and not request.htmx.boosted  # type: ignore[attr-defined]  # set by django-htmx
        if wants_part and response.status_code == 302:
            goes_to = urlsplit(response.headers["Location"])
            is_sign_in = goes_to.path in (resolve_url("login"), reverse("admin:login"))
            if is_sign_in and "next=" in goes_to.query:  # signing out leads there too
                return HttpResponse("You are signed out.", status=401)
        return response

    return respond

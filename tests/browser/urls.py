"""The project's URLs, and pages that go wrong in every way there is a page for."""

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponseBase
from django.urls import path
from django.views.csrf import csrf_failure

from config import urls

handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500


def malformed(request: HttpRequest) -> HttpResponseBase:
    raise SuspiciousOperation


def broken(request: HttpRequest) -> HttpResponseBase:
    raise RuntimeError("on purpose")


urlpatterns = [
    path("wrong/malformed/", malformed),
    path("wrong/broken/", broken),
    path("wrong/forged/", csrf_failure),
    *urls.urlpatterns,
]

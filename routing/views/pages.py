"""Help, and what is shown when something is not right."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader
from django.views.decorators.http import require_safe

from routing.viewers import Viewer
from routing.views.base import page_for, show
from rubrics.models import RubricVersion
from rubrics.scoring.types import Axis


@require_safe
@page_for(lambda _: True)
def help_scores(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """How to read a score, with the numbers of the rubrics that score now."""
    versions = (
        RubricVersion.objects.published()
        .select_related("rubric__product")
        .prefetch_related("criteria__tiers")
        .order_by("rubric__product__name", "rubric__name")
    )
    rubrics = [
        {
            "version": version,
            "axes": [
                (axis, [c for c in version.criteria.all() if c.axis == axis.value]) for axis in Axis
            ],
        }
        for version in versions
    ]
    return show(request, viewer, "routing/help_scores.html", {"rubrics": rubrics})


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    return render(request, "400.html", status=400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: signed in, but not in a group that may see this."""
    return render(request, "403.html", status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 of a form that was open too long or came from elsewhere."""
    return render(request, "403_csrf.html", status=403)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: rendered without context processors, which may be what failed."""
    return HttpResponse(loader.get_template("500.html").render(), status=500)

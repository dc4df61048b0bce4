"""Help."""

from django.http import HttpRequest, HttpResponse
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
    return show(
        request, viewer, "routing/help_scores.html", {"rubrics": rubrics, "section": "help"}
    )

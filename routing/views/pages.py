"""Help."""

from typing import Any

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from routing.viewers import Viewer
from routing.views.base import is_fragment, page_for, person, show
from rubrics.measures import SpecError
from rubrics.models import RubricVersion
from rubrics.scoring.types import Axis
from rubrics.sheet import WENT_LIVE, reference_sheet, rules_in_brief

RULES_CACHED_S = 600


@require_safe
@page_for(lambda _: True)
def help_scores(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """How to read a score, with the numbers of the rubrics that score now."""
    rubrics = [
        {
            **live,
            "axes": [
                (axis, [c for c in live["version"].criteria.all() if c.axis == axis.value])
                for axis in Axis
            ],
        }
        for live in live_rubrics("criteria__tiers")
    ]
    return show(
        request, viewer, "routing/help_scores.html", {"rubrics": rubrics, "section": "help"}
    )


def live_rubrics(*related: str) -> list[dict[str, Any]]:
    """The versions that score now, each with its caps and decay as sentences."""
    versions = (
        RubricVersion.objects.published()
        .select_related("rubric__product")
        .prefetch_related(*related)
        .order_by("rubric__product__name", "rubric__name")
    )
    return [{"version": version, "rules": _rules_of(version)} for version in versions]


def _rules_of(version: RubricVersion) -> list[str]:
    """Kept a while: a published version does not change."""
    key = f"rules-in-brief-{version.pk}"
    return cache.get_or_set(key, lambda: rules_in_brief(version), RULES_CACHED_S) or []


@require_safe
@page_for(lambda _: True)
def help_keys(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The keyboard shortcuts, and the switch that turns them off; in the dialog, or as a page."""
    kind = "_keys" if is_fragment(request) else "help_keys"
    context = {"keys_on": request.COOKIES.get("keys") != "off", "section": "help"}
    return show(request, viewer, f"routing/{kind}.html", context)


@require_safe
@page_for(lambda _: True)
def rubric_sheet(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """The reference sheet of a version. What never went live is for those who edit rubrics."""
    versions = RubricVersion.objects.select_related("rubric__product", "created_by", "published_by")
    version = versions.filter(pk=pk).first()
    may_edit = person(request).is_staff and request.user.has_perm("rubrics.view_rubricversion")
    if version is None or (version.status not in WENT_LIVE and not may_edit):
        raise Http404
    sheet, problem = None, ""
    try:
        sheet = reference_sheet(version)
    except SpecError as error:
        problem = str(error)
    context = {
        "sheet": sheet,
        "version": version,
        "problem": problem,
        "may_edit": may_edit,
        "section": "help",
    }
    return show(request, viewer, "routing/rubric_sheet.html", context)

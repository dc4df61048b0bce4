"""Help."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from routing.viewers import Viewer
from routing.views.base import is_fragment, page_for, person, show
from rubrics.measures import SpecError
from rubrics.models import RubricVersion
from rubrics.scoring.types import Axis
from rubrics.sheet import WENT_LIVE, reference_sheet


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

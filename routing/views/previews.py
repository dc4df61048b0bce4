"""The reps' part of a preview: loaded into its page in the admin."""

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from routing.previewing import work_of
from rubrics.models import Preview
from rubrics.previews import MOST_CROSSING
from rubrics.previews.summary import summarize


@require_safe
@login_required
@permission_required("rubrics.view_preview", raise_exception=True)
def preview_work(request: HttpRequest, pk: int) -> HttpResponse:
    """What publishing the draft would bring to the queues."""
    preview = get_object_or_404(Preview, pk=pk)
    context = {
        "preview": preview,
        "work": work_of(preview, at=timezone.now()),
        "is_cut": summarize(preview).is_cut,
        "most_kept": MOST_CROSSING,
    }
    return render(request, "admin/routing/_preview_work.html", context)

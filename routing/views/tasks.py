"""What is to be done about leads, and by when."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from routing import people, plays
from routing.models import Draft, Task
from routing.plays import reading
from routing.viewers import Viewer
from routing.views.base import answer, page_for, person, show

TABS = ("mine", "others", "done")


@require_safe
@page_for(lambda viewer: viewer.sees_queue)
def task_list(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """A rep's tasks; who is no rep begins with everybody's."""
    home = "others" if viewer.rep_id is None else "mine"
    tab = request.GET.get("tab", home)
    tab = tab if tab in TABS else home
    at = timezone.now()
    if tab == "done":
        page = reading.done_page(viewer, at=at)
    else:
        page = reading.to_do_page(viewer, mine=tab == "mine", at=at)
    context = {
        "tab": tab,
        "page": page,
        "counts": reading.task_counts(viewer),
        "at": at,
        "section": "tasks",
    }
    return show(request, viewer, "routing/tasks.html", context)


@require_POST
@page_for(lambda viewer: viewer.may_work)
def task_done(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Tick a task off."""
    task = _found(viewer, pk)
    if not reading.may_act_on(viewer, task):
        return answer(request, f"This task is {task.owner}'s to do.", is_refusal=True)
    if not plays.finish_task(task, by=person(request), at=timezone.now()):
        return answer(request, f"Already done: {task.title}")
    return answer(request, f"Done: {task.title}")


@require_POST
@page_for(lambda viewer: viewer.may_work)
def task_undone(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Put a task back on the list."""
    task = _found(viewer, pk)
    if not reading.may_act_on(viewer, task):
        return answer(request, f"This task is {task.owner}'s to do.", is_refusal=True)
    plays.reopen_task(task)
    return answer(request, f"Back on the list: {task.title}")


@require_POST
@page_for(lambda viewer: viewer.may_work)
def draft_away(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Put an e-mail draft away: it was sent, or is not wanted."""
    visible = Draft.objects.filter(lead__in=people.visible_leads(viewer))
    draft = get_object_or_404(visible, pk=pk)
    plays.put_draft_away(draft, by=person(request), at=timezone.now())
    return answer(request, "Put away.")


def _found(viewer: Viewer, pk: int) -> Task:
    visible = Task.objects.seen_by(viewer).select_related("rep__user", "qualification__rep__user")
    return get_object_or_404(visible, pk=pk)

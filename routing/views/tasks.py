"""What is to be done about leads, and by when."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from routing import people, plays, services
from routing.models import Draft, Task
from routing.plays import reading
from routing.task_forms import GiveTaskForm, TaskForm
from routing.viewers import Viewer
from routing.views.base import answer, back, is_fragment, page_for, person, show

TABS = ("mine", "others", "done")


@require_safe
@page_for(lambda viewer: viewer.sees_queue)
def task_list(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """A rep's tasks; who is no rep begins with everybody's."""
    home = "others" if viewer.rep_id is None else "mine"
    tab = request.GET.get("tab", home)
    tab = tab if tab in TABS else home
    at = timezone.now()
    counts = reading.task_counts(viewer)
    if tab == "done":
        page = reading.done_page(viewer, at=at)
    else:
        page = reading.to_do_page(viewer, counts, mine=tab == "mine", at=at)
    context = {
        "tab": tab,
        "page": page,
        "counts": counts,
        "at": at,
        "section": "tasks",
    }
    return show(request, viewer, "routing/tasks.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@page_for(lambda viewer: viewer.may_work and viewer.sees_leads)
def task_new(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Ask what is to be done about a lead by when, and by whom; write it down."""
    lead = get_object_or_404(people.visible_leads(viewer), pk=pk)
    at = timezone.now()
    posted = request.POST if request.method == "POST" else None
    form = TaskForm(posted, lead=lead, viewer=viewer, at=at)
    if form.is_valid():
        try:
            task = services.add_task(lead, by=person(request), at=at, **form.cleaned_data)
        except services.RoutingError as error:
            form.add_error(None, str(error))
        else:
            undo = reverse("routing:task-remove", args=[task.pk])
            return answer(request, f"Added for {task.owner or 'nobody yet'}: {task}", undo=undo)
    context = {
        "address": reverse("routing:task-new", args=[lead.pk]),
        "form": form,
        "fields": "routing/asks/_task.html",
        "heading": f"Task about {lead}",
        "button": "Add it",
        "next": back(request),
    }
    return _ask(request, viewer, context)


@require_http_methods(["GET", "HEAD", "POST"])
@page_for(lambda viewer: viewer.may_assign)
def task_give(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Ask who is to do a task from now on; they are told of it."""
    task = _found(viewer, pk)
    if not reading.may_act_on(viewer, task):
        return answer(request, f"This task is {task.owner}'s to do.", is_refusal=True)
    form = GiveTaskForm(
        request.POST if request.method == "POST" else None, task=task, viewer=viewer
    )
    if form.is_valid():
        rep = form.cleaned_data["rep"]
        try:
            services.give_task(task, rep=rep, by=person(request), at=timezone.now())
        except services.RoutingError as error:
            form.add_error(None, str(error))
        else:
            return answer(request, f"Given to {rep}: {task}")
    context = {
        "address": reverse("routing:task-give", args=[task.pk]),
        "form": form,
        "fields": "routing/asks/_task_rep.html",
        "heading": f"Who does “{task}”?",
        "button": "Give it",
        "next": back(request),
    }
    return _ask(request, viewer, context)


def _ask(request: HttpRequest, viewer: Viewer, context: dict[str, Any]) -> HttpResponse:
    kind = "_dialog" if is_fragment(request) else "ask"
    status = 422 if context["form"].is_bound else 200
    return show(request, viewer, f"routing/{kind}.html", context, status=status)


@require_POST
@page_for(lambda viewer: viewer.may_work)
def task_take(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """A rep takes what is nobody's."""
    task = _found(viewer, pk)
    try:
        services.take_task(task, by=person(request), at=timezone.now())
    except services.RoutingError as error:
        return answer(request, str(error), is_refusal=True)
    undo = reverse("routing:task-leave", args=[task.pk])
    return answer(request, f"Yours now: {task}", undo=undo)


@require_POST
@page_for(lambda viewer: viewer.may_work)
def task_leave(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Give back what one took."""
    task = _found(viewer, pk)
    try:
        services.leave_task(task, by=person(request), at=timezone.now())
    except services.RoutingError as error:
        return answer(request, str(error), is_refusal=True)
    return answer(request, f"Given back: {task}")


@require_POST
@page_for(lambda viewer: viewer.may_work)
def task_remove(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Take back what was written down by hand."""
    task = _found(viewer, pk)
    if task.made_by_id != viewer.user_id and not reading.may_act_on(viewer, task):
        return answer(request, f"This task is {task.owner}'s to do.", is_refusal=True)
    try:
        services.remove_task(task, by=person(request), at=timezone.now())
    except services.RoutingError as error:
        return answer(request, str(error), is_refusal=True)
    return answer(request, f"Taken back: {task.title}")


@require_POST
@page_for(lambda viewer: viewer.may_work)
def task_done(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Tick a task off."""
    task = _found(viewer, pk)
    if not reading.may_act_on(viewer, task):
        return answer(request, f"This task is {task.owner}'s to do.", is_refusal=True)
    try:
        plays.finish_task(task, by=person(request), at=timezone.now())
    except services.RoutingError as error:
        return answer(request, str(error), is_refusal=True)
    undo = reverse("routing:task-undone", args=[task.pk])
    return answer(request, f"Done: {task.title}", undo=undo)


@require_POST
@page_for(lambda viewer: viewer.may_work)
def task_undone(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Put a task back on the list."""
    task = _found(viewer, pk)
    if not reading.may_act_on(viewer, task):
        return answer(request, f"This task is {task.owner}'s to do.", is_refusal=True)
    try:
        plays.reopen_task(task, by=person(request), at=timezone.now())
    except services.RoutingError as error:
        return answer(request, str(error), is_refusal=True)
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
    visible = Task.objects.standing().seen_by(viewer)
    people = ("rep__user", "qualification__rep__user")
    return get_object_or_404(visible.select_related(*people), pk=pk)

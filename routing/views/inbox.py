"""What somebody was told, and how they want to be told."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from routing.alerts import inbox as box
from routing.alerts.content import Content
from routing.alerts.preferences import (
    forget_preference,
    kinds_for,
    manner_of,
    own_preference,
    preference_of,
    save_preference,
)
from routing.models import Alert
from routing.models.alert import Severity
from routing.viewers import Viewer
from routing.views.alert_form import InboxForm, PreferenceForm
from routing.views.base import answer, page_for, person, show


@require_safe
@page_for(lambda _: True)
def inbox(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """One's own alerts, the newest first."""
    user = person(request)
    asked = InboxForm(request.GET).asked()
    context = {
        "asked": asked,
        "page": box.inbox_page(viewer, asked),
        "habit": box.habit_of(user),
        "severities": Severity.choices,
        "kinds": [(kind.value, kind.label) for kind in box.kinds_to_find(viewer, asked)],
        "at": timezone.now(),
        "section": "inbox",
    }
    return show(request, viewer, "routing/inbox.html", context)


@require_safe
@page_for(lambda _: True)
def inbox_pulse(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """204 while as many alerts are unread as the page shows; else the bell as it is now."""
    if request.GET.get("seen") == str(viewer.unread):
        return HttpResponse(status=204)
    return show(request, viewer, "routing/_bell.html", {})


@require_POST
@page_for(lambda _: True)
def alert_open(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Take note of an alert and go where it leads."""
    alert = _own(viewer, pk)
    box.read_alert(alert, at=timezone.now())
    return redirect(Content.from_json(alert.content).path)


@require_POST
@page_for(lambda _: True)
def alert_read(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Put an alert away."""
    box.read_alert(_own(viewer, pk), at=timezone.now())
    return answer(request, "Marked as read.")


@require_POST
@page_for(lambda _: True)
def alert_unread(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Keep an alert for later."""
    box.unread_alert(_own(viewer, pk))
    return answer(request, "Marked as unread.")


@require_POST
@page_for(lambda _: True)
def alerts_read(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Put away everything up to what the page showed."""
    until = request.POST.get("until", "")
    newest = int(until) if until.isdecimal() and len(until) < 19 else 0
    count = box.read_all(person(request), until=newest, at=timezone.now())
    return answer(request, f"Marked {count} alert{'' if count == 1 else 's'} as read.")


@require_http_methods(["GET", "HEAD", "POST"])
@page_for(lambda _: True)
def alert_preferences(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """When and how one's alerts leave the inbox."""
    user, at = person(request), timezone.now()
    chosen = own_preference(user)
    manner = manner_of(user)
    posted = request.POST if request.method == "POST" else None
    kinds = kinds_for(viewer)
    form = PreferenceForm(posted, instance=chosen, at=at, zone=manner.zone, kinds=kinds)
    if form.is_valid():
        save_preference(form.save(commit=False), at=at)
        messages.success(request, "Saved. It holds for alerts that wait, too.")
        return redirect("routing:alert-preferences")
    context = {
        "form": form,
        "is_own": chosen.pk is not None,
        "follows": preference_of(user).team,
        "manner": manner,
        "habit": box.habit_of(user),
        "is_rep": viewer.rep_id is not None,
        "section": "inbox",
    }
    status = 422 if form.is_bound else 200
    return show(request, viewer, "routing/alert_preferences.html", context, status=status)


@require_POST
@page_for(lambda _: True)
def alert_preferences_reset(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Go by the team's choice again."""
    chosen = own_preference(person(request))
    if chosen.pk is not None:
        forget_preference(chosen, at=timezone.now())
    messages.success(request, "You go by the defaults again.")
    return redirect("routing:alert-preferences")


def _own(viewer: Viewer, pk: int) -> Alert:
    return get_object_or_404(Alert.objects.of_user(viewer.user_id), pk=pk)

"""Saved views of the queue: keep what is shown under a name, change it, forget it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from routing import services
from routing.forms import QueueForm, ViewForm
from routing.models import SavedView
from routing.viewers import Viewer
from routing.views.base import is_fragment, page_for, show


@require_http_methods(["GET", "HEAD", "POST"])
@page_for(lambda viewer: viewer.sees_queue)
def view_new(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Ask for a name for what the address shows, and keep it."""
    wanted = QueueForm(request.GET).wanted(viewer)
    return _edit(request, viewer, SavedView(query=wanted.query()))


@require_http_methods(["GET", "HEAD", "POST"])
@page_for(lambda viewer: viewer.sees_queue)
def view_edit(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Rename it, open the queue with it, share it."""
    return _edit(request, viewer, _own(viewer, pk))


@require_POST
@page_for(lambda viewer: viewer.sees_queue)
def view_delete(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Forget it."""
    view = _own(viewer, pk)
    services.delete_view(view)
    messages.success(request, f"Deleted the view “{view}”.")
    return redirect(f"{reverse('routing:queue')}?{view.query}")


def _edit(request: HttpRequest, viewer: Viewer, view: SavedView) -> HttpResponse:
    form = ViewForm(request.POST if request.method == "POST" else None, view=view, viewer=viewer)
    if form.is_valid():
        try:
            services.save_view(view, viewer=viewer, **form.cleaned_data)
        except services.InvalidRequest as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, f"Saved as “{view}”.")
            return redirect(f"{reverse('routing:queue')}?{view.query}")
    kind = "_view" if is_fragment(request) else "view"
    context = {"form": form, "view": view, "section": "queue"}
    status = 422 if form.is_bound else 200
    return show(request, viewer, f"routing/{kind}.html", context, status=status)


def _own(viewer: Viewer, pk: int) -> SavedView:
    return get_object_or_404(SavedView.objects.filter(owner=viewer.user_id), pk=pk)

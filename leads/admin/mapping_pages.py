"""The pages of an event of the catalogue that map it to a signal."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.decorators import action

from leads.admin.base import ReadOnlyAdmin, change_url, person
from leads.admin.examples import describe, examples
from leads.admin.map_form import MapForm, known_values
from leads.catalogue.sampling import read_sample
from leads.models import EventType, SignalMapping
from leads.models.signal import MessageKind
from leads.remapping import start_remap
from leads.signals import add_mapping, create_signal


class MappingPages(ReadOnlyAdmin):
    """Adds to an event's page: map it to a signal, seeing beforehand what would match."""

    actions_detail: tuple[str, ...] = ("map_event",)

    def has_mapping_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return bool(
            request.user.has_perms(("leads.add_signalmapping", "leads.add_signal"))
            and request.user.has_perm("leads.view_eventtype")
        )

    def get_urls(self) -> list[URLPattern]:
        found = path(
            "<path:object_id>/matching/",
            self.admin_site.admin_view(self.matching),
            name="leads_eventtype_matching",
        )
        return [found, *super().get_urls()]

    @action(
        description="Map to a signal",
        icon="conversion_path",
        permissions=["mapping"],
        url_path="map",
    )
    def map_event(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """GET asks, POST maps."""
        event = self._event(request, object_id)
        form = MapForm(request.POST or None, event=event)
        if request.method == "POST" and form.is_valid():
            return self._map(request, event, form.cleaned_data)
        facts = describe(read_sample([event]))
        context = {
            **self.admin_site.each_context(request),
            "title": f"Map “{event}” to a signal",
            "opts": self.opts,
            "original": event,
            "form": form,
            "facts": facts,
            "values": known_values(facts),
            "mappings": SignalMapping.objects.telling(event),
            "matching_url": reverse("admin:leads_eventtype_matching", args=[event.pk]),
            "back": change_url(event),
        }
        return TemplateResponse(request, "admin/leads/map_event.html", context)

    def matching(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What the form, half filled in, would match. Asked for as it changes."""
        if not self.has_mapping_permission(request):
            raise PermissionDenied
        event = self._event(request, object_id)
        form = MapForm(request.GET, event=event)
        form.is_valid()
        context: dict[str, Any] = {"event": event, "errors": form.errors.get("conditions")}
        if not context["errors"]:
            matching = form.matching
            facts = describe(matching.sample)
            context |= {
                "matching": matching,
                "hits": examples(matching.hits, facts),
                "misses": examples(matching.misses, facts),
            }
        return TemplateResponse(request, "admin/leads/_matching.html", context)

    def _event(self, request: HttpRequest, object_id: str) -> EventType:
        event = self.get_object(request, object_id)
        if not isinstance(event, EventType) or event.kind not in MessageKind.values:
            raise Http404
        return event

    @transaction.atomic
    def _map(self, request: HttpRequest, event: EventType, told: dict[str, Any]) -> HttpResponse:
        by, at = person(request), timezone.now()
        signal = told["signal"] or create_signal(
            product=told["product"],
            name=told["name"],
            is_activity=told["is_activity"],
            by=by,
            at=at,
        )
        mapping: SignalMapping = add_mapping(
            signal=signal,
            kind=event.kind,
            event_name=event.name,
            source=event.source if told["only_source"] else None,
            conditions=told["conditions"],
            value_property=told["value_property"],
            session_property=told["session_property"],
            by=by,
            at=at,
        )
        self.message_user(
            request, f"“{event}” counts as “{mapping.signal}” from now on.", messages.SUCCESS
        )
        if not told["past"]:
            return HttpResponseRedirect(change_url(event))
        return HttpResponseRedirect(change_url(start_remap(signal_ids=[signal.pk], by=by, at=at)))

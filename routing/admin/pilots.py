"""Pilots: who is in them, and what came of them."""

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from unfold.decorators import action, display

from leads.admin.base import AppAdmin, ModelForm, change_url
from routing.admin.conditions import ConditionsField
from routing.models import Pilot, Rep
from routing.pilots import results_of
from routing.pilots.results import FEW


class PilotForm(ModelForm):
    conditions = ConditionsField(
        required=False, help_text="All must hold when the PQL opens. None: every PQL."
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        reps = given.get("reps")
        if given.get("share") and reps and not Rep.objects.exclude(pk__in=reps).exists():
            self.add_error(
                "share",
                "Nobody would work the comparison group: leave a rep out of the pilot, or use 0.",
            )
        return given


@admin.register(Pilot)
class PilotAdmin(AppAdmin):
    form = PilotForm
    list_display = ("name", "shown_state", "who", "starts_at", "ends_at", "share")
    list_select_related = ("product",)
    search_fields = ("name",)
    fields = ("name", "product", "conditions", "reps", "starts_at", "ends_at", "share")
    actions_detail = ("results",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("reps__user")

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        field.queryset = Rep.objects.select_related("user")
        return field

    @display(
        description="state",
        label={"Running": "success", "Over": "info", "Not begun": "warning"},
    )
    def shown_state(self, pilot: Pilot) -> str:
        at = timezone.now()
        if at < pilot.starts_at:
            return "Not begun"
        return "Running" if at < pilot.ends_at else "Over"

    @display(description="reps")
    def who(self, pilot: Pilot) -> str:
        return ", ".join(str(rep) for rep in pilot.reps.all()) or "Nobody yet"

    @action(description="Results", icon="query_stats", permissions=["viewing"], url_path="results")
    def results(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What its reps said by score, and how far its PQLs got against the others'."""
        pilot = self.get_object(request, object_id)
        if pilot is None:
            raise Http404
        context = {
            **self.admin_site.each_context(request),
            "title": f"Results: {pilot}",
            "opts": self.opts,
            "original": pilot,
            "pilot": pilot,
            "results": results_of(pilot),
            "few": FEW,
            "back": change_url(pilot),
        }
        return TemplateResponse(request, "admin/routing/pilot_results.html", context)

"""The criteria of all versions in one list, to look at; they are edited on their version's page."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from leads.admin.base import ReadOnlyAdmin, change_url
from rubrics.admin.drafts import VersionFilter
from rubrics.measures import MEASURES
from rubrics.models import Criterion


@admin.register(Criterion)
class CriterionAdmin(ReadOnlyAdmin):
    list_display = ("name", "version", "axis", "what_is_measured", "key")
    list_filter = (
        ("version__rubric", RelatedDropdownFilter),
        ("version", VersionFilter),
        ("axis", ChoicesDropdownFilter),
    )
    list_select_related = ("version__rubric",)
    search_fields = ("name", "key")

    @display(description="what is measured")
    def what_is_measured(self, criterion: Criterion) -> str:
        measure = MEASURES.get(criterion.measure)
        return measure.label if measure else criterion.measure

    def get_queryset(self, request: HttpRequest) -> QuerySet[Criterion]:
        return super().get_queryset(request).select_related("version__rubric")

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Leads to the criterion's line on its version's page."""
        criterion = self.get_object(request, object_id)
        if criterion is None or request.method != "GET":
            return super().change_view(request, object_id, form_url, extra_context)
        return HttpResponseRedirect(f"{change_url(criterion.version)}#c-{criterion.key}")

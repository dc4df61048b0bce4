"""Golden leads in the admin: kept by hand, from a real lead, or from a golden file."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import BooleanRadioFilter, RelatedDropdownFilter
from unfold.decorators import action, display

from leads.admin.base import change_url, lead_link, once, page_link
from rubrics.admin.audit import AuditedPages
from rubrics.admin.drafts import person
from rubrics.admin.golden_forms import GoldenLeadForm, ImportForm
from rubrics.admin.golden_results import results_table
from rubrics.golden.keeping import (
    add_golden_lead,
    change_golden_lead,
    import_golden_leads,
    remove_golden_lead,
)
from rubrics.golden.texts import facts_text, parse_yaml
from rubrics.golden.words import expected_words
from rubrics.measures import SpecError
from rubrics.models import GoldenLead, Rubric


@admin.register(GoldenLead)
class GoldenLeadAdmin(AuditedPages):
    form = GoldenLeadForm
    list_display = ("name", "rubric", "expected", "is_active", "created_by", "created_at")
    list_filter = (("rubric", RelatedDropdownFilter), ("is_active", BooleanRadioFilter))
    list_select_related = ("rubric", "created_by")
    search_fields = ("name", "why", "key")
    search_help_text = "Name, or why"
    ordering = ("rubric", "pk")
    actions = None
    actions_list = ("import_file",)
    autocomplete_fields: tuple[str, ...] = ()

    @display(description="must come out")
    def expected(self, golden_lead: GoldenLead) -> str:
        return expected_words(golden_lead.expect)

    @display(description="made from")
    def made_from(self, golden_lead: GoldenLead) -> str:
        if golden_lead.lead is not None:
            return lead_link(golden_lead.lead_id, golden_lead.lead)
        if golden_lead.account is not None:
            return page_link(change_url(golden_lead.account), golden_lead.account)
        return "-"

    @display(description="what comes out")
    @once
    def results(self, golden_lead: GoldenLead) -> SafeString:
        return results_table(golden_lead)

    @display(description="facts")
    def shown_facts(self, golden_lead: GoldenLead) -> SafeString:
        text = facts_text(golden_lead.facts)
        return format_html('<pre class="whitespace-pre-wrap break-words">{}</pre>', text)

    def get_fieldsets(self, request: HttpRequest, obj: GoldenLead | None = None) -> Any:
        if obj is not None and not self.has_change_permission(request, obj):
            fields = ("expected", "why", "rubric", "at", "is_active", "shown_facts")
            return [(None, {"fields": fields}), *_origin(obj)]
        agreed: tuple[Any, ...] = ("name", "verdict", ("least", "most"), "why", "is_active")
        if obj is None:
            agreed = ("rubric", *agreed)
        return [
            (None, {"fields": agreed}),
            ("Facts", {"fields": ("at", "facts_text", "also")}),
            *_origin(obj),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: GoldenLead | None = None) -> Any:
        shown = ("results", "made_from", "created_by", "created_at", "expected", "shown_facts")
        return ("rubric", *shown) if obj is not None else shown

    def get_queryset(self, request: HttpRequest) -> QuerySet[GoldenLead]:
        return (
            super()
            .get_queryset(request)
            .select_related("rubric__product", "created_by", "lead", "account")
        )

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"at": timezone.now(), **super().get_changeform_initial_data(request)}

    def save_model(self, request: HttpRequest, obj: GoldenLead, form: Any, change: bool) -> None:
        now = timezone.now()
        cleaned = form.cleaned_data
        values = {name: cleaned[name] for name in ("name", "why", "expect", "facts", "is_active")}
        values["moment"] = cleaned["at"]
        if change:
            change_golden_lead(obj, by=person(request), at=now, **values)
        else:
            made = add_golden_lead(cleaned["rubric"], by=person(request), at=now, **values)
            obj.pk, obj.rubric_id = made.pk, made.rubric_id

    def delete_model(self, request: HttpRequest, obj: GoldenLead) -> None:
        remove_golden_lead(obj, by=person(request), at=timezone.now())

    @action(
        description="Import a golden file",
        icon="upload",
        permissions=["drafting"],
        url_path="import",
    )
    def import_file(self, request: HttpRequest) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        if not Rubric.objects.exists():
            self.message_user(request, "Make a rubric first: golden leads belong to one.")
            return HttpResponseRedirect(reverse("admin:rubrics_rubric_changelist"))
        form = ImportForm(request.POST or None, initial=request.GET.dict())
        if request.method == "POST" and form.is_valid():
            rubric = form.cleaned_data["rubric"]
            try:
                document = parse_yaml(form.cleaned_data["text"], "file")
                kept = import_golden_leads(rubric, document, by=person(request), at=timezone.now())
            except SpecError as error:
                form.add_error("text", f"{error.where}: {error.problem}. Nothing was imported.")
            else:
                count = f"{len(kept)} golden lead{'s' if len(kept) != 1 else ''}"
                self.message_user(request, f"{count} of {rubric} imported.", messages.SUCCESS)
                return HttpResponseRedirect(list_url(rubric.pk))
        context = {
            **self.admin_site.each_context(request),
            "title": "Import a golden file",
            "form": form,
            "button": "Import",
            "opts": self.opts,
            "back": list_url(None),
        }
        return TemplateResponse(request, "admin/rubrics/form.html", context)


def list_url(rubric_id: int | None) -> str:
    """The list of a rubric's golden leads, or of all."""
    url = reverse("admin:rubrics_goldenlead_changelist")
    return url if rubric_id is None else f"{url}?rubric__id__exact={rubric_id}"


def for_rubric(page: str, rubric_id: int) -> str:
    """A page that begins with the rubric filled in."""
    return f"{reverse(f'admin:rubrics_goldenlead_{page}')}?rubric={rubric_id}"


def _origin(golden_lead: GoldenLead | None) -> list[tuple[str, Any]]:
    if golden_lead is None:
        return []
    return [
        ("What comes out", {"fields": ("results",)}),
        ("Where it is from", {"fields": ("made_from", ("created_by", "created_at"))}),
    ]

"""Territories, and who owns which account; a file of domains sets many owners at once."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from leads import audit
from leads.admin.base import AppAdmin, BigTableAdmin, Form, ModelForm, person
from leads.models import Account
from routing.admin.rep_form import WordsField
from routing.admin.reps import RepFilter
from routing.models import AccountOwner, Rep, Territory
from routing.services.rules import own_accounts

MOST_DOMAINS = 10_000
SHOWN_MISSING = 10


class TerritoryForm(ModelForm):
    countries = WordsField(
        required=False, help_text="Codes or names, with commas between them: DE, Austria."
    )
    regions = WordsField(
        required=False,
        help_text="NA, LATAM, EMEA, APAC, or whatever your sources send as region. A lead in one "
        "of the countries or of the regions fits.",
    )
    industries = WordsField(required=False, help_text="As your sources send them: SaaS, Fintech.")

    class Meta:
        model = Territory
        fields = (
            "name",
            "countries",
            "regions",
            "industries",
            "employees_from",
            "employees_to",
            "reps",
        )


@admin.register(Territory)
class TerritoryAdmin(AppAdmin):
    form = TerritoryForm
    list_display = ("name", "where", "size", "rep_count")
    search_fields = ("name",)
    autocomplete_fields = ("reps",)
    fields = (
        "name",
        ("countries", "regions"),
        "industries",
        ("employees_from", "employees_to"),
        "reps",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Territory]:
        return super().get_queryset(request).annotate(rep_count=Count("reps"))

    @display(description="where")
    def where(self, territory: Territory) -> str:
        return ", ".join((*territory.countries, *territory.regions)) or "Everywhere"

    @display(description="employees")
    def size(self, territory: Territory) -> str:
        low, high = territory.employees_from, territory.employees_to
        if low is None and high is None:
            return "Any"
        if high is None:
            return f"From {low:,}"
        return f"Up to {high:,}" if low is None else f"{low:,} to {high:,}"

    @display(description="reps", ordering="rep_count")
    def rep_count(self, territory: Territory) -> int:
        return int(territory.rep_count)  # type: ignore[attr-defined]  # annotated

    def save_model(self, request: HttpRequest, obj: Territory, form: Any, change: bool) -> None:
        form.document_before = (
            Territory.objects.select_for_update().get(pk=obj.pk).document if change else {}
        )
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        changes = list(audit.differences(form.document_before, form.instance.document))
        if changes:
            audit.record(
                "edited" if change else "added",
                about=form.instance,
                by=person(request),
                at=timezone.now(),
                changes=changes,
            )

    def delete_model(self, request: HttpRequest, obj: Territory) -> None:
        audit.record("deleted", about=obj, by=person(request), at=timezone.now())
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Territory]) -> None:
        for territory in queryset:
            self.delete_model(request, territory)


class OwnersForm(Form):
    """Domains, or the sources' account ids, of what one rep owns."""

    rep = forms.ModelChoiceField(
        queryset=Rep.objects.select_related("user"),
        empty_label="Choose a rep",
        widget=UnfoldAdminSelectWidget,
    )
    accounts = forms.CharField(
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 10}),
        label="Accounts",
        help_text="One a line: the domain (acme.com), or the id by which your sources name it. "
        "The first column of a CSV file can be pasted as it is.",
    )

    def clean_accounts(self) -> list[str]:
        lines = self.cleaned_data["accounts"].replace("\x00", "").splitlines()
        cells = (line.split(",")[0].strip().strip('"').strip() for line in lines)
        names = list(dict.fromkeys(cell for cell in cells if cell))
        if len(names) > MOST_DOMAINS:
            raise forms.ValidationError(
                f"{len(names):,} accounts are too many at once. Send up to {MOST_DOMAINS:,}."
            )
        return names


@admin.register(AccountOwner)
class AccountOwnerAdmin(BigTableAdmin):
    search_owner = Account
    search_fields = ("account__name",)
    search_help_text = "The account: id, domain or name"
    list_display = ("account", "rep", "since")
    list_filter = (("rep", RepFilter),)
    list_select_related = ("account", "rep__user")
    ordering = ("-id",)
    fields = ("account", "rep")
    autocomplete_fields = ("account", "rep")
    actions_list = ("set_many",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[AccountOwner]:
        return super().get_queryset(request).select_related("account", "rep__user")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may(request, "add")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "change")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "delete")

    def save_model(self, request: HttpRequest, obj: AccountOwner, form: Any, change: bool) -> None:
        obj.since = timezone.now()
        super().save_model(request, obj, form, change)
        audit.record(
            "given accounts",
            about=obj.rep,
            by=person(request),
            at=obj.since,
            changes=[("account", None, str(obj.account))],
        )

    @action(
        description="Set many at once",
        icon="upload",
        permissions=["drafting"],
        url_path="set-many",
    )
    def set_many(self, request: HttpRequest) -> HttpResponse:
        form = OwnersForm(request.POST if request.method == "POST" else None)
        listed = reverse("admin:routing_accountowner_changelist")
        if request.method == "POST" and form.is_valid():
            self._own(request, form.cleaned_data["rep"], form.cleaned_data["accounts"])
            return HttpResponseRedirect(listed)
        context = {
            **self.admin_site.each_context(request),
            "title": "Set the owner of many accounts",
            "opts": self.opts,
            "form": form,
            "back": listed,
        }
        return TemplateResponse(request, "admin/routing/set_owners.html", context)

    def _own(self, request: HttpRequest, rep: Rep, names: list[str]) -> None:
        lowered = [name.lower() for name in names]
        by_domain = Account.objects.filter(domain__in=lowered).values_list("pk", "domain")
        by_id = Account.objects.filter(external_id__in=names).values_list("pk", "external_id")
        found = [*by_domain, *by_id]
        named = {name for _, name in found}
        missing = [name for name in names if name not in named and name.lower() not in named]
        count = own_accounts(
            (pk for pk, _ in found), rep=rep, by=person(request), at=timezone.now()
        )
        self.message_user(request, f"{rep} owns {count:,} of these accounts.", messages.SUCCESS)
        if missing:
            shown = ", ".join(missing[:SHOWN_MISSING])
            more = len(missing) - SHOWN_MISSING
            tail = f" and {more:,} more" if more > 0 else ""
            self.message_user(
                request, f"Not known here, so left out: {shown}{tail}.", messages.WARNING
            )

"""Teams, their reps, and who is off when."""

from itertools import groupby
from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from unfold.contrib.filters.admin import (
    BooleanRadioFilter,
    RangeDateFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import action, display

from leads.admin.base import AppAdmin, TabularInline
from routing import sla
from routing.admin.rep_form import DAY_FIELDS, RepForm
from routing.dealing.weeks import describe_week, read_week
from routing.models import DayOff, Rep, Team
from routing.models.qualification import OPEN_STATES
from routing.roster import dates, roster


class RepFilter(RelatedDropdownFilter):
    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[Any]:
        return [(rep.pk, str(rep)) for rep in Rep.objects.select_related("user")]


class RepInline(TabularInline):
    model = Rep
    extra = 0
    can_delete = False  # on their own page, which looks whether they have PQLs
    fields = ("user", "is_available", "weight", "max_open", "max_new_a_day", "last_dealt_at")
    readonly_fields = ("last_dealt_at",)
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Rep]:
        return super().get_queryset(request).select_related("user")


@admin.register(Team)
class TeamAdmin(AppAdmin):
    list_display = ("name", "manager", "rep_count", "reviews")
    list_select_related = ("manager",)
    search_fields = ("name",)
    inlines = (RepInline,)
    instead_of_deleting = "Move its reps to another team first, on their pages."

    def get_queryset(self, request: HttpRequest) -> QuerySet[Team]:
        return super().get_queryset(request).annotate(rep_count=Count("reps"))

    @display(description="reps", ordering="rep_count")
    def rep_count(self, team: Team) -> int:
        return int(team.rep_count)  # type: ignore[attr-defined]  # annotated


class DayOffInline(TabularInline):
    model = DayOff
    extra = 0
    fields = ("first", "last", "note")
    verbose_name_plural = "days off (of their own; the company's are on their own page)"
    ordering = ("-first",)
    per_page = 20


@admin.register(Rep)
class RepAdmin(AppAdmin):
    form = RepForm
    list_display = ("__str__", "team", "is_available", "hours", "load", "limits", "last_dealt_at")
    list_filter = (("team", RelatedDropdownFilter), ("is_available", BooleanRadioFilter))
    list_select_related = ("user", "team")
    search_fields = ("user__username", "user__first_name", "user__last_name", "user__email")
    readonly_fields = ("last_dealt_at",)
    inlines = (DayOffInline,)
    actions_list = ("calendar",)
    instead_of_deleting = (
        "Untick “Is available” instead, and hand on their open PQLs on the team’s page: they get "
        "no new ones, and who worked what stays known."
    )
    fieldsets = (
        (None, {"fields": (("user", "team"), "is_available", "off_until", "last_dealt_at")}),
        ("Working hours", {"fields": ("time_zone", *DAY_FIELDS)}),
        ("How much, and what", {"fields": (("max_open", "max_new_a_day"), "weight", "skills")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Rep]:
        reps: QuerySet[Rep] = super().get_queryset(request)
        is_open = Q(qualifications__state__in=OPEN_STATES)
        return reps.annotate(open_count=Count("qualifications", filter=is_open))

    def in_use_by(self, obj: Rep) -> list[str]:
        count: int = obj.qualifications.count()
        return [f"{count:,} PQL{'s' if count != 1 else ''}"] if count else []

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        sla.reset_clocks(rep=form.instance)

    @action(
        description="Team calendar",
        icon="calendar_month",
        permissions=["viewing"],
        url_path="calendar",
    )
    def calendar(self, request: HttpRequest) -> HttpResponse:
        """Who is at work now, who is off, and how much each has."""
        at = timezone.now()
        shown = roster(Rep.objects.all(), at=at)
        context = {
            **self.admin_site.each_context(request),
            "title": "Team calendar",
            "opts": self.opts,
            "teams": [
                (team, list(group)) for team, group in groupby(shown, lambda one: one.rep.team)
            ],
            "at_work": sum(one.gets_new for one in shown),
            "shown": shown,
            "dates": dates(shown, at),
            "holidays": DayOff.objects.of_everybody().since(at.date())[:5],
        }
        return TemplateResponse(request, "admin/routing/calendar.html", context)

    @display(description="working hours")
    def hours(self, rep: Rep) -> str:
        return f"{describe_week(read_week(rep.working_hours))} ({rep.time_zone})"

    @display(description="open PQLs", ordering="open_count")
    def load(self, rep: Rep) -> str:
        count = int(rep.open_count)  # type: ignore[attr-defined]  # annotated
        return f"{count} of {rep.max_open}" if rep.max_open is not None else str(count)

    @display(description="new a day")
    def limits(self, rep: Rep) -> str:
        return "any" if rep.max_new_a_day is None else f"up to {rep.max_new_a_day}"


@admin.register(DayOff)
class DayOffAdmin(AppAdmin):
    list_display = ("first", "last", "who", "note")
    list_filter = (("rep", RepFilter), ("last", RangeDateFilter))
    list_select_related = ("rep__user",)
    ordering = ("-first",)
    fields = ("rep", ("first", "last"), "note")

    @display(description="who", ordering="rep")
    def who(self, off: DayOff) -> str:
        return "Everybody" if off.rep is None else str(off.rep)

    def save_model(self, request: HttpRequest, obj: DayOff, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        sla.reset_clocks()

    def delete_model(self, request: HttpRequest, obj: DayOff) -> None:
        super().delete_model(request, obj)
        sla.reset_clocks()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[DayOff]) -> None:
        super().delete_queryset(request, queryset)
        sla.reset_clocks()

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        field.empty_label = "Everybody: a holiday of the company"
        field.queryset = field.queryset.select_related("user")
        return field

"""Plays: edited in words, tried on last week, switched on, and what came of them."""

from datetime import date, datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    RangeDateTimeFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import action, display

from leads.admin.base import AppAdmin, BigTableAdmin, change_url, confirmed, lead_link, person
from leads.admin.jobs import JobAdmin
from leads.models import Lead
from routing import plays
from routing.admin.play_form import PlayForm, conditional_fields
from routing.models import Play, PlayDryRun, PlayRun
from routing.plays.actions import ACTIONS
from routing.plays.examples import EXAMPLES, make_example
from routing.plays.words import came_of, sentence, vocabulary

STATE_COLORS = {
    "Waiting": "info",
    "Acted": "success",
    "Left out": "warning",
    "Went wrong": "danger",
}


@admin.register(Play)
class PlayAdmin(AppAdmin):
    form = PlayForm
    list_display = ("name", "shown_on", "in_words", "position")
    list_filter = (("product", RelatedDropdownFilter), ("trigger", ChoicesDropdownFilter))
    list_select_related = ("product",)
    ordering = ("position", "pk")
    search_fields = ("name",)
    actions_list = ("examples",)
    actions_detail = ("dry_run", "switch_on", "switch_off")
    change_form_outer_before_template = "admin/routing/play_head.html"
    conditional_fields = conditional_fields()
    instead_of_deleting = (
        "Switch it off instead: it acts no more, and what it did stays in the log."
    )
    fieldsets = (
        (None, {"fields": (("name", "product"), "why", ("severity", "position", "limit_days"))}),
        ("When", {"fields": ("trigger", "signals", "states", "at_least", "points", "days")}),
        ("If", {"fields": ("conditions",)}),
        *(
            (
                None if kind != "task" else "Then",
                {"fields": (f"do_{kind}", *(f"{kind}_{name}" for name in one.fields))},
            )
            for kind, one in ACTIONS.items()
        ),
    )

    @display(description="is", label={"On": "success", "Off": "default"})
    def shown_on(self, play: Play) -> str:
        return "On" if play.is_on else "Off"

    @display(description="does")
    def in_words(self, play: Play) -> str:
        return sentence(play, self._names)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Play]:
        # The lists of signals and bands are read once a request, not once a row.
        self._names = vocabulary(None)
        rows: QuerySet[Play] = super().get_queryset(request)
        return rows

    def in_use_by(self, obj: Play) -> list[str]:
        return ["the log of its runs"] if obj.runs.exists() else []

    def save_model(self, request: HttpRequest, obj: Play, form: Any, change: bool) -> None:
        plays.save_play(obj, by=person(request), at=timezone.now())

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        play = kwargs.get("obj")
        if isinstance(play, Play):
            context |= {
                "missing": plays.missing_for(play) if play.is_on else [],
                "sentence": sentence(play, vocabulary(play.product)),
                "came": came_of(play),
                "runs": play.runs.select_related("lead").order_by("-pk")[:5],
                "dry": play.dry_runs.order_by("-pk").first(),
            }
        return super().render_change_form(request, context, *args, **kwargs)

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        actions: list[Any] = super().get_actions_detail(request, object_id)
        is_on = Play.objects.on().filter(pk=object_id).exists()
        hidden = "_switch_on" if is_on else "_switch_off"
        return [one for one in actions if not one.action_name.endswith(hidden)]

    @action(
        description="Start from an example",
        icon="auto_awesome",
        permissions=["drafting"],
        url_path="examples",
    )
    def examples(self, request: HttpRequest) -> HttpResponse:
        if request.method == "POST":
            key = request.POST.get("example", "")
            if key not in EXAMPLES:
                raise Http404
            play = make_example(key, by=person(request), at=timezone.now())
            self.message_user(request, "Made, switched off. Try it on last week, then switch on.")
            return HttpResponseRedirect(change_url(play))
        names = vocabulary(None)
        shown = [
            (key, one, sentence(Play(name=one.name, **one.values), names))
            for key, one in EXAMPLES.items()
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": "Start from an example",
            "examples": shown,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/routing/play_examples.html", context)

    @action(
        description="Try it on last week",
        icon="history",
        permissions=["acting"],
        url_path="dry-run",
    )
    def dry_run(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._ask(
            request,
            object_id,
            title="Try it on last week?",
            text="Counts how often it would have acted in the last seven days, and for whom. "
            "Nothing is done.",
            button="Try it",
        )

    @action(description="Switch on", icon="toggle_on", permissions=["acting"], url_path="switch-on")
    def switch_on(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._ask(
            request,
            object_id,
            title="Switch it on?",
            text="It acts on what happens from now on, never on the past.",
            button="Switch on",
        )

    @action(
        description="Switch off", icon="toggle_off", permissions=["acting"], url_path="switch-off"
    )
    def switch_off(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._ask(
            request,
            object_id,
            title="Switch it off?",
            text="It acts no more. What it did stays; what it found and did not act on yet is "
            "left out.",
            button="Switch off",
        )

    def _ask(
        self, request: HttpRequest, object_id: str, *, title: str, text: str, button: str
    ) -> HttpResponse:
        def run(play: Play) -> HttpResponse | None:
            by, at = person(request), timezone.now()
            if button == "Try it":
                return HttpResponseRedirect(change_url(plays.start_dry_run(play, by=by, at=at)))
            if button == "Switch on":
                plays.turn_on(play, by=by, at=at)
            else:
                plays.turn_off(play, by=by, at=at)
            self.message_user(request, f"{play} is {'on' if play.is_on else 'off'}.")
            return None

        return confirmed(
            self,
            request,
            object_id,
            run,
            title=title,
            text=text,
            button=button,
            refuses=(plays.PlayNotReady,),
        )


# What a run's cause is named by.
CAUSES = {
    "event": "An event",
    "change": "A change of the score",
    "pql": "A PQL that opened",
    "trial": "A trial that ends",
    "state": "A step of a PQL",
}


@admin.register(PlayRun)
class PlayRunAdmin(BigTableAdmin):
    list_display = ("id", "play", "lead_name", "shown_state", "skipped_for", "occurred_at")
    list_filter = (
        ("play", RelatedDropdownFilter),
        ("state", ChoicesDropdownFilter),
        ("skipped_for", ChoicesDropdownFilter),
        ("occurred_at", RangeDateTimeFilter),
    )
    list_select_related = ("play", "lead")
    ordering = ("-id",)
    fields = (
        ("play", "lead_name", "qualification"),
        ("shown_state", "skipped_for"),
        ("caused_by", "occurred_at"),
        ("found_at", "worked_at"),
        "what_held",
        "what_was_done",
    )
    readonly_fields = ("lead_name", "shown_state", "caused_by", "what_held", "what_was_done")

    @display(description="lead")
    def lead_name(self, run: PlayRun) -> str:
        return lead_link(run.lead_id, run.lead)

    @display(description="cause")
    def caused_by(self, run: PlayRun) -> str:
        kind, _, number = run.cause.partition(":")
        return f"{CAUSES.get(kind, kind)} (number {number})"

    @display(description="outcome", label=STATE_COLORS)
    def shown_state(self, run: PlayRun) -> str:
        return run.get_state_display()

    @display(description="conditions")
    def what_held(self, run: PlayRun) -> SafeString | str:
        rows = (("Yes" if one["holds"] else "No", one["words"]) for one in run.checked)
        return format_html_join("", "<div>{}: {}</div>", rows) or "None asked"

    @display(description="done")
    def what_was_done(self, run: PlayRun) -> SafeString | str:
        return format_html_join("", "<div>{}</div>", ((one,) for one in run.did)) or "Nothing"


@admin.register(PlayDryRun)
class PlayDryRunAdmin(JobAdmin):
    list_display = ("started_at", "play", "shown_state", "acted", "took", "asked")
    list_select_related = ("asked_by", "play")
    change_form_outer_before_template = "admin/routing/dry_run.html"
    fields = (("play", "asked"), ("since", "until"), ("started_at", "took"))
    readonly_fields = ("took", "asked")

    @display(description="would have acted")
    def acted(self, job: PlayDryRun) -> int:
        return sum(day.get("fired", 0) for day in job.days.values())

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        job = kwargs.get("obj")
        if isinstance(job, PlayDryRun):
            names = Lead.objects.in_bulk([one["lead"] for one in job.leads])
            days = [
                {
                    "day": date.fromisoformat(day),
                    **{
                        outcome: counts.get(outcome, 0)
                        for outcome in ("fired", "limit", "conditions")
                    },
                }
                for day, counts in sorted(job.days.items())
            ]
            context |= {
                "days": days,
                "acted": self.acted(job),
                "shown_leads": [
                    (names[one["lead"]], datetime.fromisoformat(one["at"]), one["checked"])
                    for one in job.leads
                    if one["lead"] in names
                ],
            }
        return super().render_change_form(request, context, *args, **kwargs)

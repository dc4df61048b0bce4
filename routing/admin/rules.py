"""Versions of the assignment rules: drafted, tried, replayed, published. See docs/routing.md."""

from typing import Any, NamedTuple

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display

from leads import audit
from leads.admin.base import AppAdmin, change_url, confirmed, person
from routing.admin.rule_form import RuleInline
from routing.admin.simulator import simulator_page
from routing.models import RuleSet
from routing.models.rule import RuleSetStatus
from routing.services.rules import (
    RulesNotPublishable,
    draft_rules,
    move_rule,
    publish_rules,
    told,
)
from routing.simulating import ReplayRunning, start_replay
from routing.simulating.replaying import DAYS

STATUS_COLORS = {"Draft": "info", "Live": "success", "Retired": "warning"}
# The buttons that move a rule, and how many places later each asks it.
MOVES = {"_earlier": -1, "_later": 1}
REPLAY_CHOICES = {f"The last {days} days": days for days in DAYS}


class Move(NamedTuple):
    """A rule, by its key, that somebody asks to be so many places later."""

    key: str
    places: int


@admin.register(RuleSet)
class RuleSetAdmin(AppAdmin):
    list_display = ("__str__", "shown_status", "note", "rule_count", "published_at", "published_by")
    list_filter = (("status", ChoicesDropdownFilter),)
    list_select_related = ("published_by",)
    ordering = ("-number",)
    fields = ("note", ("shown_status", "published_at", "published_by"))
    readonly_fields = ("shown_status", "published_at", "published_by")
    actions = None
    actions_list = ("edit_rules",)
    actions_detail = ("simulate", "replay", "publish", "edit_live")
    change_form_before_template = "admin/routing/rules.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # a draft is begun from what is live, by “Edit the rules”

    def has_change_permission(self, request: HttpRequest, obj: RuleSet | None = None) -> bool:
        is_editable = obj is None or obj.is_draft
        return is_editable and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: RuleSet | None = None) -> bool:
        """Only a draft can be thrown away."""
        is_draft = obj is not None and obj.is_draft
        return is_draft and super().has_delete_permission(request, obj)

    def get_inlines(self, request: HttpRequest, obj: RuleSet | None = None) -> list[Any]:
        return [RuleInline] if obj is not None and self.has_change_permission(request, obj) else []

    @display(description="status", label=STATUS_COLORS)
    def shown_status(self, rule_set: RuleSet) -> str:
        return rule_set.get_status_display()

    @display(description="rules")
    def rule_count(self, rule_set: RuleSet) -> str:
        return "being edited" if rule_set.is_draft else str(len(rule_set.document))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        rule_set = self.get_object(request, object_id)
        context: dict[str, Any] = dict(extra_context or {})
        if rule_set is not None:
            context["rules"] = [_in_words(rule) for rule in told(rule_set)]
            context["may_move"] = self.has_change_permission(request, rule_set)
        answer: HttpResponse = super().change_view(request, object_id, form_url, context)
        return answer

    def save_model(self, request: HttpRequest, obj: RuleSet, form: Any, change: bool) -> None:
        form.told_before = told(RuleSet.objects.select_for_update().get(pk=obj.pk))
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """A button that moves a rule saves all that was typed, too, so that nothing is lost."""
        super().save_related(request, form, formsets, change)
        if move := _move_asked_for(request):
            move_rule(form.instance, key=move.key, places=move.places)
        changes = list(audit.differences(form.told_before, told(form.instance)))
        if changes:
            audit.record(
                "edited",
                about=form.instance,
                by=person(request),
                at=timezone.now(),
                changes=changes,
            )

    def response_change(self, request: HttpRequest, obj: RuleSet) -> HttpResponse:
        """Who moved a rule goes on where it stands now."""
        move = _move_asked_for(request)
        if move is None:
            answer: HttpResponse = super().response_change(request, obj)
            return answer
        rules = told(obj)
        for rule in rules:
            if rule["key"] == move.key:
                place = f"number {rule['place']} of {len(rules)}"
                self.message_user(request, f"Saved. “{rule['name']}” is {place}.", messages.SUCCESS)
        return HttpResponseRedirect(f"{change_url(obj)}#rule-{move.key}")

    def delete_model(self, request: HttpRequest, obj: RuleSet) -> None:
        audit.record("thrown away", about=obj, by=person(request), at=timezone.now())
        super().delete_model(request, obj)

    @action(
        description="Edit the rules", icon="edit", permissions=["acting"], url_path="edit-rules"
    )
    def edit_rules(self, request: HttpRequest) -> HttpResponse:
        return self._to_draft(request)

    @action(
        description="Edit as a draft", icon="edit", permissions=["acting"], url_path="edit-draft"
    )
    def edit_live(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._to_draft(request)

    def _to_draft(self, request: HttpRequest) -> HttpResponse:
        """GET asks with a form that posts itself; POST begins the draft, or finds the one there."""
        draft = RuleSet.objects.draft()
        if draft is not None:
            return HttpResponseRedirect(change_url(draft))
        if request.method == "POST":
            draft = draft_rules(by=person(request), at=timezone.now())
            return HttpResponseRedirect(change_url(draft))
        context = {
            **self.admin_site.each_context(request),
            "title": "Edit the assignment rules",
            "opts": self.opts,
            "text": "A draft is made of the rules that are live. Nothing changes until you publish "
            "it.",
            "button": "Begin a draft",
            "back": "../",
        }
        return TemplateResponse(request, "admin/confirm_action.html", context)

    @action(description="Publish", icon="publish", permissions=["acting"], url_path="publish")
    def publish(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def run(rule_set: RuleSet) -> None:
            publish_rules(rule_set, by=person(request), at=timezone.now())
            self.message_user(
                request, "Live. PQLs are dealt by these rules from now on.", messages.SUCCESS
            )

        return confirmed(
            self,
            request,
            object_id,
            run,
            title="Publish these rules?",
            text="PQLs that open from now on are dealt by them, and so are those that wait for a "
            "rep. Who has a PQL keeps it.",
            button="Publish",
            refuses=(RulesNotPublishable,),
        )

    @action(description="Replay", icon="replay", permissions=["viewing"], url_path="replay")
    def replay(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def run(rule_set: RuleSet) -> HttpResponse:
            days = REPLAY_CHOICES.get(request.POST.get("choice", ""), DAYS[0])
            try:
                replay = start_replay(rule_set, days=days, by=person(request), at=timezone.now())
            except ReplayRunning as running:
                replay = running.replay
            return HttpResponseRedirect(change_url(replay))

        return confirmed(
            self,
            request,
            object_id,
            run,
            title="Deal past PQLs again by these rules?",
            text="It shows who would have got which PQL. Nothing is given to anybody.",
            button="Replay",
            choices=list(REPLAY_CHOICES),
        )

    @action(
        description="Who gets a lead?", icon="help", permissions=["viewing"], url_path="simulate"
    )
    def simulate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        rule_set = self.get_object(request, object_id)
        if rule_set is None:
            raise Http404
        return simulator_page(self, request, rule_set)

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        actions: list[Any] = super().get_actions_detail(request, object_id)
        status = RuleSet.objects.filter(pk=object_id).values_list("status", flat=True).first()
        hidden = "_edit_live" if status == RuleSetStatus.DRAFT else "_publish"
        return [one for one in actions if not one.action_name.endswith(hidden)]

    def get_deleted_objects(
        self, objs: QuerySet[RuleSet], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Its rules go with it; nobody is asked about each."""
        return [str(one) for one in objs], {"assignment rules": len(objs)}, set(), []


def _move_asked_for(request: HttpRequest) -> Move | None:
    asked = (Move(request.POST[name], MOVES[name]) for name in MOVES if name in request.POST)
    return next(asked, None)


def _in_words(rule: dict[str, Any]) -> dict[str, Any]:
    """A rule of :func:`told` under names that a template can use."""
    return {
        **rule,
        "among": rule["deals among"],
        "named": [*rule["teams"], *rule["reps"]],
        "way": _small(rule["who is next"]),
        "closed": _small(rule["while nobody is at work"]),
    }


def _small(words: str) -> str:
    return words[:1].lower() + words[1:]

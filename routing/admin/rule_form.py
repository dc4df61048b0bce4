"""One assignment rule as people fill it in."""

from typing import Any

from unfold.forms import PaginationInlineFormSet

from leads.admin.base import ModelForm, StackedInline
from routing.admin.conditions import ConditionsField
from routing.admin.rep_form import WordsField
from routing.models import AssignmentRule
from routing.services.rules import nobody_named


class RuleForm(ModelForm):
    """A rule that deals among named reps or teams names some."""

    conditions = ConditionsField(
        required=False,
        help_text="All must hold; none: every lead. Lists have commas, “between” an “and”. "
        "Attributes are lead.title, account.plan. What is unknown meets only “is unknown”.",
    )
    skills = WordsField(
        required=False, help_text="Only reps who have all of these; with commas between them."
    )

    class Meta:
        model = AssignmentRule
        fields = (
            "name",
            "is_on",
            "conditions",
            "territories",
            "pool",
            "teams",
            "reps",
            "skills",
            "way",
            "closed",
            "position",
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        pool = cleaned.get("pool", "")
        problem = nobody_named(
            pool, teams=cleaned.get("teams") or (), reps=cleaned.get("reps") or ()
        )
        if problem:
            self.add_error(pool, problem.capitalize())  # the field has the pool's name
        return cleaned


class RuleFormSet(PaginationInlineFormSet):
    """The rules of a draft. A new one is asked last, where it was added, until it is moved."""

    def clean(self) -> None:
        super().clean()
        kept = [form.instance.position for form in self.initial_forms]
        for place, form in enumerate(self.extra_forms, max(kept, default=-1) + 1):
            form.instance.position = place


class RuleInline(StackedInline):
    model = AssignmentRule
    form = RuleForm
    formset = RuleFormSet
    extra = 0
    ordering_field = "position"
    hide_ordering_field = True
    collapsible = True
    autocomplete_fields = ("territories", "teams", "reps")
    fields = (
        ("name", "is_on"),
        "conditions",
        "territories",
        "pool",
        "way",
        "closed",
        ("teams", "reps"),
        "skills",
        "position",
    )

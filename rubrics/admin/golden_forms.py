"""Golden leads as forms: plain fields for what is agreed, YAML for the facts."""

from collections.abc import Mapping
from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from leads.admin.base import Form, ModelForm
from rubrics.golden.keeping import check_golden_lead, plain_facts
from rubrics.golden.texts import facts_text, parse_yaml, yaml_text
from rubrics.golden.words import PLAIN
from rubrics.measures import SpecError
from rubrics.models import GoldenLead, Rubric
from rubrics.scoring.types import MOST_POINTS

VERDICTS = (
    ("must", "Must be a PQL"),
    ("never", "Must never be a PQL"),
    ("any", "Only the total counts"),
)
PQL = {"must": True, "never": False, "any": None}
EXAMPLE = """lead: {title: VP Marketing, email: x@acme.example, signed_up: 10d}
account: {employees: 120, industry: SaaS}
hits:
- {signal: logged_in, ago: 2d, times: 5, every: 6h}"""


class MonospaceTextarea(UnfoldAdminTextareaWidget):
    def __init__(self, rows: int) -> None:
        super().__init__(attrs={"rows": rows, "spellcheck": "false", "class": "font-mono"})


def expectation_fields() -> dict[str, forms.Field]:
    """What a golden lead must come out as."""
    return {
        "verdict": forms.ChoiceField(
            label="What must come out", choices=VERDICTS, widget=UnfoldAdminSelectWidget
        ),
        "least": _total("Total, at least"),
        "most": _total("Total, at most"),
    }


def _total(label: str) -> forms.Field:
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=-MOST_POINTS,
        max_value=MOST_POINTS,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="Optional.",
    )


def check_expectation(form: forms.Form | ModelForm, cleaned: Mapping[str, Any]) -> None:
    """Point out limits that contradict each other, and that nothing is expected at all."""
    least, most = cleaned.get("least"), cleaned.get("most")
    if least is not None and most is not None and most < least:
        form.add_error("most", f"“Total, at most”: {least:,}, the least, or more.")
    if not (expectation(cleaned) or cleaned.get("also")):
        form.add_error("least", "Give a least or a most total, or choose a verdict.")


def expectation(cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """The same as a case of a golden file says it."""
    told = {
        "pql": PQL[str(cleaned.get("verdict"))],
        "total_at_least": cleaned.get("least"),
        "total_at_most": cleaned.get("most"),
    }
    return {name: value for name, value in told.items() if value is not None}


class GoldenLeadForm(ModelForm):
    """Everything of a golden lead; :func:`check_golden_lead` says which field is wrong."""

    verdict = expectation_fields()["verdict"]
    least = expectation_fields()["least"]
    most = expectation_fields()["most"]
    also = forms.CharField(
        label="More that must come out",
        required=False,
        widget=MonospaceTextarea(2),
        help_text="Optional, as YAML: e.g. {fit: 40, points: {core_feature: 20}}.",
    )
    facts_text = forms.CharField(
        label="Facts",
        required=False,
        widget=MonospaceTextarea(14),
        help_text="As YAML. Ages such as 2d or 6h count back from the moment.",
    )

    class Meta:
        model = GoldenLead
        fields = ("rubric", "name", "why", "at", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        expect = self.instance.expect or {}
        pql = expect.get("pql")
        self.initial.setdefault("verdict", "must" if pql else "any" if pql is None else "never")
        if not self.instance.pk:
            self.initial["verdict"] = "must"
        self.initial.setdefault("least", expect.get("total_at_least"))
        self.initial.setdefault("most", expect.get("total_at_most"))
        also = {name: wanted for name, wanted in expect.items() if name not in PLAIN}
        self.initial.setdefault("also", yaml_text(also))
        self.initial.setdefault("facts_text", facts_text(self.instance.facts or {}))
        if "facts_text" in self.fields:
            self.fields["facts_text"].widget.attrs["placeholder"] = EXAMPLE

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            check_expectation(self, cleaned)
        if self.errors:
            return cleaned
        more: object = {}
        values = {name: cleaned[name] for name in ("name", "why", "at", "is_active")}
        candidate = GoldenLead(rubric=cleaned.get("rubric") or self.instance.rubric, **values)
        try:
            more = parse_yaml(cleaned["also"], "also") or {}
            if not isinstance(more, dict) or set(more) & set(PLAIN):
                raise SpecError("also", "is a mapping such as {fit: 40}; PQL and total stand above")
            candidate.expect = {**expectation(cleaned), **more}
            candidate.facts = plain_facts(parse_yaml(cleaned["facts_text"], "facts") or {})
            check_golden_lead(candidate)
        except SpecError as error:
            field = field_of(error, set(more) if isinstance(more, dict) else set())
            self.add_error(field, f"{error.where}: {error.problem}.")
        cleaned["expect"], cleaned["facts"] = candidate.expect, candidate.facts
        return cleaned


def field_of(error: SpecError, also: set[str]) -> str:
    """The form's field that a part of a golden lead stands in."""
    part, *rest = error.where.replace("[", ".").split(".")
    if part == "expect":
        name = rest[0] if rest else ""
        known = {"total_at_least": "least", "total_at_most": "most"}
        return known.get(name, "also" if also else "verdict")
    return {"facts": "facts_text", "name": "name", "why": "why"}.get(part, "also")


class KeepForm(Form):
    """What is asked before a real lead is kept as a golden one."""

    rubric = forms.ModelChoiceField(
        Rubric.objects.none(), widget=UnfoldAdminSelectWidget, empty_label=None
    )
    name = forms.CharField(
        max_length=120,
        widget=UnfoldAdminTextInputWidget,
        help_text="Who this is, in words. The person's name is not needed.",
    )
    why = forms.CharField(
        label="Why must it come out so?", max_length=300, widget=UnfoldAdminTextInputWidget
    )

    def __init__(self, rubrics: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rubric"].queryset = rubrics  # type: ignore[attr-defined]  # a model choice
        why = self.fields.pop("why")
        self.fields |= {**expectation_fields(), "why": why}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            check_expectation(self, cleaned)
        return cleaned


class ImportForm(Form):
    """A golden file, pasted."""

    rubric = forms.ModelChoiceField(
        Rubric.objects.order_by("name"), widget=UnfoldAdminSelectWidget, empty_label=None
    )
    text = forms.CharField(
        label="Golden file",
        widget=MonospaceTextarea(18),
        help_text="As YAML. Cases whose key the rubric has already are changed, others added.",
    )

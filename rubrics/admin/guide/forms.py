"""The guide's questions as forms, and the objectives. Every question may stay unanswered."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from leads.admin.base import Form, ModelForm
from rubrics.guide.asking import Kind, Page, Question
from rubrics.guide.keeping import OBJECTIVES
from rubrics.models import SetupGuide

UNKNOWN = "I don't know"
YES, NO = "yes", "no"
MOST_WORDS, LONGEST_WORD = 500, 200


class Whole(forms.IntegerField):
    """A whole number as people write it: 50,000 or $ 50 000."""

    def to_python(self, value: Any) -> int | None:
        return super().to_python(_bare(value))


class Percent(forms.DecimalField):
    """A share in percent, with or without its sign."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=0, max_value=100, max_digits=5, decimal_places=2, **options)

    def to_python(self, value: Any) -> Any:
        return super().to_python(_bare(value))


def _bare(value: Any) -> Any:
    """Without thousands, signs and spaces. A comma before one or two last digits is a decimal."""
    if not isinstance(value, str):
        return value
    text = re.sub(r"[\s$%€]", "", value)
    text = re.sub(r",(\d{1,2})$", r".\1", text)
    return text.replace(",", "")


class Words(forms.CharField):
    """Words, one a line or with commas between them, as a list."""

    def to_python(self, value: Any) -> Any:
        parts = re.split(r"[\n,;]", super().to_python(value) or "")
        return list(dict.fromkeys(word for part in parts if (word := part.strip())))

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def validate(self, value: Any) -> None:
        if len(value) > MOST_WORDS:
            raise forms.ValidationError(f"These are {len(value)}; give {MOST_WORDS} at most.")
        for word in value:
            if len(word) > LONGEST_WORD:
                raise forms.ValidationError(
                    f"“{word[:30]}…” is longer than {LONGEST_WORD} letters. Put one on each line."
                )


class GuideForm(Form):
    """One page of questions. ``answers`` are valid ones alone, as JSON; None is not known."""

    def __init__(
        self, page: Page, data: Mapping[str, Any] | None = None, *, initial: Mapping[str, Any]
    ) -> None:
        shown = {one.key: _shown(one, initial.get(one.key)) for one in page.questions}
        super().__init__(data, initial=shown)
        self.page = page
        for question in page.questions:
            self.fields[question.key] = _field(question)

    @property
    def answers(self) -> dict[str, Any]:
        """What may be kept, be the rest as it is. Needs a form that was checked."""
        return {
            one.key: _kept(one, self.cleaned_data[one.key])
            for one in self.page.questions
            if one.key in self.cleaned_data
        }

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        self._rises(found, "size_from", "size_to")
        self._rises(found, "near_from", "size_from")
        self._rises(found, "size_to", "near_to")
        return found

    def _rises(self, found: Mapping[str, Any], lower: str, upper: str) -> None:
        low, high = found.get(lower), found.get(upper)
        if low is not None and high is not None and low > high:
            # The error stands where the ideal is not: that is what to change first.
            field = lower if lower == "near_from" else upper
            words = "at most" if field == lower else "at least"
            limit = high if field == lower else low
            self.add_error(field, f"Give {words} {limit:,}, to go with the ideal size.")


def _field(question: Question) -> forms.Field:
    common: dict[str, Any] = {"label": question.label, "required": False}
    match question.kind:
        case Kind.CHOICE | Kind.YES_NO:
            choices = question.choices or {YES: "Yes", NO: "No"}
            return forms.ChoiceField(
                **common,
                choices=[*choices.items(), ("", UNKNOWN)],
                widget=UnfoldAdminRadioSelectWidget(),
            )
        case Kind.MANY:
            return forms.MultipleChoiceField(
                **common,
                choices=list(question.choices.items()),
                widget=UnfoldAdminCheckboxSelectMultipleWidget(),
            )
        case Kind.NUMBER:
            bounds = [MinValueValidator(question.low), MaxValueValidator(question.high)]
            return Whole(**common, validators=bounds, widget=_input(question, "numeric"))
        case Kind.PERCENT:
            return Percent(**common, widget=_input(question, "decimal"))
        case Kind.WORDS:
            return Words(**common, widget=_area(question))
        case Kind.TEXT:
            return forms.CharField(**common, max_length=120, widget=_input(question, "text"))


def _input(question: Question, mode: str) -> forms.Widget:
    hint = f"e.g. {question.example}" if question.example else ""
    attrs = {"inputmode": mode, "placeholder": hint, "autocomplete": "off"}
    widget: forms.Widget = UnfoldAdminTextInputWidget(attrs=attrs)
    return widget


def _area(question: Question) -> forms.Widget:
    attrs = {"rows": 2, "placeholder": f"e.g. {question.example}"}
    widget: forms.Widget = UnfoldAdminTextareaWidget(attrs=attrs)
    return widget


def _shown(question: Question, value: Any) -> Any:
    """A stored answer as its field takes it."""
    if question.kind is Kind.YES_NO and value is not None:
        return YES if value else NO
    return value


def _kept(question: Question, value: Any) -> Any:
    """A field's value as JSON; nothing is None."""
    if value in (None, "", []):
        return None
    if question.kind is Kind.YES_NO:
        return value == YES
    if question.kind is Kind.PERCENT:
        return float(value)
    return value


class ObjectivesForm(ModelForm):
    """What is to be achieved, what it was before, and who signs."""

    baseline_trial_to_paid = Percent(label="Trials that pay: before, %", required=False)
    target_trial_to_paid = Percent(label="Trials that pay: target, %", required=False)
    baseline_conversion = Percent(label="Qualified to opportunity: before, %", required=False)
    target_conversion = Percent(label="PQL to opportunity: target, %", required=False)

    class Meta:
        model = SetupGuide
        fields: Sequence[str] = OBJECTIVES
        labels = {"goals": "What else is to be reached", "approver": "Who approves it"}
        widgets = {"goals": UnfoldAdminTextareaWidget(attrs={"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in OBJECTIVES:
            field = self.fields[name]
            if name != "goals":
                field.widget = UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"})
        self.fields["goals"].help_text = "E.g. reps spend 40 % less time on unqualified leads."
        self.fields["approver"].help_text = "Mostly who leads marketing or revenue operations."


class SignatureForm(Form):
    """Who approved the objectives and the threshold, and when."""

    signed_by = forms.CharField(
        label="Approved by", max_length=120, widget=UnfoldAdminTextInputWidget()
    )
    signed_on = forms.DateField(
        label="On",
        widget=UnfoldAdminSingleDateWidget(),
        error_messages={"invalid": "Write it as 2026-11-27."},
    )

    def clean_signed_on(self) -> date:
        signed_on: date = self.cleaned_data["signed_on"]
        if signed_on > timezone.localdate():
            raise forms.ValidationError("“On”: today or earlier; it records what was approved.")
        return signed_on

"""The question of a backtest, asked in plain words with answers that fit the data."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleDateWidget,
)

from leads.admin.base import Form
from leads.models.outcome import OutcomeKind
from rubrics.backtests.examples import CONVERSIONS, MomentKind, Question
from rubrics.backtests.starting import Asking, midnight, usual_beside
from rubrics.models import RubricVersion
from rubrics.scoring.types import Subject

MOMENTS = (
    (MomentKind.AFTER_SIGN_UP.value, "Days after sign-up: the honest test"),
    (MomentKind.BEFORE_OUTCOME.value, "Days before the outcome: flatters"),
)
COUNTED = (
    OutcomeKind.CONVERTED,
    OutcomeKind.CLOSED_WON,
    OutcomeKind.OPPORTUNITY,
)


class BacktestForm(Form):
    """Whom of the past, at which moment, with which outcome; and beside which version."""

    since = forms.DateField(
        label="Leads that signed up from",
        required=False,
        widget=UnfoldAdminSingleDateWidget,
        help_text="Empty: from the first one.",
    )
    until = forms.DateField(
        label="up to, but not on",
        required=False,
        widget=UnfoldAdminSingleDateWidget,
        help_text="Empty: up to the last one whose time is over.",
    )
    moment = forms.ChoiceField(
        label="Score each of them as of", choices=MOMENTS, widget=UnfoldAdminRadioSelectWidget
    )
    days = forms.IntegerField(
        label="That many days",
        min_value=0,
        max_value=3650,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="Nothing later is seen, neither events nor attributes.",
    )
    horizon_days = forms.IntegerField(
        label="Then wait how many days for an outcome",
        min_value=1,
        max_value=3650,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="Whoever's days are not over yet is left out, and counted.",
    )
    kinds = forms.MultipleChoiceField(
        label="Which outcomes count as converted",
        choices=[(kind.value, kind.label) for kind in COUNTED],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    beside = forms.ModelChoiceField(
        label="Compare with",
        queryset=RubricVersion.objects.none(),
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text="Another version, on the very same ones.",
        empty_label="No other version",
    )

    def __init__(self, *args: Any, version: RubricVersion, usual: Question | None, **options: Any):
        super().__init__(*args, **options)
        beside = self.fields["beside"]
        assert isinstance(beside, forms.ModelChoiceField)  # narrows the type
        beside.queryset = _others(version)
        if version.subject == Subject.ACCOUNT:
            self.fields["since"].label = "Accounts whose first lead signed up from"
        other = usual_beside(version)
        self.initial = {
            "moment": MomentKind.AFTER_SIGN_UP.value,
            "kinds": [kind.value for kind in CONVERSIONS],
            "beside": other.pk if other else None,
        }
        if usual is not None:
            self.initial |= {
                "days": usual.days,
                "horizon_days": usual.horizon_days,
                "kinds": list(usual.kinds),
                "since": usual.since.date(),
            }

    def asking(self) -> Asking:
        """The question, once it is valid."""
        given = self.cleaned_data
        return Asking(
            since=midnight(given["since"]),
            until=midnight(given["until"]),
            moment=MomentKind(given["moment"]),
            days=given["days"],
            horizon_days=given["horizon_days"],
            kinds=given["kinds"],
        )


def _others(version: RubricVersion) -> QuerySet[RubricVersion]:
    product = version.rubric.product_id
    others = RubricVersion.objects.filter(rubric__product=product, subject=version.subject)
    return others.exclude(pk=version.pk).select_related("rubric").order_by("rubric", "-number")

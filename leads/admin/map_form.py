"""The form that maps an event of the catalogue to a signal, and what it would match."""

from collections.abc import Sequence
from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from leads.admin.base import Form
from leads.admin.conditions import ConditionsField
from leads.catalogue.sampling import Matching, match, read_sample
from leads.catalogue.values import PropertyFacts
from leads.mapping import Mapping, read_conditions
from leads.models import EventType, Product, Signal, SignalMapping


class MapForm(Form):
    """To which signal, and which of the events. ``event`` is what is being mapped."""

    signal = forms.ModelChoiceField(
        Signal.objects.select_related("product"),
        required=False,
        empty_label="A new signal",
        widget=UnfoldAdminSelectWidget,
        help_text="An existing signal gets these events besides those it has.",
    )
    name = forms.CharField(
        max_length=120,
        required=False,
        label="Name of the new signal",
        widget=UnfoldAdminTextInputWidget,
        help_text="In a rep's words, e.g. Invited a teammate. Only for a new signal.",
    )
    product = forms.ModelChoiceField(
        Product.objects.all(),
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text="Only for a new signal.",
    )
    is_activity = forms.BooleanField(
        required=False,
        initial=True,
        label="Counts as using the product",
        widget=UnfoldBooleanSwitchWidget,
        help_text="Only for a new signal. Unsubscribing or downgrading does not count.",
    )
    conditions = ConditionsField(
        required=False,
        help_text="All must hold; none: every such event. A dot reaches into an object: plan.name.",
    )
    value_property = forms.CharField(
        max_length=100,
        required=False,
        label="Value",
        widget=UnfoldAdminTextInputWidget({"list": "known-properties"}),
        help_text="Property that is the hit's value, for measures of values. May be empty.",
    )
    session_property = forms.CharField(
        max_length=100,
        required=False,
        label="Session",
        widget=UnfoldAdminTextInputWidget({"list": "known-properties"}),
        help_text="Property that names the visit. Empty: the one the sender's library states.",
    )
    only_source = forms.BooleanField(
        required=False,
        label="From this source only",
        widget=UnfoldBooleanSwitchWidget,
        help_text="Else such events of any source count.",
    )
    past = forms.BooleanField(
        required=False,
        initial=True,
        label="Apply to past events too",
        widget=UnfoldBooleanSwitchWidget,
        help_text="In the background; leads whose hits change are scored anew.",
    )

    def __init__(self, *args: Any, event: EventType, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.event = event
        self.fields["product"].initial = event.source.product_id

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("signal") is None and "signal" in cleaned:
            self._check_new(cleaned)
        elif "conditions" in cleaned and self._counts_already(cleaned):
            problem = f"These events count as “{cleaned['signal']}” already."
            self.add_error("signal", f"{problem} To change which do, edit its mapping on its page.")
        return cleaned

    def _check_new(self, cleaned: dict[str, Any]) -> None:
        name, product = cleaned.get("name"), cleaned.get("product")
        if not name:
            self.add_error("name", "Name the new signal, or choose an existing one above.")
        if not product:
            self.add_error("product", "Say which product the new signal is of.")
        elif name and Signal.objects.filter(product=product, name__iexact=name).exists():
            problem = f"{product} has a signal of this name already."
            self.add_error("name", f"{problem} Choose it above, or give this one another name.")

    def _counts_already(self, cleaned: dict[str, Any]) -> bool:
        """Whether a mapping of the signal has all of these events: another would change nothing."""
        known = SignalMapping.objects.asking_for(self.event).filter(signal=cleaned.get("signal"))
        if not cleaned.get("only_source"):
            known = known.filter(source=None)
        return any(one.conditions in ([], cleaned["conditions"]) for one in known)

    @property
    def matching(self) -> Matching:
        """What the conditions would match. The form has been checked; they are valid."""
        event, cleaned = self.event, self.cleaned_data
        types: Sequence[EventType] = [event]
        if not cleaned.get("only_source"):
            types = list(EventType.objects.filter(kind=event.kind, name=event.name))
        mapping = Mapping(
            signal_id=0,
            product_id=0,
            kind=event.kind,
            event_name=event.name,
            source_id=event.source_id if cleaned.get("only_source") else None,
            conditions=read_conditions(cleaned["conditions"]),
        )
        return match(mapping, read_sample(types))


def known_values(facts: Sequence[PropertyFacts]) -> list[tuple[str, str]]:
    """What the value fields offer: (value, property) of every value that may be shown."""
    return [(value, fact.name) for fact in facts for value, _ in fact.values]

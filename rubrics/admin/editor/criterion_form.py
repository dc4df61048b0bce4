"""One criterion with its tiers as a form: an entry of a document in, an entry out."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from leads.admin.base import Form
from rubrics.admin.editor.fields import LengthField, NumberField, PointsField
from rubrics.admin.editor.menu import UNITS, modes_for, sections_for
from rubrics.admin.editor.params import (
    Surroundings,
    field_of,
    given,
    names_for,
    param_fields,
)
from rubrics.documents.criteria import CRITERION_FIELDS, TIER_FIELDS
from rubrics.editing.checking import sentence
from rubrics.measures import AttributeMeasure, Measure, SpecError

Entry = Mapping[str, Any]
# What stands in no field of the form is kept as it was.
ASKED = CRITERION_FIELDS
SECTION_WORDS = {
    "fit": "Fit: who they are",
    "behavior": "Behavior: what they do",
    "velocity": "Velocity: a bonus for doing much at once",
    "silence": "Silence: takes points while nothing is done",
}
MODE_WORDS = {
    "tiers": "Points by how much: the best tier counts",
    "per_unit": "The same points for each",
    "per_period": "Points for every full period",
}
ABOVE = (("at_least", "at least"), ("more_than", "more than"))


class TierForm(Form):
    """One tier: from which number on, or which alternative, and what it gives."""

    def __init__(
        self, measure: Measure, around: Surroundings, *args: Any, entry: Entry, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.measure, self.entry = measure, entry
        self.names = names_for(measure, in_tier=True)
        self.has_threshold = measure.unit != "flag"
        self.unit = UNITS[measure.unit]
        fields = param_fields(measure, self.names, around)
        if "signals" in fields:
            fields["signals"].label = "Only these, for this tier"
            fields["signals"].help_text = "None chosen: what the criterion says above."
        for name, field in fields.items():
            field.initial = entry.get(name)
        self.fields.update(fields)
        if self.has_threshold:
            above = "more_than" if "more_than" in entry else "at_least"
            self.fields["above"] = forms.ChoiceField(
                choices=ABOVE, initial=above, label="Reached by", widget=UnfoldAdminSelectWidget()
            )
            self.fields["at"] = NumberField(
                label=self.unit.capitalize() or "Number", initial=days_number(entry.get(above, 1))
            )
        self.fields["points"] = PointsField(label="Points", initial=entry.get("points"))
        self.fields["label"] = forms.CharField(
            label="In a rep's words",
            required=False,
            max_length=120,
            initial=entry.get("label"),
            widget=UnfoldAdminTextInputWidget(),
            help_text="Shown as the reason. Empty: the rule itself in words.",
        )

    @property
    def row(self) -> str:
        """Its place among the rows that are sent."""
        return str(self.prefix).rsplit("-", 1)[-1]

    @property
    def has_signals(self) -> bool:
        return "signals" in self.fields

    @property
    def own_signals(self) -> bool:
        """Whether it looks at signals of its own."""
        return self.has_signals and bool(self["signals"].value())

    def fields_of_measure(self) -> list[forms.BoundField]:
        """What tells this tier from the others, apart from the signals."""
        return [self[name] for name in self.names if name != "signals"]

    def read(self) -> dict[str, Any]:
        """The tier as it stands in a document. The form is valid."""
        cleaned = self.cleaned_data
        kept = {n: v for n, v in self.entry.items() if n not in {*TIER_FIELDS, *self.names}}
        tier = {**kept, **given(cleaned, self.names)}
        if self.has_threshold:
            at = cleaned["at"]
            is_length = self.measure.unit == "duration"
            tier[cleaned["above"]] = f"{at:.12g}d" if is_length else at
        tier["points"] = cleaned["points"]
        if cleaned["label"]:
            tier["label"] = cleaned["label"]
        return tier


class CriterionForm(Form):
    """A criterion of one measure. ``key`` is empty for a new one."""

    name = forms.CharField(max_length=120, widget=UnfoldAdminTextInputWidget())
    section = forms.ChoiceField(label="Counts as")
    mode = forms.ChoiceField(label="How it gives points", required=False)
    each = PointsField(label="Points for each", required=False)
    every = LengthField(label="Each full period of", required=False)
    most = forms.IntegerField(
        label="At most so many times",
        required=False,
        min_value=1,
        max_value=10_000,
        widget=UnfoldAdminIntegerFieldWidget(),
        help_text="Empty: no limit.",
    )
    share = NumberField(
        label="Or percent of the points before it", required=False, help_text="Usual: 25 to 50."
    )
    recency_within = LengthField(
        label="More for what is fresh: younger than",
        required=False,
        help_text="Usual: 48 to 72 hours.",
    )
    recency_factor = NumberField(
        label="then the points count times", required=False, help_text="E.g. 1.5."
    )
    group = forms.ChoiceField(required=False, help_text="The criteria of a group share its limits.")
    proxy_for = forms.CharField(
        label="Stands in for",
        required=False,
        max_length=120,
        widget=UnfoldAdminTextInputWidget(),
        help_text="What you would rather measure, but do not track. Every explanation says so.",
    )
    source = forms.CharField(
        label="Why this number",
        required=False,
        max_length=300,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text="Where it comes from: won deals, a benchmark, a guess.",
    )

    def __init__(
        self,
        measure: Measure,
        around: Surroundings,
        *,
        entry: Entry,
        data: QueryDict | None = None,
    ) -> None:
        self.key = str(entry.get("key") or "")
        super().__init__(data, prefix=f"c-{self.key or 'new'}", initial=_initial(entry))
        self.measure, self.entry, self.around = measure, entry, around
        self.names = names_for(measure, in_tier=False)
        for name, field in param_fields(measure, self.names, around).items():
            field.initial = entry.get(name)
            self.fields[name] = field
        self._offer("section", [(one, SECTION_WORDS[one]) for one in sections_for(measure)])
        self._offer("mode", [(one, MODE_WORDS[one]) for one in modes_for(measure)])
        self._offer("group", [("", "none"), *around.groups.items()])
        if "signals" not in measure.fields:
            del self.fields["recency_within"], self.fields["recency_factor"]
        self.tiers = self._tiers(data)

    def _offer(self, name: str, choices: Sequence[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # those of the three names are
        field.widget = UnfoldAdminSelectWidget()
        field.choices = list(choices)

    def _tiers(self, data: QueryDict | None) -> list[TierForm]:
        """The stored tiers; of a form that was sent, its rows in the order in which they stood."""
        shared = _pushed_down(self.measure, self.entry)
        stored = [{**shared, **tier} for tier in self.entry.get("tiers") or ()]
        if data is None:
            return [self._tier(str(n), entry, None) for n, entry in enumerate(stored)]
        rows = [row for row in data.getlist(f"{self.prefix}-tier") if row.isascii()][:100]
        by_row = dict(enumerate(stored))
        return [
            self._tier(row, by_row.get(int(row), {}) if row.isdigit() else {}, data) for row in rows
        ]

    def _tier(self, row: str, entry: Entry, data: QueryDict | None) -> TierForm:
        prefix = f"{self.prefix}-{row}"
        return TierForm(self.measure, self.around, data, entry=entry, prefix=prefix)

    def fields_of_measure(self) -> list[forms.BoundField]:
        """What the measure looks at, for all tiers."""
        return [self[name] for name in self.names]

    @property
    def offers_modes(self) -> bool:
        """Whether there is more than one way of giving points."""
        return len(modes_for(self.measure)) > 1

    def more_fields(self) -> list[forms.BoundField]:
        """What most criteria do without."""
        names = ("source", "group", "recency_within", "recency_factor", "proxy_for")
        return [self[name] for name in names if name in self.fields]

    @property
    def has_more(self) -> bool:
        """Whether any of that is wrong, so that it must be seen."""
        return any(field.errors for field in self.more_fields())

    @property
    def empty_tier(self) -> TierForm:
        """The row that a new tier begins as; ``__row__`` is replaced by its number."""
        return self._tier("__row__", {}, None)

    @property
    def seen(self) -> str:
        """The entry as its editor sees it, to be sent back."""
        return json.dumps(dict(self.entry) if self.key else None)

    def is_valid(self) -> bool:
        tiers = [tier.is_valid() for tier in self.tiers] if self.mode_sent() == "tiers" else []
        return super().is_valid() and all(tiers)

    def mode_sent(self) -> str:
        """The way of giving points that is chosen now."""
        modes = modes_for(self.measure)
        if self["section"].value() == "velocity":
            return "velocity"
        chosen = str(self["mode"].value() or "")
        return chosen if chosen in modes else modes[0]

    def read(self) -> dict[str, Any]:
        """The criterion as it stands in a document. The form is valid."""
        cleaned = self.cleaned_data
        known = ASKED | self.measure.fields
        entry = {name: value for name, value in self.entry.items() if name not in known}
        section = cleaned["section"]
        entry |= {
            "key": self.key,
            "axis": "fit" if section == "fit" else "behavior",
            "name": cleaned["name"],
            "measure": self.measure.key,
            **given(cleaned, self.names),
        }
        for name in ("source", "proxy_for"):
            if cleaned[name]:
                entry[name] = cleaned[name]
        if section in ("fit", "behavior"):
            entry |= {"group": cleaned["group"]} if cleaned["group"] else {}
            entry |= self._recency()
        else:
            entry["role"] = section
        return {**entry, **self._worth(section)}

    def _recency(self) -> dict[str, Any]:
        within = self.cleaned_data.get("recency_within")
        factor = self.cleaned_data.get("recency_factor")
        if within is None and factor is None:
            return {}
        return {"recency": {"within": within, "factor": factor}}

    def _worth(self, section: str) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if section == "velocity":
            if cleaned["share"] is not None:
                return {"share_of_base": cleaned["share"] / 100, "max_bursts": cleaned["most"]}
            return {"points_per_burst": cleaned["each"], "max_bursts": cleaned["most"]}
        mode = self.mode_sent()
        if mode == "tiers":
            return self._shared([tier.read() for tier in self.tiers])
        terms = {"points": cleaned["each"], "max": cleaned["most"]}
        if mode == "per_period" and cleaned["every"]:
            terms["period"] = cleaned["every"]
        return {mode: terms}

    def _shared(self, tiers: list[dict[str, Any]]) -> dict[str, Any]:
        """The tiers; what the criterion said for all of them, it still says if all still do."""
        shared = {
            name: value
            for name, value in _pushed_down(self.measure, self.entry).items()
            if all(tier.get(name) == value for tier in tiers)
        }
        own = [{n: v for n, v in tier.items() if n not in shared} for tier in tiers]
        return {**shared, "tiers": own}

    def refuse(self, error: SpecError) -> None:
        """Show what is wrong at the field it is about."""
        path = error.where.split(".")
        problem = sentence(error.problem)
        for number, tier in enumerate(self.tiers, 1):
            if f"tiers[{number}]" in path:
                last = path[-1]
                field = "at" if last in ("at_least", "more_than") else field_of(error, tier.fields)
                tier.add_error(field, problem)
                return
        last = path[-1]
        names = {
            "points": "each", "points_per_burst": "each", "max": "most", "max_bursts": "most",
            "share_of_base": "share", "axis": "section", "role": "section",
            "factor": "recency_factor",
        }  # fmt: skip
        name = {
            ("recency", "within"): "recency_within",
            ("per_period", "period"): "every",
        }.get((path[-2], last), names.get(last, last))
        self.add_error(name if name in self.fields else None, problem)


def blank_entry(measure: Measure, section: str) -> dict[str, Any]:
    """What a new criterion starts from: nothing filled in, one tier to begin with."""
    role = {"role": section} if section in ("velocity", "silence") else {}
    worth: dict[str, Any] = {"max_bursts": 1} if section == "velocity" else {"tiers": [{}]}
    axis = "fit" if section == "fit" else "behavior"
    return {"measure": measure.key, "axis": axis, **role, **worth}


def section_of_entry(entry: Entry) -> str:
    """Where people look for it, as :func:`rubrics.models.criterion.section_of`."""
    role = entry.get("role")
    return role if role in ("velocity", "silence") else str(entry.get("axis"))


def _pushed_down(measure: Measure, entry: Entry) -> dict[str, Any]:
    """What a criterion says for all its tiers although the form asks for it in each."""
    if not isinstance(measure, AttributeMeasure):
        return {}
    return {n: entry[n] for n in names_for(measure, in_tier=True) if n in entry}


def days_number(raw: Any) -> Any:
    """A threshold as a number; of lengths of time in days."""
    if not isinstance(raw, str) or not raw[:-1].replace(".", "", 1).isdigit():
        return raw
    size = {"d": 1.0, "h": 1 / 24, "m": 1 / 1440}.get(raw[-1])
    return raw if size is None else float(raw[:-1]) * size


def _initial(entry: Entry) -> dict[str, Any]:
    """What the fields that every measure has begin with."""
    recency = entry.get("recency") or {}
    mode = next((one for one in MODE_WORDS if one in entry), "tiers")
    terms = entry.get(mode) if isinstance(entry.get(mode), Mapping) else {}
    share = entry.get("share_of_base")
    return {
        "name": entry.get("name"),
        "section": section_of_entry(entry),
        "mode": mode,
        "each": entry.get("points_per_burst", (terms or {}).get("points")),
        "every": (terms or {}).get("period"),
        "most": entry.get("max_bursts", (terms or {}).get("max")),
        "share": None if share is None else round(share * 100, 6),
        "recency_within": recency.get("within"),
        "recency_factor": recency.get("factor"),
        "group": entry.get("group"),
        "proxy_for": entry.get("proxy_for"),
        "source": entry.get("source"),
    }

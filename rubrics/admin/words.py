"""Criteria in words: what is looked at, and what it is worth."""

from collections.abc import Mapping
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from leads.admin.base import change_url
from leads.models import Signal
from rubrics.admin.params import PARAMS
from rubrics.measures import MEASURES
from rubrics.models import Criterion, RubricVersion, Tier
from rubrics.scoring.types import Mode, Role

Names = Mapping[str, str]
"""The signals' names by key."""

WORDS_BEFORE = {
    "within": "within",
    "period": "over",
    "half_life": "halving every",
    "as": "in",
}
WINDOW_WORDS = {"trial": "during the trial", "after_trial": "after the trial"}


def criteria_table(version: RubricVersion) -> SafeString:
    """Every criterion of a version with its worth; each name leads to its page."""
    names = signal_names(version)
    groups = {group.key: str(group) for group in version.groups.all()}
    rows = format_html_join(
        "",
        '<tr class="border-t border-base-200 dark:border-base-800 align-top">'
        '<td class="py-2 pr-6" style="min-width: 10rem"><a class="text-primary-600'
        ' dark:text-primary-500 font-medium" href="{}">{}</a>{}</td><td class="py-2 pr-6">{}</td>'
        '<td class="py-2 pr-6" style="min-width: 12rem">{}</td>'
        '<td class="py-2" style="min-width: 15rem">{}</td></tr>',
        (
            (
                change_url(one),
                one.name,
                format_html_join(
                    "", '<div class="text-xs">{}</div>', ((note,) for note in notes(one, groups))
                ),
                one.get_axis_display(),
                what(one.measure, one.params, names),
                worth(one, names),
            )
            for one in version.criteria.prefetch_related("tiers")
        ),
    )
    if not rows:
        return format_html("<p>None yet.</p>")
    head = format_html_join(
        "",
        '<th class="py-2 pr-6 text-left font-semibold text-important">{}</th>',
        ((word,) for word in ("Criterion", "Axis", "What is measured", "Points")),
    )
    return format_html(
        '<div class="overflow-x-auto" style="max-width: calc(100vw - 3.5rem)">'
        '<table class="w-full"><thead><tr>{}</tr></thead>'
        "<tbody>{}</tbody></table></div>",
        head,
        rows,
    )


def signal_names(version: RubricVersion) -> Names:
    """The names of the product's signals by key; looked up once a page."""
    names: Names | None = version.__dict__.get("_signal_names")
    if names is None:
        signals = Signal.objects.filter(product=version.rubric.product_id).order_by()
        names = version.__dict__["_signal_names"] = dict(signals.values_list("key", "name"))
    return names


def what(key: str, params: Mapping[str, Any], names: Names) -> str:
    """A measure with its parameters: ``How often something was done: Logged in, first 7d``."""
    measure = MEASURES.get(key)
    label = measure.label if measure else key
    told = _params(params, names)
    return f"{label}: {told}" if told else label


def condition(entry: Mapping[str, Any], names: Names) -> str:
    """A condition of a document: ``How often something was done: Upgraded, less than 1``."""
    measured = what(str(entry.get("measure")), entry, names)
    for name in ("at_least", "more_than", "at_most", "less_than"):
        if name in entry:
            return f"{measured}, {name.replace('_', ' ')} {entry[name]}"
    answer = entry.get("is", True)
    if answer == "unknown":
        return f"Unknown: {measured}"
    return measured if answer else f"Not so: {measured}"


def notes(criterion: Criterion, groups: Mapping[str, str]) -> list[str]:
    """What else is true of a criterion: its group, what it stands in for, recency."""
    told = []
    if criterion.group:
        told.append(f"Counts in {groups.get(criterion.group, criterion.group)}")
    if criterion.proxy_for:
        told.append(f"Stands in for: {criterion.proxy_for}")
    if criterion.recency_hours is not None:
        told.append(
            f"×{criterion.recency_factor:g} while the last is younger than "
            f"{criterion.recency_hours} hours"
        )
    return told


def worth(criterion: Criterion, names: Names) -> SafeString:
    """What the criterion gives or takes, tier by tier."""
    if criterion.role == Role.VELOCITY and criterion.share_of_base is not None:
        return format_html("{} of the points before it", f"{criterion.share_of_base:.0%}")
    if criterion.mode == Mode.TIERS:
        return format_html_join(
            "",
            "<div>{}: {}</div>",
            ((reached(tier, names), f"{tier.points:+d}") for tier in criterion.tiers.all()),
        )
    each = "for each"
    if criterion.mode == Mode.PER_PERIOD:
        each = f"for every full {criterion.unit_size or 0:g} days"
    most = ""
    if criterion.max_units:
        most = ", once" if criterion.max_units == 1 else f", at most {criterion.max_units} times"
    return format_html("{} {}{}", f"{criterion.points_each or 0:+d}", each, most)


def reached(tier: Tier, names: Names) -> str:
    """What reaches a tier: its label, or its parameters and threshold."""
    if tier.label:
        return tier.label
    measure = MEASURES.get(tier.criterion.measure)
    told = _params(tier.params, names)
    if measure is not None and measure.unit == "flag":
        return told or "met"
    threshold = f"{round(tier.threshold, 6):g} or more"
    return f"{threshold} ({told})" if told else threshold


def _params(params: Mapping[str, Any], names: Names) -> str:
    return ", ".join(_text(name, params[name], names) for name in PARAMS if name in params)


def _text(name: str, value: Any, names: Names) -> str:
    if name == "signals":
        return _any_of(value, names)
    if name == "steps":
        return ", then ".join(_any_of(step, names) for step in value)
    if name == "size":
        return f"{value} hits"
    if name in WORDS_BEFORE:
        return f"{WORDS_BEFORE[name]} {value}"
    if name == "window" and isinstance(value, str):
        return WINDOW_WORDS.get(value, f"within {value}")
    shown = PARAMS[name].show(value)
    return PARAMS[name].label.lower() if isinstance(shown, bool) else str(shown)


def _any_of(keys: Any, names: Names) -> str:
    return " or ".join(names.get(key, key) for key in ([keys] if isinstance(keys, str) else keys))

"""The rules of a version in words: whom it scores, and what happens to the criteria's points."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from rubrics.admin.words import condition, signal_names
from rubrics.models import RubricVersion
from rubrics.models.rubric import Combination, DecayMode, Silence, Subject


def rule_list(version: RubricVersion) -> SafeString:
    """Every rule of the version as a list."""
    return format_html_join("", '<p class="mb-2">{}</p>', ((rule,) for rule in rules(version)))


def condition_list(version: RubricVersion, conditions: Sequence[Any]) -> SafeString:
    """Conditions in words, one a line; empty where there are none."""
    names = signal_names(version)
    return format_html_join("", "<div>{}</div>", ((condition(one, names),) for one in conditions))


def rules(version: RubricVersion) -> Iterator[str]:
    """One sentence a rule, in the order in which they apply."""
    yield from _subjects(version)
    for group in version.groups.all():
        limits = [
            f"{word} {points}"
            for word, points in (("at most", group.most), ("at least", group.least))
            if points is not None
        ]
        yield f"The group {group} counts {' and '.join(limits)}."
    above = ", and the velocity bonus may exceed it" if version.velocity_exceeds_cap else ""
    yield f"Fit goes up to {version.max_fit}, behavior up to {version.max_behavior}{above}."
    if version.ceiling_behavior is not None:
        when = _all_of(version, version.ceiling_conditions)
        yield f"{version.ceiling_name or 'Ceiling'}: behavior is at most " + (
            f"{version.ceiling_behavior} while all of this holds: {when}."
        )
    yield from _silence(version)
    if version.cross_product_points is not None:
        yield (
            f"{version.cross_product_points:+d} on behavior for whoever was active in "
            f"{version.cross_product_products} or more products within the last "
            f"{version.cross_product_days} days."
        )
    yield from _result(version)


def _subjects(version: RubricVersion) -> Iterator[str]:
    whom = "accounts" if version.subject == Subject.ACCOUNT else "people"
    if version.segment_name:
        when = _all_of(version, version.segment_conditions)
        yield f"Scores the {whom} of the segment {version.segment_name}: {when}."
    else:
        yield f"Scores all {whom} that no segment's rubric takes."


def _all_of(version: RubricVersion, conditions: Sequence[Any]) -> str:
    names = signal_names(version)
    return "; ".join(condition(one, names) for one in conditions)


def _silence(version: RubricVersion) -> Iterator[str]:
    days = f"{version.decay_period_days} days"
    price = {
        DecayMode.PERIODS: f"{version.decay_points} points for each full {days}",
        DecayMode.CONTINUOUS: f"{version.decay_points} points for every {days}, growing evenly",
        DecayMode.PERCENT: f"{version.decay_percent or 0:g} % of what is left for each full {days}",
        DecayMode.HALF_LIFE: f"half of what is left for every {days}, growing evenly",
    }.get(DecayMode(version.decay_mode))
    if price:
        grace = f" after {version.decay_grace_days} days" if version.decay_grace_days else ""
        yield f"Silence costs {price}{grace}, down to {version.floor}."
    if version.expired_points is not None:
        yield (
            f"Once the trial is over it costs {version.expired_points} points for each full "
            f"{version.expired_period_days} days, where that is more."
        )
    if version.silence == Silence.BOTH:
        yield "Decay and silence criteria both count."


def _result(version: RubricVersion) -> Iterator[str]:
    if version.combination == Combination.BLEND:
        yield (
            f"The total is 0 to 100: {version.blend_behavior} % behavior and "
            f"{version.blend_fit} % fit, each as a share of its cap."
        )
    yield (
        f"A PQL has a total of {version.min_total}, a fit of {version.min_fit} and a behavior of "
        f"{version.min_behavior} or more."
    )
    if version.matrix_fit is not None:
        yield (
            f"In the matrix fit is high from {version.matrix_fit} on, behavior from "
            f"{version.matrix_behavior} on."
        )
    bands = [f"{band.name} from {band.at_least}" for band in version.bands.all()]
    if bands:
        yield f"Bands of the total: {', '.join(bands)}."

"""Writes of a draft's sections: thresholds, limits, silence and the like, its groups and bands."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser

from rubrics.editing.checking import check_sections
from rubrics.editing.drafts import check_seen, editing
from rubrics.measures import SpecError
from rubrics.models import Band, CriterionGroup, RubricVersion

Columns = Mapping[str, Any]

SECTIONS: Mapping[str, tuple[str, ...]] = {
    "note": ("note", "source"),
    "segment": ("subject", "segment_name", "segment_order", "segment_conditions"),
    "thresholds": ("min_total", "min_fit", "min_behavior"),
    "limits": ("max_fit", "max_behavior", "velocity_exceeds_cap"),
    "combination": ("combination", "blend_behavior", "blend_fit"),
    "decay": (
        "decay_mode", "decay_points", "decay_percent", "decay_period_days", "decay_grace_days",
        "floor", "silence", "expired_points", "expired_period_days", "activity_signals",
    ),
    "ceiling": ("ceiling_behavior", "ceiling_name", "ceiling_conditions"),
    "cross_product": ("cross_product_points", "cross_product_days", "cross_product_products"),
    "matrix": ("matrix_fit", "matrix_behavior"),
}  # fmt: skip
"""The columns of each section that stands in the version's own row."""


def section_columns(version: RubricVersion, section: str) -> dict[str, Any]:
    """What a section says, by column: what an editor saw."""
    return {name: getattr(version, name) for name in SECTIONS[section]}


def save_section(
    version: RubricVersion,
    *,
    section: str,
    columns: Columns,
    seen: Columns,
    by: AbstractBaseUser | None,
    at: datetime,
) -> None:
    """Write one section of the version's own row.

    Raises:
        EditConflict: it is no longer as it was seen.
        SpecError: names the field that is wrong and says how to mend it.
    """
    unknown = columns.keys() - set(SECTIONS[section])
    if unknown:
        raise SpecError(section, f"has no {', '.join(sorted(unknown))}")
    with editing(version, by=by, at=at) as draft:
        check_seen(draft, section, seen=seen, now=section_columns(draft, section))
        for name, value in columns.items():
            setattr(draft, name, value)
        check_sections(draft)
        draft.save(update_fields=list(columns))


def group_entries(version: RubricVersion) -> list[dict[str, Any]]:
    """The groups as an editor sees them."""
    fields = ("key", "name", "most", "least")
    return [{name: getattr(row, name) for name in fields} for row in version.groups.all()]


def save_groups(
    version: RubricVersion,
    *,
    groups: Sequence[Mapping[str, Any]],
    seen: Sequence[Mapping[str, Any]],
    by: AbstractBaseUser | None,
    at: datetime,
) -> None:
    """Write all groups, in this order; a criterion whose group is gone counts in none.

    Raises:
        EditConflict: they are no longer as they were seen.
        SpecError: a limit is missing, or the least is above the most.
    """
    for group in groups:
        most, least = group.get("most"), group.get("least")
        where = f"groups.{group['key']}"
        if most is None and least is None:
            raise SpecError(f"{where}.max", "give the most, the least, or both")
        if most is not None and least is not None and least > most:
            raise SpecError(f"{where}.min", f"is {most} or less, the most")
    with editing(version, by=by, at=at) as draft:
        check_seen(draft, "groups", seen=seen, now=group_entries(draft))
        draft.groups.all().delete()
        CriterionGroup.objects.bulk_create(
            CriterionGroup(version=draft, position=position, **group)
            for position, group in enumerate(groups)
        )
        kept = [group["key"] for group in groups]
        draft.criteria.exclude(group="").exclude(group__in=kept).update(group="")


def band_entries(version: RubricVersion) -> list[dict[str, Any]]:
    """The bands as an editor sees them."""
    fields = ("at_least", "name", "meaning")
    return [{name: getattr(row, name) for name in fields} for row in version.bands.all()]


def save_bands(
    version: RubricVersion,
    *,
    bands: Sequence[Mapping[str, Any]],
    seen: Sequence[Mapping[str, Any]],
    by: AbstractBaseUser | None,
    at: datetime,
) -> None:
    """Write all bands.

    Raises:
        EditConflict: they are no longer as they were seen.
        SpecError: they leave a total without a name, or two begin at the same total.
    """
    ordered = sorted(bands, key=lambda band: band["at_least"])
    with editing(version, by=by, at=at) as draft:
        check_seen(draft, "bands", seen=seen, now=band_entries(draft))
        check_sections(draft, bands=ordered)
        draft.bands.all().delete()
        Band.objects.bulk_create(Band(version=draft, **band) for band in ordered)

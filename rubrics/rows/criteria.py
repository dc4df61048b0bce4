"""Criteria and their tiers: rows as entries of a document, and back."""

import math
from collections.abc import Mapping
from typing import Any

from rubrics.documents import parse_document
from rubrics.measures import MEASURES, SpecError, duration_text, duration_us
from rubrics.models import Criterion, Tier
from rubrics.rows.sections import plain
from rubrics.scoring.types import DAY_US, Role

_MINUTE_US = 60_000_000
_HOUR_US = 60 * _MINUTE_US


def criterion_document(criterion: Criterion) -> dict[str, Any]:
    """A criterion with its tiers as an entry of a document."""
    entry: dict[str, Any] = {
        "key": criterion.key,
        "axis": criterion.axis,
        "name": criterion.name,
        "measure": criterion.measure,
        **criterion.params,
    }
    if criterion.source:
        entry["source"] = criterion.source
    for name in ("group", "proxy_for"):
        if value := getattr(criterion, name):
            entry[name] = value
    if criterion.recency_hours is not None and criterion.recency_factor is not None:
        factor = plain(criterion.recency_factor)
        entry["recency"] = {"within": f"{criterion.recency_hours}h", "factor": factor}
    if criterion.role != Role.ACTION:
        entry["role"] = criterion.role
    if criterion.role == Role.VELOCITY:
        if criterion.share_of_base is not None:
            entry["share_of_base"] = criterion.share_of_base
        else:
            entry["points_per_burst"] = criterion.points_each
        entry["max_bursts"] = criterion.max_units
    elif criterion.mode == "tiers":
        entry["tiers"] = [_tier_document(tier, criterion.measure) for tier in criterion.tiers.all()]
    else:
        terms: dict[str, Any] = {"points": criterion.points_each, "max": criterion.max_units}
        if criterion.mode == "per_period":
            terms["period"] = duration_text(round((criterion.unit_size or 1) * DAY_US))
        entry[criterion.mode] = terms
    return entry


def _tier_document(tier: Tier, measure: str) -> dict[str, Any]:
    entry: dict[str, Any] = {**tier.params, "points": tier.points}
    unit = MEASURES[measure].unit
    # What documents.py makes of "more than" is read back: the next number, the next microsecond.
    if unit == "duration":
        least = round(tier.threshold * DAY_US)
        if least % _MINUTE_US == 1:
            entry["more_than"] = duration_text(least - 1)
        else:
            entry["at_least"] = duration_text(least)
    elif unit != "flag":
        below = math.nextafter(tier.threshold, -math.inf)
        if below == round(below, 6):
            entry["more_than"] = below
        else:
            entry["at_least"] = tier.threshold
    if tier.label:
        entry["label"] = tier.label
    return entry


def criterion_rows(document: Mapping[str, Any]) -> list[tuple[Criterion, list[Tier]]]:
    """A checked document's criteria as unsaved rows with their tiers, in its order."""
    version = parse_document(document)
    rows = []
    for position, (raw, spec) in enumerate(
        zip(document["criteria"], version.criteria, strict=True)
    ):
        measure = MEASURES[raw["measure"]]
        per_period = spec.mode == "per_period"
        criterion = Criterion(
            key=spec.key,
            position=position,
            name=spec.name,
            axis=spec.axis.value,
            role=spec.role.value,
            measure=measure.key,
            params={name: raw[name] for name in sorted(measure.fields) if name in raw},
            mode=spec.mode.value,
            points_each=None if spec.tiers else spec.points_each,
            share_of_base=spec.share_of_base,
            unit_size=spec.unit_size / DAY_US if per_period else None,
            max_units=spec.max_units,
            group=raw.get("group") or "",
            proxy_for=raw.get("proxy_for") or "",
            **_recency_columns(raw.get("recency") or {}, f"criteria.{spec.key}.recency"),
            source=str(raw.get("source", "")),
        )
        scale = DAY_US if measure.unit == "duration" else 1
        tiers = [
            Tier(
                position=number,
                threshold=tier.threshold / scale,
                points=tier.points,
                label=tier.label,
                params={name: entry[name] for name in sorted(measure.fields) if name in entry},
            )
            for number, (entry, tier) in enumerate(
                zip(raw.get("tiers", ()), spec.tiers, strict=True)
            )
        ]
        rows.append((criterion, tiers))
    return rows


def _recency_columns(raw: Mapping[str, Any], where: str) -> dict[str, Any]:
    if not raw:
        return {}
    within = duration_us(raw["within"], f"{where}.within")
    if within % _HOUR_US:
        raise SpecError(f"{where}.within", "is a whole number of hours, e.g. 48h")
    return {"recency_hours": within // _HOUR_US, "recency_factor": float(raw["factor"])}

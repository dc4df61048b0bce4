"""Criteria and their tiers: rows as entries of a document, and back."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

from rubrics.documents import parse_document
from rubrics.documents.criteria import least_reached
from rubrics.measures import MEASURES, Measure, SpecError, duration_text, duration_us
from rubrics.models import Criterion, Tier
from rubrics.rows.sections import plain
from rubrics.scoring.types import DAY_US, Mode, Role

_MINUTE_US = 60_000_000
_HOUR_US = 60 * _MINUTE_US


def criterion_document(criterion: Criterion, tiers: Iterable[Tier] | None = None) -> dict[str, Any]:
    """A criterion as an entry of a document, with its tiers: its own rows, or these."""
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
        rows = criterion.tiers.all() if tiers is None else tiers
        entry["tiers"] = [_tier_document(tier, criterion.measure) for tier in rows]
    else:
        terms: dict[str, Any] = {"points": criterion.points_each, "max": criterion.max_units}
        if criterion.mode == "per_period" and criterion.unit_size:
            terms["period"] = duration_text(round(criterion.unit_size * DAY_US))
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
            entry["more_than"] = plain(below)
        else:
            entry["at_least"] = plain(tier.threshold)
    if tier.label:
        entry["label"] = tier.label
    return entry


def criterion_rows(document: Mapping[str, Any]) -> list[tuple[Criterion, list[Tier]]]:
    """A document's criteria as unsaved rows with their tiers, in its order.

    Raises:
        SpecError: the document cannot be scored.
    """
    parse_document(document)
    return [criterion_row(raw, position) for position, raw in enumerate(document["criteria"])]


def criterion_row(raw: Mapping[str, Any], position: int = 0) -> tuple[Criterion, list[Tier]]:
    """An entry as unsaved rows. It may be unfinished, but what it says is of the right kind.

    Raises:
        SpecError: a length of time that is none, or no whole number of hours.
    """
    measure, where = MEASURES[raw["measure"]], f"criteria.{raw['key']}"
    role, mode = str(raw.get("role", Role.ACTION)), _mode(raw)
    is_velocity, terms = role == Role.VELOCITY, raw.get(mode)
    if is_velocity:
        terms = {"points": raw.get("points_per_burst", 0), "max": raw.get("max_bursts", 1)}
    terms = terms if isinstance(terms, Mapping) else {}
    period = terms.get("period")
    criterion = Criterion(
        key=raw["key"],
        position=position,
        name=str(raw.get("name") or raw["key"].replace("_", " ").capitalize()),
        axis=str(raw.get("axis", measure.axis)),
        role=role,
        measure=measure.key,
        params={name: raw[name] for name in sorted(measure.fields) if name in raw},
        mode=mode,
        points_each=terms.get("points"),
        share_of_base=raw.get("share_of_base"),
        unit_size=duration_us(period, f"{where}.{mode}.period") / DAY_US if period else None,
        max_units=terms.get("max"),
        group=raw.get("group") or "",
        proxy_for=raw.get("proxy_for") or "",
        **_recency_columns(raw.get("recency") or {}, f"{where}.recency"),
        source=str(raw.get("source") or ""),
    )
    tiers = [
        Tier(
            position=number,
            threshold=_threshold(entry, measure, f"{where}.tiers[{number + 1}]"),
            points=entry["points"],
            label=str(entry.get("label") or ""),
            params={name: entry[name] for name in sorted(measure.fields) if name in entry},
        )
        for number, entry in enumerate(raw.get("tiers") or ())
    ]
    return criterion, tiers


def _mode(raw: Mapping[str, Any]) -> str:
    if raw.get("role") == Role.VELOCITY or Mode.PER_UNIT in raw:
        return Mode.PER_UNIT.value
    return (Mode.PER_PERIOD if Mode.PER_PERIOD in raw else Mode.TIERS).value


def _threshold(tier: Mapping[str, Any], measure: Measure, where: str) -> float:
    """As the row keeps it: of durations in days."""
    least = least_reached(tier, measure.unit, where)
    return least / DAY_US if measure.unit == "duration" else least


def _recency_columns(raw: Mapping[str, Any], where: str) -> dict[str, Any]:
    if not raw:
        return {}
    within = duration_us(raw["within"], f"{where}.within")
    if within % _HOUR_US:
        raise SpecError(f"{where}.within", "is a whole number of hours, e.g. 48h")
    return {"recency_hours": within // _HOUR_US, "recency_factor": float(raw["factor"])}

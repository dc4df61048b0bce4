"""Rows -> documents -> scoring types, and back; the only bridge. Queries first, then none."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leads.models import Signal
from rubrics.documents import parse_document, used_signals
from rubrics.measures import MEASURES, Names, SpecError, duration_text
from rubrics.models import Criterion, RubricVersion, Tier
from rubrics.scoring.judge import Judge, compile_judge
from rubrics.scoring.steps import Need
from rubrics.scoring.types import DAY_US, Role, Version

_MINUTE_US = 60_000_000


@dataclass(frozen=True, slots=True)
class Compiled:
    """A version ready to score: what it means, and the ids and words of its product's signals."""

    version_id: int
    rubric_id: int
    product_id: int
    version: Version
    judge: Judge
    names: Names
    label: str = ""

    def describe(self, column: int, value: float | None) -> str:
        """What a column measured, in words."""
        spec = self.version.columns[column]
        return MEASURES[spec.measure].describe(spec.params, value, self.names)

    def need(self, column: int, value: float, target: float) -> Need:
        """What takes a column from a value to a target."""
        spec = self.version.columns[column]
        return MEASURES[spec.measure].need(spec.params, value, target, self.names)


def compiled(version_id: int) -> Compiled:
    """The version compiled; published and retired ones, which never change, from a cache.

    Raises:
        RubricVersion.DoesNotExist: no such version.
        SpecError: a draft that cannot be scored yet.
    """
    if version_id in _CACHE:
        return _CACHE[version_id]
    row = RubricVersion.objects.select_related("rubric").get(pk=version_id)
    result = compile_for(
        parse_document(document_of(row)),
        product_id=row.rubric.product_id,
        version_id=version_id,
        rubric_id=row.rubric_id,
        label=str(row),
    )
    if not row.is_editable:
        _CACHE[version_id] = result
    return result


_CACHE: dict[int, Compiled] = {}


def forget_compiled() -> None:
    """Drop the cache: signals were renamed, or a test's database went away."""
    _CACHE.clear()


def compile_for(
    version: Version, *, product_id: int, version_id: int = 0, rubric_id: int = 0, label: str = ""
) -> Compiled:
    """Compile a parsed document for a product; ``label`` names the version for people.

    Raises:
        SpecError: it names a signal that the product does not have.
    """
    signals = Signal.objects.filter(product_id=product_id).values_list("key", "pk", "name")
    names = Names({key: pk for key, pk, _ in signals}, {key: name for key, _, name in signals})
    missing = used_signals(version) - names.signal_ids.keys()
    if missing:
        raise SpecError(
            "signals", f"the product has no signal {', '.join(sorted(missing))}; add it first"
        )
    judge = compile_judge(version)
    return Compiled(version_id, rubric_id, product_id, version, judge, names, label)


def document_of(version: RubricVersion) -> dict[str, Any]:
    """A version's rows as a document: what is exported, compared and compiled."""
    criteria = version.criteria.order_by("position", "pk").prefetch_related("tiers")
    signals = {
        key: {"name": name, "activity": key in version.activity_signals}
        for key, name in Signal.objects.filter(product_id=version.rubric.product_id)
        .order_by("key")
        .values_list("key", "name")
    }
    return {
        "format": 1,
        "rubric": version.rubric.key,
        "name": version.rubric.name,
        "description": version.rubric.description,
        "note": version.note,
        "source": version.source,
        "thresholds": {
            "total": version.min_total,
            "fit": version.min_fit,
            "behavior": version.min_behavior,
        },
        "limits": {
            "fit": version.max_fit,
            "behavior": version.max_behavior,
            "velocity_exceeds_cap": version.velocity_exceeds_cap,
        },
        "decay": {
            "mode": version.decay_mode,
            "points": version.decay_points,
            "period": f"{version.decay_period_days}d",
            "grace": f"{version.decay_grace_days}d",
            "floor": version.floor,
            "silence": version.silence,
        },
        "lists": {row.key: list(row.values) for row in version.lists.all()},
        "signals": signals,
        "activity_signals": list(version.activity_signals),
        "criteria": [_criterion_document(criterion) for criterion in criteria],
    }


def _criterion_document(criterion: Criterion) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "key": criterion.key,
        "axis": criterion.axis,
        "name": criterion.name,
        "measure": criterion.measure,
        **criterion.params,
    }
    if criterion.source:
        entry["source"] = criterion.source
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

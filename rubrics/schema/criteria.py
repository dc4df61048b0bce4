"""Criteria and conditions: one schema a measure, so that editors offer only what goes with it."""

from typing import Any

from rubrics.documents.columns import COMPARISONS
from rubrics.documents.criteria import CRITERION_FIELDS, FORMS, TIER_FIELDS, VELOCITY_FORMS
from rubrics.measures import MEASURES, Measure
from rubrics.schema.fields import (
    AT_MOST,
    KEY_TEXT,
    LEAST_LENGTH,
    LENGTH_OF_TIME,
    NUMBER,
    POINTS,
    Schema,
    described,
    one_of,
    params,
    points,
    record,
    text,
)
from rubrics.scoring.types import Axis, Role


def criterion_schemas() -> dict[str, Schema]:
    """The definitions ``criterion`` and ``condition``, and theirs for each measure."""
    definitions = {"criterion": _by_measure("criterion"), "condition": _by_measure("condition")}
    definitions["criterion"]["required"] = ["key", "measure"]
    for measure in MEASURES.values():
        definitions[f"criterion_{measure.key}"] = _criterion(measure)
        definitions[f"condition_{measure.key}"] = _condition(measure)
    return definitions


def _by_measure(kind: str) -> Schema:
    """Whatever the measure says goes with it."""
    return {
        "type": "object",
        "required": ["measure"],
        "properties": {"measure": described(one_of(*MEASURES), "What is measured.")},
        "allOf": [
            {
                "if": {"properties": {"measure": {"const": key}}, "required": ["measure"]},
                "then": {"$ref": f"#/$defs/{kind}_{key}"},
            }
            for key in MEASURES
        ],
    }


def _criterion(measure: Measure) -> Schema:
    shared = params(measure.key, measure.fields)
    forms = [name for name in sorted(FORMS | VELOCITY_FORMS) if _goes_with(name, measure)]
    properties = {name: FIELDS[name] for name in sorted(CRITERION_FIELDS) if name in FIELDS}
    properties |= {
        "measure": {"const": measure.key, "description": f"{measure.label}."},
        "tiers": described(
            {"type": "array", "minItems": 1, "items": _tier(measure, shared)},
            "The highest threshold reached counts.",
        ),
        "per_unit": record({"points": POINTS, "max": AT_MOST}, "points"),
        "per_period": record(
            {"points": POINTS, "max": AT_MOST, "period": LENGTH_OF_TIME}, "points", "period"
        ),
    }
    others = (FORMS | VELOCITY_FORMS) - set(forms)
    kept = {name: schema for name, schema in properties.items() if name not in others}
    return {
        "title": measure.label,
        **record({**kept, **shared}, "key", "measure"),
        "oneOf": [{"required": [form]} for form in forms],
    }


def _goes_with(form: str, measure: Measure) -> bool:
    """Whether a measure's number can give points in this way."""
    if form == "tiers":
        return True
    if form == "per_period":
        return measure.unit == "duration"
    if form == "per_unit":
        return measure.unit not in ("duration", "flag")
    return measure.unit == "count"  # a velocity bonus


def _tier(measure: Measure, shared: dict[str, Schema]) -> Schema:
    least = LEAST_LENGTH if measure.unit == "duration" else NUMBER
    bounds = {
        "at_least": described(least, "Reached from here on; 1 if left out."),
        "more_than": described(least, "Reached by anything more."),
    }
    fields: dict[str, Any] = {
        **({} if measure.unit == "flag" else bounds),
        "points": POINTS,
        "label": described(text(120), "In a rep's words."),
    }
    assert fields.keys() | {"at_least", "more_than"} == TIER_FIELDS  # neither knows more
    return record({**fields, **shared}, "points")


def _condition(measure: Measure) -> Schema:
    shared = params(measure.key, measure.fields)
    measured = {"measure": {"const": measure.key, "description": f"{measure.label}."}}
    if measure.unit == "flag":
        answer = described(one_of(True, False, "unknown"), "What it says; true if left out.")
        return {"title": measure.label, **record({**measured, **shared, "is": answer}, "measure")}
    least = LEAST_LENGTH if measure.unit == "duration" else NUMBER
    comparisons = sorted(COMPARISONS - {"is"})
    bounds = dict.fromkeys(comparisons, least)
    return {
        "title": measure.label,
        **record({**measured, **shared, **bounds}, "measure"),
        "oneOf": [{"required": [name]} for name in comparisons],
    }


FIELDS: dict[str, Schema] = {
    "key": described(KEY_TEXT, "Stays the same across versions, so that histories follow it."),
    "axis": described(one_of(*(axis.value for axis in Axis)), "By default that of the measure."),
    "name": described(text(120), "In a rep's words."),
    "role": described(
        one_of(*(role.value for role in Role)),
        "action adds up, velocity is a bonus for speed, silence a penalty for it.",
    ),
    "source": described(text(300), "Where the number is from."),
    "group": described(
        {"type": ["string", "null"]}, "One of the groups of this file, whose limits it shares."
    ),
    "proxy_for": described(text(120), "What it stands in for, as that is not tracked."),
    "recency": described(
        {"anyOf": [
            {"type": "null"},
            record({
                "within": LENGTH_OF_TIME,
                "factor": described({"type": "number", "minimum": 0, "maximum": 100}, "E.g. 1.5."),
            }, "within", "factor"),
        ]},
        "Points count times the factor while the last hit is younger.",
    ),
    "points_per_burst": points(least=0),
    "share_of_base": described(
        {"type": "number", "exclusiveMinimum": 0, "maximum": 100},
        "The bonus as a share of the points before it, e.g. 0.5.",
    ),
    "max_bursts": AT_MOST,
}  # fmt: skip
"""What every criterion may say, whatever it measures."""

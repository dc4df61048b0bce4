"""The sections of a rubric file beside its criteria."""

from leads.mapping import OPS
from leads.models.signal import MessageKind
from rubrics.documents.document import FORMAT, TEXT_FIELDS
from rubrics.schema.fields import (
    BOOLEAN,
    KEY_TEXT,
    LENGTH_OF_TIME,
    Schema,
    described,
    one_of,
    points,
    record,
    text,
)
from rubrics.scoring.types import DecayMode, Subject

_CONDITIONS: Schema = {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/condition"}}
_POINTS = points(least=0)
_PERCENT = points(least=0, most=100)
_LIST_VALUE: Schema = {"type": ["string", "number"], "maxLength": 200}
_SHIPPED = record(
    {"shipped": one_of("academic", "personal"), "also": {"type": "array", "items": _LIST_VALUE}},
    "shipped",
)


def section_schemas() -> dict[str, Schema]:
    """The sections by name, ``criteria`` left out."""
    return {
        "format": described(one_of(FORMAT), "The version of this format."),
        "rubric": described({"anyOf": [KEY_TEXT, one_of(None, "")]}, "The rubric's key."),
        **{name: text(most) for name, most in TEXT_FIELDS.items()},
        "subject": described(
            one_of(*(subject.value for subject in Subject)), "Whom it scores: people, or companies."
        ),
        **_rules(),
        **_labels(),
        "lists": described(
            {
                "type": ["object", "null"],
                "propertyNames": KEY_TEXT,
                "additionalProperties": {
                    "anyOf": [{"type": "array", "items": _LIST_VALUE}, _SHIPPED]
                },
            },
            "Lists that criteria name; {shipped: personal} takes one that comes with Ripeline.",
        ),
        "signals": described(
            {
                "type": ["object", "null"],
                "propertyNames": KEY_TEXT,
                "additionalProperties": _SIGNAL,
            },
            "What the product's events mean; created with it if the product lacks them.",
        ),
        "activity_signals": described(
            {"type": "array", "items": {"type": "string", "maxLength": 200}},
            "The signals that count as using the product; by default as they say themselves.",
        ),
    }


def _rules() -> dict[str, Schema]:
    return {
        "segment": described(
            record(
                {"name": text(60), "order": points(least=0, most=1000), "when": _CONDITIONS},
                "name", "when", nullable=True,
            ),
            "Whom it scores: the first segment by order whose conditions all hold.",
        ),
        "thresholds": described(
            record({"total": _POINTS, "fit": _POINTS, "behavior": _POINTS}, nullable=True),
            "What makes a PQL, all three together. Default 80, 15, 40.",
        ),
        "limits": described(
            record({"fit": _POINTS, "behavior": _POINTS, "velocity_exceeds_cap": BOOLEAN},
                   nullable=True),
            "How far each score goes. Default 50 and 100.",
        ),
        "combination": described(
            record({"mode": one_of("sum", "blend"), "behavior": _PERCENT, "fit": _PERCENT},
                   nullable=True),
            "How both scores make the total: their sum, or a blend in percent.",
        ),
        "decay": described(_DECAY, "What silence costs. Default: 10 points for each full 30 days."),
        "ceiling": described(
            record({"name": text(120), "behavior": _POINTS, "when": _CONDITIONS},
                   "behavior", "when", nullable=True),
            "The most that behavior can be while all conditions hold.",
        ),
        "cross_product": described(
            record(
                {
                    "points": _POINTS,
                    "within": LENGTH_OF_TIME,
                    "products": {"type": "integer", "minimum": 2, "maximum": 100},
                },
                "points", nullable=True,
            ),
            "A bonus for using several products.",
        ),
        "groups": described(
            {
                "type": ["object", "null"],
                "propertyNames": KEY_TEXT,
                "additionalProperties": record(
                    {"name": text(120), "max": _LIMIT, "min": _LIMIT}
                ),
            },
            "Criteria that share a limit.",
        ),
    }  # fmt: skip


def _labels() -> dict[str, Schema]:
    band = record(
        {"at_least": _POINTS, "name": text(60), "meaning": text(200)}, "at_least", "name"
    )  # fmt: skip
    return {
        "matrix": described(
            record({"fit": _POINTS, "behavior": _POINTS}, "fit", "behavior", nullable=True),
            "From where on each score counts as high.",
        ),
        "bands": described(
            {"type": ["array", "null"], "items": band}, "Names for ranges of the total, from 0 on."
        ),
    }


_LIMIT: Schema = {"anyOf": [points(), {"type": "null"}]}
_DECAY = record(
    {
        "mode": one_of(*(mode.value for mode in DecayMode)),
        "points": _POINTS,
        "percent": {"type": "number", "minimum": 1, "maximum": 100},
        "period": LENGTH_OF_TIME,
        "grace": LENGTH_OF_TIME,
        "floor": _POINTS,
        "silence": one_of("larger", "both"),
        "expired": record(
            {"points": _POINTS, "period": LENGTH_OF_TIME}, "points", "period", nullable=True
        ),
    },
    nullable=True,
)
_WHERE = record(
    {
        "property": described({"type": "string", "minLength": 1}, "Of the event, e.g. plan."),
        "op": one_of(*OPS),
        "value": {"type": ["string", "number", "boolean"]},
    },
    "property",
    "op",
)
_EVENT = record(
    {
        "kind": one_of(*MessageKind.values),
        "event": described(text(200), "The event's exact name."),
        "source": described(text(120), "Only events of the source of this name."),
        "where": {"type": ["array", "null"], "items": _WHERE},
        "value": described(text(100), "The property that is the hit's value."),
        "session": described(text(100), "The property that names the visit."),
    }
)
_SIGNAL = record(
    {
        "name": described(text(120), "In a rep's words: Invited a teammate."),
        "description": text(300),
        "activity": described(BOOLEAN, "Whether it counts as using the product; true by default."),
        "events": {"type": ["array", "null"], "items": _EVENT},
    }
)

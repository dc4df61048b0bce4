"""Small schemas that several parts of a rubric file share; those of the measures' parameters."""

from typing import Any

from rubrics.checks import KEY
from rubrics.measures.attributes import REFERENCE
from rubrics.measures.base import LENGTH
from rubrics.measures.windows import WORDS
from rubrics.scoring.types import MOST_POINTS

Schema = dict[str, Any]


def whole(pattern: str) -> str:
    """A pattern that the whole text meets: JSON Schema looks for a part of it."""
    return f"^(?:{pattern.strip('^$')})$"


def described(schema: Schema, description: str) -> Schema:
    """The schema with words that editors show beside the field."""
    return {**schema, "description": description}


def one_of(*values: Any) -> Schema:
    """One of these values."""
    return {"enum": list(values)}


def text(most: int) -> Schema:
    """A text for people; numbers are read as texts, nothing as an empty one."""
    return {"type": ["string", "number", "null"], "maxLength": most}


def record(properties: dict[str, Schema], *required: str, nullable: bool = False) -> Schema:
    """A mapping with these fields and no others."""
    schema: Schema = {
        "type": ["object", "null"] if nullable else "object",
        "properties": properties,
        "additionalProperties": False,
    }
    return {**schema, "required": list(required)} if required else schema


def points(least: int = -MOST_POINTS, most: int = MOST_POINTS) -> Schema:
    """Whole points within bounds."""
    return {"type": "integer", "minimum": least, "maximum": most}


ANY: Schema = {}
BOOLEAN: Schema = {"type": "boolean"}
NUMBER: Schema = {"type": "number"}
KEY_TEXT: Schema = {"type": "string", "pattern": whole(KEY.pattern)}
LENGTH_OF_TIME = described(
    {"type": "string", "pattern": whole(LENGTH.pattern)}, "A length of time: 30m, 48h or 14d."
)
LEAST_LENGTH: Schema = {"anyOf": [LENGTH_OF_TIME, described(NUMBER, "Days.")]}
AT_MOST: Schema = described(
    {"type": ["integer", "null"], "minimum": 1, "maximum": MOST_POINTS},
    "At most so many count; null for no limit.",
)
POINTS = described(points(), "Whole points; negative ones are taken away.")

_VALUE: Schema = {"type": ["string", "number", "boolean"]}
_TEXTS: Schema = {"anyOf": [{"type": "string"}, {"type": "array", "minItems": 1, "items": _VALUE}]}
_ATTRIBUTE: Schema = {"type": "string", "pattern": whole(REFERENCE.pattern)}
_SIGNALS: Schema = {
    "anyOf": [{"type": "string"}, {"type": "array", "minItems": 1, "items": {"type": "string"}}]
}
_END: Schema = {"type": ["number", "null"]}
WINDOW: Schema = {
    "anyOf": [
        {"type": "null"},
        one_of(*WORDS),
        *(record({kind: LENGTH_OF_TIME}, kind) for kind in ("first", "last", "trial_last")),
    ],
}

PARAMS: dict[str, Schema] = {
    "signals": described(_SIGNALS, "One or more signals; a hit of any of them counts."),
    "window": described(
        WINDOW,
        "The time it looks at: {first: 7d} from the sign-up, {last: 30d} up to now, "
        "{trial_last: 3d}, trial, after_trial. Left out: the whole lifetime.",
    ),
    "half_life": described(LENGTH_OF_TIME, "After so long a hit weighs half."),
    "period": described(LENGTH_OF_TIME, "Compared with the value so long ago."),
    "as": described(one_of("count", "percent"), "What growth is counted in."),
    "steps": described(
        {"type": "array", "minItems": 2, "maxItems": 4, "items": _SIGNALS},
        "Two to four steps in their order; a hit of any signal of a step takes it.",
    ),
    "within": described(LENGTH_OF_TIME, "From the first to the last of it."),
    "size": described({"type": "integer", "minimum": 2}, "Hits per burst."),
    "attribute": described(
        {"anyOf": [_ATTRIBUTE, {"type": "array", "minItems": 1, "items": _ATTRIBUTE}]},
        "Such as lead.title or account.employees; of several the first known.",
    ),
    "ranges": described(
        {"type": "array", "minItems": 1,
         "items": {"type": "array", "minItems": 2, "maxItems": 2, "items": _END}},
        "[from, to] pairs, both ends included; null leaves an end open.",
    ),
    "values": described(_TEXTS, "Any of these; case does not matter."),
    "keywords": described(_TEXTS, "Any of these as whole words; case does not matter."),
    "present": described(BOOLEAN, "Met by any text, instead of keywords."),
    "any_of": described(_TEXTS, "The set holds one or more of these."),
    "all_of": described(_TEXTS, "The set holds all of these."),
    "domains": described(_TEXTS, "E-mail domains; .edu stands for all that end so."),
    "list": described({"type": "string"}, "One of the lists of this file."),
    "missing": described(BOOLEAN, "Met if it is not known."),
}  # fmt: skip
"""The measures' parameters by name."""

PARAMS_OF = {"bursts": {"window": described(LENGTH_OF_TIME, "All hits of a burst lie within it.")}}
"""Those that mean something else with one measure."""


def params(measure: str, names: frozenset[str]) -> dict[str, Schema]:
    """The parameters of a measure."""
    own = PARAMS_OF.get(measure, {})
    return {name: own.get(name, PARAMS[name]) for name in sorted(names)}

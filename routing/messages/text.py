"""The template of a message: plain text with named fields in braces. Pure.

``{first_name}`` is filled in; ``{company|your team}`` says what stands there if it is unknown.
Nothing else is read into a text: it holds no expressions, and what is filled in is not read again.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_FIELD = re.compile(r"\{([^{}|]*)(?:\|([^{}]*))?\}")


@dataclass(frozen=True, slots=True)
class Field:
    """A field: what it stands for, and what is said where that is unknown."""

    meaning: str
    unknown: str


FIELDS: Mapping[str, Field] = {
    "first_name": Field("the person's first name", "there"),
    "name": Field("the person's full name", "there"),
    "title": Field("the person's job title", "your role"),
    "company": Field("the company's name", "your team"),
    "product": Field("the product they try", "our product"),
    "top_reason": Field("what counts most in the behavioral score", "your progress"),
    "last_action": Field("what they did last, as “invited a teammate”", "got started"),
    "trial_end": Field("the day the trial ends, as “3 June”", "soon"),
    "rep_first_name": Field("the rep's first name", "the team"),
    "rep_name": Field("the rep's full name", "the team"),
}


class UnknownField(ValueError):
    """A text has a field that there is not, or a brace that opens none; says so to people."""


def check_text(text: str) -> None:
    """Raise :class:`UnknownField` for the first thing in braces that cannot be filled in."""
    for found in _FIELD.finditer(text):
        if found[1].strip() not in FIELDS:
            raise UnknownField(
                f"There is no field {found[0]}. The fields are: "
                + ", ".join(f"{{{name}}}" for name in FIELDS)
                + "."
            )
    rest = _FIELD.sub("", text)
    for brace in "{}":
        if brace in rest:
            raise UnknownField(
                f"A brace “{brace}” stands alone. Write fields as {{first_name}}, and no other "
                "braces."
            )


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its fields filled in: by the value, else by the text's own words for unknown,
    else by the field's. What stands in braces and is no field stays as it is."""

    def filled(found: re.Match[str]) -> str:
        name = found[1].strip()
        if name not in FIELDS:
            return found[0]
        own = found[2]
        return values.get(name) or (own.strip() if own is not None else FIELDS[name].unknown)

    return _FIELD.sub(filled, text)

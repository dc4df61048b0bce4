"""The JSON Schema (draft 2020-12) of rubric files, made from what the parser knows.

Editors complete and check by it. It is never stricter than the parser: what it refuses the parser
refuses too. What only the parser can tell (a group that does not exist, bands out of order) it
lets pass.
"""

from typing import Any

from rubrics.schema.criteria import criterion_schemas
from rubrics.schema.sections import section_schemas

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def rubric_schema(identifier: str = "") -> dict[str, Any]:
    """The schema of a whole rubric file.

    Args:
        identifier: the address it is served at, its ``$id``.
    """
    definitions = criterion_schemas()
    return {
        "$schema": DIALECT,
        **({"$id": identifier} if identifier else {}),
        "title": "Ripeline rubric",
        "description": "A scoring model: what is measured, and what it is worth.",
        "type": "object",
        "required": ["criteria"],
        "additionalProperties": False,
        "properties": {
            **section_schemas(),
            "criteria": {
                "description": "The lines of the rubric, in the order in which they are shown.",
                "type": "array",
                "minItems": 1,
                "items": {"$ref": "#/$defs/criterion"},
            },
        },
        "$defs": definitions,
    }

"""Who would score whom with the draft in the place of its rubric's published version."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rubrics.documents import parse_document
from rubrics.mappers import Compiled, compile_for
from rubrics.models import Preview, Rubric, RubricVersion
from rubrics.previews.pairs import Worth
from rubrics.segments import Panel, check_beside, panel_with

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """The draft, the panel with it in, and the names of the product's rubrics by id."""

    draft: Compiled
    panel: Panel
    rubrics: Mapping[int, str]

    def rubric_of(self, worth: Worth | None) -> str:
        """The name of the rubric that gave a score; empty for no score."""
        return "" if worth is None else self.rubrics.get(worth.version.rubric_id, "")


def compile_draft(
    document: Document,
    *,
    product_id: int,
    version_id: int = 0,
    rubric_id: int = 0,
    label: str = "",
) -> Compiled:
    """Compile a draft, and check that it fits beside the product's other published rubrics.

    Raises:
        SpecError: it cannot be scored; the message names the field.
    """
    draft = compile_for(
        parse_document(document),
        product_id=product_id,
        version_id=version_id,
        rubric_id=rubric_id,
        label=label,
    )
    check_beside(draft)
    return draft


def published_of(product_id: int) -> list[int]:
    """Ids of the versions that score the product's leads and accounts now, in order."""
    versions = RubricVersion.objects.published().filter(rubric__product=product_id)
    return list(versions.order_by("pk").values_list("pk", flat=True))


def plan_of(preview: Preview) -> Plan:
    """The plan of a preview that has begun, from the draft as it was then.

    Raises:
        SpecError: a signal that it needs is gone.
    """
    draft = compile_draft(
        preview.document,
        product_id=preview.product_id,
        version_id=preview.version_id or 0,
        rubric_id=preview.rubric_id or 0,
        label=preview.label,
    )
    names = Rubric.objects.filter(product=preview.product_id).values_list("pk", "name")
    return Plan(draft, panel_with(draft), {0: preview.label, **dict(names)})

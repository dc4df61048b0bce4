"""What stands between a draft and everybody's scores: the checks a version passes to go live."""

from rubrics.documents import parse_document
from rubrics.errors import VersionNotPublishable
from rubrics.mappers import Compiled, compile_for
from rubrics.measures import SpecError
from rubrics.models import RubricVersion
from rubrics.rows import document_of
from rubrics.segments import check_beside


def check_publishable(version: RubricVersion) -> Compiled:
    """Compile a draft that may go live. Needs the lock on the product's rubrics.

    Raises:
        VersionNotPublishable: it is no draft, something in it cannot be scored, or another rubric
            of the product has its place among the segments.
    """
    if not version.is_editable:
        raise VersionNotPublishable(
            f"{version} is {version.get_status_display().lower()}; make a new draft of it first."
        )
    try:
        spec = compile_for(
            parse_document(document_of(version)),
            product_id=version.rubric.product_id,
            rubric_id=version.rubric_id,
        )
        check_beside(spec)
    except SpecError as error:
        raise VersionNotPublishable(f"{version} cannot be scored. {error}") from error
    return spec

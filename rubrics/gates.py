"""What stands between a draft and everybody's scores: the checks a version passes to go live."""

from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser

from leads import audit
from rubrics.documents import parse_document
from rubrics.errors import GateRefused, VersionNotPublishable
from rubrics.golden.checking import failing
from rubrics.mappers import Compiled, compile_for
from rubrics.measures import SpecError
from rubrics.models import RubricVersion
from rubrics.rows import document_of
from rubrics.segments import check_beside


def check_publishable(
    version: RubricVersion, *, by: AbstractBaseUser | None, at: datetime, override: str = ""
) -> Compiled:
    """Compile a draft that may go live. Needs the lock on the product's rubrics.

    Args:
        override: why it goes live against the golden leads; kept in the audit log, in the
            transaction of the publishing.

    Raises:
        GateRefused: a golden lead comes out otherwise than agreed.
        VersionNotPublishable: it is no draft, something in it cannot be scored, or another rubric
            of the product has its place among the segments. No reason overrides that.
    """
    spec = _check_scorable(version)
    failed = failing(spec, list(version.rubric.golden_leads.active()))
    if not failed:
        return spec
    told = [(one.golden_lead, "; ".join(one.problems)) for one in failed]
    if not override.strip():
        count = len(told)
        raise GateRefused(
            f"{count} golden lead{'s come' if count != 1 else ' comes'} out otherwise than agreed:",
            [f"“{golden_lead.name}” {problems}" for golden_lead, problems in told],
            may_override=True,
        )
    audit.record(
        "overrode golden leads",
        about=version,
        by=by,
        at=at,
        changes=[(f"golden_leads.{one.key}", None, problems) for one, problems in told],
        reason=override.strip(),
    )
    return spec


def _check_scorable(version: RubricVersion) -> Compiled:
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

"""What stands between a draft and everybody's scores: the checks a version passes to go live."""

from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser

from leads import audit
from rubrics.approvals import OVERRODE_APPROVAL, OVERRODE_GOLDEN, approval_state
from rubrics.documents import parse_document
from rubrics.errors import GateRefused, VersionNotPublishable
from rubrics.golden.checking import failing
from rubrics.mappers import Compiled, compile_for
from rubrics.measures import SpecError
from rubrics.models import RubricVersion
from rubrics.models.rubric import VersionStatus
from rubrics.rows import document_of
from rubrics.segments import check_beside


def check_publishable(
    version: RubricVersion, *, by: AbstractBaseUser | None, at: datetime, override: str = ""
) -> Compiled:
    """Compile a draft, or a retired version, that may go live. Needs the rubrics' lock.

    Args:
        by: None for a command, which may do what a superuser may.
        override: why it goes live against what follows; kept in the audit log, in the
            transaction of the publishing.

    Raises:
        GateRefused: a golden lead comes out otherwise than agreed, or the rubric's versions need a
            second person's approval and this one has none. The latter a superuser alone overrides.
        VersionNotPublishable: it scores already or is about to, something in it cannot be scored,
            or another rubric of the product has its place among the segments. No reason overrides
            that.
    """
    spec = _check_scorable(version)
    golden = [
        (f"golden_leads.{one.golden_lead.key}", f"“{one.golden_lead.name}” {problem}")
        for one in failing(spec, list(version.rubric.golden_leads.active()))
        for problem in ["; ".join(one.problems)]
    ]
    approval = _missing_approval(version)
    problems = [words for _, words in (*approval, *golden)]
    may_override = not approval or by is None or bool(getattr(by, "is_superuser", False))
    reason = override.strip()
    if problems and not (reason and may_override):
        raise GateRefused(version, problems, may_override=may_override)
    for action, changes in ((OVERRODE_GOLDEN, golden), (OVERRODE_APPROVAL, approval)):
        against = [(path, words, None) for path, words in changes]
        audit.record(action, about=version, by=by, at=at, changes=against, reason=reason)
    return spec


def _missing_approval(version: RubricVersion) -> list[tuple[str, str]]:
    if not version.rubric.needs_approval or version.status == VersionStatus.RETIRED:
        return []  # one that scored before may be gone back to
    state = approval_state(version)
    return [] if state.is_approved else [("approval", f"it needs an approval: {state.words}")]


def _check_scorable(version: RubricVersion) -> Compiled:
    if version.status in (VersionStatus.PUBLISHING, VersionStatus.PUBLISHED):
        raise VersionNotPublishable(
            f"{version} is {version.get_status_display().lower()} already; to change it, make a "
            "new draft of it."
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

"""What people ask for: publish a version, go back to one, cancel that, retire one."""

from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from leads import audit, jobs
from leads.models import JobState
from rubrics import claims
from rubrics.errors import PublicationEnded, VersionNotPublishable, VersionNotRetirable
from rubrics.gates import check_publishable
from rubrics.mappers import Compiled, compiled
from rubrics.measures import SpecError
from rubrics.models import AccountScore, Publication, RubricVersion, Score
from rubrics.models.publication import PublicationKind
from rubrics.models.rubric import VersionStatus
from rubrics.publishing.filling import count_trying
from rubrics.publishing.flipping import go_live, take_back
from rubrics.scoring.types import Subject
from rubrics.segments import check_beside


def publish_version(
    version: RubricVersion,
    *,
    by: AbstractBaseUser | None,
    at: datetime,
    reason: str = "",
    override: str = "",
) -> Publication:
    """Freeze a draft and start to score everybody by it, out of sight; it goes live at the end.

    Where the product has no scores yet there is nothing to wait for: it is live at once, and every
    lead (or account) is marked as changed.

    Args:
        reason: why, for the record.
        override: why in spite of what speaks against it.

    Raises:
        GateRefused: what the company agreed on stands against it; may be overridden.
        VersionNotPublishable: why it cannot go live, or cannot now.
    """
    return _start(version, PublicationKind.PUBLISH, by, at, reason, override)


def roll_back(
    version: RubricVersion,
    *,
    by: AbstractBaseUser | None,
    at: datetime,
    reason: str,
    override: str = "",
) -> Publication:
    """Let a retired version score again, by the same way as :func:`publish_version`.

    Raises:
        VersionNotPublishable: it is not retired, no reason is given, or as there.
    """
    if not reason.strip():
        raise VersionNotPublishable("Say why you go back: it is kept in the audit log.")
    return _start(version, PublicationKind.ROLLBACK, by, at, reason, override)


@transaction.atomic
def _start(
    version: RubricVersion,
    kind: PublicationKind,
    by: AbstractBaseUser | None,
    at: datetime,
    reason: str,
    override: str,
) -> Publication:
    version = _locked(version)
    _refuse_beside_another(version, VersionNotPublishable)
    _check_kind(version, kind)
    check_publishable(version, by=by, at=at, override=override)
    publication = Publication(
        kind=kind,
        product_id=version.rubric.product_id,
        version=version,
        replaces=version.rubric.versions.published().first(),
        reason=reason.strip()[:500],
        asked_by_id=by.pk if by else None,
        started_at=at,
    )
    publication.part = publication.subjects[0]
    if _has_scores(publication):
        publication.total = sum(
            count_trying(publication.product_id, subject) for subject in publication.subjects
        )
        publication.save()
        version.status = VersionStatus.PUBLISHING
        version.save(update_fields=["status"])
        return publication
    publication.state = JobState.DONE
    publication.finished_at = publication.flipped_at = at
    publication.save()
    go_live(publication, at=at)
    _ask_for_new_scores(publication.product_id, publication.subjects, at)
    return publication


def _check_kind(version: RubricVersion, kind: PublicationKind) -> None:
    """Drafts are published, retired versions are gone back to; others the gates refuse."""
    if kind == PublicationKind.PUBLISH and version.status == VersionStatus.RETIRED:
        raise VersionNotPublishable(
            f"{version} is retired; make a new draft of it, or roll back to it."
        )
    if kind == PublicationKind.ROLLBACK and version.status == VersionStatus.DRAFT:
        raise VersionNotPublishable(f"{version} is a draft and never scored; publish it instead.")


def _locked(version: RubricVersion) -> RubricVersion:
    """The version as it is, while nobody scores or publishes anything of its product."""
    product_id = version.rubric.product_id
    claims.own_rubrics(product_id)
    return (
        RubricVersion.objects.select_for_update(of=("self",))
        .select_related("rubric")
        .get(pk=version.pk)
    )


def _refuse_beside_another(version: RubricVersion, error: type[Exception]) -> None:
    """While a publication runs, nobody else changes who scores whom in its product."""
    rival = (
        Publication.objects.running()
        .filter(product=version.rubric.product_id)
        .select_related("version__rubric")
        .first()
    )
    if rival is not None:
        raise error(
            f"{rival.version} is going live ({rival.percent} % done). Wait until it is live, or "
            "cancel that first."
        )


def _has_scores(publication: Publication) -> bool:
    of_leads = Score.objects.filter(product=publication.product_id)
    of_accounts = AccountScore.objects.filter(product=publication.product_id)
    return (Subject.LEAD in publication.subjects and of_leads.exists()) or (
        Subject.ACCOUNT in publication.subjects and of_accounts.exists()
    )


def _ask_for_new_scores(product_id: int, subjects: list[Subject], at: datetime) -> None:
    """Mark every lead, or account, of the product: the scoring workers share them out."""
    for subject in subjects:
        mark = claims.mark_leads if subject is Subject.LEAD else claims.mark_accounts
        mark(product_id, at=at)


@transaction.atomic
def cancel_publication(
    publication: Publication, *, by: AbstractBaseUser | None, at: datetime, reason: str = ""
) -> Publication:
    """Give up a publication under way: its version is what it was before, nobody's score changes.

    Raises:
        PublicationEnded: its version went live already, or it was cancelled, or failed.
    """
    claims.own_rubrics(publication.product_id)
    if not jobs.stop(publication, at=at):
        raise PublicationEnded(f"{publication.version} is not going live any more.")
    take_back()
    publication = Publication.objects.select_related("version__rubric").get(pk=publication.pk)
    audit.record("publish cancelled", about=publication.version, by=by, at=at, reason=reason)
    return publication


@transaction.atomic
def retire_version(
    version: RubricVersion, *, by: AbstractBaseUser | None, at: datetime, reason: str = ""
) -> RubricVersion:
    """Let a published version score no longer.

    Whom it scored is marked as changed: another rubric of the product scores them, or none.

    Raises:
        VersionNotRetirable: it does not score now, the product's other rubrics need it, or another
            version is going live.
    """
    version = _locked(version)
    _refuse_beside_another(version, VersionNotRetirable)
    if version.status != VersionStatus.PUBLISHED:
        raise VersionNotRetirable(f"{version} does not score now: there is nothing to retire.")
    version.status = VersionStatus.RETIRED
    version.save(update_fields=["status"])
    spec = compiled(version.pk)
    _check_others_do_without(spec, version)
    audit.record("retired", about=version, by=by, at=at, reason=reason)
    _ask_for_new_scores(spec.product_id, [spec.version.subject], at)
    return version


def _check_others_do_without(spec: Compiled, version: RubricVersion) -> None:
    try:
        check_beside(spec, leaves=True)
    except SpecError as error:
        raise VersionNotRetirable(f"{version} cannot be retired. {error}") from error

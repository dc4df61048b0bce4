"""Writes of the judgement: rubric versions and their life."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Max

from leads.models import Product
from rubrics.claims import mark_accounts, mark_leads
from rubrics.documents import parse_document
from rubrics.errors import VersionNotRetirable
from rubrics.gates import check_publishable
from rubrics.mappers import Compiled, compiled
from rubrics.measures import SpecError
from rubrics.models import (
    Band,
    Criterion,
    CriterionGroup,
    Rubric,
    RubricList,
    RubricVersion,
    Tier,
)
from rubrics.models.rubric import VersionStatus
from rubrics.rows import (
    band_rows,
    criterion_rows,
    document_of,
    group_rows,
    list_rows,
    version_columns,
)
from rubrics.scoring.types import Subject
from rubrics.segments import check_beside
from rubrics.signals import ensure_signals

Document = Mapping[str, Any]
Part = TypeVar("Part", RubricList, CriterionGroup, Band, Criterion)


@transaction.atomic
def load_rubric(
    document: Document, *, product: Product, by: AbstractBaseUser | None, at: datetime
) -> RubricVersion:
    """Make a draft from a document; create the signals and mappings it declares.

    Signals and mappings that exist stay as they are.

    Raises:
        SpecError: names the field that is wrong and says how to mend it.
    """
    parse_document(document)  # before anything is written
    ensure_signals(document, product=product)
    rubric = _rubric_for(document, product)
    number = (rubric.versions.aggregate(last=Max("number"))["last"] or 0) + 1
    version = RubricVersion.objects.create(
        rubric=rubric,
        number=number,
        created_by_id=by.pk if by else None,
        **version_columns(document),
    )
    _write_parts(version, document)
    return version


def rubric_key(document: Document, product: Product) -> str:
    """The key of the rubric that a document is loaded into: another one if it is taken."""
    key = str(document.get("rubric") or product.key)
    taken = Rubric.objects.filter(key=key).exclude(product=product).exists()
    return f"{key}-{product.key}"[:60] if taken else key


def _rubric_for(document: Document, product: Product) -> Rubric:
    key = rubric_key(document, product)
    rubric, _ = Rubric.objects.get_or_create(
        key=key,
        defaults={
            "product": product,
            "name": str(document.get("name") or key)[:120],
            "description": str(document.get("description") or ""),
        },
    )
    return rubric


def _write_parts(version: RubricVersion, document: Document) -> None:
    """Everything a version holds: lists, groups, bands, criteria and tiers."""
    RubricList.objects.bulk_create(_of(version, list_rows(document)))
    CriterionGroup.objects.bulk_create(_of(version, group_rows(document)))
    Band.objects.bulk_create(_of(version, band_rows(document)))
    made = criterion_rows(document)
    Criterion.objects.bulk_create(_of(version, [criterion for criterion, _ in made]))
    for criterion, tiers in made:
        for tier in tiers:
            tier.criterion = criterion
    Tier.objects.bulk_create(tier for _, tiers in made for tier in tiers)


def _of(version: RubricVersion, rows: list[Part]) -> list[Part]:
    for row in rows:
        row.version = version
    return rows


@transaction.atomic
def draft_version(
    version: RubricVersion, *, by: AbstractBaseUser | None, at: datetime
) -> RubricVersion:
    """A new draft with everything the given version has."""
    document = {**document_of(version), "note": f"From version {version.number}"}
    return load_rubric(document, product=version.rubric.product, by=by, at=at)


@transaction.atomic
def publish_version(
    version: RubricVersion, *, by: AbstractBaseUser | None, at: datetime
) -> RubricVersion:
    """Freeze a draft and let it score from now on; the version before it retires.

    Every lead (or account) of the product is marked as changed, so new scores follow in the
    background.

    Raises:
        VersionNotPublishable: :func:`check_publishable` says why.
    """
    version = (
        RubricVersion.objects.select_for_update(of=("self",))
        .select_related("rubric")
        .get(pk=version.pk)
    )
    _lock_rubrics(version)
    spec = check_publishable(version, by=by, at=at)
    before = [compiled(one.pk) for one in version.rubric.versions.published()]
    version.rubric.versions.published().update(status=VersionStatus.RETIRED)
    version.status = VersionStatus.PUBLISHED
    version.published_at = at
    version.published_by_id = by.pk if by else None
    version.save(update_fields=["status", "published_at", "published_by"])
    _ask_for_new_scores([*before, spec], at)
    return version


@transaction.atomic
def retire_version(version: RubricVersion, *, at: datetime) -> RubricVersion:
    """Let a published version score no longer.

    Whom it scored is marked as changed: another rubric of the product scores them, or none.

    Raises:
        VersionNotRetirable: it does not score now, or the product's other rubrics need it.
    """
    version = RubricVersion.objects.select_related("rubric").get(pk=version.pk)
    _lock_rubrics(version)
    retired = RubricVersion.objects.published().filter(pk=version.pk)
    if retired.update(status=VersionStatus.RETIRED) != 1:
        raise VersionNotRetirable(f"{version} does not score now: there is nothing to retire.")
    version.refresh_from_db(fields=["status"])
    spec = compiled(version.pk)
    try:
        check_beside(spec, leaves=True)
    except SpecError as error:
        raise VersionNotRetirable(f"{version} cannot be retired. {error}") from error
    _ask_for_new_scores([spec], at)
    return version


def _lock_rubrics(version: RubricVersion) -> None:
    """Of the whole product: which of them scores whom is decided between them."""
    rubrics = Rubric.objects.filter(product=version.rubric.product_id).order_by("pk")
    list(rubrics.select_for_update(no_key=True).values_list("pk", flat=True))


def _ask_for_new_scores(versions: Iterable[Compiled], at: datetime) -> None:
    """Mark every lead, or account, of the product: the scoring workers share them out."""
    for product_id, subject in {(one.product_id, one.version.subject) for one in versions}:
        mark = mark_leads if subject is Subject.LEAD else mark_accounts
        mark(product_id, at=at)

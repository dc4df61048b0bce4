"""Writes of the judgement: rubric versions and their life."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Max

from leads import audit
from leads.models import Product
from rubrics.documents import parse_document
from rubrics.errors import VersionNotEditable
from rubrics.models import (
    Band,
    Criterion,
    CriterionGroup,
    Rubric,
    RubricList,
    RubricVersion,
    Tier,
)
from rubrics.presets import load_preset
from rubrics.rows import (
    band_rows,
    criterion_rows,
    document_of,
    group_rows,
    list_rows,
    version_columns,
)
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
    note = f"From version {version.number}"
    document = {**document_of(version), "note": note}
    made = load_rubric(document, product=version.rubric.product, by=by, at=at)
    audit.record("drafted", about=made, by=by, at=at, reason=note)
    return made


@transaction.atomic
def draft_preset(
    rubric: Rubric, preset: str, *, by: AbstractBaseUser | None, at: datetime
) -> RubricVersion:
    """A new draft of a rubric with everything a shipped preset has.

    Raises:
        SpecError: there is no such preset.
    """
    document = {**load_preset(preset), "rubric": rubric.key, "name": rubric.name}
    made = load_rubric(document, product=rubric.product, by=by, at=at)
    audit.record("drafted", about=made, by=by, at=at, reason=f"From the preset {preset}")
    return made


@transaction.atomic
def delete_draft(version: RubricVersion, *, by: AbstractBaseUser | None, at: datetime) -> None:
    """Forget a draft; what it said stays in the audit log.

    Raises:
        VersionNotEditable: it is no draft.
    """
    version = RubricVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
    if not version.is_editable:
        raise VersionNotEditable(f"{version} is {version.get_status_display().lower()}: it stays.")
    whole = [("", document_of(version), None)]
    audit.record("deleted", about=version, by=by, at=at, changes=whole)
    version.delete()

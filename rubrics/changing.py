"""Writes of the rubric itself: what it is called, and whether its versions need an approval."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from leads import audit
from leads.models import Product
from rubrics.models import Rubric

CHANGEABLE = ("name", "description", "needs_approval")


@transaction.atomic
def add_rubric(
    *,
    product: Product,
    key: str,
    name: str,
    by: AbstractBaseUser | None,
    at: datetime,
    description: str = "",
    needs_approval: bool = False,
) -> Rubric:
    """A rubric without a version yet."""
    rubric = Rubric.objects.create(
        product=product,
        key=key,
        name=name,
        description=description,
        needs_approval=needs_approval,
    )
    audit.record("added", about=rubric, by=by, at=at)
    return rubric


@transaction.atomic
def change_rubric(
    rubric: Rubric, *, by: AbstractBaseUser | None, at: datetime, **changes: Any
) -> Rubric:
    """Change some of ``name, description, needs_approval``."""
    rubric = Rubric.objects.select_for_update(no_key=True).get(pk=rubric.pk)
    before = {field: getattr(rubric, field) for field in changes}
    for field, value in changes.items():
        assert field in CHANGEABLE, field
        setattr(rubric, field, value)
    if changed := list(audit.differences(before, changes)):
        rubric.save(update_fields=list(changes))
        audit.record("edited", about=rubric, by=by, at=at, changes=changed)
    return rubric

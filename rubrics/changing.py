"""Writes of the rubric itself: its name, its owner, whether its versions need an approval."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from leads import audit
from leads.models import Product
from rubrics.models import Rubric

CHANGEABLE = ("name", "description", "needs_approval", "owner")


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
    owner: AbstractBaseUser | None = None,
) -> Rubric:
    """A rubric without a version yet."""
    rubric = Rubric.objects.create(
        product=product,
        key=key,
        name=name,
        description=description,
        needs_approval=needs_approval,
        owner_id=owner.pk if owner else None,
    )
    audit.record("added", about=rubric, by=by, at=at)
    return rubric


@transaction.atomic
def change_rubric(
    rubric: Rubric, *, by: AbstractBaseUser | None, at: datetime, **changes: Any
) -> Rubric:
    """Change some of ``name, description, needs_approval, owner``."""
    rubric = Rubric.objects.select_for_update(no_key=True).get(pk=rubric.pk)
    before = {field: getattr(rubric, field) for field in changes}
    for field, value in changes.items():
        assert field in CHANGEABLE, field
        setattr(rubric, field, value)
    if changed := list(audit.differences(_told(before), _told(changes))):
        rubric.save(update_fields=list(changes))
        audit.record("edited", about=rubric, by=by, at=at, changes=changed)
    return rubric


@transaction.atomic
def remove_rubric(rubric: Rubric, *, by: AbstractBaseUser | None, at: datetime) -> None:
    """Delete a rubric that has no version; with it go its golden leads.

    Raises:
        django.db.models.ProtectedError: it has versions.
    """
    told = {field: getattr(rubric, field) for field in ("key", *CHANGEABLE)}
    audit.record("deleted", about=rubric, by=by, at=at, changes=[("", _told(told), None)])
    rubric.delete()


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as the audit log keeps them: people by their sign-in name."""
    return {
        field: value.get_username() if isinstance(value, AbstractBaseUser) else value
        for field, value in values.items()
    }

"""Writes of a draft's criteria, one at a time."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser

from leads.models import AuditEntry
from rubrics.editing.checking import check_criterion
from rubrics.editing.drafts import ABOUT, check_seen, editing
from rubrics.meanings import free_key, published_keys, reused_keys
from rubrics.measures import SpecError
from rubrics.models import Criterion, RubricVersion, Tier
from rubrics.models.criterion import section_of
from rubrics.rows import criterion_document, criterion_row

Entry = Mapping[str, Any]
MOST_KEY = 60


def save_criterion(
    version: RubricVersion,
    *,
    entry: Entry,
    seen: Entry | None,
    by: AbstractBaseUser | None,
    at: datetime,
    unfinished: bool = False,
) -> Criterion:
    """Write one criterion as a document's entry says; a new one goes to the end.

    Args:
        entry: without a ``key`` for a new criterion: one is made of its name.
        seen: the entry as its editor saw it, None for a new one.
        unfinished: write it although it cannot be scored yet; the draft cannot be published so.

    Raises:
        EditConflict: it is no longer as it was seen.
        SpecError: names the field that is wrong and says how to mend it; or it is of another kind
            than the criterion of this key in a published version.
    """
    with editing(version, by=by, at=at) as draft:
        criteria = list(draft.criteria.prefetch_related("tiers"))
        key = entry.get("key") or _new_key(draft, entry, criteria)
        here = next((one for one in criteria if one.key == key), None)
        check_seen(
            draft,
            f"criteria.{key}",
            seen=seen,
            now=None if here is None else criterion_document(here),
        )
        entry = {**entry, "key": key}
        if not unfinished:
            check_criterion(draft, entry)
        _check_meaning(draft, entry)
        return _write(draft, entry, here, criteria)


def _write(
    draft: RubricVersion, entry: Entry, here: Criterion | None, criteria: list[Criterion]
) -> Criterion:
    last = max((one.position for one in criteria), default=-1)
    made, tiers = criterion_row(entry, here.position if here else last + 1)
    made.version = draft
    if here is not None:
        made.pk = here.pk
        here.tiers.all().delete()
    made.save()
    for tier in tiers:
        tier.criterion = made
    Tier.objects.bulk_create(tiers)
    return made


def _new_key(draft: RubricVersion, entry: Entry, criteria: list[Criterion]) -> str:
    """A key that says what the criterion is called, that no other has, and that meant nothing else
    in an earlier version."""
    taken = {one.key for one in criteria}
    name = str(entry.get("name") or "").lower()
    base = re.sub(r"[^a-z0-9]+", "_", name).strip("_")[: MOST_KEY - 4] or "criterion"
    key = free_key(base, taken)
    if reused_keys([{**entry, "key": key}], draft.rubric):
        key = free_key(base, taken | published_keys(draft.rubric))
    return key


def _check_meaning(draft: RubricVersion, entry: Entry) -> None:
    for reuse in reused_keys([entry], draft.rubric):
        if reuse.is_certain:
            raise SpecError(
                f"criteria.{reuse.key}.role",
                f"would make another criterion of it: in {reuse.version} it is {reuse.meant} and "
                f"looks at {reuse.was}, not at {reuse.now}. Add a new criterion and remove this "
                "one",
            )


def copy_criterion(
    version: RubricVersion, *, key: str, by: AbstractBaseUser | None, at: datetime
) -> Criterion:
    """A second criterion that is like the first, right after it."""
    with editing(version, by=by, at=at) as draft:
        criteria = list(draft.criteria.prefetch_related("tiers"))
        model = next(one for one in criteria if one.key == key)
        entry = {**criterion_document(model), "name": f"{model.name[:113]}, copy"}
        entry["key"] = _new_key(draft, entry, criteria)
        copy = _write(draft, entry, None, criteria)
        place = criteria.index(model) + 1
        _number([*criteria[:place], copy, *criteria[place:]])
        return copy


def move_criterion(
    version: RubricVersion, *, key: str, place: int, by: AbstractBaseUser | None, at: datetime
) -> None:
    """Move a criterion to a place (from 0) among those of its section of the page.

    Where it stands changes no score; it is the order in which people read the reasons.
    """
    with editing(version, by=by, at=at) as draft:
        criteria = list(draft.criteria.all())
        moved = next(one for one in criteria if one.key == key)
        beside = [one for one in criteria if section_of(one) == section_of(moved)]
        places = [criteria.index(one) for one in beside]
        beside.remove(moved)
        beside.insert(max(0, min(place, len(beside))), moved)
        for index, one in zip(places, beside, strict=True):
            criteria[index] = one
        _number(criteria)


def _number(criteria: list[Criterion]) -> None:
    for position, criterion in enumerate(criteria):
        criterion.position = position
    Criterion.objects.bulk_update(criteria, ["position"])


def remove_criterion(
    version: RubricVersion, *, key: str, by: AbstractBaseUser | None, at: datetime
) -> None:
    """Take a criterion out of the draft; :func:`restore_criterion` brings it back."""
    with editing(version, by=by, at=at) as draft:
        draft.criteria.filter(key=key).delete()


def restore_criterion(
    version: RubricVersion, *, key: str, by: AbstractBaseUser | None, at: datetime
) -> Criterion | None:
    """Bring back a removed criterion as it was, by the audit log; None if it never was there, or
    is there."""
    with editing(version, by=by, at=at) as draft:
        criteria = list(draft.criteria.all())
        removed = AuditEntry.objects.filter(
            about=ABOUT,
            about_id=draft.pk,
            field=f"criteria.{key}",
            after__isnull=True,
            before__isnull=False,
        ).first()
        if removed is None or any(one.key == key for one in criteria):
            return None
        entry: Entry = removed.before or {}
        return _write(draft, entry, None, criteria)

"""Writes of a draft's lists."""

from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser

from rubrics import checks
from rubrics.editing.drafts import check_seen, editing
from rubrics.measures import SpecError
from rubrics.models import RubricList, RubricVersion
from rubrics.rows import document_of


def add_list(
    version: RubricVersion, *, key: str, by: AbstractBaseUser | None, at: datetime
) -> RubricList:
    """An empty list.

    Raises:
        SpecError: the key is none, or taken.
    """
    checks.key(key, "lists.key")
    with editing(version, by=by, at=at) as draft:
        if draft.lists.filter(key=key).exists():
            raise SpecError("lists.key", f"there is a list {key} already")
        return RubricList.objects.create(version=draft, key=key)


def replace_list(
    version: RubricVersion,
    *,
    key: str,
    values: Sequence[str],
    seen: Sequence[str],
    by: AbstractBaseUser | None,
    at: datetime,
) -> None:
    """Let the list hold these values, sorted, each once.

    Raises:
        EditConflict: it is no longer as it was seen.
        SpecError: a value is too long.
    """
    checks.texts(list(values), f"lists.{key}")
    with editing(version, by=by, at=at) as draft:
        row = draft.lists.filter(key=key).first()
        now = None if row is None else sorted(row.values)
        check_seen(draft, f"lists.{key}", seen=sorted(seen), now=now)
        draft.lists.filter(key=key).update(values=sorted(set(values), key=str.casefold))


def remove_list(
    version: RubricVersion, *, key: str, by: AbstractBaseUser | None, at: datetime
) -> None:
    """Remove a list that nothing uses.

    Raises:
        SpecError: a criterion or condition uses it.
    """
    with editing(version, by=by, at=at) as draft:
        users = uses_of(document_of(draft)).get(key)
        if users:
            raise SpecError(f"lists.{key}", f"is used by {', '.join(users)}; change that first")
        draft.lists.filter(key=key).delete()


def uses_of(document: dict[str, object]) -> dict[str, list[str]]:
    """The names of the criteria (and sections) that use each list, by its key."""
    found: dict[str, list[str]] = {}

    def look(value: object, name: str) -> None:
        if isinstance(value, dict):
            if isinstance(key := value.get("list"), str) and name not in found.get(key, []):
                found.setdefault(key, []).append(name)
            for part in value.values():
                look(part, name)
        elif isinstance(value, list):
            for part in value:
                look(part, name)

    for criterion in document["criteria"]:  # type: ignore[attr-defined]  # a document's list
        look(criterion, criterion["name"])
    for section in ("segment", "ceiling"):
        look(document.get(section), section.capitalize())
    return found

"""The audit log: every change to how leads are judged, kept in the transaction that made it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Model

from leads.models import AuditEntry

Change = tuple[str, Any, Any]
"""A path, what stood there, and what stands there now; None for nothing."""


def record(
    action: str,
    *,
    about: Model,
    by: AbstractBaseUser | None,
    at: datetime,
    changes: Sequence[Change] = (("", None, None),),
    reason: str = "",
) -> None:
    """Keep what somebody did to ``about``; one entry a change. Call it in their transaction.

    Where ``about`` is part of something (``belongs_to``), the history of that tells it too.

    Args:
        action: a past participle: ``edited``, ``published``.
        changes: values must be JSON. Without any, the action itself is the change.
    """
    whole: Model | None = getattr(about, "belongs_to", None)
    AuditEntry.objects.bulk_create(
        AuditEntry(
            at=at,
            by_id=by.pk if by else None,
            action=action,
            about=kind_of(about),
            about_id=about.pk,
            within=kind_of(whole) if whole else "",
            within_id=whole.pk if whole else None,
            label=str(about)[:200],
            field=path[:200],
            before=before,
            after=after,
            reason=reason[:500],
        )
        for path, before, after in changes
    )


def name_of(person: AbstractBaseUser | None) -> str:
    """A person as people know them; empty for a command, or somebody who is gone."""
    if person is None:
        return ""
    full_name: str = getattr(person, "get_full_name", str)()
    return full_name or person.get_username()


def kind_of(thing: Model) -> str:
    """``app.model``, as entries name it."""
    return f"{thing._meta.app_label}.{thing._meta.model_name}"


def differences(before: Any, after: Any, path: str = "") -> Iterator[Change]:
    """What is different between two documents, path by path.

    Mappings are gone into, and so are lists of mappings that each have a ``key`` of their own
    (criteria, golden leads); other values and lists are compared as a whole.
    """
    then, now = _parts(before), _parts(after)
    if then is None or now is None:
        if before != after:
            yield path, before, after
        return
    for key in [*then, *(key for key in now if key not in then)]:
        yield from differences(then.get(key), now.get(key), f"{path}.{key}" if path else key)


def _parts(value: Any) -> Mapping[str, Any] | None:
    if isinstance(value, Mapping):
        return value
    if isinstance(value, list) and value and all(isinstance(one, Mapping) for one in value):
        keyed = {str(one["key"]): one for one in value if one.get("key")}
        return keyed if len(keyed) == len(value) else None
    return None

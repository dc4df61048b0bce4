"""What every edit of a draft has in common: the lock, the revision, the audit log."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import F, Max, Q

from leads import audit
from leads.models import AuditEntry, Signal
from rubrics.errors import EditConflict, VersionNotEditable
from rubrics.models import Rubric, RubricVersion
from rubrics.rows import document_of

ABOUT = "rubrics.rubricversion"
ORDER = "order"
"""The audit log's field for the order of the criteria."""


@transaction.atomic
def begin_draft(rubric: Rubric, *, by: AbstractBaseUser | None, at: datetime) -> RubricVersion:
    """An empty draft: no criteria, every rule as it is by default; all of the product's signals
    that count as using it do."""
    numbers = rubric.versions.aggregate(last=Max("number"))
    signals = Signal.objects.filter(product=rubric.product_id, is_activity=True)
    draft = RubricVersion.objects.create(
        rubric=rubric,
        number=(numbers["last"] or 0) + 1,
        created_by_id=by.pk if by else None,
        activity_signals=sorted(signals.values_list("key", flat=True)),
    )
    audit.record("drafted", about=draft, by=by, at=at, reason="From nothing")
    return draft


@contextmanager
def editing(
    version: RubricVersion, *, by: AbstractBaseUser | None, at: datetime, action: str = "edited"
) -> Iterator[RubricVersion]:
    """Lock a draft for one edit; record afterwards what became different.

    An edit that leaves everything as it was leaves no trace, and the revision.

    Raises:
        VersionNotEditable: it is no draft.
    """
    with transaction.atomic():
        draft = (
            RubricVersion.objects.select_for_update(of=("self",))
            .select_related("rubric")
            .get(pk=version.pk)
        )
        if not draft.is_editable:
            raise VersionNotEditable(
                f"{draft} is {draft.get_status_display().lower()}: it no longer changes. Make a "
                "draft of it and edit that."
            )
        before = document_of(draft)
        yield draft
        draft.refresh_from_db()
        after = document_of(draft)
        changes = list(audit.differences(before, after))
        then, now = ([one["key"] for one in part["criteria"]] for part in (before, after))
        if then != now and sorted(then) == sorted(now):
            changes.append((ORDER, then, now))
        if changes:
            RubricVersion.objects.filter(pk=draft.pk).update(revision=F("revision") + 1)
            audit.record(action, about=draft, by=by, at=at, changes=changes)
            draft.revision += 1
        version.revision = draft.revision


def check_seen(draft: RubricVersion, path: str, *, seen: Any, now: Any) -> None:
    """Refuse an edit of a part that is no longer as its editor saw it.

    Raises:
        EditConflict: says what it is now, who changed it, and when.
    """
    if as_json(seen) != as_json(now):
        last = last_edit(draft, path)
        raise EditConflict(
            now,
            by=str(last.by) if last and last.by else "",
            at=last.at if last else None,
        )


def last_edit(draft: RubricVersion, path: str) -> AuditEntry | None:
    """The newest edit of a part of the draft, e.g. of ``criteria.invites``."""
    mine = Q(field=path) | Q(field__startswith=f"{path}.")
    edits = AuditEntry.objects.filter(mine, about=ABOUT, about_id=draft.pk).select_related("by")
    return edits.first()


def as_json(value: Any) -> Any:
    """As it comes back from a form or the database: lists for tuples."""
    return json.loads(json.dumps(value, default=str))

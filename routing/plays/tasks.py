"""Tasks: made once per cause, done, and undone. Drafts: put away."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from leads.models import Lead
from routing.models import Alert, Draft, PlayRun, Qualification, Rep, Task
from routing.models.task import Priority


@transaction.atomic
def make_task(
    *,
    key: str,
    lead: Lead,
    title: str,
    at: datetime,
    due_at: datetime,
    qualification: Qualification | None = None,
    rep: Rep | None = None,
    run: PlayRun | None = None,
    note: str = "",
    priority: Priority = Priority.NORMAL,
) -> Task:
    """Make the task that ``key`` causes; the one there is, if it was made before."""
    task, _ = Task.objects.get_or_create(
        key=key,
        defaults={
            "lead": lead,
            "qualification": qualification,
            "rep": rep,
            "run": run,
            "title": title[:200],
            "note": note[:2000],
            "priority": priority,
            "created_at": at,
            "due_at": due_at,
        },
    )
    return task


@transaction.atomic
def finish_task(task: Task, *, by: User, at: datetime) -> bool:
    """Mark it done; False if somebody did so before."""
    if not Task.objects.filter(pk=task.pk, done_at=None).update(done_at=at, done_by=by):
        return False
    Alert.objects.about(task.subject).settle(at)
    return True


@transaction.atomic
def reopen_task(task: Task) -> bool:
    """Mark it as not done after all; False if it was not done."""
    done = Task.objects.filter(pk=task.pk, done_at__isnull=False)
    return done.update(done_at=None, done_by=None) == 1


@transaction.atomic
def put_draft_away(draft: Draft, *, by: User, at: datetime) -> bool:
    """A draft was sent, or is not wanted; False if it was put away before."""
    return Draft.objects.filter(pk=draft.pk, used_at=None).update(used_at=at, used_by=by) == 1

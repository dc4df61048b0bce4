"""Tasks: made once per cause, done, and undone. Drafts: put away."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from leads.models import Lead
from routing.models import Alert, Draft, PlayRun, Qualification, Rep, Task, TaskChange
from routing.models.task import Priority
from routing.models.task_change import TaskAct
from routing.services import InvalidRequest
from routing.services.moving import name_of


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
    task, is_new = Task.objects.get_or_create(
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
    if is_new:
        TaskChange.objects.note(task, TaskAct.ADDED, by_id=None, at=at)
    return task


@transaction.atomic
def finish_task(task: Task, *, by: User, at: datetime) -> None:
    """Mark it done. Whoever was not told of it yet by Slack or e-mail will not be.

    Raises:
        InvalidRequest: somebody did so before, or it was taken back.
    """
    standing = Task.objects.standing().filter(pk=task.pk)
    if not standing.filter(done_at=None).update(done_at=at, done_by=by):
        raise InvalidRequest(_why_not_to_do(task))
    Alert.objects.about(task.subject).settle(at)
    TaskChange.objects.note(task, TaskAct.DONE, by_id=by.pk, at=at)


def _why_not_to_do(task: Task) -> str:
    now = Task.objects.select_related("done_by").get(pk=task.pk)
    if now.removed_at is not None:
        return f"Taken back, and so not to be done any more: {task}"
    by = f" by {name_of(now.done_by)}" if now.done_by else ""
    return f"Already done{by}: {task}"


@transaction.atomic
def reopen_task(task: Task, *, by: User, at: datetime) -> None:
    """Mark it as not done after all.

    Raises:
        InvalidRequest: it was not done, or was taken back.
    """
    done = Task.objects.standing().filter(pk=task.pk, done_at__isnull=False)
    if not done.update(done_at=None, done_by=None):
        raise InvalidRequest(f"Not done, so there is nothing to put back: {task}")
    TaskChange.objects.note(task, TaskAct.REOPENED, by_id=by.pk, at=at)


@transaction.atomic
def put_draft_away(draft: Draft, *, by: User, at: datetime) -> bool:
    """A draft was sent, or is not wanted; False if it was put away before."""
    return Draft.objects.filter(pk=draft.pk, used_at=None).update(used_at=at, used_by=by) == 1

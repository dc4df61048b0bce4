"""Tasks are told to whoever is to do them, and once more before they fall due.

Whoever gives a task, or hands on the PQL that it belongs to, knows nothing of this: a task that was
not told is found by having no ``announced_at``. Alerts are keyed by task, step and person, so that
whatever is killed, repeated or handed to and fro tells nobody twice.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, tzinfo
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.urls import reverse

from routing.alerts.answering import managers_of
from routing.alerts.composing import Desk
from routing.alerts.preferences import manner_of
from routing.alerts.reading import moment
from routing.availability import hours_of
from routing.models import Alert, OwedEvent, Rep, Task, TaskChange
from routing.models.alert import AlertKind, Severity
from routing.models.task import Priority, TaskQuerySet
from routing.models.task_change import TaskAct
from routing.services.moving import name_of

EVENT = "task.given"


@transaction.atomic
def tell_of_tasks(*, at: datetime, limit: int) -> int:
    """Tell of up to ``limit`` tasks whoever is to do them; return how many were looked at.

    No news is what somebody wrote down for themselves or took, what the play's own alert told them,
    and what is done or settled by now.
    """
    tasks = locked(Task.objects.unannounced()[:limit])
    if not tasks:
        return 0
    desk = Desk()
    givers = _givers_of(tasks)
    heard = [
        (task, user)
        for task, user in _heard_by(tasks)
        if user.pk != givers.get(task.pk, task.made_by_id)
    ]
    known = _told_by_plays(tasks)
    news = [(task, user) for task, user in heard if (task.pk, user.pk) not in known]
    _tell(AlertKind.TASK, news, desk, at=at)
    _owe_events(heard, at=at)
    plan_reminders(tasks, desk, at=at)
    # Who hears of it only now hears with it that it is due.
    late = [task.pk for task, _ in heard if task.due_at <= at]
    Task.objects.filter(pk__in=late, reminded_at=None).update(reminded_at=at)
    return len(tasks)


def plan_reminders(tasks: Collection[Task], desk: Desk, *, at: datetime) -> None:
    """Say when each is reminded of, and that it was told; whoever has it only now is yet to be.

    The tasks are locked, and were read with their owners.
    """
    hours = hours_of({task.owner for task in tasks if task.owner is not None})
    for task in tasks:
        task.announced_at, task.remind_at = at, task.due_at
        if task.owner is not None and task.is_to_do:
            task.remind_at = desk.manner(task.owner.user).ahead_of(
                task.due_at, severity=_severity_when_due(task), work=hours[task.owner.pk], after=at
            )
        if task.remind_at > at:
            task.reminded_at = None
    Task.objects.bulk_update(tasks, ["announced_at", "remind_at", "reminded_at"])


@transaction.atomic
def remind_of_tasks(*, at: datetime, limit: int) -> int:
    """Remind of up to ``limit`` tasks that fall due; return how many were looked at.

    Also of what one wrote down oneself; not of what is done or settled by now.
    """
    tasks = locked(Task.objects.unreminded(at)[:limit])
    _tell(AlertKind.TASK_DUE, _heard_by(tasks), Desk(), at=at)
    Task.objects.filter(pk__in=[task.pk for task in tasks]).update(reminded_at=at)
    return len(tasks)


def locked(found: TaskQuerySet, *, skip_locked: bool = True) -> list[Task]:
    """Lock tasks, by default those that no other worker holds, and then look whose they are.

    In this order: a PQL that is given to somebody before the look is seen, and one that is given
    after it finds the lock, and empties ``announced_at`` once it is gone.
    """
    ids = list(found.select_for_update(skip_locked=skip_locked).values_list("pk", flat=True))
    people = ("rep__user", "qualification__rep__user", "made_by", "run__play", "lead__account")
    return list(Task.objects.filter(pk__in=ids).select_related(*people).order_by("pk"))


def words_of(task: Task, user: User) -> str:
    """``To do by Tue 10 Mar at 17:00: Call Maya.``: for an alert that tells it along."""
    return f"To do by {moment(task.due_at, manner_of(user).zone)}: {task.title.rstrip('. ')}."


def _givers_of(tasks: Iterable[Task]) -> dict[int, int | None]:
    """Who said last whose each task is, by the task's id: who wrote it, or gave it on."""
    said = TaskChange.objects.filter(task__in=tasks, act__in=(TaskAct.ADDED, TaskAct.GIVEN))
    return dict(said.newest_of_each().values_list("task_id", "by_id"))


def _heard_by(tasks: Iterable[Task]) -> list[tuple[Task, User]]:
    """Those to be done, each with whoever hears of it: who is to do it; where that is nobody who
    can sign in, managers. Of a PQL that is nobody's, whoever gets it hears of its tasks."""
    heard: list[tuple[Task, User]] = []
    managers: dict[Rep | None, Sequence[User]] = {}
    for task in tasks:
        owner = task.owner
        if not task.is_to_do or (owner is None and task.qualification is not None):
            continue
        if owner is not None and owner.user.is_active:
            heard.append((task, owner.user))
            continue
        if owner not in managers:
            managers[owner] = managers_of(owner)
        heard += [(task, user) for user in managers[owner]]
    return heard


def _told_by_plays(tasks: Iterable[Task]) -> set[tuple[int | None, int]]:
    """Which of them the alert of the same run told to whom: their ids and the people's."""
    of_runs = [task for task in tasks if task.run_id is not None]
    if not of_runs:
        return set()
    sent = Alert.objects.filter(kind=AlertKind.PLAY, task__in=of_runs)
    return set(sent.values_list("task_id", "user_id"))


def _tell(
    kind: AlertKind, heard: Iterable[tuple[Task, User]], desk: Desk, *, at: datetime
) -> None:  # fmt: skip
    alerts = [_alert(kind, task, user, desk, at=at) for task, user in heard]
    Alert.objects.bulk_create(alerts, ignore_conflicts=True)


def _owe_events(heard: Iterable[tuple[Task, User]], *, at: datetime) -> None:
    """Webhooks are told of every task that somebody is given, once for each who gets it."""
    events = [
        OwedEvent(
            key=f"{task.subject}:given:{user.pk}",
            kind=EVENT,
            lead=task.lead,
            content=_event_content(task, user),
            created_at=at,
        )
        for task, user in heard
        if task.owner is not None and task.owner.user_id == user.pk
    ]
    OwedEvent.objects.bulk_create(events, ignore_conflicts=True)


def _event_content(task: Task, user: User) -> dict[str, Any]:
    return {
        "task": {
            "id": task.pk,
            "title": task.title,
            "note": task.note,
            "priority": Priority(task.priority).label.lower(),
            "due_at": task.due_at.isoformat(),
        },
        "rep": _person(user),
        "by": _person(task.made_by) if task.made_by else None,
        "play": str(task.run.play) if task.run else None,
        "path": _path(task),
    }


def _path(task: Task) -> str:
    """To the lead's tasks, where it is ticked off."""
    return f"{reverse('routing:lead-show', args=[task.lead_id])}#tasks"


def _person(user: User) -> dict[str, str]:
    return {"email": user.email, "name": name_of(user)}


def _alert(kind: AlertKind, task: Task, user: User, desk: Desk, *, at: datetime) -> Alert:
    """It is about the lead and not about a PQL: working that does not do what was asked."""
    is_due = kind == AlertKind.TASK_DUE
    words = "Task due" if is_due else "Task"
    return desk.compose(
        key=f"{task.subject}:{'due' if is_due else 'given'}:{user.pk}",
        kind=kind,
        severity=_severity_when_due(task) if is_due else Severity(task.priority),
        user=user,
        lead=task.lead,
        qualification=None,
        at=at,
        message=_message(task, user, desk.manner(user).zone, at=at),
        title=f"{words} about {task.lead}: {task.title}",
        path=_path(task),
        task=task,
    )


def _severity_when_due(task: Task) -> int:
    return max(task.priority, Severity.NORMAL)


def _message(task: Task, user: User, zone: tzinfo, *, at: datetime) -> str:
    """By when, who asks for it, and what they say about it."""
    parts = [f"{'Was due' if task.due_at < at else 'Due'} {moment(task.due_at, zone)}."]
    if task.owner is None:
        parts.append("Nobody has it yet: give it to somebody, or do it.")
    elif task.owner.user_id != user.pk:
        parts.append(f"{task.owner}’s account is deactivated: give it to somebody else.")
    if task.made_by is not None and task.made_by != user:
        parts.append(f"{name_of(task.made_by)} asks for it.")
    if task.run is not None:
        parts.append(f"The play “{task.run.play}” asks for it.")
    return " ".join([*parts, task.note]).strip()

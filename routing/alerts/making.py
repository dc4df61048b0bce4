"""Alerts are made: from changes of PQLs, and by whoever has something to tell."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery

from leads.models import Lead
from routing.alerts.answering import managers_of_all
from routing.alerts.causes import Cause, cause_of
from routing.alerts.composing import Desk
from routing.alerts.content import Content
from routing.alerts.of_tasks import locked, plan_reminders
from routing.models import Alert, Qualification, StateChange, Task
from routing.models.alert import AlertKind, Severity
from routing.models.qualification import State


@transaction.atomic
def raise_alert(
    *,
    key: str,
    kind: str,
    severity: int | None,
    user: User,
    lead: Lead,
    qualification: Qualification | None,
    at: datetime,
    message: str = "",
    title: str = "",
    path: str = "",
    task: Task | None = None,
) -> Alert:
    """Tell somebody about a lead, once for each ``key``: raised again, it is the first one.

    Args:
        key: names the cause, and the recipient where one cause has several.
        kind: an :class:`~routing.models.alert.AlertKind`.
        severity: a :class:`~routing.models.alert.Severity`; None leaves it to the rules.
        message: why they are told, in a sentence or two.
        title: the line that is read first; by default the kind and who it is about.
        path: where it leads, from the application's root; by default to the lead.
        task: what it asks them to do.
    """
    known = Alert.objects.filter(key=key).first()
    if known is not None:
        return known
    alert = Desk().compose(
        key=key,
        kind=AlertKind(kind),
        severity=severity,
        user=user,
        lead=lead,
        qualification=qualification,
        at=at,
        message=message,
        title=title,
        path=path,
        task=task,
    )
    Alert.objects.bulk_create([alert], ignore_conflicts=True)
    return Alert.objects.get(key=key)


@transaction.atomic
def raise_notice(
    *,
    key: str,
    kind: str,
    severity: int,
    user: User,
    title: str,
    content: Content,
    at: datetime,
) -> bool:
    """Tell somebody of something that is about no single lead, once for each ``key``; False if it
    was told before."""
    if Alert.objects.filter(key=key).exists():
        return False
    notice = Desk().compose_notice(
        key=key,
        kind=AlertKind(kind),
        severity=severity,
        user=user,
        title=title,
        content=content,
        at=at,
    )
    Alert.objects.bulk_create([notice], ignore_conflicts=True)
    return True


@transaction.atomic
def make_alerts(*, at: datetime, limit: int) -> int:
    """Make alerts of up to ``limit`` unannounced changes; return how many were looked at.

    The changes are locked and count as announced in the same transaction, so that whoever is
    killed or runs beside makes none twice and loses none.
    """
    changes = list(_unannounced()[:limit])
    if not changes:
        return 0
    desk = Desk()
    alerts = [alert for change in changes for alert in _alerts_of(change, desk, at=at)]
    Alert.objects.bulk_create(alerts, ignore_conflicts=True)
    _put_away(changes, at=at)
    _hand_tasks_on(changes, desk, at=at)
    StateChange.objects.filter(pk__in=[change.pk for change in changes]).update(announced_at=at)
    return len(changes)


def _unannounced() -> QuerySet[StateChange]:
    before = StateChange.objects.filter(
        qualification=OuterRef("qualification"), pk__lt=OuterRef("pk")
    ).order_by("-pk")
    return (
        StateChange.objects.unannounced()
        .select_for_update(skip_locked=True, of=("self",))
        .select_related(
            "rep__user",
            "qualification__lead__account",
            "qualification__rep__user",
            "qualification__product",
            "qualification__version",
        )
        .annotate(rep_before=Subquery(before.values("rep")[:1]))
    )


def _put_away(changes: Iterable[StateChange], *, at: datetime) -> None:
    """Who acts on a PQL, wherever they do, has read what they were told about it before."""
    acted = Q(pk=None)
    for change in changes:
        if change.by_id is not None:
            acted |= Q(
                user=change.by_id, qualification=change.qualification_id, created_at__lte=change.at
            )
    Alert.objects.unread().filter(acted).update(read_at=at)


def _hand_tasks_on(changes: Iterable[StateChange], desk: Desk, *, at: datetime) -> None:
    """Tasks of a PQL go along to its next rep, who is told of them; who takes it, sees them, and is
    reminded of them by their own hours."""
    given: set[int] = set()
    taken: set[int] = set()
    for change in changes:
        if change.rep is not None and change.rep_id != change.rep_before:  # type: ignore[attr-defined]  # annotated above
            is_taken = change.by_id == change.rep.user_id
            (taken if is_taken else given).add(change.qualification_id)
    if not given | taken:
        return
    # Not only told ones: one that is being told at this moment is waited for. All in order, so that
    # two who do this never wait for each other.
    with_it = Task.objects.standing().filter(rep=None, done_at=None).order_by("pk")
    tasks = locked(with_it.filter(qualification__in=given | taken), skip_locked=False)
    to_tell = [task.pk for task in tasks if task.qualification_id in given]
    Task.objects.filter(pk__in=to_tell).update(announced_at=None)
    if seen := [task for task in tasks if task.announced_at and task.pk not in to_tell]:
        plan_reminders(seen, desk, at=at)


def _alerts_of(change: StateChange, desk: Desk, *, at: datetime) -> list[Alert]:
    is_nobodys = change.rep_id is None and change.qualification.state == State.NEW
    rep_before: int | None = change.rep_before  # type: ignore[attr-defined]  # annotated above
    cause = cause_of(
        change, rep_before=rep_before, managers=managers_of_all() if is_nobodys else ()
    )
    return [] if cause is None else [_told(change, cause, user, desk, at) for user in cause.users]


def _told(change: StateChange, cause: Cause, user: User, desk: Desk, at: datetime) -> Alert:
    pql = change.qualification
    is_urgent = cause.kind == AlertKind.UNASSIGNED_PQL
    return desk.compose(
        key=f"change:{change.pk}:{user.pk}",
        kind=cause.kind,
        severity=Severity.URGENT if is_urgent else None,
        user=user,
        lead=pql.lead,
        qualification=pql,
        at=at,
        message=cause.message,
    )

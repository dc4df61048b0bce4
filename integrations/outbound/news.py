"""What became of what alerts tell of, in words: read when a message is sent, so it is true then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db.models import Manager, QuerySet

from routing.models import Alert, StateChange, Task, TaskChange
from routing.models.qualification import CLOSED_STATES, Review, State
from routing.models.task_change import TaskAct

DONE = {
    State.ACCEPTED: "Accepted",
    State.CONTACTED: "Contacted",
    State.OPPORTUNITY: "Made an opportunity",
    State.WON: "Won",
    State.LOST: "Lost",
    State.REJECTED: "Rejected",
    State.SNOOZED: "Snoozed",
    State.EXPIRED: "Expired",
    State.ASSIGNED: "Given",
    State.NEW: "Put back",
}
REVIEWED = {Review.PASSED: "Passed on", Review.DISMISSED: "Rejected"}


@dataclass(frozen=True, slots=True)
class Past:
    """What became of what alerts are about: the newest change of each PQL, by its id, the one that
    decided its review, and the newest change of each task, by its id."""

    last: Mapping[int, StateChange]
    reviews: Mapping[int, StateChange]
    tasks: Mapping[int, TaskChange]

    def news_for(self, alert: Alert) -> str:
        """How things stand now; empty where they are as the alert says."""
        of_pql = self._of_pql(alert)
        if alert.task is None:
            return of_pql
        of_task = self._of_task(alert, alert.task)
        if of_pql and of_task:
            return f"{of_pql}. Task: {of_task}"
        return of_pql or of_task

    def _of_pql(self, alert: Alert) -> str:
        """A reviewer is told who decided, and not who works it by now."""
        about = alert.qualification_id or 0
        last = self.last.get(about)
        if alert.asks_for_review:
            last = self.reviews.get(about, last)
        if last is None or last.at <= alert.created_at:
            return ""
        word = DONE.get(State(last.to_state), "Changed")
        if alert.asks_for_review and alert.qualification:
            word = REVIEWED.get(Review(alert.qualification.review), word)
        to = f" to {last.rep}" if word == "Given" and last.rep else ""
        why = f": {last.reason}" if last.to_state in CLOSED_STATES and last.reason else ""
        return f"{word}{to}{_by(last.by)}, {_after(alert, last.at)}{why}"

    def _of_task(self, alert: Alert, task: Task) -> str:
        """What of it matters to whoever was told: done, taken back, settled, somebody else's."""
        last = self.tasks.get(task.pk)
        if last is not None and (task.done_at or task.removed_at):
            return f"{last.get_act_display()}{_by(last.by)}, {_after(alert, last.at)}"
        if task.is_settled:
            of_pql = self.last.get(task.qualification_id or 0)
            word = DONE[State(of_pql.to_state)].lower() if of_pql else "closed"
            return f"Nothing left to do: the PQL it belongs to is {word}"
        if not _is_still_theirs(alert, task, last):
            return _whose_now(alert, task, last)
        if last is not None and last.act == TaskAct.REOPENED and last.at > alert.created_at:
            return f"Put back{_by(last.by)}, {_after(alert, last.at)}"
        return ""


def _is_still_theirs(alert: Alert, task: Task, last: TaskChange | None) -> bool:
    """Whether it is as it was told: what a play gave to nobody is told to managers."""
    if task.owner is not None:
        return task.owner.user_id == alert.user_id
    return task.qualification_id is None and last is not None and last.rep_id is None


def _whose_now(alert: Alert, task: Task, last: TaskChange | None) -> str:
    if task.owner is None:
        return "Nobody’s now"
    if task.rep is not None and last is not None and last.act == TaskAct.GIVEN:
        is_taken = last.by_id == task.rep.user_id
        word = "Taken" if is_taken else f"Given to {task.rep}"
        return f"{word}{_by(last.by)}, {_after(alert, last.at)}"
    return f"{task.owner}’s now"


def past_of(alerts: Iterable[Alert]) -> Past:
    """One query; one more where something asks for a review, and one where there is a task."""
    tasks = {alert.task.pk: alert.task for alert in alerts if alert.task is not None}
    about = {alert.qualification_id for alert in alerts}
    about |= {task.qualification_id for task in tasks.values()}
    reviewed = {alert.qualification_id for alert in alerts if alert.asks_for_review}
    decided = StateChange.objects.filter(before__review=Review.WAITING, undone_by=None)
    changes = TaskChange.objects.filter(task__in=tasks).newest_of_each().select_related("by")
    return Past(
        _newest(StateChange.objects, about),
        _newest(decided, reviewed),
        {change.task_id: change for change in changes},
    )


def _newest(
    changes: QuerySet[StateChange] | Manager[StateChange], qualification_ids: Iterable[int | None]
) -> dict[int, StateChange]:
    """The newest of the changes, of each PQL."""
    newest = (
        changes.filter(qualification__in=[pk for pk in qualification_ids if pk])
        .select_related("by", "rep__user")
        .order_by("qualification_id", "-pk")
        .distinct("qualification_id")
    )
    return {change.qualification_id: change for change in newest}


def _by(user: User | None) -> str:
    return f" by {user.get_full_name() or user.get_username()}" if user else ""


def _after(alert: Alert, at: datetime) -> str:
    return f"{span_words(at - alert.created_at)} after"


def span_words(span: timedelta) -> str:
    """``3 minutes``: in the largest unit that fits, rounded down."""
    seconds = int(span.total_seconds())
    for unit, size in (("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1)):
        if (count := seconds // size) > 0:
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return "a moment"

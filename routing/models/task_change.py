from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from routing.models.rep import Rep
from routing.models.task import Task


class TaskAct(models.TextChoices):
    """What somebody did to a task."""

    ADDED = "added", "Added"
    GIVEN = "given", "Given on"
    DONE = "done", "Done"
    REOPENED = "reopened", "Put back"
    REMOVED = "removed", "Taken back"


class TaskChangeQuerySet(models.QuerySet["TaskChange"]):
    def not_handed_on(self) -> TaskChangeQuerySet:
        """Changes that messages sent before were not brought up to date for yet; oldest first."""
        return self.filter(handed_on_at=None).order_by("pk")

    def newest_of_each(self) -> TaskChangeQuerySet:
        """The last change of every task."""
        return self.order_by("task_id", "-pk").distinct("task_id")

    def note(self, task: Task, act: TaskAct, *, by_id: int | None, at: datetime) -> None:
        """Keep what was done to a task, in the transaction in which it was done."""
        # What is new was not told to anybody: there is no message to bring up to date.
        handed_on_at = at if act == TaskAct.ADDED else None
        self.create(
            task=task, act=act, rep_id=task.rep_id, by_id=by_id, at=at, handed_on_at=handed_on_at
        )


class TaskChange(models.Model):
    """One change of a task: what was done, who did it, and whose it was from then on.

    What becomes of a task with its PQL (its next rep, the end of it) is told by the PQL's own
    changes (:class:`~routing.models.change.StateChange`) and is not written down twice.
    """

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="changes")
    act = models.CharField(max_length=8, choices=TaskAct)
    rep = models.ForeignKey(
        Rep,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Whose it was from then on. Empty: whoever works the PQL.",
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Who did it. Empty: a play.",
    )
    at = models.DateTimeField()
    handed_on_at = models.DateTimeField(
        null=True, blank=True, help_text="When messages sent before were owed it."
    )

    objects = TaskChangeQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        indexes = [
            models.Index(
                fields=["id"], condition=Q(handed_on_at=None), name="task_change_not_handed_on"
            ),
        ]

    def __str__(self) -> str:
        if self.act != TaskAct.GIVEN:
            return self.get_act_display()
        if self.is_taking:
            return "Taken"
        return self.get_act_display() if self.rep_id else "Given back"

    @property
    def is_taking(self) -> bool:
        """Whether whoever did it has the task from then on."""
        if self.act != TaskAct.GIVEN or self.rep is None:
            return False
        return self.by_id == self.rep.user_id

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from leads.models import Lead
from routing.models.play_run import PlayRun
from routing.models.qualification import OPEN_STATES, Qualification
from routing.models.rep import Rep

if TYPE_CHECKING:
    from routing.viewers import Viewer


def tomorrow(at: datetime) -> datetime:
    """When the day of ``at`` ends: what is due before then is due today, or overdue."""
    day = timezone.localdate(at) + timedelta(days=1)
    return datetime.combine(day, time(), tzinfo=timezone.get_current_timezone())


class Priority(models.IntegerChoices):
    LOW = 1, "Low"
    NORMAL = 2, "Normal"
    HIGH = 3, "High"
    URGENT = 4, "Urgent"


class TaskQuerySet(models.QuerySet["Task"]):
    def to_do(self) -> TaskQuerySet:
        """Not done, and not settled by the end of the PQL they belong to; the most pressing first.

        What is due at the same moment is told by its priority.
        """
        # Asked of each task: a join, or whether one exists, may read every PQL there is for a few.
        state = Qualification.objects.filter(pk=OuterRef("qualification")).values("state")
        told = self.alias(pql_state=Subquery(state))
        of_open = Q(qualification=None) | Q(pql_state__in=OPEN_STATES)
        standing = told.filter(of_open, done_at=None, removed_at=None)
        return standing.order_by("due_at", "-priority", "pk")

    def by_owner(self) -> dict[int | None, int]:
        """How many there are to do of each rep; None: of nobody. All are read, but once."""
        still = models.FilteredRelation(
            "qualification", condition=Q(qualification__state__in=OPEN_STATES)
        )
        standing = self.filter(done_at=None, removed_at=None).annotate(open_pql=still)
        to_do = standing.filter(Q(qualification=None) | Q(open_pql__isnull=False))
        owners = to_do.order_by().values_list(Coalesce("rep", "open_pql__rep"))
        return dict(owners.annotate(number=models.Count("*")))

    def done(self) -> TaskQuerySet:
        """Done ones, the last first."""
        return self.standing().filter(done_at__isnull=False).order_by("-done_at", "-pk")

    def standing(self) -> TaskQuerySet:
        """Those that nobody has taken back."""
        return self.filter(removed_at=None)

    def of_rep(self, rep_id: int | None) -> TaskQuerySet:
        """Given to this rep, or of a PQL that is theirs to work."""
        if rep_id is None:
            return self.none()
        theirs = Qualification.objects.open().filter(rep=rep_id)
        return self.filter(Q(rep=rep_id) | Q(rep=None, qualification__in=theirs))

    def nobodys(self) -> TaskQuerySet:
        """Those that no rep has: given to nobody, and of no PQL or one that waits for a rep."""
        # By a list of these few PQLs: else each task's is looked up until there are enough.
        waiting = Qualification.objects.open().filter(rep=None)
        return self.filter(Q(qualification=None) | Q(qualification__in=waiting), rep=None)

    def somebodys(self) -> TaskQuerySet:
        """All others."""
        return self.filter(Q(rep__isnull=False) | Q(qualification__rep__isnull=False))

    def of_others(self, viewer: Viewer) -> TaskQuerySet:
        """What a viewer may see besides their own: their team's, nobody's; some see all."""
        seen = self if viewer.sees_all else self.filter(_visible(viewer))
        if viewer.rep_id is None:
            return seen
        own = Q(rep=viewer.rep_id) | Q(rep=None, qualification__rep=viewer.rep_id)
        # Not exclude(): it drops rows whose owner is unknown, which are just those to be seen.
        return seen.filter(~Q(pk__in=Task.objects.filter(own).values("pk")))

    def seen_by(self, viewer: Viewer) -> TaskQuerySet:
        """A rep's own, their team's, and nobody's."""
        return self if viewer.sees_all else self.filter(_visible(viewer))

    def due_before(self, moment: datetime) -> TaskQuerySet:
        """Those to be done before then, overdue ones included."""
        return self.to_do().filter(due_at__lt=moment)

    def unannounced(self) -> TaskQuerySet:
        """Those that whoever has them now was not told of yet; oldest first."""
        return self.standing().filter(announced_at=None, done_at=None).order_by("pk")

    def unreminded(self, at: datetime) -> TaskQuerySet:
        """Those to be reminded of by ``at`` and of which nobody was; the longest waiting first."""
        told = self.standing().filter(announced_at__isnull=False, done_at=None)
        return told.filter(reminded_at=None, remind_at__lte=at).order_by("remind_at", "pk")

    def of_merged_leads(self) -> TaskQuerySet:
        """Those whose lead was merged into another one and that have not followed it yet."""
        return self.filter(lead__merged_into__isnull=False)


def _visible(viewer: Viewer) -> Q:
    # By a list of the few reps rather than by joins: those are made for every task.
    reps = Rep.objects.filter(Q(pk=viewer.rep_id) | Q(team__in=viewer.team_ids)).values("pk")
    nobodys = Q(qualification=None) | Q(qualification__rep=None)
    return Q(rep__in=reps) | Q(rep=None) & (Q(qualification__rep__in=reps) | nobodys)


class Task(models.Model):
    """Something to do about a lead by a moment.

    Whose it is: the rep it was given to or, where ``rep`` is empty, whoever works the PQL: it
    follows when that is reassigned, and is settled when that ends. ``key`` names its cause, so that
    no cause makes it twice. ``announced_at`` is emptied when it becomes somebody else's: whose it
    is by then is told, and ``remind_at`` is found by their hours (:mod:`routing.alerts.of_tasks`).
    One that was taken back (``removed_at``) stays as a row, for its history and for the messages
    that told of it.
    """

    key = models.CharField(max_length=120, unique=True)
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="tasks")
    qualification = models.ForeignKey(
        Qualification, on_delete=models.SET_NULL, null=True, blank=True, related_name="tasks"
    )
    rep = models.ForeignKey(
        Rep,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="tasks",
        help_text="Empty: whoever works the PQL.",
    )
    run = models.ForeignKey(
        PlayRun,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="tasks",
        help_text="The run of a play that made it.",
    )
    title = models.CharField(max_length=200)
    note = models.TextField(max_length=2000, blank=True)
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.NORMAL)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Who wrote it by hand; empty: a play made it.",
    )
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    announced_at = models.DateTimeField(
        null=True, blank=True, help_text="When whoever has it was told, if they had to be."
    )
    remind_at = models.DateTimeField(
        null=True, blank=True, help_text="When whoever has it is told that it is due."
    )
    reminded_at = models.DateTimeField(
        null=True, blank=True, help_text="When whoever has it was told that it is due."
    )
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    removed_at = models.DateTimeField(
        "taken back at", null=True, blank=True, help_text="Who wrote it took it back."
    )

    objects = TaskQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(done_by=None) | Q(done_at__isnull=False),
                name="task_done_by_has_its_time",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(done_at=None), name="task_to_do"),
            models.Index(fields=["-done_at"], condition=Q(done_at__isnull=False), name="task_done"),
            models.Index(
                fields=["id"], condition=Q(announced_at=None, done_at=None), name="task_unannounced"
            ),
            models.Index(
                fields=["remind_at", "id"],
                condition=Q(reminded_at=None, done_at=None),
                name="task_to_remind_of",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def owner(self) -> Rep | None:
        """Who is to do it; None is nobody yet."""
        if self.rep is not None:
            return self.rep
        return self.qualification.rep if self.qualification is not None else None

    @property
    def subject(self) -> str:
        """What keys of alerts about it begin with."""
        return f"task:{self.pk}"

    @property
    def is_to_do(self) -> bool:
        """Neither done, nor taken back, nor settled by the end of the PQL it belongs to."""
        return self.done_at is None and self.removed_at is None and not self.is_settled

    @property
    def is_settled(self) -> bool:
        """Whether the PQL it belongs to has ended."""
        return self.qualification is not None and self.qualification.state not in OPEN_STATES

    def is_overdue(self, at: datetime) -> bool:
        """Whether its moment has passed and it is not done."""
        return self.done_at is None and self.due_at < at

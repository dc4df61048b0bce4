"""What a row tells besides scores: the lead's tags, and tasks that wait."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from routing.models import LeadTag, Task
from routing.models.task import tomorrow
from routing.viewers import Viewer

TOLD = (
    *("state", "review", "rep", "product", "fit", "behavior", "total", "reject_reason"),
    *("opened_at", "assigned_at", "first_touched_at", "snoozed_until", "closed_at"),
    *("sla_due_at", "sla_set_for", "forecast__falls_at", "forecast__because"),
    *(f"lead__{name}" for name in ("name", "email", "title", "is_synthetic")),
    *(f"lead__account__{name}" for name in ("name", "domain", "external_id", "attributes")),
    *("rep__team", "rep__time_zone"),
    *(f"rep__user__{name}" for name in ("first_name", "last_name", "username")),
)
"""What a row shows of a PQL and its people: half of all there is of them, read in half the time."""
MOST_TASKS = 10
"""More are not counted: "10 tasks" says enough."""


@dataclass(frozen=True, slots=True)
class Tasks:
    """A lead's tasks that are to be done, and when the next of them is due."""

    count: int
    due_at: datetime
    is_overdue: bool
    is_today: bool

    @classmethod
    def of(cls, due: list[datetime], at: datetime) -> "Tasks | None":
        """By when they are due, the first one first; None where there is none."""
        if not due:
            return None
        return cls(len(due), due[0], due[0] < at, at <= due[0] < tomorrow(at))


def tags_of(lead: OuterRef) -> ArraySubquery:
    """The names of a lead's tags, for a row that is told anyway."""
    return ArraySubquery(LeadTag.objects.filter(lead=lead).order_by("name").values("name"))


def due_of_tasks(lead: OuterRef, viewer: Viewer) -> ArraySubquery:
    """When a lead's tasks that the viewer sees are due, the first one first."""
    seen = Task.objects.filter(lead=lead).seen_by(viewer).to_do().order_by("due_at")
    return ArraySubquery(seen.values("due_at")[:MOST_TASKS])

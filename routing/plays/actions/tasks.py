"""A task for the rep."""

from datetime import datetime, timedelta

from django.conf import settings

from routing.availability import hours_of
from routing.dealing.hours import NeverOpen, office_hours
from routing.models import Rep
from routing.models.task import Priority
from routing.plays.actions.base import (
    Action,
    Doing,
    Params,
    check_filled,
    check_optional,
    found,
    names_of,
)
from routing.plays.tasks import make_task

MOST_HOURS = 200


class GiveTask(Action):
    """A task, due in working hours: whoever works the PQL has it; without an open one, whose the
    lead is; else it is nobody's yet, and managers are told (:mod:`routing.alerts.of_tasks`).

    Source: HubSpot guide, workflows 1 and 2: "Create task for AE".
    """

    kind = "task"
    label = "Task for the rep"
    fields = ("title", "note", "priority", "hours")

    def check(self, params: Params) -> dict[str, str]:
        hours, priority = params.get("hours"), params.get("priority")
        is_fine = isinstance(hours, int) and 0 <= hours <= MOST_HOURS
        return found(
            title=check_filled(params.get("title"), "task's title", 200),
            note=check_optional(params.get("note"), 2000),
            priority=None if priority in Priority.values else "Choose a priority.",
            hours=None if is_fine else f"Enter working hours from 0 to {MOST_HOURS}.",
        )

    def words(self, params: Params) -> str:
        priority = Priority(params["priority"])
        pressing = "" if priority == Priority.NORMAL else f", {priority.label.lower()} priority"
        hours = params["hours"]
        due = f"due in {hours} working hour{'' if hours == 1 else 's'}" if hours else "due at once"
        return f"task for the rep “{params['title']}”, {due}{pressing}"

    def do(self, doing: Doing, params: Params) -> str:
        filled = doing.fill(params["title"], params.get("note", ""))
        due_at = _due(doing.owner, doing.at, timedelta(hours=params["hours"]))
        task = make_task(
            key=doing.key(self.kind),
            lead=doing.lead,
            qualification=doing.qualification if doing.is_open else None,
            rep=None if doing.is_open else doing.owner,
            run=doing.run,
            title=filled.subject,
            note=filled.text,
            priority=Priority(params["priority"]),
            at=doing.at,
            due_at=due_at,
        )
        return f"Task “{task.title}” {_for_whom(doing)}"


def _for_whom(doing: Doing) -> str:
    """Whose it is and why; where no rep would hear of it, who does."""
    owner = doing.owner
    if owner is None and doing.is_open:
        return "for whoever gets the PQL"
    if owner is None:
        return f"is nobody’s yet: {doing.whose.why}. Told to {names_of(doing.managers)}"
    if not owner.user.is_active:
        return f"for {owner}, whose account is deactivated. Told to {names_of(doing.managers)}"
    return f"for {owner}{doing.whose.clause}"


def _due(rep: Rep | None, at: datetime, span: timedelta) -> datetime:
    """By the rep's working hours; by office hours where nobody is to do it yet."""
    hours = hours_of([rep])[rep.pk] if rep else office_hours(settings.TIME_ZONE)
    try:
        return hours.add_working(at, span)
    except NeverOpen:  # a rep without working hours
        return at + span

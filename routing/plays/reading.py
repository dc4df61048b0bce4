"""What of the plays people see: on a lead's page, and their list of tasks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from leads.models import Lead
from routing.models import Draft, LeadStage, LeadTag, Rep, Task, TaskChange
from routing.models.lead_mark import Stage
from routing.models.task import TaskQuerySet, tomorrow
from routing.viewers import Viewer

MOST_SHOWN = 100
MOST_DONE = 50
DONE_ON_LEAD = 5
MOST_DRAFTS = 3
MOST_CHANGES = 20
NOBODYS = "Nobody’s yet"
_NAMES = ("first_name", "last_name", "username")
TOLD = (
    *("title", "note", "priority", "due_at", "done_at", "removed_at"),
    *("lead__name", "lead__email", "lead__is_synthetic", "qualification__state"),
    *(f"lead__account__{name}" for name in ("name", "domain", "external_id")),
    *("rep__team", "qualification__rep__team"),
    *(f"{who}__user__{name}" for who in ("rep", "qualification__rep") for name in _NAMES),
    *(f"{who}__{name}" for who in ("done_by", "made_by") for name in _NAMES),
)
"""What is told of a task and its people: a list of hundreds reads nothing else."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A task as somebody sees it at a moment."""

    task: Task
    is_overdue: bool
    may_act: bool
    may_take: bool


@dataclass(frozen=True, slots=True)
class LeadPlays:
    """What is to be done about a lead, what was done last, and who did what to its tasks."""

    to_do: list[Shown]
    done: list[Shown]
    changes: list[TaskChange]
    drafts: list[Draft]
    tags: list[LeadTag]
    stage: Stage | None


@dataclass(frozen=True, slots=True)
class TaskGroup:
    """Tasks that are due at about the same time, under their heading."""

    name: str
    tasks: list[Shown]


@dataclass(frozen=True, slots=True)
class TaskCounts:
    """How many there are to do: the viewer's own, and others' that they may see, ``of_nobody``
    among them; ``nobodys`` is the same for who may give or take them."""

    mine: int
    others: int
    of_nobody: int
    nobodys: int


@dataclass(frozen=True, slots=True)
class TaskPage:
    """A list of tasks, cut where it gets long. ``more`` is how many are not shown."""

    groups: list[TaskGroup]
    more: int


def of_lead(lead: Lead, viewer: Viewer, *, at: datetime) -> LeadPlays:
    """A lead's tasks that the viewer may see, drafts nobody used yet, its tags and its stage."""
    to_do, done, changes = _tasks_of(lead, viewer, at)
    return LeadPlays(
        to_do=to_do,
        done=done,
        changes=changes,
        drafts=list(Draft.objects.open().filter(lead=lead)[:MOST_DRAFTS]),
        tags=list(LeadTag.objects.filter(lead=lead)),
        stage=LeadStage.objects.current([lead.pk]).get(lead.pk),
    )


def _tasks_of(
    lead: Lead, viewer: Viewer, at: datetime
) -> tuple[list[Shown], list[Shown], list[TaskChange]]:
    """One query for most leads: those that there is, and was, nothing to do about."""
    tasks = Task.objects.filter(lead=lead)
    if not tasks.exists():
        return [], [], []
    seen = _with_people(tasks.seen_by(viewer))
    return (
        _shown(seen.to_do()[:MOST_SHOWN], viewer, at),
        _shown(seen.done()[:DONE_ON_LEAD], viewer, at),
        _changes(lead, viewer),
    )


def _changes(lead: Lead, viewer: Viewer) -> list[TaskChange]:
    """What was done last to a lead's tasks that the viewer may see, also to those taken back."""
    seen = Task.objects.filter(lead=lead).seen_by(viewer)
    changes = TaskChange.objects.filter(task__in=seen).order_by("-at", "-pk")
    return list(changes.select_related("task__run__play", "rep__user", "by")[:MOST_CHANGES])


def task_counts(viewer: Viewer) -> TaskCounts:
    """All in one pass over what is to be done."""
    owners = Task.objects.by_owner()
    teams = dict(Rep.objects.values_list("pk", "team"))
    seen = sum(
        number
        for owner, number in owners.items()
        if viewer.sees_all
        or owner in {None, viewer.rep_id}
        or (owner is not None and teams.get(owner) in viewer.team_ids)
    )
    nobodys = owners.get(None, 0)
    mine = 0 if viewer.rep_id is None else owners.get(viewer.rep_id, 0)
    return TaskCounts(mine, seen - mine, nobodys, nobodys if viewer.may_work else 0)


def nobodys_count() -> int:
    """How many tasks there are to do that no rep has."""
    return Task.objects.by_owner().get(None, 0)


def to_do_page(viewer: Viewer, counts: TaskCounts, *, mine: bool, at: datetime) -> TaskPage:
    """What is to be done, by when: overdue, today, later; before all that what is nobody's."""
    to_do = Task.objects.to_do()
    if mine:
        return TaskPage(*_by_when(to_do.of_rep(viewer.rep_id), counts.mine, viewer, at))
    others = to_do.of_others(viewer)
    nobodys, more_of_nobody = _cut(others.nobodys(), counts.of_nobody, viewer, at)
    of_somebody = counts.others - counts.of_nobody
    groups, more = _by_when(others.somebodys(), of_somebody, viewer, at)
    first = [TaskGroup(NOBODYS, nobodys)] if nobodys else []
    return TaskPage([*first, *groups], more_of_nobody + more)


def _by_when(
    wanted: TaskQuerySet, count: int, viewer: Viewer, at: datetime
) -> tuple[list[TaskGroup], int]:
    """Grouped by when they are due, and how many are left out."""
    found, more = _cut(wanted, count, viewer, at)
    midnight = tomorrow(at)
    groups: dict[str, list[Shown]] = {"Overdue": [], "Today": [], "Later": []}
    for one in found:
        is_today = one.task.due_at < midnight
        groups["Overdue" if one.is_overdue else "Today" if is_today else "Later"].append(one)
    return [TaskGroup(name, tasks) for name, tasks in groups.items() if tasks], more


def _cut(wanted: TaskQuerySet, count: int, viewer: Viewer, at: datetime) -> tuple[list[Shown], int]:
    """As many as are shown, and how many of all that were counted are left out."""
    found = _shown(_with_people(wanted)[:MOST_SHOWN], viewer, at)
    return found, max(count - len(found), 0) if len(found) == MOST_SHOWN else 0


def done_page(viewer: Viewer, *, at: datetime) -> TaskPage:
    """What was done last, by the viewer or by somebody whose tasks they see."""
    found = _with_people(Task.objects.done().seen_by(viewer))[:MOST_DONE]
    shown = _shown(found, viewer, at)
    return TaskPage([TaskGroup("Done", shown)] if shown else [], 0)


def _with_people(tasks: TaskQuerySet) -> TaskQuerySet:
    return tasks.select_related(
        "lead__account", "rep__user", "qualification__rep__user", "done_by", "made_by"
    ).only(*TOLD)


def _shown(tasks: Iterable[Task], viewer: Viewer, at: datetime) -> list[Shown]:
    return [
        Shown(task, task.is_overdue(at), may_act_on(viewer, task), may_take(viewer, task))
        for task in tasks
    ]


def may_take(viewer: Viewer, task: Task) -> bool:
    """Reps who work PQLs take what is to be done and nobody's."""
    return viewer.may_work and viewer.rep_id is not None and task.owner is None and task.is_to_do


def may_act_on(viewer: Viewer, task: Task) -> bool:
    """Reps do their own and what is nobody's; who manages a team acts on its reps' too, and who
    sees everything acts on everything."""
    if not viewer.may_work:
        return False
    owner = task.owner
    if viewer.sees_all or owner is None:
        return True
    return owner.pk == viewer.rep_id or owner.team_id in viewer.managed

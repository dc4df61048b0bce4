"""Tasks and tags that people write on a lead by hand."""

from datetime import date, datetime, time
from uuid import uuid4

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from leads.models import Lead
from routing.models import Alert, LeadTag, Qualification, Rep, Task, TaskChange
from routing.models.qualification import OPEN_STATES
from routing.models.task import Priority
from routing.models.task_change import TaskAct
from routing.services.errors import InvalidRequest, NotYours
from routing.viewers import Viewer

EVENING = time(17)
"""By when a task is due on its day; one written later that day has until its end."""
LAST_MINUTE = time(23, 59)
TITLE_LENGTH, NOTE_LENGTH, TAG_LENGTH = 200, 2000, 40


@transaction.atomic
def add_task(
    lead: Lead,
    *,
    title: str,
    due_on: date,
    rep: Rep | None,
    by: User,
    at: datetime,
    note: str = "",
) -> Task:
    """Write down what is to be done about a lead, by the end of a working day.

    Args:
        rep: who is to do it, whatever becomes of the lead's PQLs. None: whoever works the open
            one, and nobody any more once that is closed.

    Raises:
        InvalidRequest: it has no title, the day has passed, or there is no PQL to go with.
        NotYours: only who manages a rep gives them tasks.
    """
    title = title.strip()
    if not 0 < len(title) <= TITLE_LENGTH:
        raise InvalidRequest(f"Say what is to be done, in up to {TITLE_LENGTH} letters.")
    if due_on < timezone.localdate(at):
        raise InvalidRequest("Choose a day that has not passed.")
    if rep is not None:
        _require_giver(rep, by)
    pql = None if rep is not None else _open_pql(lead)
    task = Task.objects.create(
        key=f"hand:{uuid4()}",
        lead=lead,
        qualification=pql,
        rep=rep,
        title=title,
        note=note[:NOTE_LENGTH],
        priority=Priority.NORMAL,
        made_by=by,
        created_at=at,
        due_at=_evening(due_on, at),
    )
    TaskChange.objects.note(task, TaskAct.ADDED, by_id=by.pk, at=at)
    return task


@transaction.atomic
def give_task(task: Task, *, rep: Rep, by: User, at: datetime) -> Task:
    """Give a task to a rep, whose it is from now on, whoever works the PQL.

    They are told of it, unless they took it themselves.

    Raises:
        InvalidRequest: it is done, or taken back.
        NotYours: only who manages a rep gives them tasks.
    """
    _require_giver(rep, by)
    to_do = Task.objects.standing().filter(pk=task.pk, done_at=None)
    if not to_do.update(rep=rep, announced_at=None):
        raise InvalidRequest("This task is done already. Put it back on the list first.")
    task.refresh_from_db()
    TaskChange.objects.note(task, TaskAct.GIVEN, by_id=by.pk, at=at)
    return task


@transaction.atomic
def take_task(task: Task, *, by: User, at: datetime) -> Task:
    """A rep takes what is nobody's: theirs from now on, whoever works the PQL. Of two who take it
    at once one gets it, and the other is told.

    Raises:
        InvalidRequest: somebody has it, or it is not to be done any more.
        NotYours: they are no rep who works PQLs, or another team works the lead.
    """
    viewer = Viewer.of(by)
    rep = Rep.objects.filter(user=by).select_related("user").first()
    if rep is None or not viewer.may_work:
        raise NotYours("Only reps take tasks. Give this one to a rep.")
    if Qualification.objects.hidden_from(viewer).filter(lead=task.lead_id).exists():
        raise NotYours("Another team works this lead.")
    # The PQL is locked before its task, as by whoever gives it to a rep: theirs is its task then.
    pqls = Qualification.objects.select_for_update(of=("self",), no_key=True)
    pql = pqls.filter(tasks=task).first()
    is_free = pql is None or (pql.rep_id is None and pql.state in OPEN_STATES)
    # The rep is asked of the row itself: a join would be looked at as it was before the wait.
    free = Task.objects.standing().filter(pk=task.pk, done_at=None, rep=None)
    if not is_free or not free.update(rep=rep, announced_at=None):
        raise InvalidRequest(_why_not_free(task, viewer))
    task.refresh_from_db()
    TaskChange.objects.note(task, TaskAct.GIVEN, by_id=by.pk, at=at)
    return task


def _why_not_free(task: Task, viewer: Viewer) -> str:
    people = ("rep__user", "qualification__rep__user")
    now = Task.objects.select_related(*people).get(pk=task.pk)
    if not now.is_to_do:
        return f"Not to be done any more: {task}"
    if now.owner is not None and now.owner.pk == viewer.rep_id:
        return f"You have it already: {task}"
    return f"{now.owner} has it already: {task}"


@transaction.atomic
def leave_task(task: Task, *, by: User, at: datetime) -> Task:
    """Give back what one took: it is nobody's again, or of whoever works the PQL by now.

    Raises:
        InvalidRequest: they did not take it, or something was done to it since.
    """
    theirs = Task.objects.standing().filter(pk=task.pk, done_at=None, rep__user=by)
    mine = theirs.select_for_update(of=("self",)).first()
    last = mine.changes.select_related("rep").last() if mine else None
    if last is None or not last.is_taking:
        raise InvalidRequest(f"Not taken by you, so there is nothing to give back: {task}")
    Task.objects.filter(pk=task.pk).update(rep=None, announced_at=None)
    task.refresh_from_db()
    TaskChange.objects.note(task, TaskAct.GIVEN, by_id=by.pk, at=at)
    return task


def _require_giver(rep: Rep, by: User) -> None:
    if not Viewer.of(by).may_task(rep):
        raise NotYours("Only who manages a rep gives them tasks.")


@transaction.atomic
def remove_task(task: Task, *, by: User, at: datetime) -> None:
    """Take back a task that somebody wrote by hand; what a play made is ticked off instead.

    Whoever was not told of it yet by Slack or e-mail will not be.

    Raises:
        InvalidRequest: a play made it, or somebody took it back before.
    """
    if task.made_by_id is None:
        raise InvalidRequest("A play made this task. Tick it off instead.")
    if not Task.objects.standing().filter(pk=task.pk).update(removed_at=at):
        raise InvalidRequest("This task was taken back already.")
    Alert.objects.about(task.subject).settle(at)
    TaskChange.objects.note(task, TaskAct.REMOVED, by_id=by.pk, at=at)


@transaction.atomic
def put_tag(lead: Lead, *, name: str, by: User, at: datetime) -> bool:
    """Put a tag on a lead; False if it has it already.

    Raises:
        InvalidRequest: the name is empty or too long.
    """
    name = " ".join(name.split())
    if not 0 < len(name) <= TAG_LENGTH:
        raise InvalidRequest(f"Write a tag of 1 to {TAG_LENGTH} letters.")
    _, is_new = LeadTag.objects.get_or_create(lead=lead, name=name, defaults={"by": by, "at": at})
    return is_new


@transaction.atomic
def take_tag_off(lead: Lead, *, name: str) -> bool:
    """Take a tag off a lead, whoever put it there; False if it had none of that name."""
    removed, _ = LeadTag.objects.filter(lead=lead, name=name).delete()
    return removed > 0


def _open_pql(lead: Lead) -> Qualification:
    found = Qualification.objects.open().filter(lead=lead).order_by("-opened_at", "-pk").first()
    if found is None:
        raise InvalidRequest("Nobody works this lead now. Choose who is to do it.")
    return found


def _evening(day: date, at: datetime) -> datetime:
    zone = timezone.get_current_timezone()
    evening = datetime.combine(day, EVENING, tzinfo=zone)
    return evening if evening > at else datetime.combine(day, LAST_MINUTE, tzinfo=zone)

"""What is due is done, once: reminders, the breach itself, the manager told, the PQL passed on."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from routing.availability import company_hours_of
from routing.dealing.deadlines import Due, Step, span_words
from routing.dealing.hours import WorkingHours
from routing.models import Qualification, SlaEvent, StateChange
from routing.models.qualification import State
from routing.sla import passing_on, silence, telling
from routing.sla.clocks import next_step_at, plan_of, steps_taken

# Nobody was there to pass a PQL on to: how soon to look again.
LOOK_AGAIN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class _Case:
    """A PQL with something due, and what its clock says."""

    pql: Qualification
    hours: WorkingHours
    plan: tuple[Due, ...]
    taken: set[Step]
    assigned_at: datetime


@transaction.atomic
def take_steps(*, at: datetime, limit: int) -> int:
    """Do what is due for up to ``limit`` PQLs, longest due first; return how many there were.

    Each step leaves a row that is unique for its assignment, in one transaction with what it
    causes: whatever is killed or retried, a step happens once.
    """
    due = list(
        Qualification.objects.sla_due(at)
        .select_related("rep__user", "rep__team__manager", "lead", "sla_policy")
        .select_for_update(skip_locked=True, of=("self",))[:limit]
    )
    if not due:
        return 0
    hours = company_hours_of({pql.rep for pql in due if pql.rep})
    taken = steps_taken(due)
    snoozed = _snoozed_since(due)
    for pql in due:
        if pql.rep_id is None or pql.sla_policy is None or pql.assigned_at is None:
            _schedule(pql, None)
            continue
        plan = plan_of(pql, hours[pql.rep_id])
        case = _Case(pql, hours[pql.rep_id], plan, taken[pql.pk], pql.assigned_at)
        if pql.sla_set_for != pql.assigned_at:
            _schedule(pql, None)  # given to somebody since: set_clocks() sets the new clock
        elif pql.waits_for_touch and pql.pk not in snoozed:
            _take(case, at=at)
        else:
            _look_back(case, at=at)
    return len(due)


def _take(case: _Case, *, at: datetime) -> None:
    look_again: datetime | None = None
    is_late = any(due.step == Step.BREACH and due.at <= at for due in case.plan)
    for due in case.plan:
        if due.at > at or due.step in case.taken:
            continue
        case.taken.add(due.step)
        if due.step == Step.REMIND and is_late:
            continue  # what is overdue needs no word that it will be
        if due.step == Step.REASSIGN:
            if _pass_on(case, due, at=at):
                _schedule(case.pql, None)
                return
            if passing_on.may_pass_on(case.pql):
                look_again = at + LOOK_AGAIN
            continue
        _take_one(case, due, at=at)
    upcoming = [moment for moment in (next_step_at(case.plan, case.taken), look_again) if moment]
    _schedule(case.pql, min(upcoming, default=None))


def _take_one(case: _Case, due: Due, *, at: datetime) -> None:
    reason = _reason(case, due, at=at)
    if not _write(case, due, reason, at=at):
        return
    telling.tell(case.pql, due.step, reason, at=at)
    if due.step == Step.BREACH:
        silence.pause_if_silent(case.pql, at=at)


def _pass_on(case: _Case, due: Due, *, at: datetime) -> bool:
    """Give it to somebody else, if there is somebody and it was not done too often."""
    former = case.pql.rep
    reason = _reason(case, due, at=at)
    chosen = passing_on.pass_on(case.pql, reason=reason, at=at)
    if chosen is None:
        return False
    if _write(
        case, due, f"{reason}: given to {chosen}", at=at, rep_id=former.pk if former else None
    ):
        telling.tell_former(case.pql, former, reason, at=at)
    return True


def _look_back(case: _Case, *, at: datetime) -> None:
    """It was touched, or closed, before this ran: what remains to say is whether in time."""
    pql = case.pql
    touched = [moment for moment in (pql.first_touched_at, pql.closed_at) if moment]
    ended_at = min((moment for moment in touched if moment >= case.assigned_at), default=None)
    breach = next((due for due in case.plan if due.step == Step.BREACH), None)
    if breach and ended_at and ended_at > breach.at and breach.step not in case.taken:
        late = case.hours.working_between(breach.at, ended_at)
        words = span_words(late) if late >= timedelta(minutes=1) else "moments"
        _write(case, breach, f"Touched {words} late", at=at)
    _schedule(pql, None)


def _write(case: _Case, due: Due, reason: str, *, at: datetime, rep_id: int | None = None) -> bool:
    """Leave the step's row; False if there was one."""
    _, is_new = SlaEvent.objects.get_or_create(
        qualification=case.pql,
        assigned_at=case.assigned_at,
        step=due.step,
        defaults={
            "rep_id": rep_id or case.pql.rep_id,
            "policy": case.pql.sla_policy,
            "due_at": due.at,
            "at": at,
            "reason": reason[:300],
        },
    )
    return is_new


def _reason(case: _Case, due: Due, *, at: datetime) -> str:
    assert case.pql.sla_policy is not None
    within = span_words(case.pql.sla_policy.terms.first_touch)
    if due.step == Step.REMIND:
        breach = next(one.at for one in case.plan if one.step == Step.BREACH)
        zone = case.pql.rep.zone if case.pql.rep else None
        return f"First touch is due by {timezone.localtime(breach, zone):%a %-d %b, %H:%M}"
    return f"Not touched within {within}"


def _schedule(pql: Qualification, moment: datetime | None) -> None:
    Qualification.objects.filter(pk=pql.pk).update(sla_next_at=moment)


def _snoozed_since(pqls: Collection[Qualification]) -> set[int]:
    """Those that their present rep put off: somebody looked at them."""
    assigned: Mapping[int, datetime | None] = {pql.pk: pql.assigned_at for pql in pqls}
    changes = StateChange.objects.filter(
        qualification__in=assigned,
        from_state=State.ASSIGNED,
        to_state=State.SNOOZED,
        undone_by=None,
    )
    found = set()
    for pk, moment in changes.values_list("qualification", "at"):
        since = assigned[pk]
        if since is not None and moment >= since:
            found.add(pk)
    return found

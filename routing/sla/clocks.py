"""When an assigned PQL is due: worked out once for each assignment, and anew if the ground moves.

Whoever assigns a PQL knows nothing of SLAs: it is found by its assignment having no clock.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from routing.availability import company_hours_of
from routing.dealing.deadlines import Due, Step, due_at, schedule
from routing.dealing.hours import NeverOpen, WorkingHours
from routing.models import Qualification, Rep, SlaEvent, SlaPolicy
from routing.models.qualification import State
from routing.models.rep import validate_zone
from routing.services.errors import InvalidRequest
from routing.sla.policies import policies_for


@transaction.atomic
def set_clocks(*, at: datetime, limit: int) -> int:
    """Work out the due moments of up to ``limit`` assigned PQLs; return how many.

    One that its rep touched already, or that no policy is for, gets an empty clock.
    """
    waiting = list(
        Qualification.objects.without_clock()
        .select_related("rep__user", "product", "version", "lead__account")
        .order_by("pk")
        .select_for_update(skip_locked=True, of=("self",))[:limit]
    )
    if not waiting:
        return 0
    policies = policies_for(waiting, at=at)
    hours = company_hours_of({pql.rep for pql in waiting if pql.rep})
    taken = steps_taken(waiting)
    for pql in waiting:
        _set_clock(pql, policies.get(pql.pk), hours, taken[pql.pk])
    Qualification.objects.bulk_update(
        waiting, ["sla_policy", "sla_due_at", "sla_next_at", "sla_set_for"]
    )
    return len(waiting)


def reset_clocks(*, rep: Rep | None = None) -> int:
    """Have the clocks worked out anew, of one rep's PQLs or all, as hours or policies changed.

    What was done already stays done. Returns how many.
    """
    running = Qualification.objects.filter(state=State.ASSIGNED, sla_set_for__isnull=False)
    if rep is not None:
        running = running.filter(rep=rep)
    return running.update(sla_set_for=None)


@transaction.atomic
def set_time_zone(rep: Rep, *, zone: str) -> Rep:
    """Put a rep's working hours on another clock, and what is due with them."""
    try:
        validate_zone(zone)
    except ValidationError as error:
        raise InvalidRequest(" ".join(error.messages)) from error
    rep.time_zone = zone
    rep.save(update_fields=["time_zone"])
    reset_clocks(rep=rep)
    return rep


def plan_of(pql: Qualification, hours: WorkingHours) -> tuple[Due, ...]:
    """Every step of its policy with its moment; none where there are no such hours."""
    if pql.sla_policy is None or pql.assigned_at is None:
        return ()
    try:
        return schedule(pql.sla_policy.terms, hours, pql.assigned_at)
    except NeverOpen:
        return ()


def steps_taken(pqls: Collection[Qualification]) -> dict[int, set[Step]]:
    """The steps that were taken for the present assignment of each, by PQL id."""
    assigned = {pql.pk: pql.assigned_at for pql in pqls}
    found: dict[int, set[Step]] = defaultdict(set)
    events = SlaEvent.objects.filter(qualification__in=assigned)
    for pk, moment, step in events.values_list("qualification", "assigned_at", "step"):
        if assigned[pk] == moment:
            found[pk].add(Step(step))
    return found


def next_step_at(plan: Sequence[Due], taken: Collection[Step]) -> datetime | None:
    """When something is to be done next."""
    return min((due.at for due in plan if due.step not in taken), default=None)


def _set_clock(
    pql: Qualification,
    policy: SlaPolicy | None,
    hours: dict[int, WorkingHours],
    taken: Collection[Step],
) -> None:
    assert pql.assigned_at is not None  # without_clock() asks for it
    pql.sla_policy = policy
    pql.sla_set_for = pql.assigned_at
    pql.sla_due_at = pql.sla_next_at = None
    if policy is None or pql.rep_id is None:
        return
    plan = plan_of(pql, hours[pql.rep_id])
    if plan:
        pql.sla_due_at = due_at(policy.terms, hours[pql.rep_id], pql.assigned_at)
        pql.sla_next_at = next_step_at(plan, taken)

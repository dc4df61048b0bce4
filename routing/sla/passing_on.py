"""A PQL that its rep let pass goes to somebody else of the team who is at work and has room."""

from datetime import datetime

from routing import services
from routing.availability import hours_of, loads_of
from routing.dealing import Candidate, next_rep
from routing.dealing.deadlines import Step
from routing.models import Qualification, Rep, SlaEvent


def may_pass_on(pql: Qualification) -> bool:
    """Whether its policy allows one more time."""
    if pql.sla_policy is None:
        return False
    times = SlaEvent.objects.filter(qualification=pql, step=Step.REASSIGN).count()
    return times < pql.sla_policy.most_reassignments


def pass_on(pql: Qualification, *, reason: str, at: datetime) -> Rep | None:
    """Give it to whose turn it is among the others; None if nobody is there, or it may not be.

    Needs a transaction: the reps' rows are locked, so that turns and limits hold.
    """
    if pql.rep is None or not may_pass_on(pql):
        return None
    chosen = _next_of_team(pql, at=at)
    if chosen is None:
        return None
    rep, turn = chosen
    try:
        services.assign(
            pql, rep=rep, by=None, at=at, reason=f"{reason} by {pql.rep}. Passed on to {rep}"
        )
    except services.RoutingError:  # somebody was faster, and it is not ours to give any more
        return None
    Rep.objects.filter(pk=rep.pk).update(last_dealt_at=turn)
    return rep


def _next_of_team(pql: Qualification, *, at: datetime) -> tuple[Rep, datetime] | None:
    holder = pql.rep
    assert holder is not None  # pass_on() asks
    had_it = SlaEvent.objects.filter(qualification=pql, step=Step.REASSIGN).values("rep")
    others = list(
        Rep.objects.available(at)
        .filter(team=holder.team_id)
        .exclude(pk=holder.pk)
        .exclude(pk__in=had_it)
        .select_related("user")
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    hours, loads = hours_of(others), loads_of(others, at=at)
    there = {
        rep.pk: rep
        for rep in others
        if hours[rep.pk].is_open(at) and not loads[rep.pk].is_full(rep)
    }
    deal = next_rep([Candidate(pk, rep.last_dealt_at) for pk, rep in there.items()], at=at)
    return (there[deal.rep_id], deal.dealt_at) if deal else None

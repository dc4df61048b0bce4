"""A PQL that its rep let pass goes to somebody else of the team who is at work and has room."""

from datetime import datetime

from django.db import transaction

from routing import services
from routing.dealing.deadlines import Step
from routing.dealing.rules import Closed, Pool, Rule
from routing.models import Qualification, Rep, SlaEvent
from routing.models.decision import Trigger
from routing.services.dealing import deal_one

TURNS = "passed-on"
"""The key of the turns in which reps get what others let pass."""


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
    try:
        with transaction.atomic():  # where it cannot be given, nobody's turn was taken
            return _give(pql, pql.rep, reason=reason, at=at)
    except services.RoutingError:  # somebody was faster, and it is not ours to give any more
        return None


def _give(pql: Qualification, holder: Rep, *, reason: str, at: datetime) -> Rep | None:
    had_it = SlaEvent.objects.filter(qualification=pql, step=Step.REASSIGN).values("rep")
    others = Rep.objects.filter(team=holder.team_id).exclude(pk=holder.pk).exclude(pk__in=had_it)
    rule = Rule(
        key=TURNS,
        name="Passed on within the team",
        pool=Pool.REPS,
        reps=tuple(others.values_list("pk", flat=True)),
        closed=Closed.WAIT,
    )
    decision = deal_one(pql, rule, trigger=Trigger.SLA, at=at)
    if decision.rep_id is None:
        return None
    rep = Rep.objects.select_related("user").get(pk=decision.rep_id)
    services.assign(
        pql, rep=rep, by=None, at=at, reason=f"{reason} by {holder}. Passed on to {rep}"
    )
    return rep

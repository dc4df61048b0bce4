"""A PQL that its rep let pass goes to somebody else of the team who is at work and has room."""

from datetime import datetime

from routing import services
from routing.dealing.deadlines import Step
from routing.dealing.pilots import Arm
from routing.dealing.rules import Closed, Pool, Rule
from routing.models import PilotCase, Qualification, Rep, SlaEvent
from routing.models.decision import Trigger
from routing.models.rep import RepQuerySet
from routing.services.dealing import deal_one


def may_pass_on(pql: Qualification) -> bool:
    """Whether its policy allows one more time."""
    if pql.sla_policy is None:
        return False
    times = SlaEvent.objects.filter(qualification=pql, step=Step.REASSIGN).count()
    return times < pql.sla_policy.most_reassignments


def pass_on(pql: Qualification, *, reason: str, at: datetime) -> Rep | None:
    """Give it to whose turn it is among the others; None if nobody is there, or it may not be.

    Needs a transaction: the dealing locks the reps' rows, so that turns and limits hold.
    """
    if pql.rep is None or not may_pass_on(pql):
        return None
    others = _others(pql, pql.rep)
    rule = Rule(
        key=f"sla-{pql.rep.team_id}",
        name="SLA",
        pool=Pool.REPS,
        reps=tuple(others.order_by("pk").values_list("pk", flat=True)),
        closed=Closed.WAIT,
    )
    decision = deal_one(pql, rule, trigger=Trigger.SLA, at=at)
    if decision.rep_id is None:
        return None
    rep = Rep.objects.select_related("user").get(pk=decision.rep_id)
    words = f"{reason} by {pql.rep}. Passed on to {rep}: {decision.last.why.lower()}"
    services.reassign(pql, rep=rep, at=at, reason=words)
    return rep


def _others(pql: Qualification, holder: Rep) -> RepQuerySet:
    """The team without who has it and who let it pass before; a pilot's PQL stays in its arm."""
    had_it = SlaEvent.objects.filter(qualification=pql, step=Step.REASSIGN, rep__isnull=False)
    others = Rep.objects.filter(team=holder.team_id).exclude(pk=holder.pk)
    others = others.exclude(pk__in=had_it.values("rep"))
    case = PilotCase.objects.filter(qualification=pql).first()
    if case is None:
        return others
    if case.arm == Arm.PILOT:
        return others.filter(pilots=case.pilot_id)
    return others.exclude(pilots=case.pilot_id)

"""Whom a step of an SLA is told to, and in which words."""

from datetime import datetime

from routing.alerts import raise_alert
from routing.dealing.deadlines import Step
from routing.models import Qualification, Rep
from routing.models.alert import AlertKind, Severity


def tell(pql: Qualification, step: Step, reason: str, *, at: datetime) -> None:
    """Remind the rep; tell the manager of a PQL that waits too long. A breach alone is no news."""
    if pql.rep is None:
        return
    if step in {Step.REMIND, Step.REMIND_LATE}:
        raise_alert(
            key=_key(pql, step, "rep"),
            kind=AlertKind.SLA_REMINDER,
            severity=Severity.HIGH,
            user=pql.rep.user,
            lead=pql.lead,
            qualification=pql,
            at=at,
            message=f"{reason}. Accept, reject or snooze it.",
        )
    elif step == Step.ESCALATE and pql.rep.team.manager is not None:
        raise_alert(
            key=_key(pql, step, "manager"),
            kind=AlertKind.SLA_BREACH,
            severity=Severity.HIGH,
            user=pql.rep.team.manager,
            lead=pql.lead,
            qualification=pql,
            at=at,
            message=f"{reason} by {pql.rep}.",
        )


def tell_former(pql: Qualification, former: Rep | None, reason: str, *, at: datetime) -> None:
    """Tell who had it that somebody else has it now; that one is told by the change itself."""
    if former is None or not former.user.is_active:
        return
    raise_alert(
        key=_key(pql, Step.REASSIGN, "former"),
        kind=AlertKind.SLA_BREACH,
        severity=Severity.NORMAL,
        user=former.user,
        lead=pql.lead,
        qualification=pql,
        at=at,
        message=f"{reason}: it is {pql.rep}'s now.",
    )


def tell_paused(pql: Qualification, rep: Rep, passed: int, *, at: datetime) -> None:
    """Tell a rep and their manager that the rep gets nothing new until they act."""
    told = [(rep.user, "You let", "You get nothing new until you act on one of yours")]
    if rep.team.manager is not None:
        told.append((rep.team.manager, f"{rep} let", "They get nothing new until they act"))
    for user, who, then in told:
        raise_alert(
            key=f"sla:paused:{rep.pk}:{at.isoformat()}:{user.pk}",
            kind=AlertKind.SLA_BREACH,
            severity=Severity.HIGH,
            user=user,
            lead=pql.lead,
            qualification=pql,
            at=at,
            title=f"{who} {passed} PQLs pass in a row",
            message=f"{who} {passed} PQLs pass in a row. {then}.",
        )


def _key(pql: Qualification, step: Step, whom: str) -> str:
    """One for each assignment of the PQL: after it was passed on, its clock begins anew."""
    return f"sla:{pql.pk}:{pql.sla_set_for:%Y%m%dT%H%M%S.%f}:{step}:{whom}"

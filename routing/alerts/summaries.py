"""A team's day, told to its manager once, at the time of day they chose."""

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.urls import reverse

from routing.alerts.content import Content, Figure, one_line
from routing.alerts.preferences import Manner, manner_of
from routing.models import Alert, Qualification, SlaEvent, StateChange, Team
from routing.models.alert import AlertKind, Severity
from routing.models.qualification import State

DAY = timedelta(days=1)
TOLD_WITHIN = timedelta(hours=12)
"""After an outage: so late is a day still told; later the next one is close."""


def tell_managers(*, at: datetime) -> int:
    """Tell of the teams whose day ended by now; return how many. Harmless twice."""
    teams = Team.objects.filter(manager__is_active=True).select_related("manager")
    return sum(_tell(team, team.manager, at=at) for team in teams if team.manager is not None)


@transaction.atomic
def _tell(team: Team, manager: User, *, at: datetime) -> bool:
    manner = manner_of(manager)
    until = _day_time(manner, at)
    key = f"day:{team.pk}:{manager.pk}:{until.date()}"
    is_time = until <= at < until + TOLD_WITHIN
    if not is_time or AlertKind.TEAM_SUMMARY in manner.preference.muted_kinds:
        return False
    if Alert.objects.filter(key=key).exists():
        return False
    figures = team_figures(team, since=until - DAY, until=until)
    if not any(figures.values()):
        return False  # a day of nothing is no news
    missed = figures["Not touched in time"]
    severity = Severity.HIGH if missed else Severity.NORMAL
    content = Content(
        message="What happened in a day up to now, and what waits.",
        figures=tuple(Figure(name, str(value)) for name, value in figures.items()),
        path=reverse("routing:queue") + "?tab=team",
    )
    alert = Alert(
        key=key,
        kind=AlertKind.TEAM_SUMMARY,
        severity=severity,
        user=manager,
        title=one_line(f"{team}: {figures['New PQLs']} new, {figures['Waiting now']} waiting"),
        content=content.as_json(),
        channels=manner.channels(AlertKind.TEAM_SUMMARY, severity, at),
        created_at=at,
        due_at=at,
    )
    Alert.objects.bulk_create([alert], ignore_conflicts=True)
    return True


def team_figures(team: Team, *, since: datetime, until: datetime) -> dict[str, int]:
    """A team's numbers by their names: of ``[since, until)``, and of now."""
    mine = Qualification.objects.filter(rep__team=team)
    acts = StateChange.objects.filter(rep__team=team, at__gte=since, at__lt=until)
    breaches = SlaEvent.objects.breaches().filter(rep__team=team, at__gte=since, at__lt=until)
    return {
        "New PQLs": mine.filter(assigned_at__gte=since, assigned_at__lt=until).count(),
        "Accepted": acts.filter(to_state=State.ACCEPTED).exclude(from_state=State.ACCEPTED).count(),
        "Rejected": acts.filter(to_state=State.REJECTED).count(),
        "Waiting now": mine.filter(state=State.ASSIGNED).count(),
        "Not touched in time": breaches.count(),
        "Nobody’s": Qualification.objects.undealt().count(),
    }


def _day_time(manner: Manner, at: datetime) -> datetime:
    """Today's moment of the daily message, on the manager's clock."""
    today = at.astimezone(manner.zone).date()
    return datetime.combine(today, manner.preference.digest_time, tzinfo=manner.zone)

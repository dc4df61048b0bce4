"""How somebody wants to be told: their choice, else their team's, else the defaults."""

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet

from routing.alerts.timing import Pace, Times, ahead_of, due_at, open_between_quiet
from routing.availability import hours_of
from routing.dealing.hours import WorkingHours
from routing.models import Alert, AlertPreference, Rep
from routing.models.alert import AlertKind, Channel, Severity
from routing.models.alert_preference import QuietHours
from routing.models.rep import workspace_zone
from routing.viewers import Viewer

CHOICES = (
    "slack_from",
    "email_from",
    "rhythm",
    "digest_time",
    "quiet_hours",
    "quiet_from",
    "quiet_until",
    "urgent_at_once",
    "muted_kinds",
)


@dataclass(frozen=True, slots=True)
class Manner:
    """One person's preference with what it needs to be followed."""

    preference: AlertPreference
    times: Times

    @property
    def zone(self) -> ZoneInfo:
        return self.times.zone

    def due_at(self, at: datetime, severity: int) -> datetime:
        """When an alert made now goes out."""
        return due_at(self.times, at, is_urgent=severity == Severity.URGENT)

    def ahead_of(
        self, due: datetime, *, severity: int, work: WorkingHours, after: datetime
    ) -> datetime:
        """When to make an alert about what is due then, so that it is of use."""
        is_urgent = severity == Severity.URGENT
        return ahead_of(self.times, due, after=after, work=work, is_urgent=is_urgent)

    def channels(self, kind: str, severity: int, at: datetime) -> list[str]:
        """The ways it goes; none while the person, or the kind, is muted."""
        chosen = self.preference
        if chosen.is_muted(at) or kind in chosen.muted_kinds:
            return []
        least = {Channel.SLACK: chosen.slack_from, Channel.EMAIL: chosen.email_from}
        return [channel.value for channel, needed in least.items() if severity >= needed]


def kinds_for(viewer: Viewer) -> list[AlertKind]:
    """What a person can be told as things stand (docs/alerts.md says of each kind whom)."""
    is_rep = viewer.rep_id is not None
    told = {
        AlertKind.UNASSIGNED_PQL: viewer.sees_team,
        AlertKind.REVIEW: viewer.may_review,
        AlertKind.SLA_REMINDER: is_rep or viewer.may_review,
        AlertKind.SLA_BREACH: is_rep or viewer.sees_team,
        AlertKind.TASK: is_rep or viewer.sees_team,
        AlertKind.TASK_DUE: is_rep or viewer.sees_team,
        AlertKind.PLAY: is_rep or viewer.sees_team,
        AlertKind.PILOT: viewer.in_pilot,
        AlertKind.TEAM_SUMMARY: bool(viewer.managed),
    }
    return [kind for kind in AlertKind if told.get(kind, is_rep)]


def preference_of(user: User) -> AlertPreference:
    """What counts for a person; one of the defaults is not saved."""
    return AlertPreference.objects.concerning(user.pk).first() or AlertPreference(user=user)


def own_preference(user: User) -> AlertPreference:
    """A person's own choice to be edited; not saved yet, it begins as what counts now."""
    counts = preference_of(user)
    if counts.user_id == user.pk:
        return counts
    return AlertPreference(user=user, **{name: getattr(counts, name) for name in CHOICES})


def manner_of(user: User) -> Manner:
    """How to tell a person: two queries, and two more who is quiet off work."""
    rep = Rep.objects.filter(user=user).first()
    return _manner(preference_of(user), rep)


def _manner(chosen: AlertPreference, rep: Rep | None) -> Manner:
    zone = ZoneInfo(chosen.time_zone or (rep.time_zone if rep else workspace_zone()))
    times = Times(
        zone=zone,
        pace=Pace(chosen.rhythm),
        day_time=chosen.digest_time,
        urgent_at_once=chosen.urgent_at_once,
    )
    if chosen.quiet_hours == QuietHours.OWN:
        quiet = open_between_quiet(zone, chosen.quiet_from, chosen.quiet_until)
        return Manner(chosen, replace(times, open=quiet))
    if chosen.quiet_hours == QuietHours.OFF_WORK and rep is not None:
        return Manner(chosen, replace(times, open=hours_of([rep])[rep.pk]))
    return Manner(chosen, times)


@transaction.atomic
def save_preference(preference: AlertPreference, *, at: datetime) -> None:
    """Keep a choice. What still waits for those it concerns goes by it from now on."""
    preference.save()
    for user in _whom_it_concerns(preference):
        _put_off_anew(user, at=at)


@transaction.atomic
def forget_preference(preference: AlertPreference, *, at: datetime) -> None:
    """Without it, a person's team counts again, or the defaults; also for what still waits."""
    concerned = list(_whom_it_concerns(preference))
    preference.delete()
    for user in concerned:
        _put_off_anew(user, at=at)


def _whom_it_concerns(preference: AlertPreference) -> QuerySet[User]:
    if preference.user_id is not None:
        return User.objects.filter(pk=preference.user_id)
    return User.objects.filter(rep__team=preference.team_id, alert_preference=None)


def _put_off_anew(user: User, *, at: datetime) -> None:
    manner = manner_of(user)
    waiting = Alert.objects.of_user(user.pk).filter(delivered_at=None, due_at__gt=at)
    for alert in waiting:
        waiting.filter(pk=alert.pk).update(
            due_at=manner.due_at(at, alert.severity),
            channels=manner.channels(alert.kind, alert.severity, at),
        )

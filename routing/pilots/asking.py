"""The day's question reaches a pilot's reps where they are: as an alert, once a working day."""

from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse

from routing.alerts import Content, Link, raise_notice
from routing.availability import hours_of
from routing.dealing.hours import WorkingHours
from routing.models import Pilot, Rep
from routing.models.alert import AlertKind, Severity
from routing.models.pilot import Verdict
from routing.pilots.verdicts import DAY, Asked, asked_of, subject_of

ASKED_BEFORE = timedelta(minutes=15)
"""Before the last hour of the day ends: who wants to be left alone off work is still there."""
ASKED_WITHIN = timedelta(hours=12)
"""After an outage: so late a day is still asked about."""


def ask_reps(*, at: datetime) -> int:
    """Ask those whose day is about to end, once a day and pilot; return how many were asked.

    Not asked is who got no PQL of the pilot that day, has said their word, is off or deactivated.
    Harmless twice, and side by side: the question's key is unique.
    """
    pilots = Pilot.objects.filter(starts_at__lte=at, ends_at__gt=at - DAY)
    reps = list(
        Rep.objects.filter(pilots__in=pilots, user__is_active=True)
        .select_related("user")
        .distinct()
        .order_by("pk")
    )
    hours = hours_of(reps) if reps else {}
    return sum(_ask(rep, hours[rep.pk], at=at) for rep in reps)


@transaction.atomic
def _ask(rep: Rep, hours: WorkingHours, *, at: datetime) -> int:
    if rep.off_until is not None and rep.off_until > at:
        return 0
    told = 0
    # Whose hours end at midnight is asked after an outage on the day after.
    for day in (rep.today(at) - DAY, rep.today(at)):
        closes = hours.closes_on(day)
        if closes is None:
            continue
        asked_at = closes - ASKED_BEFORE
        if asked_at <= at < asked_at + ASKED_WITHIN:
            asked = [one for one in asked_of(rep, at=at, day=day) if not one.said]
            told += sum(_raise(one, rep, at=at) for one in asked)
    return told


def _raise(asked: Asked, rep: Rep, *, at: datetime) -> bool:
    page = f"{reverse('routing:pilot-verdict', args=[asked.pilot.pk])}?day={asked.day}"
    links = tuple(Link(label, f"{page}&verdict={value}") for value, label in Verdict.choices)
    return raise_notice(
        key=f"{subject_of(asked.pilot, rep, asked.day)}:asked",
        kind=AlertKind.PILOT,
        severity=Severity.NORMAL,
        user=rep.user,
        title=asked.question,
        content=Content(
            message=f"Pilot {asked.pilot}, totals of {asked.range}. One tap: RevOps sees it beside "
            "the scores.",
            path=page,
            links=links,
        ),
        at=at,
    )

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q, Value
from django.db.models.functions import Cast

from routing.dealing.hours import DaysOff, WorkingHours
from routing.dealing.weeks import HoursError, default_week, read_week
from routing.models.availability import DayOff

if TYPE_CHECKING:
    from routing.viewers import Viewer

MAX_WEIGHT = 10


class Team(models.Model):
    """A group of reps that PQLs are dealt among."""

    name = models.CharField(max_length=120, unique=True)
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="managed_teams",
    )
    reviews = models.BooleanField(
        "reviews PQLs",
        default=False,
        help_text="Its reps look at PQLs that a review policy holds back, before they are dealt.",
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


def workspace_zone() -> str:
    """The time zone of who has not chosen one."""
    return str(settings.TIME_ZONE)


def validate_zone(name: str) -> None:
    """Refuse a time zone that is not in the time zone database."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:  # no such name, a path, a folder of names
        raise ValidationError(
            f"“{name}” is no time zone. Use a name such as Europe/Berlin or America/New_York."
        ) from error


def validate_week(document: object) -> None:
    """Refuse working hours that cannot be read."""
    try:
        read_week(document)
    except HoursError as error:
        raise ValidationError(str(error)) from error


class RepQuerySet(models.QuerySet["Rep"]):
    def tasked_by(self, viewer: Viewer) -> RepQuerySet:
        """Whom a manager may give tasks: themself, and the reps they manage who can sign in."""
        active = self.filter(user__is_active=True).select_related("user", "team")
        named = active.order_by("user__first_name", "user__last_name", "pk")
        if viewer.sees_all:
            return named
        return named.filter(Q(pk=viewer.rep_id) | Q(team__in=viewer.managed))

    def available(self, at: datetime) -> RepQuerySet:
        """Reps who may be dealt a PQL at all: switched on, not off, and their account is active.

        Nor paused: who let PQLs pass in silence gets nothing new until they act (routing.sla).
        Off is who is off until later, and who has a day off where they are. Working hours and
        capacity are judged by the dealing, under lock.
        """
        there = Cast(Func(F("time_zone"), Value(at), function="timezone"), models.DateField())
        off = DayOff.objects.filter(
            Q(rep=OuterRef("pk")) | Q(rep=None),
            first__lte=OuterRef("day"),
            last__gte=OuterRef("day"),
        )
        return self.alias(day=there).filter(
            Q(off_until=None) | Q(off_until__lte=at),
            ~Exists(off),
            paused_at=None,
            is_available=True,
            user__is_active=True,
        )


class Rep(models.Model):
    """A person who works PQLs. ``last_dealt_at`` is whose turn it is: the longest ago is next.

    ``working_hours`` is a document of :func:`routing.dealing.weeks.read_week`, on the clock of
    ``time_zone``. ``max_open`` and ``max_new_a_day`` are hard limits on what the dealing gives.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="rep"
    )
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="reps")
    is_available = models.BooleanField(
        default=True, help_text="Off: keeps what they have, gets nothing new."
    )
    off_until = models.DateTimeField(
        null=True,
        blank=True,
        help_text="Gets nothing new until then. Empty: not off. Planned holidays are days off.",
    )
    paused_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="Let PQLs pass without doing anything; gets nothing new until they act.",
    )
    time_zone = models.CharField(
        max_length=64,
        default=workspace_zone,
        validators=[validate_zone],
        help_text="Whose clock the working hours are on, such as Europe/Berlin.",
    )
    working_hours = models.JSONField(default=default_week, validators=[validate_week])
    max_open = models.PositiveSmallIntegerField(
        "most open PQLs",
        null=True,
        blank=True,
        help_text="Who has that many open, snoozed ones included, gets no more. Empty: no limit.",
    )
    max_new_a_day = models.PositiveSmallIntegerField(
        "most new PQLs a day",
        null=True,
        blank=True,
        help_text="A day is one of their own time zone. Empty: no limit.",
    )
    weight = models.PositiveSmallIntegerField(
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_WEIGHT)],
        help_text="Where turns are weighted, who has 2 gets twice as many as who has 1. 1 to 10.",
    )
    skills = ArrayField(
        models.CharField(max_length=40),
        default=list,
        blank=True,
        help_text="What rules may ask for: languages, products, kinds of companies.",
    )
    last_dealt_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = RepQuerySet.as_manager()

    class Meta:
        ordering = ["team", "user__first_name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(weight__gte=1, weight__lte=MAX_WEIGHT), name="rep_weight_1_to_10"
            ),
        ]

    def __str__(self) -> str:
        return self.user.get_full_name() or self.user.get_username()

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def hours(self, days_off: tuple[DaysOff, ...] = ()) -> WorkingHours:
        """Their working hours; who may be off comes from :mod:`routing.availability`."""
        return WorkingHours(self.zone, read_week(self.working_hours), days_off)

    def today(self, at: datetime) -> date:
        """The date where they are."""
        return at.astimezone(self.zone).date()

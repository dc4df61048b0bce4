from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery, Sum

from leads.models.signal import SignalMapping
from leads.models.source import Source

DAY = timedelta(days=1)


class Span(models.TextChoices):
    HOUR = "hour", "Hour"
    DAY = "day", "Day"


class EventTypeQuerySet(models.QuerySet["EventType"]):
    def with_volumes(self, at: datetime) -> EventTypeQuerySet:
        """Each with ``last_day``, ``last_week`` and ``last_month``: events received until ``at``.

        The day counts by whole hours, week and month by whole days (UTC), the running one included.
        """
        today = at.replace(hour=0, minute=0, second=0, microsecond=0)
        hour = at.replace(minute=0, second=0, microsecond=0)
        return self.annotate(
            last_day=_received(Span.HOUR, since=hour - timedelta(hours=23)),
            last_week=_received(Span.DAY, since=today - 6 * DAY),
            last_month=_received(Span.DAY, since=today - 29 * DAY),
        )

    def with_signals(self) -> EventTypeQuerySet:
        """Each with ``signals``, the names of those it is mapped to whatever its properties."""
        names = _mappings().order_by("signal__name").values("signal__name").distinct()
        return self.annotate(signals=ArraySubquery(names))

    def mapped(self) -> EventTypeQuerySet:
        """Those that some signal asks for."""
        return self.filter(Exists(_mappings()))

    def unmapped(self) -> EventTypeQuerySet:
        """Those that no signal asks for."""
        return self.filter(~Exists(_mappings()))


def _received(span: Span, *, since: datetime) -> models.Func:
    volumes = EventVolume.objects.filter(type=OuterRef("pk"), span=span, start__gte=since)
    total = volumes.order_by().values("type").annotate(total=Sum("count")).values("total")
    return models.functions.Coalesce(Subquery(total, output_field=models.BigIntegerField()), 0)


def _mappings() -> models.QuerySet[SignalMapping]:
    """As :meth:`SignalMappingQuerySet.asking_for`, seen from the type."""
    return SignalMapping.objects.filter(
        Q(source=None) | Q(source=OuterRef("source")),
        Q(event_name=OuterRef("name")) | Q(event_name=""),
        kind=OuterRef("kind"),
    )


class EventType(models.Model):
    """What a source sends under one kind and name, counted since the beginning.

    Written by :mod:`leads.catalogue.counting` alone, which counts every stored event exactly once.
    The counts stay when retention drops the events, and when a person's events are erased.
    ``properties`` are names seen in samples; dotted names reach into an object.
    """

    source = models.ForeignKey(Source, on_delete=models.CASCADE, db_index=False)
    kind = models.CharField(max_length=8)
    name = models.CharField(max_length=200, blank=True)
    total = models.BigIntegerField(default=0)
    first_at = models.DateTimeField("first happened")
    last_at = models.DateTimeField("last happened")
    first_received_at = models.DateTimeField("first received")
    last_received_at = models.DateTimeField("last received")
    properties = ArrayField(models.CharField(max_length=200), default=list)

    objects = EventTypeQuerySet.as_manager()

    class Meta:
        verbose_name = "event in the catalogue"
        verbose_name_plural = "events in the catalogue"
        ordering = ["-total"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "kind", "name"], name="event_type_once_per_source"
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"Any {self.kind}"


class EventVolumeQuerySet(models.QuerySet["EventVolume"]):
    def days(self, type_ids: Iterable[int]) -> EventVolumeQuerySet:
        """The days of these types, newest first."""
        return self.filter(span=Span.DAY, type__in=type_ids).order_by("-start")


class EventVolume(models.Model):
    """How many events of a type were received in one hour, or on one day (UTC).

    ``late`` of them had happened a day or more before, ``ahead`` say that they happen after their
    receipt. ``sample`` holds event ids drawn evenly from the day's, the first ones being a smaller
    even sample; all of them where they are few.
    """

    type = models.ForeignKey(
        EventType, on_delete=models.CASCADE, related_name="volumes", db_index=False
    )
    span = models.CharField(max_length=4, choices=Span)
    start = models.DateTimeField()
    count = models.BigIntegerField()
    late = models.BigIntegerField(default=0)
    ahead = models.BigIntegerField(default=0)
    sample = ArrayField(models.BigIntegerField(), default=list)

    objects = EventVolumeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["type", "span", "start"], name="event_volume_once"),
        ]

    def __str__(self) -> str:
        return f"{self.count} in the {self.span} of {self.start:%Y-%m-%d %H:%M}"


class CatalogueState(models.Model):
    """How far the catalogue has counted: one row.

    Events up to the id ``counted_id`` are counted. Next come those up to ``fence_id``, once every
    transaction older than ``fence_xid`` has ended: then no event among them is still to appear.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    counted_id = models.BigIntegerField(default=0)
    counted_at = models.DateTimeField(null=True, help_text="All stored until then is counted.")
    fence_id = models.BigIntegerField(default=0)
    fence_xid = models.BigIntegerField(default=0)
    fence_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="one_catalogue_state"),
        ]

    def __str__(self) -> str:
        return f"Counted up to event {self.counted_id}"

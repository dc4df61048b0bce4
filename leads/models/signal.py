from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from leads.models.product import Product
from leads.models.source import Source

if TYPE_CHECKING:
    from leads.models.catalogue import EventType


class Signal(models.Model):
    """A named product behavior that events are mapped to ("Invited a teammate")."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="signals")
    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=120, help_text="In a rep's words: Invited a teammate")
    description = models.CharField(max_length=300, blank=True)
    is_activity = models.BooleanField(
        default=True,
        help_text="Counts as using the product. Unsubscribing or downgrading does not.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["product", "name"]
        constraints = [
            models.UniqueConstraint(fields=["product", "key"], name="signal_key_once_per_product"),
        ]

    def __str__(self) -> str:
        return self.name


class MessageKind(models.TextChoices):
    TRACK = "track", "Track"
    PAGE = "page", "Page"
    SCREEN = "screen", "Screen"
    IDENTIFY = "identify", "Identify"
    GROUP = "group", "Group"


OPS = {
    "equals": "is",
    "not_equals": "is not",
    "contains": "contains",
    "at_least": "is at least",
    "at_most": "is at most",
    "present": "is there",
    "missing": "is missing",
}
"""The comparisons of a condition, in words."""


class SignalMappingQuerySet(models.QuerySet["SignalMapping"]):
    def asking_for(self, event: EventType) -> SignalMappingQuerySet:
        """Mappings that ask for such an event, whatever its properties."""
        return self.filter(
            Q(source=None) | Q(source=event.source_id),
            Q(event_name=event.name) | Q(event_name=""),
            kind=event.kind,
        )

    def telling(self, event: EventType) -> SignalMappingQuerySet:
        """The same, with what a page says of them: by the signal's name, in their order."""
        found = self.asking_for(event).select_related("signal__product", "source")
        return found.order_by("signal__name", "position")


class SignalMapping(models.Model):
    """Which events are hits of a signal, and what of them is the value and the session.

    ``conditions`` is a list of ``{"property": name, "op": op, "value": value}`` that must all
    hold; ``op`` is one of ``equals, not_equals, contains, at_least, at_most, present, missing``.
    An event that meets several mappings of one signal is one hit.
    """

    signal = models.ForeignKey(Signal, on_delete=models.CASCADE, related_name="mappings")
    source = models.ForeignKey(
        Source, on_delete=models.CASCADE, null=True, blank=True, help_text="Empty: any source."
    )
    kind = models.CharField(max_length=8, choices=MessageKind, default=MessageKind.TRACK)
    event_name = models.CharField(
        max_length=200, blank=True, help_text="Exact name; empty: any event of this kind."
    )
    conditions = models.JSONField(default=list, blank=True)
    value_property = models.CharField(
        max_length=100, blank=True, help_text="Property that is the hit's value, e.g. percent."
    )
    session_property = models.CharField(
        max_length=100, blank=True, help_text="Property that names the session; empty: automatic."
    )
    position = models.PositiveSmallIntegerField(default=0)

    objects = SignalMappingQuerySet.as_manager()

    class Meta:
        ordering = ["signal", "position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(kind="track", event_name=""),
                name="track_mapping_names_its_event",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.event_name or '(any)'}"

    @property
    def condition_words(self) -> str:
        """``plan is pro and seats is at least 5``; empty without conditions."""
        return " and ".join(
            f"{c['property']} {OPS.get(c['op'], c['op'])} {c.get('value', '')}".strip()
            for c in self.conditions
        )

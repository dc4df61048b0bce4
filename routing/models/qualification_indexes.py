"""What PQLs are found by. Each index is paid for by every write: none does what another serves."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce

from routing.models.states import OPEN_STATES, State

# Set for another assignment than the present one, or not at all.
CLOCK_IS_TO_BE_SET = Q(state=State.ASSIGNED, assigned_at__isnull=False) & (
    Q(sla_set_for=None) | ~Q(sla_set_for=models.F("assigned_at"))
)

INDEXES = [
    models.Index(
        fields=["rep", "-total", "opened_at"],
        condition=Q(state__in=OPEN_STATES),
        name="qualification_queue",
    ),
    # Counted by at every look at the queue: so narrow that 100,000 take some 15 ms.
    # A rep's are found, cut and sorted by it, too.
    models.Index(
        fields=["rep", "state", "review"],
        include=[
            "id",
            "lead",
            "product",
            "opened_at",
            "assigned_at",
            "fit",
            "behavior",
            "total",
            "sla_due_at",
            "first_touched_at",
        ],
        condition=Q(state__in=OPEN_STATES),
        name="qualification_counted",
    ),
    # All a list of open ones is cut, sorted and counted by: their wide rows stay unread.
    models.Index(
        fields=["lead"],
        include=[
            "id",
            "version",
            "product",
            "state",
            "review",
            "rep",
            "opened_at",
            "assigned_at",
            "fit",
            "behavior",
            "total",
            "sla_due_at",
            "first_touched_at",
        ],
        condition=Q(state__in=OPEN_STATES),
        name="qualification_open",
    ),
    models.Index(
        fields=["publication", "rep"],
        condition=Q(publication__isnull=False),
        name="qualification_by_publication",
    ),
    models.Index(
        fields=["-total", "opened_at"],
        condition=Q(review="waiting"),
        name="qualification_to_review",
    ),
    models.Index(fields=["rep", "-assigned_at"], name="qualification_by_assignment"),
    models.Index(fields=["id"], condition=CLOCK_IS_TO_BE_SET, name="qualification_without_clock"),
    models.Index(
        fields=["sla_next_at"],
        condition=Q(sla_next_at__isnull=False),
        name="qualification_sla_due",
    ),
    models.Index(
        fields=["-closed_at"],
        condition=Q(closed_at__isnull=False),
        name="qualification_closed",
    ),
    # Long lists of open ones are read in these orders, a page at a time (docs/adr/0020).
    models.Index(
        fields=["-opened_at", "-id"],
        condition=Q(state__in=OPEN_STATES),
        name="qualification_newest",
    ),
    models.Index(
        Coalesce("assigned_at", "opened_at"),
        "id",
        condition=Q(state__in=OPEN_STATES),
        name="qualification_waiting",
    ),
    models.Index(
        fields=["sla_due_at", "id"],
        condition=Q(state__in=OPEN_STATES, sla_due_at__isnull=False, first_touched_at=None),
        name="qualification_promised",
    ),
    # Those that sleep are few; waking them finds them by it too.
    models.Index(
        fields=["snoozed_until", "id"],
        condition=Q(state=State.SNOOZED),
        name="qualification_snoozed",
    ),
]

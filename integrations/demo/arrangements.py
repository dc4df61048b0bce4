"""How the demo's reps work: where they are, what they can take, and how soon they have to act."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F

from routing.models import DayOff, Qualification, Rep, SlaPolicy
from routing.models.qualification import State

# Username: time zone, most new PQLs a day, weight, skills.
REPS = {
    "rita": ("America/New_York", 12, 2, ["enterprise"]),
    "omar": ("Europe/London", 10, 1, ["Arabic"]),
    "june": ("Europe/Berlin", 10, 1, ["German", "French"]),
}
FRESH = timedelta(days=1)
HOLIDAY = timedelta(days=5)


def arrange(*, at: datetime) -> None:
    """Give reps their clocks and limits, the team two SLAs, and June a holiday soon."""
    for username, (zone, most_new, weight, skills) in REPS.items():
        Rep.objects.filter(user__username=username).update(
            time_zone=zone, max_new_a_day=most_new, weight=weight, skills=skills
        )
    away = at.date() + HOLIDAY
    june = Rep.objects.get(user__username="june")
    DayOff.objects.create(rep=june, first=away, last=away + HOLIDAY, note="Holiday")
    SlaPolicy.objects.create(
        name="Tier 1: half a day",
        conditions=[{"field": "tier", "op": "is", "value": 1}],
        position=1,
        first_touch_minutes=240,
        remind_before_minutes=60,
        escalate_after_minutes=0,
        reassign_after_minutes=240,
    )
    SlaPolicy.objects.create(
        name="Within a working day",
        position=2,
        first_touch_minutes=480,
        remind_before_minutes=60,
        escalate_after_minutes=240,
    )
    # SLAs are for what came lately: what has waited for weeks was never promised to anybody.
    long_ago = Qualification.objects.filter(state=State.ASSIGNED, assigned_at__lt=at - FRESH)
    long_ago.update(sla_set_for=F("assigned_at"))

"""An SLA of four working hours, and PQLs under it. AT is a Tuesday noon; reps work 9 to 17 UTC."""

from datetime import timedelta
from typing import Any

from routing import sla
from routing.models import Qualification, SlaPolicy
from tests.factories.rubrics import AT

HOUR = timedelta(hours=1)
DUE = AT + 4 * HOUR  # 16:00
STEPS: dict[str, Any] = {
    "remind_before_minutes": 60,
    "escalate_after_minutes": 0,
    "remind_after_minutes": 30,
    "reassign_after_minutes": 60,
}


def make_policy(**kwargs: Any) -> SlaPolicy:
    """First touch within four working hours; nothing else happens unless asked for."""
    return SlaPolicy.objects.create(**{"name": "Four hours", "first_touch_minutes": 240, **kwargs})


def start(*pqls: Qualification) -> None:
    """Have the clocks set, and the rows read anew."""
    sla.set_clocks(at=AT, limit=100)
    for pql in pqls:
        pql.refresh_from_db()


def steps_of(pql: Qualification) -> list[str]:
    return list(pql.sla_events.order_by("pk").values_list("step", flat=True))

"""Leads that never fell below the thresholds qualify again once their rest is over.

A crossing is looked at once, when it happens. One that came while the lead rested, or one that
never comes because the lead stayed above, leaves nothing to look at later: so they are found by
what is true now (docs/adr/0027).
"""

from datetime import datetime

from django.db import transaction

from routing.models import LifecyclePolicy, Qualification
from routing.services.opening import open_all, worth_opening


@transaction.atomic
def let_come_back(*, at: datetime, limit: int) -> int:
    """Open another qualification for up to ``limit`` leads that may have one; return how many.

    Whose rest is over, or who rose enough within it, is said by their product's policy. Harmless
    twice, and side by side: who has one is found no more, and leads are locked while looked at.
    """
    lifecycles = LifecyclePolicy.objects.lifecycles()
    ended = Qualification.objects.coming_back(at, lifecycles)
    keys = list(ended.values_list("lead_id", "product_id")[:limit])
    openings = worth_opening([(key, None) for key in keys], at=at)
    open_all(openings, at=at)
    return len(openings)

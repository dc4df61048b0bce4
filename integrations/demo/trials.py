"""What the demo's sales team tries out: a pilot with two reps, and a look at small companies first.

Both begin while the past is lived again, so that the real services deal and hold back by them; only
what the reps say of their days is dice.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from random import Random

from leads.models import Product
from routing import pilots
from routing.models import Pilot, Rep, ReviewPolicy
from routing.models.pilot import Verdict

PILOT = "Two reps first (demo)"
PILOT_REPS = ("rita", "omar")
PILOT_BEGAN = timedelta(days=21)
PILOT_LASTS = timedelta(days=35)
COMPARED = 35
REVIEW_BEGAN = timedelta(days=3)
SMALL = 60
EVENING = time(22)
SILENT_DAYS = 0.1


def start_pilot(product: Product, *, at: datetime) -> None:
    """From now on new PQLs go to two reps; about a third stays with the others, to compare with."""
    pilot = Pilot.objects.create(
        name=PILOT, product=product, starts_at=at, ends_at=at + PILOT_LASTS, share=COMPARED
    )
    pilot.reps.set(Rep.objects.filter(user__username__in=PILOT_REPS))


def start_review(product: Product) -> None:
    """From now on somebody looks at PQLs of small companies before a rep gets them."""
    ReviewPolicy.objects.create(
        name="Small companies first (demo)",
        product=product,
        conditions=[{"field": "employees", "op": "at_most", "value": SMALL}],
    )


def say_verdicts(random: Random, *, at: datetime) -> None:
    """The pilot's reps say what their days were like: on most days, and rather by the totals."""
    pilot = Pilot.objects.get(name=PILOT)
    for rep in pilot.reps.select_related("user").order_by("pk"):
        day, today = rep.today(pilot.starts_at), rep.today(at)
        while day < today:
            evening = datetime.combine(day, EVENING, tzinfo=rep.zone)
            for asked in pilots.asked_of(rep, at=evening, day=day):
                verdict = _verdict(random, asked.average)
                if random.random() > SILENT_DAYS:
                    pilots.give_verdict(pilot, rep=rep, verdict=verdict, at=evening, day=day)
            day += timedelta(days=1)


def _verdict(random: Random, average: float) -> Verdict:
    """Better days have higher totals, mostly."""
    felt = (average - 80) / 40 + random.uniform(-0.4, 0.6)
    return Verdict.GOOD if felt > 0.5 else Verdict.MIXED if felt > 0.1 else Verdict.POOR

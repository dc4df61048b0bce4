"""Rows of who works when and how soon, for the pages of the admin."""

from datetime import timedelta

from django.db.models import Model

from leads.models import Lead, Product
from routing.models import (
    DayOff,
    LifecyclePolicy,
    Pilot,
    Rep,
    ReviewPolicy,
    SlaEvent,
    SlaPolicy,
    Team,
)
from tests.world import AT, World, make_person

MODELS: list[type[Model]] = [
    Rep, Team, DayOff, LifecyclePolicy, Pilot, ReviewPolicy, SlaEvent, SlaPolicy,
]  # fmt: skip

READ_ONLY: list[type[Model]] = [SlaEvent]


def fill_reps(world: World, lead: Lead, number: int) -> None:
    """One row of everything."""
    pql = lead.qualifications.get()
    team = Team.objects.create(name=f"Team {number}", manager=world.rep.user)
    Rep.objects.create(user=make_person(f"rep{number}"), team=team)
    DayOff.objects.create(rep=pql.rep, first=AT.date(), last=AT.date())
    policy = SlaPolicy.objects.create(name=f"P {number}", first_touch_minutes=240)
    SlaEvent.objects.create(
        qualification=pql, assigned_at=AT, step="breach", rep=pql.rep, policy=policy, due_at=AT,
        at=AT, reason="Not touched",
    )  # fmt: skip
    pilot = Pilot.objects.create(
        name=f"Pilot {number}", product=world.product, starts_at=AT, ends_at=AT + timedelta(days=9)
    )
    pilot.reps.add(world.rep)
    ReviewPolicy.objects.create(name=f"R {number}", product=world.product)
    LifecyclePolicy.objects.create(
        product=Product.objects.create(key=f"life{number}", name=f"L {number}")
    )

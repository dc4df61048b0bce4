"""Rows of what plays leave behind, for the pages of the admin."""

from django.db.models import Model

from leads.models import Lead
from routing.models import MessageTemplate, OwedEvent, Task
from tests.world import AT, World

MODELS: list[type[Model]] = [MessageTemplate, OwedEvent, Task]
READ_ONLY: list[type[Model]] = [OwedEvent, Task]


def fill_plays(world: World, lead: Lead, number: int) -> None:
    """One row of everything."""
    pql = lead.qualifications.get()
    Task.objects.create(
        key=f"t{number}", lead=lead, qualification=pql, title="Call", created_at=AT, due_at=AT,
    )  # fmt: skip
    OwedEvent.objects.create(
        key=f"o{number}", kind="play.fired", lead=lead, content={"lead": lead.pk}, created_at=AT
    )
    MessageTemplate.objects.create(
        name=f"M {number}", subject="Hello", text="Hi {first_name}", product=world.product
    )

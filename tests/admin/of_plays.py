"""Rows of what plays leave behind, for the pages of the admin."""

from datetime import timedelta

from django.db.models import Model

from leads.models import Lead
from routing.models import MessageTemplate, OwedEvent, Play, PlayDryRun, PlayRun, Task
from tests.world import AT, World

MODELS: list[type[Model]] = [MessageTemplate, OwedEvent, Play, PlayDryRun, PlayRun, Task]
READ_ONLY: list[type[Model]] = [OwedEvent, PlayDryRun, PlayRun, Task]
BIGGER_PAGES: dict[type[Model], int] = {Play: 16}  # its words, runs, dry run, webhooks


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
    play = Play.objects.create(
        name=f"P {number}",
        trigger="total_reached",
        trigger_params={"at_least": 61},
        conditions=[{"field": "fit", "op": "at_least", "value": 20}],
        actions=[{"kind": "tag", "name": "hot"}],
    )
    PlayRun.objects.create(
        play=play, lead=lead, product=world.product, qualification=pql, cause=f"change:{number}",
        occurred_at=AT, found_at=AT, due_at=AT, worked_at=AT, state="fired", did=["Tag"],
        checked=[{"words": "Fit is at least 20: it is 30", "holds": True}],
    )  # fmt: skip
    PlayDryRun.objects.create(
        play=play, started_at=AT, finished_at=AT, state="done", since=AT - timedelta(days=7),
        until=AT, days={"2026-05-30": {"fired": 1}},
        leads=[{"lead": lead.pk, "at": AT.isoformat(), "checked": ["Fit"]}],
    )  # fmt: skip

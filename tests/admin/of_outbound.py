"""Rows of what is owed to the outside, for the pages of the admin."""

from django.db.models import Model

from integrations.models import Delivery, Destination, SlackAction, SlackUser
from leads.models import Lead
from tests.world import AT, make_person

MODELS: list[type[Model]] = [Delivery, Destination, SlackAction, SlackUser]
READ_ONLY: list[type[Model]] = [Delivery, SlackAction]
BIGGER_PAGES: dict[type[Model], int] = {Destination: 11}  # how it is, and which plays tell it


def fill_outbound(lead: Lead, number: int) -> None:
    """One row of everything."""
    somebody = make_person(f"slack{number}")
    destination = Destination.objects.create(
        name=f"Slack {number}", key=f"slack-{number}", kind="slack", secret_name="SLACK_BOT_TOKEN"
    )
    Delivery.objects.create(
        destination=destination, key=f"d{number}", kind="alert", lead=lead, user=somebody,
        state="given_up", problem="It answered <b>500</b>.", created_at=AT,
        not_before=AT, not_after=AT,
    )  # fmt: skip
    SlackUser.objects.create(user=somebody, slack_id=f"U{number}", channel=f"D{number}")
    SlackAction.objects.create(slack_id=f"U{number}", action_ts=f"{number}.1", at=AT)

"""The ways out, by the kind of destination. Each is a package of its own and knows no other."""

from datetime import datetime
from typing import Any

from integrations.models import Delivery, Destination, DestinationKind
from integrations.outbound import email, slack, webhooks
from integrations.outbound.outcomes import Failed, Message, Refused


def ready(delivery: Delivery, *, at: datetime) -> Message | Refused | Failed:
    """The message as it is to be sent now: its words, its address, the secrets it needs."""
    match delivery.destination.kind:
        case DestinationKind.SLACK:
            return slack.ready(delivery, at=at)
        case DestinationKind.EMAIL:
            return email.ready(delivery, at=at)
        case _:
            return webhooks.ready(delivery, at=at)


def probe(destination: Destination) -> Message | Failed | None:
    """What asks a destination whether it is well; None where only a delivery can tell."""
    match destination.kind:
        case DestinationKind.SLACK:
            return slack.probe(destination)
        case DestinationKind.EMAIL:
            return email.probe()
        case _:
            return None


def learn(delivery: Delivery, learned: Any) -> None:
    """Keep what the way to a destination taught; only Slack's does."""
    slack.learn(delivery, learned)


def trouble(destination: Destination) -> str:
    """What the installation lacks for sending to it, in words; empty if nothing."""
    match destination.kind:
        case DestinationKind.SLACK:
            return slack.trouble(destination)
        case DestinationKind.EMAIL:
            return email.trouble()
        case _:
            return webhooks.trouble(destination)

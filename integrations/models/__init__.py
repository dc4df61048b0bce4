"""What the edge keeps of its own: keys to the API, where results go, and what is owed there."""

from integrations.models.delivery import Delivery, DeliveryKind, DeliveryState
from integrations.models.destination import Destination, DestinationKind, EventType
from integrations.models.slack import SlackAction, SlackUser
from integrations.models.token import ApiToken

__all__ = [
    "ApiToken",
    "Delivery",
    "DeliveryKind",
    "DeliveryState",
    "Destination",
    "DestinationKind",
    "EventType",
    "SlackAction",
    "SlackUser",
]

"""The edge in the admin: who may come in, where results go, and what is owed there."""

from integrations.admin import access, deliveries, destinations, slack

__all__ = ["access", "deliveries", "destinations", "slack"]

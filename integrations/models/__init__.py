"""What the edge keeps of its own."""

from integrations.models.token import ApiToken

__all__ = ["ApiToken"]

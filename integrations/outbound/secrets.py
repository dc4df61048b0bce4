"""Secrets of destinations, by the name of the environment variable that holds them."""

from django.conf import settings


class MissingSecretError(Exception):
    """The variable is not set; says which, to people."""


def secret(name: str) -> str:
    """The value of a variable.

    Raises:
        MissingSecretError: it is not set, or empty.
    """
    value: str = settings.DESTINATION_SECRETS.get(name, "").strip()
    if not value:
        told = name or "its secret"
        raise MissingSecretError(f"The environment variable {told} is not set (docs/settings.md).")
    return value

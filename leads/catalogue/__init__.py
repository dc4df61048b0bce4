"""The event catalogue: what sources send, how much of it, and with which properties."""

from leads.catalogue.counting import count_events, trim_catalogue
from leads.catalogue.likeness import find_likeness

__all__ = ["count_events", "find_likeness", "trim_catalogue"]

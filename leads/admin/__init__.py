"""The facts in the admin. ``EventKey`` has none: Django's admin knows no composite keys."""

from leads.admin import catalogue, facts, people, remaps, signals, sources

__all__ = ["catalogue", "facts", "people", "remaps", "signals", "sources"]

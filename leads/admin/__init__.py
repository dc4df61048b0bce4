"""The facts in the admin. ``EventKey`` has none: Django's admin knows no composite keys."""

from leads.admin import facts, people, signals, sources

__all__ = ["facts", "people", "signals", "sources"]

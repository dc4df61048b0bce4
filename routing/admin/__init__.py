"""The admin pages of routing."""

from routing.admin import alerts, messages, pilots, qualifications, reps, reviews, sla, tasks

__all__ = ["alerts", "messages", "pilots", "qualifications", "reps", "reviews", "sla", "tasks"]
from routing.admin import plays

__all__ = ["messages", "pilots", "plays", "qualifications", "reps", "reviews", "sla", "tasks"]

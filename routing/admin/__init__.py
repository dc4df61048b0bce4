"""The admin pages of routing."""

from routing.admin import alerts, messages, pilots, qualifications, reps, reviews, sla, tasks

__all__ = ["alerts", "messages", "pilots", "qualifications", "reps", "reviews", "sla", "tasks"]

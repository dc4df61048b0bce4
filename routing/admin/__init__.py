"""The admin pages of routing."""

from routing.admin import messages, pilots, qualifications, reps, reviews, sla, tasks

__all__ = ["messages", "pilots", "qualifications", "reps", "reviews", "sla", "tasks"]

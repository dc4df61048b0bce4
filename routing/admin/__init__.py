"""The admin pages of routing."""

from routing.admin import messages, qualifications, reps, sla, tasks

__all__ = ["messages", "qualifications", "reps", "sla", "tasks"]

"""The admin pages of routing."""

from routing.admin import messages, qualifications, reps, tasks

__all__ = ["messages", "qualifications", "reps", "tasks"]

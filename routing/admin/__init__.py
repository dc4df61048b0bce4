"""The admin pages of routing."""

from routing.admin import (
    alerts,
    decisions,
    messages,
    pilots,
    plays,
    qualifications,
    reps,
    reviews,
    rules,
    sla,
    tasks,
    territories,
)

__all__ = [
    "alerts",
    "decisions",
    "messages",
    "pilots",
    "plays",
    "qualifications",
    "reps",
    "reviews",
    "rules",
    "sla",
    "tasks",
    "territories",
]

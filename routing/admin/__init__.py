"""The admin pages of routing."""

from routing.admin import (
    alerts,
    decisions,
    lifecycle,
    messages,
    pilots,
    plays,
    qualifications,
    reps,
    reviews,
    rules,
    signals,
    sla,
    tasks,
    territories,
)

__all__ = [
    "alerts",
    "decisions",
    "lifecycle",
    "messages",
    "pilots",
    "plays",
    "qualifications",
    "reps",
    "reviews",
    "rules",
    "signals",
    "sla",
    "tasks",
    "territories",
]

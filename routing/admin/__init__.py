"""The admin pages of routing."""

from routing.admin import qualifications, reps

__all__ = ["qualifications", "reps"]

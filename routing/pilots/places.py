"""The pilots that run now, as the dealing takes them."""

from datetime import datetime

from routing.dealing.pilots import PilotTerms
from routing.models import Pilot


def live_pilots(at: datetime) -> tuple[PilotTerms, ...]:
    """Two queries while one runs, one while none does."""
    running = Pilot.objects.running(at).select_related("product").prefetch_related("reps")
    return tuple(pilot.terms for pilot in running)

"""Who works PQLs, and the episodes of work."""

from routing.models.availability import DayOff
from routing.models.digest import DigestSeen
from routing.models.qualification import Qualification, StateChange
from routing.models.rep import Rep, Team

__all__ = ["DayOff", "DigestSeen", "Qualification", "Rep", "StateChange", "Team"]

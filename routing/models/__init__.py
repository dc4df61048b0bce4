"""Who works PQLs, and the episodes of work."""

from routing.models.digest import DigestSeen
from routing.models.qualification import Qualification, StateChange
from routing.models.rep import Rep, Team

__all__ = ["DigestSeen", "Qualification", "Rep", "StateChange", "Team"]

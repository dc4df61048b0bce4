"""Who works PQLs, and the episodes of work."""

from routing.models.qualification import Qualification, StateChange
from routing.models.rep import Rep, Team

__all__ = ["Qualification", "Rep", "StateChange", "Team"]

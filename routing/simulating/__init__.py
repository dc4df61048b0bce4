"""What rules would do, without doing it: one lead now, or all PQLs of past days again."""

from routing.simulating.replaying import ReplayRunning, replay_some, start_replay
from routing.simulating.trying import Tried, rules_of, try_lead

__all__ = ["ReplayRunning", "Tried", "replay_some", "rules_of", "start_replay", "try_lead"]

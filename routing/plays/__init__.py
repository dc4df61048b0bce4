"""Plays: when something happens to a lead, and what is done about it."""

from routing.messages import suggested_message
from routing.plays.editing import PlayNotReady, problems_of, save_play, turn_off, turn_on
from routing.plays.running import forget_runs, run_plays
from routing.plays.tasks import finish_task, make_task, reopen_task

__all__ = [
    "PlayNotReady",
    "finish_task",
    "forget_runs",
    "make_task",
    "problems_of",
    "reopen_task",
    "run_plays",
    "save_play",
    "suggested_message",
    "turn_off",
    "turn_on",
]

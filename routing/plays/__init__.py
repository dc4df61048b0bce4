"""Plays: when something happens to a lead, and what is done about it."""

from routing.messages import suggested_message
from routing.plays.dry_running import dry_run_some, start_dry_run
from routing.plays.editing import (
    PlayNotReady,
    missing_for,
    problems_of,
    save_play,
    turn_off,
    turn_on,
)
from routing.plays.running import forget_runs, run_plays, run_plays_at_once
from routing.plays.tasks import finish_task, make_task, put_draft_away, reopen_task

__all__ = [
    "PlayNotReady",
    "dry_run_some",
    "finish_task",
    "forget_runs",
    "make_task",
    "missing_for",
    "problems_of",
    "put_draft_away",
    "reopen_task",
    "run_plays",
    "run_plays_at_once",
    "save_play",
    "start_dry_run",
    "suggested_message",
    "turn_off",
    "turn_on",
]

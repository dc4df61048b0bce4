"""Plays: when something happens to a lead, and what is done about it."""

from routing.messages import suggested_message
from routing.plays.tasks import finish_task, make_task, reopen_task

__all__ = ["finish_task", "make_task", "reopen_task", "suggested_message"]

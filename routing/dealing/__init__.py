"""Whose turn it is, when they work, and why. Pure: no framework, no clock, no database."""

from routing.dealing.turns import (
    FIRST_DEAL,
    LONGEST_WAIT,
    Candidate,
    Deal,
    deal_round,
    next_rep,
)

__all__ = ["FIRST_DEAL", "LONGEST_WAIT", "Candidate", "Deal", "deal_round", "next_rep"]

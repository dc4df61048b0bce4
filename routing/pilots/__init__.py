"""Trying PQLs with a few reps first: who they go to, what the reps say, what came of it.

Whom a PQL goes to is asked when it opens (:mod:`routing.dealing.pilots`). ``verdicts`` collects a
tap a day from each rep, for which ``asking`` asks by an alert; ``results`` compares the pilot with
what stayed as before (docs/pilot.md).
"""

from routing.pilots.asking import ask_reps
from routing.pilots.results import Results, results_of
from routing.pilots.verdicts import Asked, asked_of, give_verdict

__all__ = ["Asked", "Results", "ask_reps", "asked_of", "give_verdict", "results_of"]

"""How soon a rep has to touch a PQL, and what happens if they do not.

``clocks`` works out when each assigned PQL is due; ``steps`` does what is due by then; ``silence``
pauses reps who let them pass; ``reviews`` does the same for who looks at PQLs first; ``reading``
says who let what pass. All of it is rows: killed
anywhere, the next beat goes on where it was (docs/availability-and-sla.md).
"""

from routing.sla.clocks import reset_clocks, set_clocks, set_time_zone
from routing.sla.reading import breach_counts, breaches
from routing.sla.reviews import reset_reviews, take_review_steps, tell_reviewers
from routing.sla.silence import resume, resume_who_acted
from routing.sla.steps import take_steps

__all__ = [
    "breach_counts",
    "breaches",
    "reset_clocks",
    "reset_reviews",
    "resume",
    "resume_who_acted",
    "set_clocks",
    "set_time_zone",
    "take_review_steps",
    "take_steps",
    "tell_reviewers",
]

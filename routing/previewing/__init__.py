"""What a preview of a rubric would mean for the reps (docs/preview.md).

``dealing`` deals those who would enter by the live rules, without a trace; ``work`` adds what the
reps have already.
"""

from routing.previewing.dealing import Dealt, deal_entering
from routing.previewing.work import Load, Team, Work, work_of

__all__ = ["Dealt", "Load", "Team", "Work", "deal_entering", "work_of"]

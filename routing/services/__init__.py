"""What can be done with PQLs. Every door (page, API, admin, task) goes through these."""

from routing.services.availability import set_back, set_off
from routing.services.closing import (
    close_by_outcomes,
    close_lost,
    close_won,
    mark_opportunity,
)
from routing.services.digests import put_digest_away
from routing.services.errors import (
    InvalidRequest,
    NeedsConfirmation,
    NotYours,
    RoutingError,
    TransitionNotAllowed,
)
from routing.services.expiring import expire_quiet
from routing.services.foretelling import foretell
from routing.services.merging import follow_merges
from routing.services.onboarding import put_guide_away
from routing.services.opening import deal_waiting, open_qualifications
from routing.services.returning import let_come_back
from routing.services.reviewing import REVIEWED_ALREADY, dismiss_in_review, pass_review
from routing.services.saving import delete_view, save_view
from routing.services.tasking import (
    add_task,
    give_task,
    leave_task,
    put_tag,
    remove_task,
    take_tag_off,
    take_task,
)
from routing.services.touching import add_note, log_touch
from routing.services.undoing import undo
from routing.services.visiting import note_visit
from routing.services.working import (
    accept,
    assign,
    mark_contacted,
    reassign,
    reject,
    snooze,
    unsnooze,
    wake_snoozed,
)

__all__ = [
    "REVIEWED_ALREADY",
    "InvalidRequest",
    "NeedsConfirmation",
    "NotYours",
    "RoutingError",
    "TransitionNotAllowed",
    "accept",
    "add_note",
    "add_task",
    "assign",
    "close_by_outcomes",
    "close_lost",
    "close_won",
    "deal_waiting",
    "delete_view",
    "dismiss_in_review",
    "expire_quiet",
    "follow_merges",
    "foretell",
    "give_task",
    "leave_task",
    "let_come_back",
    "log_touch",
    "mark_contacted",
    "mark_opportunity",
    "note_visit",
    "open_qualifications",
    "pass_review",
    "put_digest_away",
    "put_guide_away",
    "put_tag",
    "reassign",
    "reject",
    "remove_task",
    "save_view",
    "set_back",
    "set_off",
    "snooze",
    "take_tag_off",
    "take_task",
    "undo",
    "unsnooze",
    "wake_snoozed",
]

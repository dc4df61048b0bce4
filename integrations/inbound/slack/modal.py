"""The forms in Slack that ask why a PQL is rejected: by its rep, or in its review. Pure."""

from typing import Any

from routing.models.qualification import RejectReason

NOTE_LENGTH = 200
REJECT, REJECT_IN_REVIEW = "pql_reject", "review_reject"
"""The forms' names, which come back with what is filled in."""


def reject_view(qualification_id: int, form: str = REJECT) -> dict[str, Any]:
    """The view to open; the PQL's id comes back with it."""
    reasons = [{"text": _plain(label), "value": value} for value, label in RejectReason.choices]
    return {
        "type": "modal",
        "callback_id": form,
        "private_metadata": str(qualification_id),
        "title": _plain("Reject this PQL"),
        "submit": _plain("Reject"),
        "close": _plain("Keep it"),
        "blocks": [
            {
                "type": "input",
                "block_id": "reason",
                "label": _plain("Why?"),
                "hint": _plain("Read by whoever tunes the scoring."),
                "element": {
                    "type": "static_select",
                    "action_id": "reason",
                    "placeholder": _plain("Choose a reason"),
                    "options": reasons,
                },
            },
            {
                "type": "input",
                "block_id": "note",
                "optional": True,
                "label": _plain("Note"),
                "hint": _plain("Needed for “Something else”."),
                "element": {
                    "type": "plain_text_input",
                    "action_id": "note",
                    "max_length": NOTE_LENGTH,
                },
            },
        ],
    }


def refused(problem: str, *, field: str = "reason") -> dict[str, Any]:
    """The answer that keeps the form open and says what is the matter beside a field."""
    return {"response_action": "errors", "errors": {field: problem}}


def _plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}

"""An e-mail for the rep to send."""

from routing.models import Draft
from routing.plays.actions.base import Action, Doing, Params, check_filled, found


class WriteDraft(Action):
    """An e-mail draft on the lead's page: the rep reads, edits and sends it, nothing is sent by
    itself.

    Source: HubSpot guide, workflow 2: "Send personalized email from AE with upgrade link". Sent by
    a person here, on purpose.
    """

    kind = "draft"
    label = "E-mail draft"
    fields = ("subject", "text")

    def check(self, params: Params) -> dict[str, str]:
        return found(
            subject=check_filled(params.get("subject"), "draft's subject", 150),
            text=check_filled(params.get("text"), "draft's text", 4000),
        )

    def words(self, params: Params) -> str:
        return f"e-mail draft “{params['subject']}”"

    def do(self, doing: Doing, params: Params) -> str:
        filled = doing.fill(params["subject"], params["text"])
        draft, _ = Draft.objects.get_or_create(
            key=doing.key(self.kind),
            defaults={
                "lead": doing.lead,
                "qualification": doing.qualification,
                "subject": filled.subject[:200],
                "text": filled.text[:4000],
                "created_at": doing.at,
            },
        )
        return f"E-mail draft “{draft.subject}”"

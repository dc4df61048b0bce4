"""News for the outside world."""

from typing import Any

from routing.models import OwedEvent
from routing.models.alert import Severity
from routing.plays.actions.base import Action, Doing, Params, found
from routing.plays.destinations import DESTINATIONS

KIND = "play.fired"


class TellWebhook(Action):
    """A row that the deliveries to webhooks are made of; routing itself sends nothing."""

    kind = "webhook"
    label = "Webhook"
    fields = ("destination",)

    def check(self, params: Params) -> dict[str, str]:
        key = params.get("destination", "")
        is_fine = isinstance(key, str) and len(key) <= 60
        return found(destination=None if is_fine else "Enter the key of a destination.")

    def missing(self, params: Params) -> dict[str, str]:
        key = params.get("destination") or ""
        return found(destination=(DESTINATIONS.trouble_with(key) or None) if key else None)

    def words(self, params: Params) -> str:
        to = params.get("destination")
        return f"webhook to “{to}”" if to else "webhook to all that take plays"

    def do(self, doing: Doing, params: Params) -> str:
        key = params.get("destination") or ""
        if trouble := DESTINATIONS.trouble_with(key):
            return f"Nothing told: {trouble}"
        OwedEvent.objects.get_or_create(
            key=doing.key(self.kind),
            defaults={
                "kind": KIND,
                "destination_key": key,
                "lead": doing.lead,
                "content": content(doing),
                "created_at": doing.at,
            },
        )
        return "Webhook owed"


def content(doing: Doing) -> dict[str, Any]:
    """What a webhook is told. Scores are null where there are none."""
    pql, account = doing.qualification, doing.lead.account
    return {
        "play": {
            "id": doing.play.pk,
            "name": doing.play.name,
            "severity": Severity(doing.play.severity).label.lower(),
        },
        "cause": doing.run.cause,
        "occurred_at": doing.run.occurred_at.isoformat(),
        "product": doing.product.key,
        "lead": {"id": doing.lead.pk, "email": doing.lead.email, "name": doing.lead.name},
        "account": {"id": account.pk, "name": account.name, "domain": account.domain}
        if account
        else None,
        "score": {
            "fit": doing.facts.fit,
            "behavior": doing.facts.behavior,
            "total": doing.facts.total,
            "band": doing.facts.band or None,
        },
        "pql": {"id": pql.pk, "state": pql.state} if pql else None,
        "rep": str(doing.rep) if doing.rep else None,
        "path": f"/leads/{doing.lead.pk}/",
    }

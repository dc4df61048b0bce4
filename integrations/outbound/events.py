"""What a webhook is told of a PQL (docs/webhooks.md)."""

from datetime import UTC
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.urls import reverse

from integrations.models import EventType
from leads.models import Lead
from routing.alerts.reading import describe, score_for
from routing.models import StateChange
from routing.models.qualification import CLOSED_STATES, State


def kind_of(change: StateChange) -> EventType:
    """The type of the event that a change of state is."""
    if not change.from_state:
        return EventType.OPENED
    if change.to_state in CLOSED_STATES:
        return EventType.CLOSED
    # Somebody who has reached out stays so with whom it is given to.
    is_given = change.to_state in {State.ASSIGNED, change.from_state}
    return EventType.ASSIGNED if is_given else EventType.CHANGED


def data_of(change: StateChange) -> dict[str, Any]:
    """The event's data: the PQL as the change left it, who it is about and who did it."""
    pql = change.qualification
    return {
        "pql": {
            "id": pql.pk,
            "product": pql.product.key,
            "state": change.to_state,
            "state_before": change.from_state or None,
            "reason": change.reason,
            "fit": pql.fit,
            "behavior": pql.behavior,
            "total": pql.total,
            "opened_at": pql.opened_at.isoformat(),
            "url": settings.PUBLIC_URL + reverse("routing:lead-show", args=[pql.lead_id]),
        },
        "lead": lead_data(pql.lead),
        "rep": _person(change.rep.user) if change.rep else None,
        "by": _person(change.by) if change.by else None,
        # Of two events of one PQL, the one with the higher number is the later.
        "change": change.pk,
        **_reasons(change),
    }


def _reasons(change: StateChange) -> dict[str, Any]:
    """What an alert says besides, where the event is news for whoever works the PQL.

    Not of the thousands that a version may bring by going live: nobody is alerted of these either.
    """
    pql = change.qualification
    if kind_of(change) not in {EventType.OPENED, EventType.ASSIGNED} or pql.publication_id:
        return {}
    content = describe(pql.lead, pql, score_for(pql.lead, pql), zone=UTC)
    return {
        "reasons": [{"points": one.points, "text": one.text} for one in content.reasons],
        "last_activity": content.last_activity or None,
        "suggested_message": content.suggested_message,
    }


def lead_data(lead: Lead) -> dict[str, Any]:
    """Who a lead is, as receivers need it to find them in their own books."""
    return {
        "id": lead.pk,
        "email": lead.email,
        "name": lead.name,
        "account": lead.account.name if lead.account else None,
        "account_domain": lead.account.domain if lead.account else None,
    }


def _person(user: User) -> dict[str, Any]:
    return {"email": user.email, "name": user.get_full_name() or user.get_username()}

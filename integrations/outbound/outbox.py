"""Turns what is to be told into deliveries: one a destination and cause, in one transaction.

Routing leaves rows behind; here they are found by their named querysets and marked. Killed in the
middle, nothing has happened; run twice, the keys are taken.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from integrations.models import Delivery, DeliveryKind, Destination, DestinationKind
from integrations.outbound.webhooks import body_of
from leads.models import Lead
from routing.models import OwedEvent


def owe(*, at: datetime, limit: int) -> int:
    """Owe what up to ``limit`` causes of each kind have to tell; return how many there were."""
    return owe_events(at=at, limit=limit)


@transaction.atomic
def owe_events(*, at: datetime, limit: int) -> int:
    """Events that plays ask for, to the webhook they name, or to all that take such events."""
    events = list(
        OwedEvent.objects.undelivered()
        .select_related("lead__account")
        .select_for_update(skip_locked=True, of=("self",))[:limit]
    )
    if not events:
        return 0
    hooks = list(Destination.objects.on().of_kind(DestinationKind.WEBHOOK))
    _write(
        Delivery(
            destination=hook,
            key=f"event:{event.key}",
            kind=DeliveryKind.EVENT,
            lead=event.lead,
            payload=body_of(
                event.kind, {"lead": lead_data(event.lead), **event.content}, at=event.created_at
            ),
            created_at=at,
            not_before=at,
        )
        for event in events
        for hook in hooks
        if _takes(hook, event.kind, event.destination_key)
    )
    OwedEvent.objects.filter(pk__in=[event.pk for event in events]).update(delivered_at=at)
    return len(events)


def _takes(hook: Destination, kind: str, named: str = "") -> bool:
    if named:
        return hook.key == named
    return not hook.events or kind in hook.events


def lead_data(lead: Lead) -> dict[str, object]:
    """Who a lead is, as receivers need it to find them in their own books."""
    return {
        "id": lead.pk,
        "email": lead.email,
        "name": lead.name,
        "account": lead.account.name if lead.account else None,
        "account_domain": lead.account.domain if lead.account else None,
    }


def _write(deliveries: Iterable[Delivery]) -> None:
    Delivery.objects.bulk_create(deliveries, ignore_conflicts=True)

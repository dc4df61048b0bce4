"""Turns what is to be told into deliveries: one a destination and cause, in one transaction.

Routing leaves rows behind; here they are found by their named querysets and marked. Killed in the
middle, nothing has happened; run twice, the keys are taken.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from django.db import transaction

from integrations.models import Delivery, DeliveryKind, DeliveryState, Destination, DestinationKind
from integrations.models.delivery import LIFE
from integrations.outbound.events import data_of, kind_of, lead_data
from integrations.outbound.updating import owe_updates, owe_updates_of_tasks
from integrations.outbound.webhooks import body_of
from routing.alerts import Message, claim_messages, mark_delivered
from routing.models import Alert, OwedEvent, StateChange, TaskChange
from routing.models.alert import Channel

TOO_LATE = "It could not be sent for four days, and is no news any more."


def owe(*, at: datetime, limit: int) -> int:
    """Owe what up to ``limit`` causes of each kind have to tell; return the most there were."""
    return max(
        owe_alerts(at=at, limit=limit),
        owe_changes(at=at, limit=limit),
        owe_changes_of_tasks(at=at, limit=limit),
        owe_events(at=at, limit=limit),
    )


@transaction.atomic
def owe_alerts(*, at: datetime, limit: int) -> int:
    """Alerts, to each person by the ways they chose, and to the channels that get them as well."""
    messages = claim_messages(at=at, limit=limit)
    if not messages:
        return 0
    destinations = list(Destination.objects.on().exclude(kind=DestinationKind.WEBHOOK))
    _write(
        delivery
        for message in messages
        for destination in destinations
        for delivery in _deliveries(message, destination, at)
    )
    mark_delivered(messages, at=at)
    return len(messages)


def _deliveries(message: Message, destination: Destination, at: datetime) -> Iterator[Delivery]:
    if destination.channel:
        for alert in message.alerts:
            if _concerns(destination, alert):
                # Several people's alerts of one cause are one message there.
                key = f"channel:{alert.key.removesuffix(f':{alert.user_id}')}"
                yield _of_alerts([alert], destination, key=key, lane=destination.channel, at=at)
        return
    channel = Channel.SLACK if destination.kind == DestinationKind.SLACK else Channel.EMAIL
    if alerts := message.by(channel):
        lane = f"user:{message.user_id}" if channel == Channel.SLACK else ""
        told = _of_alerts(alerts, destination, key=f"alert:{message.key}", lane=lane, at=at)
        told.user_id = message.user_id
        yield told


def _concerns(destination: Destination, alert: Alert) -> bool:
    """Whether a channel gets an alert: those about PQLs, of its team and product."""
    pql = alert.qualification
    if pql is None:
        return False
    team_id = pql.rep.team_id if pql.rep else None
    return destination.team_id in {None, team_id} and destination.product_id in {
        None,
        pql.product_id,
    }


def _of_alerts(
    alerts: Sequence[Alert], destination: Destination, *, key: str, lane: str, at: datetime
) -> Delivery:
    single = alerts[0] if len(alerts) == 1 else None
    return Delivery(
        destination=destination,
        key=key,
        kind=DeliveryKind.ALERT,
        alert=single,
        alert_ids=[alert.pk for alert in alerts],
        lead_id=single.lead_id if single else None,
        lane=lane,
        created_at=at,
        not_before=at,
        not_after=at + LIFE,
    )


@transaction.atomic
def owe_changes(*, at: datetime, limit: int) -> int:
    """What became of PQLs: events for webhooks, and messages sent before brought up to date."""
    changes = list(
        StateChange.objects.not_handed_on()
        .select_related("by", "rep__user", "qualification__product", "qualification__lead__account")
        .select_for_update(skip_locked=True, of=("self",))[:limit]
    )
    if not changes:
        return 0
    hooks = list(Destination.objects.on().of_kind(DestinationKind.WEBHOOK))
    _write(
        _event(hook, f"change:{change.pk}", kind_of(change), change, at=at)
        for change in changes
        for hook in hooks
        if _takes(hook, kind_of(change))
    )
    owe_updates(changes, at=at)
    StateChange.objects.filter(pk__in=[change.pk for change in changes]).update(handed_on_at=at)
    return len(changes)


@transaction.atomic
def owe_changes_of_tasks(*, at: datetime, limit: int) -> int:
    """What became of tasks: messages sent before are brought up to date."""
    locked = TaskChange.objects.not_handed_on().select_for_update(skip_locked=True)
    changes = dict(locked.values_list("pk", "task_id")[:limit])
    if changes:
        owe_updates_of_tasks(set(changes.values()), at=at)
        TaskChange.objects.filter(pk__in=changes).update(handed_on_at=at)
    return len(changes)


def _event(
    hook: Destination, key: str, kind: str, change: StateChange, *, at: datetime
) -> Delivery:
    return Delivery(
        destination=hook,
        key=key,
        kind=DeliveryKind.EVENT,
        lead=change.qualification.lead,
        payload=body_of(kind, data_of(change), at=change.at),
        created_at=at,
        not_before=at,
        not_after=at + LIFE,
    )


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
            not_after=at + LIFE,
        )
        for event in events
        for hook in hooks
        if _takes(hook, event.kind, event.destination_key)
    )
    OwedEvent.objects.filter(pk__in=[event.pk for event in events]).update(delivered_at=at)
    return len(events)


def _takes(hook: Destination, kind: str, named: str = "") -> bool:
    return hook.key == named if named else hook.takes(kind)


def _write(deliveries: Iterable[Delivery]) -> None:
    Delivery.objects.bulk_create(deliveries, ignore_conflicts=True)


def give_up_overdue(*, at: datetime) -> int:
    """End what is owed for too long; return how many. Resend owes it anew."""
    return (
        Delivery.objects.overdue(at)
        .exclude(problem="")
        .update(state=DeliveryState.GIVEN_UP, claimed_until=None)
    ) + Delivery.objects.overdue(at).update(
        state=DeliveryState.GIVEN_UP, claimed_until=None, problem=TOO_LATE
    )

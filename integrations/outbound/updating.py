"""Messages in Slack are brought up to date when the PQLs that they tell of change.

One update a message, whatever happens meanwhile: it tells what is true when it is sent. It is owed
anew for whatever comes after that was read.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import F

from integrations.models import Delivery, DeliveryKind, DeliveryState
from integrations.models.delivery import LIFE
from integrations.outbound.recording import owe_again
from routing.models import Alert, StateChange

Newest = Mapping[int, int]
"""The newest change of each PQL, by the PQL's id."""


def owe_updates(changes: Sequence[StateChange], *, at: datetime) -> None:
    """Owe an update of each message that tells of these PQLs and may not know the changes yet.

    Needs a transaction, in which the changes are marked as handed on.
    """
    newest = {change.qualification_id: change.pk for change in changes}
    behind = {told.pk: told for told in (*_alone(newest), *_digests(newest))}
    known = Delivery.objects.select_for_update(no_key=True).filter(original__in=behind)
    for update in known.order_by("pk"):
        assert update.original_id is not None  # asked for
        update.payload = _asked(behind.pop(update.original_id), newest, before=update.payload)
        if update.state == DeliveryState.QUEUED:
            Delivery.objects.filter(pk=update.pk).update(payload=update.payload)
        else:
            owe_again(update, at=at)
    updates = [_update(told, _asked(told, newest), at=at) for told in behind.values()]
    Delivery.objects.bulk_create(updates, ignore_conflicts=True)


def _alone(newest: Newest) -> Iterable[Delivery]:
    """Messages about one PQL that say less than is known."""
    told = Delivery.objects.telling_of(newest).annotate(pql=F("alert__qualification"))
    return [one for one in told if (one.shown_change or 0) < newest[one.pql]]  # type: ignore[attr-defined]  # annotated


def _digests(newest: Newest) -> Iterable[Delivery]:
    """Messages about several. Changes of different PQLs may be seen in another order than that of
    their ids, so no id says what a digest tells: it is always asked for an update."""
    about = Alert.objects.filter(qualification__in=newest).order_by()
    return Delivery.objects.digests_of(list(about.values_list("pk", flat=True)))


def _asked(
    original: Delivery, newest: Newest, *, before: Mapping[str, Any] | None = None
) -> dict[str, int]:
    """What an update remembers: the change it is to tell or, of a digest, how often it was asked
    for. By that one that is sent knows whether it was asked for again on its way."""
    if original.alert_id is None:
        return {"asked": (before or {}).get("asked", 0) + 1}
    return {"change": newest[original.pql]}  # type: ignore[attr-defined]  # annotated


def _update(original: Delivery, payload: dict[str, int], *, at: datetime) -> Delivery:
    return Delivery(
        destination_id=original.destination_id,
        key=f"update:{original.pk}",
        kind=DeliveryKind.UPDATE,
        original=original,
        alert_id=original.alert_id,
        lead_id=original.lead_id,
        user_id=original.user_id,
        lane=original.lane,
        payload=payload,
        created_at=at,
        not_before=at,
        not_after=at + LIFE,
    )

"""Messages in Slack are brought up to date when the PQLs and tasks that they tell of change.

One update a message, whatever happens meanwhile: it tells what is true when it is sent. It is owed
anew for whatever comes after that was read. By what its payload remembers, one that is sent knows
whether it was asked for again on its way: the newest ``change`` of the one PQL that the message is
about; else how often it was ``asked`` for, for changes of different PQLs and tasks may be seen in
another order than that of their ids.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import F, Q

from integrations.models import Delivery, DeliveryKind, DeliveryState
from integrations.models.delivery import LIFE, DeliveryQuerySet
from integrations.outbound.recording import owe_again
from routing.models import Alert, StateChange, Task

Newest = Mapping[int, int]
"""The newest change of each PQL, by the PQL's id."""


def owe_updates(changes: Sequence[StateChange], *, at: datetime) -> None:
    """Owe an update of each message that tells of these PQLs and may not know the changes yet.

    Needs a transaction, in which the changes are marked as handed on. What is to be done for a PQL
    changes with it: whose it is, and whether it is still to be done.
    """
    newest = {change.qualification_id: change.pk for change in changes}
    to_do = Task.objects.standing().filter(qualification__in=newest, done_at=None)
    _owe(newest, set(to_do.values_list("pk", flat=True)), at=at)


def owe_updates_of_tasks(task_ids: Collection[int], *, at: datetime) -> None:
    """Owe an update of each message that asks for these tasks; needs a transaction, as above."""
    _owe({}, task_ids, at=at)


def _owe(newest: Newest, task_ids: Collection[int], *, at: datetime) -> None:
    behind = {told.pk: told for told in _behind(newest, task_ids)}
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


def _behind(newest: Newest, task_ids: Collection[int]) -> Iterator[Delivery]:
    """Messages that may say less than is known. Of one that tells several things no id of a change
    says what it tells: it is always asked for an update."""
    about = Q(qualification__in=newest)
    if newest:
        for told in _with_subjects(Delivery.objects.telling_of(newest)):
            if not _is_of_pql(told) or (told.shown_change or 0) < newest[told.pql]:  # type: ignore[attr-defined]  # annotated
                yield told
    if task_ids:
        about |= Q(task__in=task_ids)
        yield from _with_subjects(Delivery.objects.asking_for(task_ids))
    alerts = Alert.objects.filter(about).order_by().values_list("pk", flat=True)
    yield from _with_subjects(Delivery.objects.digests_of(list(alerts)))


def _with_subjects(found: DeliveryQuerySet) -> DeliveryQuerySet:
    return found.annotate(pql=F("alert__qualification"), task=F("alert__task"))


def _is_of_pql(told: Delivery) -> bool:
    """Whether it is about one PQL, and nothing else."""
    return told.pql is not None and told.task is None  # type: ignore[attr-defined]  # annotated


def _asked(
    original: Delivery, newest: Newest, *, before: Mapping[str, Any] | None = None
) -> dict[str, int]:
    """What an update remembers."""
    if _is_of_pql(original):
        return {"change": newest[original.pql]}  # type: ignore[attr-defined]  # annotated
    return {"asked": (before or {}).get("asked", 0) + 1}


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

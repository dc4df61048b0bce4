"""Inboxes as they would be: what became somebody's in the last days was told when it did."""

from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, Subquery

from routing import sla
from routing.alerts import make_alerts
from routing.models import Alert, Qualification, StateChange

TOLD = timedelta(days=5)
LEFT_UNREAD = timedelta(days=2)
BATCH = 500


def fill_inboxes(*, at: datetime) -> None:
    """Tell the last days' changes; older ones count as told. Nothing of it goes out any more."""
    StateChange.objects.unannounced().filter(at__lt=at - TOLD).update(announced_at=F("at"))
    while make_alerts(at=at, limit=BATCH):
        pass
    sla.tell_reviewers(at=at, limit=BATCH)
    pql = Qualification.objects.filter(pk=OuterRef("qualification"), assigned_at__isnull=False)
    when = Subquery(pql.values("assigned_at"))
    dealt = Alert.objects.filter(qualification__assigned_at__isnull=False)
    dealt.update(created_at=when, due_at=when)
    acted = Exists(
        StateChange.objects.filter(
            qualification=OuterRef("qualification"),
            by=OuterRef("user"),
            at__gte=OuterRef("created_at"),
        )
    )
    Alert.objects.update(delivered_at=F("due_at"))
    Alert.objects.filter(Q(acted) | Q(created_at__lt=at - LEFT_UNREAD)).update(read_at=at)

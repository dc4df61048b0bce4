"""Who let what pass: for the manager."""

from datetime import datetime

from django.db.models import Count

from routing.models import SlaEvent
from routing.models.sla import SlaEventQuerySet


def breaches(
    *, since: datetime, until: datetime | None = None, team_id: int | None = None
) -> SlaEventQuerySet:
    """PQLs not touched in time, newest first, each with its rep, team, lead and policy.

    ``since`` and ``until`` (exclusive) bound when the first touch was due.
    """
    found = SlaEvent.objects.breaches().filter(due_at__gte=since)
    if until is not None:
        found = found.filter(due_at__lt=until)
    if team_id is not None:
        found = found.filter(rep__team=team_id)
    related = ("rep__user", "rep__team", "qualification__lead", "policy")
    return found.select_related(*related).order_by("-due_at", "-pk")


def breach_counts(
    *, since: datetime, until: datetime | None = None, team_id: int | None = None
) -> dict[int, int]:
    """How many each rep let pass, by rep id; who let none pass is left out."""
    found = breaches(since=since, until=until, team_id=team_id).filter(rep__isnull=False)
    counted = found.select_related(None).order_by().values("rep").annotate(count=Count("pk"))
    return dict(counted.values_list("rep", "count"))

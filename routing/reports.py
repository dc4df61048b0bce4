"""Figures for the reps' pages."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.db.models import Count, Max, Q, QuerySet, Subquery

from leads.models import Product, Source
from routing.models import Qualification, StateChange
from routing.models.qualification import State
from routing.queue import Tab
from routing.viewers import Viewer
from rubrics.models import AccountScoreChange, Score, ScoreChange

CACHED_S = 30


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """How many PQLs each tab holds, and the newest change of state there was when counting."""

    counts: dict[Tab, int]
    newest_change: int


def queue_figures(viewer: Viewer) -> QueueFigures:
    """One pass over the open PQLs. Closed ones are not counted: they only grow."""
    awake = ~Q(state=State.SNOOZED)
    team = Q() if viewer.sees_all else Q(rep__team=viewer.team_id, rep__isnull=False)
    seen = Q() if viewer.sees_all else Q(rep=None) | Q(rep=viewer.rep_id) | team
    opened = Qualification.objects.open().annotate(newest_change=Subquery(_newest_change()[:1]))
    found = opened.aggregate(
        mine=Count("pk", filter=awake & Q(rep=viewer.rep_id, rep__isnull=False)),
        team=Count("pk", filter=awake & team),
        unassigned=Count("pk", filter=awake & Q(rep=None)),
        snoozed=Count("pk", filter=Q(state=State.SNOOZED) & seen),
        newest=Max("newest_change"),
    )
    # No open PQL, no row to read it from.
    newest = found.pop("newest") or _newest_change().first() or 0
    return QueueFigures({Tab(name): number for name, number in found.items()}, newest)


def fingerprint(newest_change: int, scores_changed: Iterable[datetime]) -> str:
    """What a page was made of: another one means that it is out of date."""
    latest = max(scores_changed, default=None)
    return f"{newest_change}-{latest.timestamp() if latest else 0}"


def fingerprint_now(score_ids: Collection[int]) -> str:
    """The fingerprint a page with these scores would have now: one query, by indexes only."""
    newest = Subquery(_newest_change()[:1])
    scores = Score.objects.filter(pk__in=score_ids).annotate(newest=newest)
    # All of the page's moments rather than their maximum: that one tempts the planner to walk
    # every score there is, newest first.
    rows = list(scores.values_list("changed_at", "newest"))
    newest_change = rows[0][1] if rows else _newest_change().first()
    return fingerprint(newest_change or 0, (changed for changed, _ in rows))


def _newest_change() -> QuerySet[StateChange, int]:
    return StateChange.objects.order_by("-pk").values_list("pk", flat=True)


def score_history(*, lead_id: int, product_id: int, limit: int = 500) -> list[ScoreChange]:
    """How the score came to be what it is, oldest first."""
    newest = ScoreChange.objects.filter(lead=lead_id, product=product_id).order_by("-at", "-pk")
    return list(reversed(newest[:limit]))


def account_score_history(
    *, account_id: int, product_id: int, limit: int = 500
) -> list[AccountScoreChange]:
    """The same of an account's score."""
    changes = AccountScoreChange.objects.filter(account=account_id, product=product_id)
    return list(reversed(changes.order_by("-at", "-pk")[:limit]))


def has_synthetic_data() -> bool:
    """Whether any source sends made-up data: then every page says so."""
    answer = cache.get("has-synthetic-data")
    if answer is None:
        answer = Source.objects.filter(is_synthetic=True).exists()
        cache.set("has-synthetic-data", answer, CACHED_S)
    return bool(answer)


def products() -> list[tuple[int, str]]:
    """Ids and names for the filter."""
    found: list[tuple[int, str]] | None = cache.get("products")
    if found is None:
        found = list(Product.objects.values_list("pk", "name"))
        cache.set("products", found, CACHED_S)
    return found

"""A lead in ten seconds: the verdict, the reasons, how fresh it is, and what changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count
from django.utils import timezone

from leads.models import Hit, Lead
from routing.models import LeadVisit, Qualification, StateChange
from routing.models.qualification import State
from rubrics import explain
from rubrics.models import Score
from rubrics.scoring.differences import Compared
from rubrics.scoring.types import Axis, Line
from rubrics.scoring.words import signed

QUIET_AFTER = timedelta(days=7)
MOST_SIGNALS = 5


@dataclass(frozen=True, slots=True)
class Brief:
    """What a rep reads first: ``verdict`` and ``freshness`` make one sentence."""

    verdict: str
    freshness: str
    is_quiet: bool
    reasons: list[Line]


@dataclass(frozen=True, slots=True)
class SinceVisit:
    """What happened since the viewer looked last. ``then`` is None where there was no score."""

    at: datetime
    then: int | None
    now: int | None
    did: list[tuple[str, int]]
    changes: list[StateChange]

    @property
    def is_news(self) -> bool:
        return self.then != self.now or bool(self.did or self.changes)


def brief_of(score: Score, *, at: datetime) -> Brief:
    """The score in words; its version is at hand."""
    idle = at - score.last_activity_at
    return Brief(
        verdict=verdict(score),
        freshness=freshness(idle),
        is_quiet=idle >= QUIET_AFTER,
        reasons=explain.top_reasons(score),
    )


def verdict(score: Score) -> str:
    """``A PQL: 92 points, 12 above the line``; or how far from it, by which axis."""
    line = score.version.min_total
    points = _counted(score.total, "point")
    gap = score.total - line
    if score.is_pql:
        return f"A PQL: {points}, {f'{gap} above' if gap else 'right on'} the line"
    if gap < 0:
        return f"No PQL: {points}, {-gap} below the line of {line}"
    short = [
        f"{axis} is {minimum - value} short of {minimum}"
        for axis, value, minimum in (
            ("fit", score.fit, score.version.min_fit),
            ("behavior", score.behavior, score.version.min_behavior),
        )
        if value < minimum
    ]
    return f"No PQL: {points} would do, but {' and '.join(short)}"


def freshness(idle: timedelta) -> str:
    """How long ago the last activity was."""
    if idle < timedelta(hours=1):
        return "active within the hour"
    if idle < timedelta(days=1):
        return f"active {_counted(idle // timedelta(hours=1), 'hour')} ago"
    days = _counted(idle.days, "day")
    return f"quiet for {days}" if idle >= QUIET_AFTER else f"active {days} ago"


def then_and_now(
    pql: Qualification, score: Score, since: Sequence[Compared], *, at: datetime
) -> str:
    """``Then 92, now 74: quiet for 31 days``; the cause is the line that moved most."""
    if score.total == pql.total:
        return f"{pql.total} then and now"
    way = 1 if score.total > pql.total else -1
    told = f"Then {pql.total}, now {score.total}"
    moved = max(since, key=lambda line: way * line.difference, default=None)
    if moved is None or way * moved.difference <= 0:
        return told
    idle = at - score.last_activity_at
    if way < 0 and moved.axis is Axis.BEHAVIOR and idle >= QUIET_AFTER:
        return f"{told}: {freshness(idle)}"
    return f"{told}: {moved.label} {signed(moved.difference)}"


def last_time(pql: Qualification, others: Sequence[Qualification]) -> str:
    """How the episode before it ended: ``Qualified again: last time rejected on ...``.

    Args:
        others: the lead's, with their changes prefetched, newest first.
    """
    before = [
        other
        for other in others
        if other.product_id == pql.product_id
        and other.closed_at is not None
        and other.opened_at < pql.opened_at
    ]
    if not before:
        return ""
    ended = max(before, key=lambda other: other.opened_at)
    change = next((c for c in ended.changes.all() if c.to_state == ended.state), None)
    day = f"{timezone.localtime(ended.closed_at):%-d %b %Y}"
    told = f"Qualified again: last time {State(ended.state).label.lower()} on {day}"
    if change and change.by:
        told += f" by {change.by.get_full_name() or change.by.get_username()}"
    return f"{told} because “{change.reason}”" if change and change.reason else told


def since_visit(
    lead: Lead, scores: Sequence[Score], *, user_id: int, at: datetime
) -> SinceVisit | None:
    """What is new to this person; None if they look for the first time."""
    visit = LeadVisit.objects.filter(lead=lead, user=user_id).first()
    seen = visit.before(at) if visit else None
    if seen is None:
        return None
    score = next(iter(scores), None)
    hits = Hit.objects.filter(lead_id=lead.pk, occurred_at__gt=seen.at)
    counted = hits.values_list("signal__name").annotate(times=Count("id")).order_by("-times")
    changes = StateChange.objects.filter(qualification__lead=lead, at__gt=seen.at)
    return SinceVisit(
        at=seen.at,
        then=seen.totals.get(str(score.product_id)) if score else None,
        now=score.total if score else None,
        did=[(name, times) for name, times in counted[:MOST_SIGNALS]],
        changes=list(changes.exclude(by=user_id).select_related("by", "rep__user")),
    )


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"

"""A page of PQLs: cut on narrow rows by an index first, then told in full.

Where a tab is long, sorting all of it by what its leads are worth now takes longer than a page may:
it is walked by an index. A short one is gathered (:mod:`routing.queue.ordering`).
"""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from django.db.models import OuterRef, Q, QuerySet, Subquery

from routing import digests
from routing.models import Forecast, Qualification, Rep
from routing.models.qualification import UNREVIEWED, QualificationQuerySet, State
from routing.queue.marks import TOLD, Tasks, due_of_tasks, tags_of
from routing.queue.maxima import Maxima, maxima_of
from routing.queue.narrowing import FEW, narrowed
from routing.queue.ordering import OF_TABS, by_score, gathered, guessed, walked
from routing.queue.wanted import Order, Tab, Wanted
from routing.viewers import Viewer
from rubrics import explain
from rubrics.models import Publication, Score, ScoreChange
from rubrics.scoring.types import Line

RowT = TypeVar("RowT")
PAGE_SIZE = 30
TREND_SPAN = timedelta(days=7)
OVERDUE_AFTER = timedelta(days=1)
EXPIRING_WITHIN = timedelta(days=7)
GUESSED = 300
"""Pages that begin later are gathered: so many ids are asked for at once."""
SPARE = 30
"""So many of those guessed may turn out not to be in the list."""
APART = frozenset({Tab.UNASSIGNED, Tab.EXPIRING, Tab.SNOOZED})
"""Tabs whose PQLs do not lie evenly among all: what they are in them for shows in their scores."""


@dataclass(frozen=True, slots=True)
class Row:
    """One PQL as the queue shows it. Scores are those of now; ``was_total`` if they moved since.

    ``falls_at`` is when it stops being a PQL if nothing happens, if that is within a week, and
    ``because`` what then takes points.
    """

    pql: Qualification
    score: Score | None
    fit: int
    behavior: int
    total: int
    was_total: int | None
    trend: int | None
    reasons: list[Line]
    lost_by: Publication | None
    falls_at: datetime | None
    because: str
    waiting: timedelta | None
    is_overdue: bool
    may_act: bool
    tags: list[str]
    tasks: Tasks | None

    @property
    def maxima(self) -> Maxima:
        """Of how many points the numbers are."""
        return maxima_of(self.score.version_id if self.score else self.pql.version_id)

    @property
    def mark(self) -> str:
        """All that may change in a row: two rows that have the same look the same."""
        told = (
            self.pql.state,
            self.pql.rep_id,
            self.total,
            self.fit,
            self.behavior,
            self.trend,
            self.is_overdue,
            self.pql.snoozed_until,
            self.lost_by and self.lost_by.pk,
            self.falls_at and self.falls_at.timestamp(),
            self.tasks and (self.tasks.count, self.tasks.due_at, self.tasks.is_overdue),
            *self.tags,
            *((line.key, line.points) for line in self.reasons),
        )
        return f"{zlib.crc32(repr(told).encode()):08x}"


@dataclass(frozen=True, slots=True)
class Page(Generic[RowT]):
    """Up to ``PAGE_SIZE`` rows and whether there are more."""

    rows: list[RowT]
    number: int = 1
    has_next: bool = False

    @property
    def first(self) -> int:
        return (self.number - 1) * PAGE_SIZE + 1

    @property
    def last(self) -> int:
        return (self.number - 1) * PAGE_SIZE + len(self.rows)


def read_page(
    wanted: Wanted, *, viewer: Viewer, at: datetime, holds: int | None = None
) -> Page[Row]:
    """One query cuts the page (another, where a long list reaches past those that meet the
    thresholds), and one tells its rows. ``holds`` is how many PQLs the tab has, if that is known.
    """
    start = (wanted.page - 1) * PAGE_SIZE
    is_short = wanted.tab in APART and holds is not None and holds <= FEW
    cut = _cut(wanted, viewer, at, start, PAGE_SIZE + 1, is_short=is_short)
    return Page(tell(cut[:PAGE_SIZE], viewer=viewer, at=at), wanted.page, len(cut) > PAGE_SIZE)


def tell(ids: Sequence[int], *, viewer: Viewer, at: datetime) -> list[Row]:
    """The PQLs with these ids, in this order, as the queue shows them."""
    pqls = (
        Qualification.objects.filter(pk__in=ids)
        .with_score()
        .select_related("lead__account", "rep__user", "forecast", "score")  # type: ignore[misc]  # joined by with_score()
        .only(*TOLD)
        .annotate(
            past_total=Subquery(total_before(at - TREND_SPAN)),
            tags=tags_of(OuterRef("lead")),
            tasks_due=due_of_tasks(OuterRef("lead"), viewer),
        )
    )
    place = {pk: index for index, pk in enumerate(ids)}
    return _rows(sorted(pqls, key=lambda pql: place[pql.pk]), viewer=viewer, at=at)


def in_tab(tab: Tab, viewer: Viewer, at: datetime) -> QualificationQuerySet:
    """The PQLs of one tab that this viewer may see."""
    every = Qualification.objects.all()
    awake = every.in_queue()
    found: dict[Tab, Callable[[], QualificationQuerySet]] = {
        Tab.MINE: lambda: awake.filter(rep=viewer.rep_id) if viewer.rep_id else every.none(),
        Tab.TEAM: lambda: awake if viewer.sees_all else awake.of_teams(viewer.team_ids),
        Tab.UNASSIGNED: lambda: awake.filter(rep=None),
        Tab.EXPIRING: lambda: _falling(at).seen_by(viewer),
        Tab.NEAR_MISS: every.none,  # those are no PQLs: routing.queue.near
        Tab.SNOOZED: lambda: every.filter(state=State.SNOOZED).seen_by(viewer),
        Tab.CLOSED: lambda: every.closed().seen_by(viewer),
    }
    return found[tab]()


def _falling(at: datetime) -> QualificationQuerySet:
    """Everybody's that expire."""
    return Qualification.objects.in_queue().falling_by(at + EXPIRING_WITHIN)


def _cut(
    wanted: Wanted, viewer: Viewer, at: datetime, start: int, count: int, *, is_short: bool
) -> list[int]:
    """Ids of up to ``count`` PQLs from the ``start``-th on."""
    seen_apart = _seen_apart(viewer) if wanted.tab is Tab.EXPIRING else ()
    within = _falling(at) if seen_apart else in_tab(wanted.tab, viewer, at)
    found, are_few = narrowed(within, wanted, viewer=viewer, at=at)
    if (is_short or are_few) and wanted.order not in OF_TABS:
        if wanted.tab is Tab.EXPIRING and start < GUESSED and not wanted.is_filtered:
            sifted = _sifted(wanted.order, viewer, at, start + count)
            if sifted is not None:
                return sifted[start:]
        rows = gathered(found, wanted.order, apart=seen_apart)[start : start + count]
        return [pk for pk, *_ in rows]
    if seen_apart:
        found = found.seen_by(viewer)
    cut: list[int] = []
    for part in walked(found, wanted.order):
        ids = part.values_list("pk", flat=True)
        taken = list(ids[start : start + count - len(cut)])
        cut += taken
        if len(cut) == count:
            break
        # The next part begins where this one ended, or the page lies wholly in a later one.
        start = max(start - part.order_by().count(), 0) if start and not taken else 0
    return cut


def _sifted(order: Order, viewer: Viewer, at: datetime, most: int) -> list[int] | None:
    """Ids of the first ``most`` that expire; None where guessing did not find them.

    Nearly all that is foretold to fall is an open PQL that meets the thresholds. So it is put in
    order without the tables that only tell whether it is, and these are asked about the first few.
    """
    seen_apart, soon = _seen_apart(viewer), at + EXPIRING_WITHIN
    guess: QuerySet[Any, tuple[Any, ...]] | None = None
    if not seen_apart:
        guess = guessed(Forecast.objects.falling_by(soon), order)
    if guess is None:
        if by_score(order):
            return None
        awake = Qualification.objects.in_queue().filter(forecast__falls_at__lte=soon)
        guess = gathered(awake, order, apart=seen_apart)
    ids = [pk for pk, *_ in guess[: most + SPARE]]
    found = in_tab(Tab.EXPIRING, viewer, at).filter(pk__in=ids).values_list("pk", flat=True)
    are_in = set(found)
    sifted = [pk for pk in ids if pk in are_in]
    is_whole = len(sifted) >= most or len(ids) < most + SPARE
    return sifted[:most] if is_whole else None


def _seen_apart(viewer: Viewer) -> Sequence[Q]:
    """What :meth:`seen_by` says of a viewer who does not see all, in two parts: what is nobody's,
    and what is theirs. As one condition with an ``OR`` it would have everybody's read.
    """
    if viewer.sees_all:
        return ()
    theirs = Rep.objects.filter(Q(pk=viewer.rep_id) | Q(team__in=viewer.team_ids))
    reviewed = ~Q(review__in=UNREVIEWED)
    return reviewed & Q(rep=None), reviewed & Q(rep__in=theirs.values("pk"))


def total_before(moment: datetime) -> QuerySet[ScoreChange, int]:
    """The total that the outer query's lead had at ``moment``."""
    return (
        ScoreChange.objects.filter(
            lead=OuterRef("lead"), product=OuterRef("product"), at__lte=moment
        )
        .order_by("-at", "-pk")
        .values_list("total", flat=True)[:1]
    )


def _rows(pqls: Sequence[Qualification], *, viewer: Viewer, at: datetime) -> list[Row]:
    cold = {(pql.lead_id, pql.product_id) for pql in pqls if _is_cold(pql)}
    lost = digests.lost_by(cold)
    return [
        _row(pql, lost.get((pql.lead_id, pql.product_id)), viewer=viewer, at=at) for pql in pqls
    ]


def _is_cold(pql: Qualification) -> bool:
    """Open, and its lead meets the thresholds no longer."""
    score = _score_of(pql)
    return pql.closed_at is None and not (score and score.is_pql)


def _score_of(pql: Qualification) -> Score | None:
    """What :meth:`with_score` joined. Django leaves the attribute out where nothing is there."""
    return getattr(pql, "score", None)


def _row(pql: Qualification, lost_by: Publication | None, *, viewer: Viewer, at: datetime) -> Row:
    score = _score_of(pql)
    past: int | None = pql.past_total  # type: ignore[attr-defined]  # annotated by read_page()
    total = score.total if score else pql.total
    waits = pql.state in {State.NEW, State.ASSIGNED}
    waiting = at - (pql.assigned_at or pql.opened_at) if waits else None
    forecast: Forecast | None = getattr(pql, "forecast", None)
    falls_at = forecast.falls_at if forecast and score and score.is_pql else None
    if falls_at and falls_at > at + EXPIRING_WITHIN:
        falls_at = None
    return Row(
        pql=pql,
        score=score,
        fit=score.fit if score else pql.fit,
        behavior=score.behavior if score else pql.behavior,
        total=total,
        was_total=pql.total if total != pql.total else None,
        trend=None if past is None else total - past,
        reasons=explain.top_reasons(score) if score else [],
        lost_by=lost_by,
        falls_at=falls_at,
        because=forecast.because if forecast and falls_at else "",
        waiting=waiting,
        is_overdue=_is_overdue(pql, waiting, at),
        may_act=viewer.may_act_on(pql),
        tags=pql.tags,  # type: ignore[attr-defined]  # annotated by tell()
        tasks=Tasks.of(pql.tasks_due, at),  # type: ignore[attr-defined]  # annotated by tell()
    )


def _is_overdue(pql: Qualification, waiting: timedelta | None, at: datetime) -> bool:
    """By its team's promise where there is one, else after a day."""
    if waiting is None:
        return False
    if pql.sla_due_at is not None and pql.sla_set_for == pql.assigned_at:
        return pql.sla_due_at <= at
    return waiting > OVERDUE_AFTER

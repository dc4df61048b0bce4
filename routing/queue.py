"""The queue a rep works: which PQLs, in which order, with what they are worth now."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from routing import digests
from routing.models import Qualification
from routing.models.qualification import CLOSED_STATES, QualificationQuerySet, State
from routing.viewers import Viewer
from rubrics import explain
from rubrics.models import Publication, Score, ScoreChange
from rubrics.scoring.types import Line

PAGE_SIZE = 30
TREND_SPAN = timedelta(days=7)
OVERDUE_AFTER = timedelta(days=1)


class Tab(StrEnum):
    MINE = "mine"
    TEAM = "team"
    UNASSIGNED = "unassigned"
    SNOOZED = "snoozed"
    CLOSED = "closed"


class Order(StrEnum):
    TOTAL = "total"
    BEHAVIOR = "behavior"
    FIT = "fit"
    NEWEST = "newest"
    WAITING = "waiting"


ORDER_LABELS = {
    Order.TOTAL: "Highest total",
    Order.BEHAVIOR: "Highest behavior",
    Order.FIT: "Highest fit",
    Order.NEWEST: "Newest first",
    Order.WAITING: "Waiting longest",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the page was asked to show. ``born`` and ``lost`` are ids of publications."""

    tab: Tab = Tab.MINE
    order: Order = Order.TOTAL
    words: str = ""
    product: int | None = None
    state: str = ""
    min_fit: int | None = None
    min_total: int | None = None
    born: int | None = None
    lost: int | None = None
    page: int = 1

    @property
    def is_filtered(self) -> bool:
        """Whether anything besides the tab narrows the list."""
        bounds = (self.product, self.min_fit, self.min_total, self.born, self.lost)
        return bool(self.words or self.state) or any(bound is not None for bound in bounds)


@dataclass(frozen=True, slots=True)
class Row:
    """One PQL as the queue shows it. Scores are those of now; ``was_total`` if they moved since."""

    pql: Qualification
    score: Score | None
    fit: int
    behavior: int
    total: int
    was_total: int | None
    trend: int | None
    reasons: list[Line]
    lost_by: Publication | None
    waiting: timedelta | None
    is_overdue: bool
    may_act: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Up to ``PAGE_SIZE`` rows and whether there are more."""

    rows: list[Row] = field(default_factory=list)
    number: int = 1
    has_next: bool = False

    @property
    def first(self) -> int:
        return (self.number - 1) * PAGE_SIZE + 1

    @property
    def last(self) -> int:
        return (self.number - 1) * PAGE_SIZE + len(self.rows)


def read_page(wanted: Wanted, *, viewer: Viewer, at: datetime) -> Page:
    """Two queries: the page is cut on narrow rows first, and only then are people joined."""
    order = _order_by(wanted)
    start = (wanted.page - 1) * PAGE_SIZE
    found = _filtered(wanted, viewer).with_score().order_by(*order).values_list("pk", flat=True)
    cut = list(found[start : start + PAGE_SIZE + 1])
    pqls = (
        Qualification.objects.filter(pk__in=cut[:PAGE_SIZE])
        .with_score()
        .select_related("lead__account", "rep__user", "product", "score")  # type: ignore[misc]  # joined by with_score()
        .defer("breakdown", "lead__attributes", "rep__user__password")
        .annotate(past_total=Subquery(_total_before(at - TREND_SPAN)))
        .order_by(*order)
    )
    rows = _rows(list(pqls), viewer=viewer, at=at)
    return Page(rows, wanted.page, len(cut) > PAGE_SIZE)


def in_tab(tab: Tab, viewer: Viewer) -> QualificationQuerySet:
    """The PQLs of one tab that this viewer may see."""
    every = Qualification.objects.all()
    match tab:
        case Tab.MINE:
            return every.in_queue().filter(rep=viewer.rep_id, rep__isnull=False)
        case Tab.TEAM if viewer.sees_all:
            return every.in_queue()
        case Tab.TEAM:
            return every.in_queue().filter(rep__team=viewer.team_id, rep__isnull=False)
        case Tab.UNASSIGNED:
            return every.in_queue().filter(rep=None)
        case Tab.SNOOZED:
            return every.filter(state=State.SNOOZED).seen_by(viewer)
        case Tab.CLOSED:
            return every.filter(state__in=CLOSED_STATES).seen_by(viewer)


def _filtered(wanted: Wanted, viewer: Viewer) -> QualificationQuerySet:
    found = in_tab(wanted.tab, viewer)
    if wanted.words:
        found = found.search(wanted.words)
    if wanted.product is not None:
        found = found.filter(product=wanted.product)
    if wanted.state:
        found = found.filter(state=wanted.state)
    if wanted.born is not None:
        found = found.born_of(wanted.born)
    if wanted.lost is not None:
        found = found.lost_by(wanted.lost)
    if wanted.min_fit is not None:
        found = found.with_score().filter(_at_least("fit", wanted.min_fit))
    if wanted.min_total is not None:
        found = found.with_score().filter(_at_least("total", wanted.min_total))
    return found


def _at_least(axis: str, bound: int) -> Q:
    return Q(**{f"score__{axis}__gte": bound}) | Q(score=None, **{f"{axis}__gte": bound})


def _order_by(wanted: Wanted) -> list[str | Combinable]:
    if wanted.tab == Tab.CLOSED and wanted.order == Order.TOTAL:
        return ["-closed_at", "-pk"]
    match wanted.order:
        case Order.NEWEST:
            return ["-opened_at", "-pk"]
        case Order.WAITING:
            return [Coalesce("assigned_at", "opened_at").asc(), "pk"]
        case order:
            return [Coalesce(f"score__{order}", order.value).desc(), "opened_at", "pk"]


def _total_before(moment: datetime) -> QuerySet[ScoreChange, int]:
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
        waiting=waiting,
        is_overdue=waiting is not None and waiting > OVERDUE_AFTER,
        may_act=viewer.may_act_on(pql),
    )

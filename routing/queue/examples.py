"""Three PQLs to learn from: a hot one, a strong fit with little use, and one that fades."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import F, Q

from routing.models.qualification import QualificationQuerySet
from routing.queue.reading import EXPIRING_WITHIN, PAGE_SIZE, Row, in_tab, tell
from routing.queue.wanted import Tab
from routing.viewers import Viewer
from rubrics import explain
from rubrics.scoring.types import Axis, Line

MOST_FIT, MOST_BEHAVIOR = 50, 100


class ExampleKind(StrEnum):
    HOT = "hot"
    QUIET = "quiet"
    FADING = "fading"


@dataclass(frozen=True, slots=True)
class Example:
    """One of the three; without a row there is none of its kind, and a made-up one stands in.

    ``reasons`` are the lines that make it an example of its kind.
    """

    kind: ExampleKind
    row: Row | None

    @property
    def reasons(self) -> list[Line]:
        if self.row is None or self.row.score is None:
            return []
        if self.kind is not ExampleKind.QUIET:
            return self.row.reasons
        known = [line for line in explain.breakdown(self.row.score) if line.axis is Axis.FIT]
        return sorted(known, key=lambda line: -line.points)[: len(self.row.reasons)]


def read_examples(viewer: Viewer, *, at: datetime) -> list[Example]:
    """Open PQLs of the viewer, or else of their teams, each told once.

    A query for each kind that a tab may have, and those of :func:`tell`: ten at most.
    """
    found: dict[ExampleKind, int] = {}
    for tab in (Tab.MINE, Tab.TEAM) if viewer.sees_queue else ():
        for kind in ExampleKind:
            if kind not in found:
                others = in_tab(tab, viewer, at).exclude(pk__in=found.values())
                pk = _first(kind, others, at)
                found |= {} if pk is None else {kind: pk}
    rows = {row.pql.pk: row for row in tell(list(found.values()), viewer=viewer, at=at)}
    return [Example(kind, rows.get(found.get(kind, 0))) for kind in ExampleKind]


def _first(kind: ExampleKind, pqls: QualificationQuerySet, at: datetime) -> int | None:
    """The id of the best one of the kind, if there is any; each order can follow an index."""
    hot = pqls.with_score().filter(Q(score__is_pql=True))
    match kind:
        case ExampleKind.HOT:
            by_total = F("score__total").desc(), F("score__pk").asc()
            return hot.order_by(*by_total).values_list("pk", flat=True).first()
        case ExampleKind.QUIET:
            by_fit = F("score__fit").desc(), F("score__pk").asc()
            best = hot.order_by(*by_fit).annotate(known=F("score__fit"), used=F("score__behavior"))
            least_used = min(best.values_list("used", "pk", "known")[:PAGE_SIZE], default=None)
            if least_used is None:
                return None
            used, pk, known = least_used
            return pk if known / MOST_FIT > used / MOST_BEHAVIOR else None
        case ExampleKind.FADING:
            falling = pqls.falling_by(at + EXPIRING_WITHIN).order_by("forecast__falls_at", "pk")
            return falling.values_list("pk", flat=True).first()

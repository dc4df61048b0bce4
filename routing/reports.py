"""Figures for the reps' pages."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db.models import Count, Q, QuerySet, Subquery

from leads.models import Account, Product, Source
from routing.models import (
    LeadTag,
    Qualification,
    Rep,
    RoutingDecision,
    StateChange,
    Task,
    Team,
)
from routing.models.qualification import Review, State
from routing.models.task import tomorrow
from routing.queue import EXPIRING_WITHIN, Tab
from routing.remembered import remembered
from routing.viewers import Viewer
from rubrics.models import AccountScore, AccountScoreChange, Band, RubricVersion, Score, ScoreChange
from rubrics.scoring.types import Subject

CACHED_S = 30
ChangeT = TypeVar("ChangeT", ScoreChange, AccountScoreChange)
STATES_CACHED_S = 10
LOOKED_AT = 2000


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """How many PQLs each tab holds, and the newest change of state there was when counting.

    Closed ones are not counted: they only grow. Nor are near misses: nobody has to get through.
    """

    counts: dict[Tab, int]
    newest_change: int


@dataclass(frozen=True, slots=True)
class _Count:
    """So many open PQLs of one rep (or nobody) in one state, or falling within the week."""

    rep: int | None
    team: int | None
    kind: str
    number: int

    def is_seen_by(self, viewer: Viewer) -> bool:
        return viewer.sees_all or self.rep in {None, viewer.rep_id} or self.is_of_team(viewer)

    def is_of_team(self, viewer: Viewer) -> bool:
        return viewer.sees_all or self.team in viewer.team_ids


def queue_figures(viewer: Viewer, *, at: datetime) -> QueueFigures:
    """Counted once for everybody, and again once a state has changed."""
    newest = _newest_change().first() or 0
    states = remembered(f"queue-states-{newest}", STATES_CACHED_S, _by_state)
    falling = remembered("queue-falling", CACHED_S, lambda: _falling(at))
    awake = [count for count in states if count.kind != State.SNOOZED]
    asleep = [count for count in states if count.kind == State.SNOOZED]
    of_nobody = [count for count in awake if count.rep is None]
    kinds = {
        Tab.MINE: [c for c in awake if c.rep is not None and c.rep == viewer.rep_id],
        Tab.TEAM: [c for c in awake if c.is_of_team(viewer)],
        Tab.UNASSIGNED: of_nobody,
        Tab.EXPIRING: [c for c in falling if c.is_seen_by(viewer)],
        Tab.SNOOZED: [c for c in asleep if c.is_seen_by(viewer)],
    }
    counts = {tab: sum(count.number for count in found) for tab, found in kinds.items()}
    return QueueFigures(counts, newest)


def why_nobodys(newest_change: int) -> str:
    """Why the newest of those that nobody works was dealt to nobody, in the routing log's words;
    empty where the log has nothing of it. Looked up again once a state has changed."""
    return remembered(f"queue-nobodys-{newest_change}", STATES_CACHED_S, _why_nobodys)


def _why_nobodys() -> str:
    newest = Qualification.objects.undealt().order_by("-opened_at", "-pk").values("pk")[:1]
    decisions = RoutingDecision.objects.filter(qualification__in=newest, rep=None)
    steps = decisions.order_by("-pk").values_list("steps", flat=True).first()
    return str(steps[-1]["why"]) if steps else ""


@dataclass(frozen=True, slots=True)
class DueTasks:
    """How many of a rep's tasks are overdue, and how many more are due today."""

    overdue: int
    today: int


def due_tasks(viewer: Viewer, *, at: datetime) -> DueTasks | None:
    """One query; None where nothing presses, or the viewer is no rep."""
    if viewer.rep_id is None:
        return None
    due = Task.objects.due_before(tomorrow(at)).of_rep(viewer.rep_id).order_by()
    late = Count("pk", filter=Q(due_at__lt=at))
    found = due.aggregate(late=late, due=Count("pk"))
    return DueTasks(found["late"], found["due"] - found["late"]) if found["due"] else None


def _by_state() -> list[_Count]:
    shown = Qualification.objects.open().exclude(review=Review.WAITING)
    # All rows rather than all ids, and no join: then a narrow index tells it.
    found = shown.order_by().values_list("rep", "state").annotate(number=Count("*"))
    teams = dict(Rep.objects.values_list("pk", "team"))
    return [_Count(rep, teams.get(rep), state, number) for rep, state, number in found]


def _falling(at: datetime) -> list[_Count]:
    soon = Qualification.objects.in_queue().falling_by(at + EXPIRING_WITHIN)
    found = soon.order_by().values_list("rep", "rep__team").annotate(number=Count("*"))
    return [_Count(rep, team, "falling", number) for rep, team, number in found]


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


def score_history(
    score: Score | AccountScore, *, limit: int = 500
) -> Sequence[ScoreChange | AccountScoreChange]:
    """How the score came to be what it is, oldest first."""
    if isinstance(score, AccountScore):
        of_account = AccountScoreChange.objects.filter(account=score.account_id)
        return _oldest_first(of_account.filter(product=score.product_id), limit)
    of_lead = ScoreChange.objects.filter(lead=score.lead_id, product=score.product_id)
    return _oldest_first(of_lead, limit)


def _oldest_first(changes: QuerySet[ChangeT], limit: int) -> list[ChangeT]:
    return list(reversed(changes.order_by("-at", "-pk")[:limit]))


def has_synthetic_data() -> bool:
    """Whether any source sends made-up data: then every page says so."""
    synthetic = Source.objects.filter(is_synthetic=True)
    return remembered("has-synthetic-data", CACHED_S, synthetic.exists)


@dataclass(frozen=True, slots=True)
class Choices:
    """What the queue can be narrowed to: ids and names, or names alone."""

    products: list[tuple[int, str]]
    rubrics: list[tuple[int, str]]
    teams: list[tuple[int, str]]
    reps: list[tuple[int, str, int]]
    bands: list[str]
    countries: list[str]
    industries: list[str]
    tags: list[str]

    def reps_for(self, viewer: Viewer) -> list[tuple[int, str]]:
        """Whose PQLs the viewer may see."""
        return [
            (pk, name) for pk, name, team in self.reps if viewer.sees_all or team in viewer.team_ids
        ]


def choices() -> Choices:
    """For the filters, the same for everybody."""
    return remembered("queue-choices", CACHED_S, _choices)


def _choices() -> Choices:
    versions = RubricVersion.objects.published().filter(subject=Subject.LEAD)
    rubrics = versions.order_by("rubric__product__name", "rubric__name")
    bands = Band.objects.filter(version__in=versions).order_by("-at_least")
    reps = Rep.objects.select_related("user").order_by("user__first_name", "user__last_name")
    newest_tags = LeadTag.objects.order_by("-pk").values_list("name", flat=True)
    return Choices(
        products=list(Product.objects.values_list("pk", "name")),
        rubrics=list(rubrics.values_list("rubric", "rubric__name")),
        teams=list(Team.objects.values_list("pk", "name")),
        reps=[(rep.pk, str(rep), rep.team_id) for rep in reps],
        bands=list(dict.fromkeys(bands.values_list("name", flat=True))),
        countries=_values("country"),
        industries=_values("industry"),
        tags=sorted(set(newest_tags[:LOOKED_AT])),
    )


def _values(name: str) -> list[str]:
    """What this attribute is of the newest companies; a value not among them can be typed."""
    newest = Account.objects.order_by("-pk").values_list(f"attributes__{name}", flat=True)
    return sorted({value for value in newest[:LOOKED_AT] if isinstance(value, str) and value})

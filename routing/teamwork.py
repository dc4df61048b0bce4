"""How reps work their PQLs, in numbers: for who manages them, and for each rep themselves.

Every number is a count of PQLs assigned within a span, by one condition of ``CUTS``; the list
behind it is cut by the same condition, so the two never differ.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import (
    BooleanField,
    Count,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    FloatField,
    OuterRef,
    Q,
)
from django.db.models.aggregates import Aggregate
from django.db.models.functions import Extract, TruncWeek

from leads.models import Outcome
from leads.models.outcome import OutcomeKind
from routing.availability import Load, loads_of
from routing.firsttouch import Took, took_of
from routing.models import Alert, Qualification, Rep, SlaEvent
from routing.models.alert import AlertKind
from routing.models.qualification import (
    OPEN_STATES,
    QualificationQuerySet,
    RejectReason,
    State,
)
from routing.models.rep import RepQuerySet
from routing.viewers import Viewer
from rubrics.statistics import Estimate, proportion

SPANS = (7, 30, 90)
GOOD, BAD = 0.70, 0.50
"""Acceptance: above is good, below is red (seeds, metrics 56 and 64)."""
FOLLOWED_WITHIN = timedelta(hours=24)
CONVERTED = (OutcomeKind.CONVERTED, OutcomeKind.CLOSED_WON)
FEW = 20
"""Decisions below which a rate says little."""

_TOUCHED = Q(first_touched_at__isnull=False)
_ACCEPTED = Q(state__in=(State.ACCEPTED, State.CONTACTED, State.OPPORTUNITY, State.LOST)) | Q(
    state=State.WON, first_touched_at__isnull=False
)
_IN_TIME = Q(first_touched_at__lte=F("sla_due_at"))
_CONTACTED = _IN_TIME | Q(sla_due_at=None, first_touched_at__lte=F("assigned_at") + FOLLOWED_WITHIN)

CUTS: dict[str, tuple[str, Q]] = {
    "assigned": ("Assigned", Q()),
    "accepted": ("Accepted", _ACCEPTED),
    "rejected": ("Rejected", Q(state=State.REJECTED)),
    "waiting": ("Not touched yet", Q(state__in=OPEN_STATES, first_touched_at=None)),
    "late": ("Touched late, or not at all", Q(is_late=True)),
    "contacted": ("Worked within the time promised", _CONTACTED & ~Q(state=State.REJECTED)),
    "ignored": ("Not worked in time", ~_CONTACTED),
    "won": ("Won", Q(state=State.WON)),
    **{
        f"rejected-{reason}": (f"Rejected: {label}", Q(reject_reason=reason))
        for reason, label in RejectReason.choices
    },
}


class Percentile(Aggregate):
    """The value that a share of the rows stays below, between two rows in proportion."""

    function = "percentile_cont"
    template = "%(function)s(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()
    allow_distinct = False


@dataclass(frozen=True, slots=True)
class Numbers:
    """What was assigned within the span, and what became of it.

    ``worked`` is how long first touches took in working time; ``half_touched`` and ``most_touched``
    say the same by the clock.
    """

    assigned: int = 0
    accepted: int = 0
    rejected: int = 0
    waiting: int = 0
    late: int = 0
    worked: Took | None = None
    half_touched_s: float | None = None
    most_touched_s: float | None = None

    @property
    def acceptance(self) -> Estimate | None:
        """Accepted among those decided, with its interval; None before any decision."""
        return proportion(self.accepted, self.decided)

    @property
    def decided(self) -> int:
        return self.accepted + self.rejected

    @property
    def verdict(self) -> str:
        """Against the benchmark: good, fair, poor, or few where there is too little to say."""
        rate = self.acceptance
        if rate is None or self.decided < FEW:
            return "few"
        return "good" if rate.value > GOOD else "poor" if rate.value < BAD else "fair"

    @property
    def half_touched(self) -> timedelta | None:
        """Half of those touched were touched within this time of the clock."""
        return None if self.half_touched_s is None else timedelta(seconds=self.half_touched_s)

    @property
    def most_touched(self) -> timedelta | None:
        """Nine of ten were."""
        return None if self.most_touched_s is None else timedelta(seconds=self.most_touched_s)


Reason = tuple[str, str, int]
"""Key, label and count of a reason to reject."""


@dataclass(frozen=True, slots=True)
class RepRow:
    """One rep's numbers, why they rejected, what they have now, and what they let pass."""

    rep: Rep
    numbers: Numbers
    reasons: Sequence[Reason]
    load: Load
    breaches: int
    alerts: int
    followed: int

    @property
    def followed_rate(self) -> Estimate | None:
        return proportion(self.followed, self.alerts)

    @property
    def is_silent(self) -> bool:
        """Let PQLs pass and did nothing: paused by an SLA, or none of several touched."""
        is_paused = self.rep.paused_at is not None
        return is_paused or (self.numbers.late >= 3 and self.numbers.half_touched_s is None)


@dataclass(frozen=True, slots=True)
class Conversion:
    """Of PQLs worked in time, or not: how many converted after they were assigned."""

    pqls: int
    converted: int

    @property
    def rate(self) -> Estimate | None:
        return proportion(self.converted, self.pqls)


@dataclass(frozen=True, slots=True)
class Report:
    """Everything on the page."""

    days: int
    rows: list[RepRow]
    total: Numbers
    reasons: list[Reason]
    weeks: list[tuple[datetime, int]]
    contacted: Conversion
    ignored: Conversion
    unassigned: int
    to_review: int

    @property
    def most_a_week(self) -> int:
        return max((count for _, count in self.weeks), default=0)

    @property
    def silent(self) -> list[RepRow]:
        return [row for row in self.rows if row.is_silent]


def reps_seen_by(viewer: Viewer) -> RepQuerySet:
    """Whose numbers a person may look at: everybody's, or those of the teams they manage."""
    if viewer.sees_all:
        return Rep.objects.all()
    return Rep.objects.filter(team__in=viewer.managed)


def cohort(reps: Collection[int], *, days: int, at: datetime) -> QualificationQuerySet:
    """PQLs that became these reps' within the last ``days``, each with whether it is late."""
    found = Qualification.objects.filter(
        rep__in=reps, assigned_at__gt=at - timedelta(days=days), assigned_at__lte=at
    )
    never = Q(first_touched_at=None, sla_due_at__lt=at)
    return found.annotate(
        is_late=ExpressionWrapper(
            never | Q(first_touched_at__gt=F("sla_due_at"), sla_due_at__isnull=False),
            output_field=BooleanField(),
        )
    )


def report(reps: Sequence[Rep], *, days: int, at: datetime) -> Report:
    """The numbers of these reps; a fixed number of queries for any number of them."""
    ids = [rep.pk for rep in reps]
    found = cohort(ids, days=days, at=at)
    by_rep = dict(_numbers(found))
    worked, worked_by_all = took_of(found, reps)
    reasons = _reasons_by_rep(found)
    loads, breaches = loads_of(reps, at=at), _breaches(ids, days=days, at=at)
    alerted = _alerted(reps, days=days, at=at)
    rows = [
        RepRow(
            rep,
            replace(by_rep.get(rep.pk, Numbers()), worked=worked.get(rep.pk)),
            reasons[rep.pk],
            loads[rep.pk],
            breaches.get(rep.pk, 0),
            *alerted.get(rep.user_id, (0, 0)),
        )
        for rep in reps
    ]
    return Report(
        days=days,
        rows=rows,
        total=replace(_total(found), worked=worked_by_all),
        reasons=_summed(reasons.values()),
        weeks=_weeks(found),
        contacted=_conversion(found.filter(CUTS["contacted"][1])),
        ignored=_conversion(found.filter(CUTS["ignored"][1])),
        unassigned=Qualification.objects.undealt().count(),
        to_review=Qualification.objects.to_review().count(),
    )


def _aggregates() -> dict[str, Aggregate]:
    counts = {name: Count("pk", filter=CUTS[name][1]) for name in ("accepted", "rejected")}
    counts |= {name: Count("pk", filter=CUTS[name][1]) for name in ("waiting", "late")}
    took = Extract(
        ExpressionWrapper(F("first_touched_at") - F("assigned_at"), output_field=DurationField()),
        "epoch",
        output_field=FloatField(),
    )
    touched = _TOUCHED & Q(first_touched_at__gte=F("assigned_at"))
    spans = {
        "half_touched_s": Percentile(took, share="0.5", filter=touched),
        "most_touched_s": Percentile(took, share="0.9", filter=touched),
    }
    return {"assigned": Count("pk"), **counts, **spans}


def _numbers(found: QualificationQuerySet) -> list[tuple[int, Numbers]]:
    wanted = _aggregates()
    rows = found.order_by().values("rep").annotate(**wanted).values_list("rep", *wanted)
    return [(rep, Numbers(**dict(zip(wanted, row, strict=True)))) for rep, *row in rows]


def _total(found: QualificationQuerySet) -> Numbers:
    return Numbers(**found.aggregate(**_aggregates()))


def _reasons_by_rep(found: QualificationQuerySet) -> dict[int, list[Reason]]:
    """Each rep's reasons to reject, the commonest first."""
    rejected = found.filter(CUTS["rejected"][1]).order_by().values("rep", "reject_reason")
    counts = rejected.annotate(count=Count("pk")).order_by("-count", "reject_reason")
    labels = dict(RejectReason.choices)
    by_rep: dict[int, list[Reason]] = defaultdict(list)
    for rep_id, key, count in counts.values_list("rep", "reject_reason", "count"):
        by_rep[rep_id].append((key, labels[key], count))
    return by_rep


def _summed(reasons: Iterable[Sequence[Reason]]) -> list[Reason]:
    """All reps' together, the commonest first."""
    sums: Counter[tuple[str, str]] = Counter()
    for of_rep in reasons:
        for key, label, count in of_rep:
            sums[key, label] += count
    found = [(key, label, count) for (key, label), count in sums.items()]
    return sorted(found, key=lambda one: (-one[2], one[0]))


def _weeks(found: QualificationQuerySet) -> list[tuple[datetime, int]]:
    weeks = found.order_by().annotate(week=TruncWeek("assigned_at")).values("week")
    return list(weeks.annotate(count=Count("pk")).order_by("week").values_list("week", "count"))


def _conversion(found: QualificationQuerySet) -> Conversion:
    outcomes = Outcome.objects.filter(
        lead=OuterRef("lead"), kind__in=CONVERTED, occurred_at__gte=OuterRef("assigned_at")
    )
    bought = found.annotate(has_bought=Exists(outcomes))
    won = Q(state=State.WON) | Q(has_bought=True)
    return Conversion(**bought.aggregate(pqls=Count("pk"), converted=Count("pk", filter=won)))


def _breaches(ids: Sequence[int], *, days: int, at: datetime) -> dict[int, int]:
    since = at - timedelta(days=days)
    found = SlaEvent.objects.breaches().filter(rep__in=ids, at__gt=since, at__lte=at)
    counted = found.order_by().values("rep").annotate(count=Count("pk"))
    return dict(counted.values_list("rep", "count"))


def _alerted(reps: Sequence[Rep], *, days: int, at: datetime) -> dict[int, tuple[int, int]]:
    """By user: alerts of a PQL that became theirs, and those followed by a touch in a day."""
    touched = Q(
        qualification__first_touched_at__gte=F("created_at"),
        qualification__first_touched_at__lte=F("created_at") + FOLLOWED_WITHIN,
    )
    found = Alert.objects.filter(
        user__in=[rep.user_id for rep in reps],
        kind__in=(AlertKind.NEW_PQL, AlertKind.HANDED_PQL),
        created_at__gt=at - timedelta(days=days),
        created_at__lte=at,
    )
    counted = (
        found.order_by()
        .values("user")
        .annotate(alerts=Count("pk"), followed=Count("pk", filter=touched))
    )
    return {row["user"]: (row["alerts"], row["followed"]) for row in counted}

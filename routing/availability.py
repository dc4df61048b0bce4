"""Who is at work, and how much they have: what the dealing and the team's calendar go by."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time

from django.db.models import Case, Count, DateTimeField, Q, Value, When

from routing.dealing.hands import limit_reached
from routing.dealing.hours import DaysOff, WorkingHours
from routing.models import DayOff, Qualification, Rep
from routing.models.qualification import QualificationQuerySet


@dataclass(frozen=True, slots=True)
class Load:
    """What a rep has: open PQLs (snoozed included), and new ones of today where they are."""

    open: int = 0
    new_today: int = 0

    def is_full(self, rep: Rep) -> bool:
        """Whether a limit of the rep's is reached."""
        return self.why_full(rep) != ""

    def why_full(self, rep: Rep) -> str:
        """Which limit is reached, in words; empty for none."""
        reached = limit_reached(
            held=self.open,
            new_today=self.new_today,
            max_open=rep.max_open,
            max_new_a_day=rep.max_new_a_day,
        )
        return reached.words if reached else ""


def hours_of(reps: Iterable[Rep]) -> dict[int, WorkingHours]:
    """Working hours by rep id, with every day off, past and planned; one query."""
    everybody, own = _days_off()
    return {rep.pk: rep.hours((*everybody, *own[rep.pk])) for rep in reps}


def company_hours_of(reps: Iterable[Rep]) -> dict[int, WorkingHours]:
    """Working hours by rep id with the company's holidays alone: what an SLA is counted in.

    A lead does not wait for one rep's holiday (docs/adr/0024).
    """
    everybody = tuple(off.days for off in DayOff.objects.of_everybody())
    return {rep.pk: rep.hours(everybody) for rep in reps}


def loads_of(reps: Collection[Rep], *, at: datetime) -> dict[int, Load]:
    """What each rep has, by rep id; two queries.

    New is what became theirs today, whatever they did with it since.
    """
    mornings = {rep.pk: day_begins(rep, at) for rep in reps}
    if not mornings:
        return {}
    opened = _counted(Qualification.objects.open().filter(rep__in=mornings))
    morning = Case(
        *(When(rep=pk, then=Value(begins)) for pk, begins in mornings.items()),
        output_field=DateTimeField(),
    )
    # The earliest morning is the bound an index can be read by.
    recent = Q(rep__in=mornings, assigned_at__gte=min(mornings.values()))
    new = _counted(Qualification.objects.filter(recent, assigned_at__gte=morning))
    return {pk: Load(opened.get(pk, 0), new.get(pk, 0)) for pk in mornings}


def _counted(found: QualificationQuerySet) -> dict[int, int]:
    """How many of these each rep has."""
    counted = found.order_by().values("rep").annotate(count=Count("pk"))
    return dict(counted.values_list("rep", "count"))


def day_begins(rep: Rep, at: datetime) -> datetime:
    """When the present day began where the rep is."""
    return datetime.combine(rep.today(at), time(), tzinfo=rep.zone).astimezone(UTC)


def _days_off() -> tuple[Sequence[DaysOff], dict[int, list[DaysOff]]]:
    everybody: list[DaysOff] = []
    own: dict[int, list[DaysOff]] = defaultdict(list)
    for off in DayOff.objects.all():
        (everybody if off.rep_id is None else own[off.rep_id]).append(off.days)
    return everybody, own

"""What a preview of a rubric would mean for the reps: new PQLs dealt, open ones that fall below."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from routing.models import LifecyclePolicy, Qualification, Rep
from rubrics.models import Preview
from rubrics.models.preview import Movement


@dataclass(frozen=True, slots=True)
class Load:
    """One rep's work: open PQLs now, new ones, and how many of the open ones are PQLs no longer."""

    rep: Rep | None
    team: str
    now: int
    new: int
    fading: int

    @property
    def then(self) -> int:
        """Open work stays with its rep, whatever the score: only new PQLs add to it."""
        return self.now + self.new


@dataclass(frozen=True, slots=True)
class Team:
    """A team and its reps, with their sums."""

    name: str
    loads: tuple[Load, ...]

    @property
    def now(self) -> int:
        return sum(load.now for load in self.loads)

    @property
    def new(self) -> int:
        return sum(load.new for load in self.loads)

    @property
    def then(self) -> int:
        return self.now + self.new

    @property
    def fading(self) -> int:
        return sum(load.fading for load in self.loads)


@dataclass(frozen=True, slots=True)
class Work:
    """What publishing the draft now would bring to the queues.

    ``opened`` are the new PQLs, each with its alert; ``held`` enter but have an open one already,
    ``cooling`` had one closed too lately for another.
    """

    opened: int
    held: int
    cooling: int
    teams: tuple[Team, ...]


def work_of(preview: Preview, *, at: datetime) -> Work:
    """The work of those whom the preview names: of all, unless more enter than it keeps by name."""
    totals = _totals(preview)
    entering = [lead_id for lead_id, _ in totals]
    qualifications = Qualification.objects.filter(product=preview.product_id)
    lifecycles = LifecyclePolicy.objects.lifecycles()
    barred = {key[0] for key in qualifications.barred(totals, at=at, lifecycles=lifecycles)}
    opened_now = qualifications.open().filter(lead__in=entering)
    held = set(opened_now.values_list("lead_id", flat=True))
    opened = len(entering) - len(barred)
    return Work(
        opened=opened,
        held=len(held),
        cooling=len(barred - held),
        teams=_teams(opened, _lead_ids(preview, Movement.LEFT), preview.product_id, at=at),
    )


def _totals(preview: Preview) -> dict[tuple[int, int], int]:
    """By lead and product, what those who enter would be worth."""
    rows = preview.leads.filter(movement=Movement.ENTERED, lead__isnull=False)
    return {
        (lead_id, preview.product_id): total or 0
        for lead_id, total in rows.values_list("lead_id", "then_total")
        if lead_id is not None
    }


def _lead_ids(preview: Preview, movement: Movement) -> list[int]:
    rows = preview.leads.filter(movement=movement, lead__isnull=False)
    return list(rows.values_list("lead_id", flat=True))


def _teams(
    opened: int, leaving: Sequence[int], product_id: int, *, at: datetime
) -> tuple[Team, ...]:
    reps = list(Rep.objects.select_related("user", "team").order_by("team__name", "pk"))
    counted = Qualification.objects.open().values("rep").order_by()
    rows = counted.annotate(
        now=Count("pk"), fading=Count("pk", filter=Q(product=product_id, lead__in=leaving))
    )
    held: dict[int | None, tuple[int, int]] = {
        row["rep"]: (row["now"], row["fading"]) for row in rows
    }
    dealt = _dealt(opened, reps, at=at)
    loads = [
        Load(rep, rep.team.name, *_two(held.get(rep.pk), dealt[rep.pk]))
        for rep in reps
        if rep.pk in held or dealt[rep.pk]
    ]
    nobodys = opened - sum(dealt.values())
    if None in held or nobodys:
        loads.append(Load(None, "Nobody's yet", *_two(held.get(None), nobodys)))
    names = dict.fromkeys(load.team for load in loads)
    return tuple(Team(name, tuple(load for load in loads if load.team == name)) for name in names)


def _two(held: tuple[int, int] | None, new: int) -> tuple[int, int, int]:
    now, fading = held or (0, 0)
    return now, new, fading


def _dealt(count: int, reps: Sequence[Rep], *, at: datetime) -> Counter[int]:
    """How many of the new PQLs each rep would get. Whole rounds give one to each and leave the
    order of turns as it was, so that only the rest is dealt out."""
    available = set(Rep.objects.available(at).values_list("pk", flat=True))
    free = [rep for rep in reps if rep.pk in available]
    if not free:
        return Counter()
    dealt = Counter({rep.pk: count // len(free) for rep in free})
    next_ones = sorted(free, key=_waits_since)[: count % len(free)]
    dealt.update(rep.pk for rep in next_ones)
    return dealt


def _waits_since(rep: Rep) -> tuple[bool, float, int]:
    """Who never was dealt one goes first, then who waits longest."""
    dealt = rep.last_dealt_at
    return dealt is not None, dealt.timestamp() if dealt else 0.0, rep.pk

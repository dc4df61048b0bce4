"""What the reps have, and would have: new PQLs dealt, open ones that fall below."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from routing.models import LifecyclePolicy, Qualification, Rep
from routing.previewing.dealing import NOWHERE, Dealt, deal_entering
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

    ``opened`` are the new PQLs; ``held`` enter but have an open one already, ``cooling`` had one
    closed too lately for another. ``dealt`` is what the live rules make of the new ones.
    """

    opened: int
    held: int
    cooling: int
    dealt: Dealt
    teams: tuple[Team, ...]

    @property
    def territories(self) -> list[tuple[str, int]]:
        """Where the new ones lie, most first; none where no territory is set up."""
        found = self.dealt.territories.most_common()
        return [] if [name for name, _ in found] == [NOWHERE] else found

    @property
    def rules(self) -> list[tuple[str, int]]:
        """How many each rule dealt, most first."""
        return self.dealt.rules.most_common()


def work_of(preview: Preview, *, at: datetime) -> Work:
    """The work of those whom the preview names: of all, unless more enter than it keeps by name."""
    totals = _totals(preview)
    entering = [lead_id for lead_id, _ in totals]
    qualifications = Qualification.objects.filter(product=preview.product_id)
    lifecycles = LifecyclePolicy.objects.lifecycles()
    barred = {key[0] for key in qualifications.barred(totals, at=at, lifecycles=lifecycles)}
    opened_now = qualifications.open().filter(lead__in=entering)
    held = set(opened_now.values_list("lead_id", flat=True))
    opening = [lead_id for lead_id in entering if lead_id not in barred]
    dealt = deal_entering(preview, opening, at=at)
    return Work(
        opened=len(opening),
        held=len(held),
        cooling=len(barred - held),
        dealt=dealt,
        teams=_teams(dealt, _lead_ids(preview, Movement.LEFT), preview.product_id),
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


def _teams(dealt: Dealt, leaving: Sequence[int], product_id: int) -> tuple[Team, ...]:
    reps = list(Rep.objects.select_related("user", "team").order_by("team__name", "pk"))
    counted = Qualification.objects.open().values("rep").order_by()
    rows = counted.annotate(
        now=Count("pk"), fading=Count("pk", filter=Q(product=product_id, lead__in=leaving))
    )
    held: dict[int | None, tuple[int, int]] = {
        row["rep"]: (row["now"], row["fading"]) for row in rows
    }
    loads = [
        Load(rep, rep.team.name, *_two(held.get(rep.pk), dealt.reps[rep.pk]))
        for rep in reps
        if rep.pk in held or dealt.reps[rep.pk]
    ]
    nobodys = dealt.nobodys + dealt.waiting + dealt.reviewed
    if None in held or nobodys:
        loads.append(Load(None, "Nobody's yet", *_two(held.get(None), nobodys)))
    names = dict.fromkeys(load.team for load in loads)
    return tuple(Team(name, tuple(load for load in loads if load.team == name)) for name in names)


def _two(held: tuple[int, int] | None, new: int) -> tuple[int, int, int]:
    now, fading = held or (0, 0)
    return now, new, fading

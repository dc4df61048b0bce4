"""One tap a day: were today's PQLs good?"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Avg, Count, Max, Min

from routing.availability import day_begins
from routing.dealing.pilots import Arm
from routing.models import Pilot, PilotCase, PilotVerdict, Rep
from routing.models.pilot import Verdict
from routing.services.errors import InvalidRequest


@dataclass(frozen=True, slots=True)
class Asked:
    """The day's PQLs of a pilot that a rep is asked about; ``said`` is what they said, if so."""

    pilot: Pilot
    day: date
    count: int
    lowest: int
    highest: int
    average: float
    said: str = ""

    @property
    def range(self) -> str:
        """ "92", or "84 to 117"."""
        low, high = self.lowest, self.highest
        return str(low) if low == high else f"{low} to {high}"


def asked_of(rep: Rep, *, at: datetime) -> list[Asked]:
    """What a rep is to be asked now: one question for each pilot that dealt them PQLs today."""
    cases = PilotCase.objects.filter(
        arm=Arm.PILOT,
        qualification__rep=rep,
        qualification__assigned_at__gte=day_begins(rep, at),
        qualification__assigned_at__lte=at,
    )
    total = "qualification__total"
    counted = (
        cases.order_by()
        .values("pilot")
        .annotate(count=Count("pk"), low=Min(total), high=Max(total), average=Avg(total))
    )
    rows = {row["pilot"]: row for row in counted}
    if not rows:
        return []
    day = rep.today(at)
    said = dict(
        PilotVerdict.objects.filter(rep=rep, day=day, pilot__in=rows).values_list(
            "pilot", "verdict"
        )
    )
    return [
        Asked(
            pilot,
            day,
            rows[pilot.pk]["count"],
            rows[pilot.pk]["low"],
            rows[pilot.pk]["high"],
            rows[pilot.pk]["average"],
            said.get(pilot.pk, ""),
        )
        for pilot in Pilot.objects.filter(pk__in=rows).order_by("starts_at", "pk")
    ]


@transaction.atomic
def give_verdict(pilot: Pilot, *, rep: Rep, verdict: str, at: datetime) -> PilotVerdict:
    """Keep what a rep says of today's PQLs; said again on the same day, the last word counts.

    Raises:
        InvalidRequest: no such verdict, or the pilot dealt them nothing today.
    """
    if verdict not in Verdict.values:
        raise InvalidRequest("Say good, mixed or poor.")
    asked = next((one for one in asked_of(rep, at=at) if one.pilot.pk == pilot.pk), None)
    if asked is None:
        raise InvalidRequest(f"{pilot} has dealt you no PQL today.")
    said, _ = PilotVerdict.objects.update_or_create(
        pilot=pilot,
        rep=rep,
        day=asked.day,
        defaults={
            "verdict": verdict,
            "count": asked.count,
            "lowest": asked.lowest,
            "highest": asked.highest,
            "average": asked.average,
            "at": at,
        },
    )
    return said

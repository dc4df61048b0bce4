"""One tap a day: were its PQLs good?"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Avg, Count, Max, Min

from routing.dealing.pilots import Arm
from routing.models import Alert, Pilot, PilotCase, PilotVerdict, Rep
from routing.models.pilot import Verdict
from routing.services.errors import InvalidRequest

DAY = timedelta(days=1)
ANSWERED_WITHIN = 7 * DAY
"""Later nobody remembers what that day's PQLs were like."""


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

    @property
    def question(self) -> str:
        """For whoever may read it later: "Were your 4 PQLs of Tue 10 Mar good?"."""
        many = f"Were your {self.count} PQLs" if self.count > 1 else "Was your PQL"
        return f"{many} of {self.day:%a %-d %b} good?"


def asked_of(rep: Rep, *, at: datetime, day: date | None = None) -> list[Asked]:
    """What a rep is to be asked: one question for each pilot that dealt them PQLs on a day of
    theirs, by default today."""
    day = day or rep.today(at)
    cases = PilotCase.objects.filter(
        arm=Arm.PILOT,
        qualification__rep=rep,
        qualification__assigned_at__gte=_begins(rep, day),
        qualification__assigned_at__lt=_begins(rep, day + DAY),
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


def _begins(rep: Rep, day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=rep.zone).astimezone(UTC)


def subject_of(pilot: Pilot, rep: Rep, day: date) -> str:
    """What the alert of a day's question is about."""
    return f"pilot:{pilot.pk}:{rep.pk}:{day}"


@transaction.atomic
def give_verdict(
    pilot: Pilot, *, rep: Rep, verdict: str, at: datetime, day: date | None = None
) -> PilotVerdict:
    """Keep what a rep says of a day's PQLs, by default today's; the last word of a day counts.

    The alert that asked for it is done with.

    Raises:
        InvalidRequest: no such verdict, the pilot dealt them nothing that day, or it is too late.
    """
    if verdict not in Verdict.values:
        raise InvalidRequest("Say good, mixed or poor.")
    day = day or rep.today(at)
    if rep.today(at) - day > ANSWERED_WITHIN:
        raise InvalidRequest("That day is more than a week ago. Say it of today's PQLs.")
    asked = next((one for one in asked_of(rep, at=at, day=day) if one.pilot == pilot), None)
    if asked is None:
        when = "today" if day == rep.today(at) else f"on {day:%a %-d %b}"
        raise InvalidRequest(f"{pilot} has dealt you no PQL {when}.")
    Alert.objects.about(subject_of(pilot, rep, day)).settle(at)
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

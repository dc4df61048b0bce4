"""Whether a rep whom somebody chooses by hand would be dealt a PQL now; and if not, why."""

from collections.abc import Collection
from datetime import datetime

from routing.availability import Load, hours_of, loads_of
from routing.dealing.hours import WorkingHours
from routing.models import Rep
from routing.services.dealing import why_away


def doubts_about(reps: Collection[Rep], *, at: datetime, count: int = 1) -> dict[int, str]:
    """By rep id, why the dealing would not give them ``count`` PQLs now, as said of them:
    "has 12 open, 12 at most; is not at work before Mon 9 Mar, 09:00".

    Those it would give them to are left out. Three queries, however many reps; needs ``user``.
    """
    hours, loads = hours_of(reps), loads_of(reps, at=at)
    found = {rep.pk: _doubt(rep, hours[rep.pk], loads[rep.pk], at, count) for rep in reps}
    return {rep_id: words for rep_id, words in found.items() if words}


def _doubt(rep: Rep, hours: WorkingHours, load: Load, at: datetime, count: int) -> str:
    away = why_away(rep, hours, at)
    said = [f"is {away}" if away.startswith(("off", "switched")) else away]
    said.append(_why_too_many(rep, load, count))
    if not away:
        said.append(_why_closed(rep, hours, at))
    return "; ".join(words for words in said if words)


def _why_too_many(rep: Rep, load: Load, count: int) -> str:
    if full := load.why_full(rep):
        return f"has {full}"
    limits = ((rep.max_open, load.open), (rep.max_new_a_day, load.new_today))
    room = min((most - held for most, held in limits if most is not None), default=count)
    return f"has room for {room} of these {count}" if room < count else ""


def _why_closed(rep: Rep, hours: WorkingHours, at: datetime) -> str:
    opens = hours.next_opening(at)
    if opens is None:
        return "has no working hours"
    if opens <= at:
        return ""
    return f"is not at work before {opens.astimezone(rep.zone):%a %-d %b, %H:%M}"

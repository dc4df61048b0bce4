"""Who is at work now, who is off and until when, and how much each has."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from routing.availability import Load, hours_of, loads_of
from routing.dealing.hours import WorkingHours
from routing.dealing.weeks import write_day
from routing.models import Rep
from routing.models.rep import RepQuerySet
from routing.viewers import Viewer

DAYS_SHOWN = 7


class Presence(StrEnum):
    """In words of the page; the first is the only one in which new PQLs come at once."""

    AT_WORK = "At work"
    FULL = "Full"
    LATER = "After hours"
    OFF = "Off"
    PAUSED = "Paused"
    SWITCHED_OFF = "Switched off"
    DEACTIVATED = "Deactivated"


@dataclass(frozen=True, slots=True)
class Day:
    """One of the next days of a rep: its hours as text, empty for none."""

    date: date
    hours: str
    is_off: bool

    @property
    def hours_list(self) -> list[str]:
        """Span by span, for narrow columns: "9-12:30"."""
        return [one.replace(":00", "").replace("-", "–") for one in self.hours.split(", ")]


@dataclass(frozen=True, slots=True)
class Shown:
    """A rep with where they stand, in words, and what they have."""

    rep: Rep
    presence: Presence
    words: str
    load: Load
    days: tuple[Day, ...]

    @property
    def gets_new(self) -> bool:
        return self.presence == Presence.AT_WORK

    @property
    def open_words(self) -> str:
        """ "5 of 20", or "5" where there is no limit."""
        return _of(self.load.open, self.rep.max_open)

    @property
    def new_words(self) -> str:
        return _of(self.load.new_today, self.rep.max_new_a_day)


def roster(reps: RepQuerySet, *, at: datetime) -> list[Shown]:
    """Each with presence, load and the next days; four queries for any number."""
    found = list(reps.select_related("user", "team").order_by("team__name", "user__first_name"))
    hours, loads = hours_of(found), loads_of(found, at=at)
    return [_shown(rep, hours[rep.pk], loads[rep.pk], at=at) for rep in found]


def reps_of(viewer: Viewer) -> RepQuerySet:
    """Whose availability a person may change: their own, their team's, or everybody's."""
    if viewer.sees_all:
        return Rep.objects.all()
    own = Rep.objects.filter(pk=viewer.rep_id) if viewer.rep_id else Rep.objects.none()
    return own | Rep.objects.filter(team__manager=viewer.user_id)


def dates(shown: Sequence[Shown], at: datetime) -> Iterable[date]:
    """The days a calendar of these has columns for."""
    first = min((one.days[0].date for one in shown), default=at.date())
    return [first + timedelta(days=number) for number in range(DAYS_SHOWN)]


def _shown(rep: Rep, hours: WorkingHours, load: Load, *, at: datetime) -> Shown:
    presence, words = _presence(rep, hours, load, at)
    return Shown(rep, presence, words, load, tuple(_days(rep, hours, at)))


def _presence(rep: Rep, hours: WorkingHours, load: Load, at: datetime) -> tuple[Presence, str]:
    gone = _gone(rep, load)
    if gone is not None:
        return gone
    if rep.off_until is not None and rep.off_until > at:
        return Presence.OFF, f"Until {_moment(rep, rep.off_until)}"
    opening = hours.next_opening(at)
    if not hours.is_open(at):
        has_day_off = any(off.holds(rep.today(at)) for off in hours.days_off)
        back = f"Back {_moment(rep, opening)}" if opening else "Has no working hours"
        return Presence.OFF if has_day_off else Presence.LATER, back
    if load.is_full(rep):
        return Presence.FULL, load.why_full(rep).capitalize()
    closing = hours.next_closing(at)
    return Presence.AT_WORK, f"Until {_moment(rep, closing)}" if closing else ""


def _gone(rep: Rep, load: Load) -> tuple[Presence, str] | None:
    """Who gets nothing whatever the time; None for the others."""
    if not rep.user.is_active:
        kept = f"; {load.open} open PQLs are still theirs" if load.open else ""
        return Presence.DEACTIVATED, f"May not sign in{kept}"
    if not rep.is_available:
        return Presence.SWITCHED_OFF, "Gets nothing new until switched on"
    if rep.paused_at is not None:
        return Presence.PAUSED, "Let PQLs pass in silence: gets nothing new until they act"
    return None


def _moment(rep: Rep, moment: datetime) -> str:
    return f"{moment.astimezone(rep.zone):%a %-d %b, %H:%M}"


def _days(rep: Rep, hours: WorkingHours, at: datetime) -> Iterable[Day]:
    for number in range(DAYS_SHOWN):
        day = rep.today(at) + timedelta(days=number)
        is_off = any(off.holds(day) for off in hours.days_off)
        is_off = is_off or (rep.off_until is not None and _is_within(rep, day, rep.off_until, at))
        yield Day(day, "" if is_off else write_day(hours.week[day.weekday()]), is_off)


def _is_within(rep: Rep, day: date, until: datetime, at: datetime) -> bool:
    """Whether a day passes wholly before they are back."""
    return until > at and day < until.astimezone(rep.zone).date()


def _of(count: int, most: int | None) -> str:
    return str(count) if most is None else f"{count} of {most}"

"""When people of the demo do things: in working hours mostly, and more of them lately."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from random import Random

DAYS = 90
OFFICE_HOURS = (13, 22)  # UTC: most of them are American


def today(random: Random, at: datetime) -> datetime:
    """A moment of the last hours, whatever day it is."""
    return at - timedelta(hours=random.uniform(1.5, 16))


def sign_up_moment(random: Random, at: datetime) -> datetime:
    """A working moment in the last ninety days, up to two hours ago; more of them lately."""
    latest = at - timedelta(hours=2)
    day = (at - timedelta(days=DAYS * random.random() ** 1.15)).date()
    if day.weekday() >= 5 and random.random() < 0.7:
        day -= timedelta(days=2)
    moment = at_work(random, day)
    while moment > latest:
        moment -= timedelta(days=1)
    return moment


def at_work(random: Random, day: date) -> datetime:
    """A moment of the day, rather in office hours."""
    hour = min(max(random.gauss(sum(OFFICE_HOURS) / 2, 3.2), 0.0), 23.5)
    return datetime.combine(day, time(), UTC) + timedelta(
        seconds=int(hour * 3600) + random.randint(0, 1500)
    )

"""When an alert goes out: full hours, a day's time, quiet hours, also when the clocks change."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.alerts.timing import Pace, Times, ahead_of, due_at, open_between_quiet
from routing.dealing.hours import WorkingHours, office_hours

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
KATHMANDU = ZoneInfo("Asia/Kathmandu")  # 5:45 ahead
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # changes by half an hour

FIRST = datetime(2025, 1, 1, tzinfo=UTC)
moments = st.integers(0, 3 * 365 * 86_400).map(lambda seconds: FIRST + timedelta(seconds=seconds))
zones = st.sampled_from([BERLIN, NEW_YORK, KATHMANDU, LORD_HOWE, ZoneInfo("UTC")])
clocks = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))
paces = st.sampled_from(Pace)


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


def due(at: str, *, is_urgent: bool = False, **times: object) -> datetime:
    # The checker knows no keywords of several types.
    return due_at(Times(BERLIN, **times), berlin(at), is_urgent=is_urgent)  # type: ignore[arg-type]


NIGHT = open_between_quiet(BERLIN, time(19), time(8))
LUNCH = open_between_quiet(BERLIN, time(12), time(13))


@pytest.mark.parametrize(
    ("at", "goes"),
    [
        pytest.param("2026-03-10 18:59", "2026-03-10 18:59", id="before it is quiet: at once"),
        pytest.param("2026-03-10 19:00", "2026-03-11 08:00", id="quiet from then on"),
        pytest.param("2026-03-11 03:00", "2026-03-11 08:00", id="after midnight"),
        pytest.param("2026-03-11 08:00", "2026-03-11 08:00", id="quiet no more"),
        pytest.param("2026-03-28 23:00", "2026-03-29 08:00", id="the night an hour is lost"),
        pytest.param("2026-10-24 23:00", "2026-10-25 08:00", id="the night an hour comes twice"),
    ],
)
def test_quiet_nights(at: str, goes: str) -> None:
    assert due(at, open=NIGHT) == berlin(goes)


def test_quiet_at_noon() -> None:
    assert due("2026-03-10 12:30", open=LUNCH) == berlin("2026-03-10 13:00")
    assert due("2026-03-10 23:59", open=LUNCH) == berlin("2026-03-10 23:59")


def test_off_work_waits_over_the_weekend() -> None:
    hours = office_hours("Europe/Berlin")
    assert due("2026-03-13 18:00", open=hours) == berlin("2026-03-16 09:00")


def test_urgent_waits_for_nothing_unless_told_to() -> None:
    night = "2026-03-10 23:00"
    assert due(night, open=NIGHT, is_urgent=True) == berlin(night)
    waits = due(night, open=NIGHT, is_urgent=True, urgent_at_once=False)
    assert waits == berlin("2026-03-11 08:00")


@pytest.mark.parametrize(
    ("at", "goes"),
    [
        pytest.param("2026-03-10 08:59", "2026-03-10 09:00", id="the same day"),
        pytest.param("2026-03-10 09:00", "2026-03-11 09:00", id="that message has gone"),
        pytest.param("2026-03-28 10:00", "2026-03-29 09:00", id="a day of 23 hours"),
        pytest.param("2026-10-24 10:00", "2026-10-25 09:00", id="a day of 25 hours"),
    ],
)
def test_once_a_day(at: str, goes: str) -> None:
    assert due(at, pace=Pace.DAILY) == berlin(goes)


def test_once_a_day_at_a_time_the_clock_skips() -> None:
    skipped = due("2026-03-28 12:00", pace=Pace.DAILY, day_time=time(2, 30))
    assert skipped == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_the_daily_message_waits_for_work() -> None:
    hours = office_hours("Europe/Berlin")
    friday_evening = due("2026-03-13 18:00", pace=Pace.DAILY, open=hours)
    sunday = due("2026-03-15 18:00", pace=Pace.DAILY, open=hours)
    assert friday_evening == sunday == berlin("2026-03-16 09:00")


def test_never_open_is_told_all_the_same() -> None:
    nobody = WorkingHours(BERLIN, ((),) * 7)
    assert due("2026-03-10 12:00", open=nobody) == berlin("2026-03-10 12:00")


@given(moments, zones, paces, clocks, st.booleans())
def test_never_early_and_never_long_after(
    at: datetime, zone: ZoneInfo, pace: Pace, clock: time, urgent: bool
) -> None:
    goes = due_at(Times(zone, pace, clock), at, is_urgent=urgent)
    longest = {Pace.AT_ONCE: 0, Pace.HOURLY: 1, Pace.DAILY: 26}[pace]
    assert at <= goes <= at + timedelta(hours=longest)
    if urgent or pace is Pace.AT_ONCE:
        assert goes == at
    else:
        assert goes > at


@given(moments, zones)
def test_every_full_hour_is_one_on_the_wall(at: datetime, zone: ZoneInfo) -> None:
    goes = due_at(Times(zone, Pace.HOURLY), at, is_urgent=False).astimezone(zone)
    between = goes - timedelta(hours=1)
    if between.utcoffset() == goes.utcoffset() == at.astimezone(zone).utcoffset():
        assert (goes.minute, goes.second, goes.microsecond) == (0, 0, 0)


@given(moments, zones, clocks, clocks, paces)
def test_nothing_goes_out_in_quiet_hours(
    at: datetime, zone: ZoneInfo, quiet_from: time, quiet_until: time, pace: Pace
) -> None:
    if quiet_from == quiet_until:
        return
    hours = open_between_quiet(zone, quiet_from, quiet_until)
    goes = due_at(Times(zone, pace, open=hours), at, is_urgent=False)
    clock = goes.astimezone(zone).time()
    if quiet_from < quiet_until:
        is_quiet = quiet_from <= clock < quiet_until
    else:
        is_quiet = clock >= quiet_from or clock < quiet_until
    assert not is_quiet


@given(moments, zones, clocks, st.integers(0, 3600))
def test_a_day_is_one_message(at: datetime, zone: ZoneInfo, clock: time, seconds: int) -> None:
    """What comes before the day's message goes with it."""
    times = Times(zone, Pace.DAILY, clock)
    first = due_at(times, at, is_urgent=False)
    later = at + timedelta(seconds=seconds)
    if later < first:
        assert due_at(times, later, is_urgent=False) == first


OFFICE = office_hours("Europe/Berlin")
LONG_LUNCH = open_between_quiet(BERLIN, time(10), time(13))
NOON = "2026-03-10 12:30"
EVENING, SATURDAY = "2026-03-10 17:00", "2026-03-14 17:00"  # a Tuesday; after a Friday


@pytest.mark.parametrize(
    ("of", "made", "times"),
    [
        pytest.param("2026-03-10 11:00", "2026-03-10 11:00", {}, id="at work: when it is due"),
        pytest.param(EVENING, "2026-03-10 16:00", {}, id="as work ends: an hour before"),
        pytest.param(EVENING, "2026-03-10 16:00", {"open": OFFICE}, id="quiet off work: the same"),
        pytest.param(SATURDAY, "2026-03-13 16:00", {"open": OFFICE}, id="on the last day before"),
        pytest.param(NOON, "2026-03-10 11:30", {"open": LUNCH}, id="in quiet hours: before"),
        pytest.param(NOON, "2026-03-10 09:00", {"open": LONG_LUNCH}, id="before long quiet hours"),
        pytest.param(
            "2026-03-10 11:30", "2026-03-10 10:30", {"pace": Pace.HOURLY}, id="with others"
        ),
        pytest.param(
            EVENING, "2026-03-10 15:00", {"pace": Pace.HOURLY, "open": OFFICE},
            id="in the hour's message while still at work",
        ),
        pytest.param(EVENING, "2026-03-09 16:00", {"pace": Pace.DAILY}, id="in the day's message"),
        pytest.param(
            SATURDAY, "2026-03-12 16:00", {"pace": Pace.DAILY, "open": OFFICE}, id="in Friday's"
        ),
    ],
)  # fmt: skip
def test_ahead_of(of: str, made: str, times: dict[str, object]) -> None:
    told_how = Times(BERLIN, **times)  # type: ignore[arg-type]  # each its own type
    due = berlin(of)
    found = ahead_of(told_how, due, after=berlin("2026-03-06 12:00"), work=OFFICE, is_urgent=False)
    assert found == berlin(made)
    assert due_at(told_how, found, is_urgent=False) <= due


def test_ahead_of_what_they_heard_of_only_then_is_when_it_is_due() -> None:
    for heard in ("2026-03-10 16:00", "2026-03-10 16:30", EVENING, "2026-03-11 09:00"):
        quiet = Times(BERLIN, open=OFFICE)
        found = ahead_of(quiet, berlin(EVENING), after=berlin(heard), work=OFFICE, is_urgent=False)
        assert found == berlin(EVENING)


def test_ahead_of_something_urgent_waits_for_no_digest_and_who_never_works_is_told_when_due() -> (
    None
):
    daily = Times(BERLIN, pace=Pace.DAILY)
    noon, since = berlin("2026-03-10 12:00"), berlin("2026-03-06 12:00")
    assert ahead_of(daily, noon, after=since, work=OFFICE, is_urgent=True) == noon
    never = WorkingHours(BERLIN, ((),) * 7)
    for times in (daily, Times(BERLIN, open=never)):
        assert ahead_of(times, noon, after=since, work=never, is_urgent=False) == noon

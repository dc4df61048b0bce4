from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from routing.dealing.hours import DaysOff, NeverOpen, WorkingHours, office_hours
from routing.dealing.weeks import Week, read_week

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
# Whole hours and odd ones, both halves of the world, a change at midnight, a change of half an
# hour, none at all, and an island that skipped a day.
ZONES = (
    "UTC", "Europe/Berlin", "America/New_York", "America/Havana", "Australia/Lord_Howe",
    "Asia/Kathmandu", "Pacific/Apia", "Pacific/Kiritimati",
)  # fmt: skip


# Days on which some of them change their clocks, and one on which none does.
CHANGES = (
    date(2026, 3, 8), date(2026, 3, 29), date(2026, 4, 5), date(2026, 6, 1), date(2026, 10, 4),
    date(2026, 10, 25), date(2026, 11, 1), date(2011, 12, 30),
)  # fmt: skip


def at(text: str, zone: ZoneInfo = BERLIN, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).astimezone(UTC)


def round_the_clock(zone: ZoneInfo) -> WorkingHours:
    return WorkingHours(zone, ((((0, 1440)),),) * 7)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        pytest.param("2026-03-10T09:00", True, id="the first minute counts"),
        pytest.param("2026-03-10T16:59:59", True, id="the last second counts"),
        pytest.param("2026-03-10T17:00", False, id="closing time does not"),
        pytest.param("2026-03-14T10:00", False, id="a Saturday"),
        pytest.param("2026-03-13T10:00", False, id="a day off"),
    ],
)
def test_is_open_edges(moment: str, is_open: bool) -> None:
    hours = WorkingHours(
        BERLIN, office_hours("UTC").week, (DaysOff(date(2026, 3, 13), date(2026, 3, 13)),)
    )
    assert hours.is_open(at(moment)) is is_open


def test_next_opening_is_now_while_open_and_else_the_next_working_day() -> None:
    hours = office_hours("Europe/Berlin")
    assert hours.next_opening(at("2026-03-10T11:15")) == at("2026-03-10T11:15")
    assert hours.next_opening(at("2026-03-13T18:00")) == at("2026-03-16T09:00")
    off = DaysOff(date(2026, 3, 16), date(2026, 3, 17))
    later = WorkingHours(hours.zone, hours.week, (off,))
    assert later.next_opening(at("2026-03-13T18:00")) == at("2026-03-18T09:00")


def test_next_closing_joins_spans_that_touch() -> None:
    night = WorkingHours(
        BERLIN, read_week({"mon": [["22:00", "24:00"]], "tue": [["00:00", "06:00"]]})
    )
    assert night.next_closing(at("2026-03-09T23:00")) == at("2026-03-10T06:00")
    assert night.next_closing(at("2026-03-09T08:00")) == at("2026-03-10T06:00")
    assert WorkingHours(BERLIN, ((),) * 7).next_closing(at("2026-03-09T08:00")) is None


def test_last_between_is_cut_at_both_ends() -> None:
    split = WorkingHours(BERLIN, ((((540, 720)), (780, 1020)),) * 5 + ((), ()))
    friday, sunday = at("2026-03-13T10:00"), at("2026-03-15T12:00")
    assert split.last_between(friday, sunday) == (at("2026-03-13T13:00"), at("2026-03-13T17:00"))
    assert split.last_between(friday, at("2026-03-13T12:30")) == (friday, at("2026-03-13T12:00"))
    assert split.last_between(friday, friday + MINUTE) == (friday, friday + MINUTE)
    assert split.last_between(at("2026-03-13T17:00"), sunday) is None
    assert split.last_between(sunday, friday) is None


def test_nobody_without_hours_ever_opens() -> None:
    never = WorkingHours(BERLIN, ((),) * 7)
    assert never.next_opening(at("2026-03-10T09:00")) is None
    assert never.add_working(at("2026-03-10T09:00"), timedelta(0)) == at("2026-03-10T09:00")
    with pytest.raises(NeverOpen):
        never.add_working(at("2026-03-10T09:00"), MINUTE)
    with pytest.raises(ValueError, match="never negative"):
        never.add_working(at("2026-03-10T09:00"), -MINUTE)


@pytest.mark.parametrize(
    ("start", "span", "end"),
    [
        pytest.param("2026-03-10T10:00", 4 * HOUR, "2026-03-10T14:00", id="the same day"),
        pytest.param("2026-03-10T15:00", 4 * HOUR, "2026-03-11T11:00", id="over night"),
        pytest.param("2026-03-13T15:00", 4 * HOUR, "2026-03-16T11:00", id="over the weekend"),
        pytest.param("2026-03-14T12:00", 4 * HOUR, "2026-03-16T13:00", id="from a Saturday"),
        pytest.param("2026-03-10T15:00", 2 * HOUR, "2026-03-10T17:00", id="ends at closing time"),
        pytest.param(
            "2026-03-27T15:00", 4 * HOUR, "2026-03-30T11:00", id="over a change of the clocks"
        ),
    ],
)
def test_add_working(start: str, span: timedelta, end: str) -> None:
    hours = office_hours("Europe/Berlin")
    assert hours.add_working(at(start), span) == at(end)
    assert hours.working_between(at(start), at(end)) == span


def test_a_day_with_a_missing_hour_is_shorter_and_one_with_an_hour_twice_longer() -> None:
    hours = round_the_clock(BERLIN)
    days = {"2026-03-29": 23, "2026-10-25": 25, "2026-06-01": 24}
    for day, length in days.items():
        start = at(f"{day}T00:00")
        end = (datetime.fromisoformat(day) + timedelta(days=1)).replace(tzinfo=BERLIN)
        assert hours.working_between(start, end) == length * HOUR


def test_an_hour_that_does_not_exist_is_no_working_time() -> None:
    sunday = WorkingHours(BERLIN, read_week({"sun": [["01:00", "04:00"]]}))
    start, end = at("2026-03-29T01:00"), at("2026-03-29T04:00")
    assert end - start == 2 * HOUR
    assert sunday.working_between(start, end) == 2 * HOUR
    assert sunday.add_working(start, 90 * MINUTE) == at("2026-03-29T03:30")


def test_an_hour_that_comes_twice_is_open_both_times() -> None:
    sunday = WorkingHours(NEW_YORK, read_week({"sun": [["01:15", "01:45"]]}))
    first, second = (at("2026-11-01T01:30", NEW_YORK, fold) for fold in (0, 1))
    between = at("2026-11-01T01:50", NEW_YORK, 0)
    assert second - first == HOUR
    assert [sunday.is_open(moment) for moment in (first, between, second)] == [True, False, True]
    assert sunday.working_between(first - HOUR, second + HOUR) == HOUR


def test_a_day_that_was_skipped_has_no_hours() -> None:
    apia = round_the_clock(ZoneInfo("Pacific/Apia"))
    assert apia._stretches_of(date(2011, 12, 30)) == ()
    assert apia.working_between(
        datetime(2011, 12, 30, tzinfo=UTC), datetime(2011, 12, 31, tzinfo=UTC)
    ) == timedelta(days=1)


# --- Properties -------------------------------------------------------------------------------
@st.composite
def weeks(draw: st.DrawFn) -> Week:
    """Up to two spans a day, at quarters of an hour; at least one in the week."""
    days = []
    for _ in range(7):
        cuts = draw(st.lists(st.integers(0, 96), unique=True, max_size=4))
        cuts = sorted(cut * 15 for cut in cuts)
        days.append(tuple(zip(cuts[0::2], cuts[1::2], strict=False)))
    assume(any(days))
    return tuple(days)


@st.composite
def moments(draw: st.DrawFn) -> datetime:
    """A moment within three days of a change of clocks."""
    day = draw(st.sampled_from(CHANGES))
    around = datetime.combine(day, time(), tzinfo=UTC)
    return around + timedelta(
        minutes=draw(st.integers(-3 * 1440, 3 * 1440)), seconds=draw(st.integers(0, 59))
    )


@st.composite
def working_hours(draw: st.DrawFn) -> WorkingHours:
    off = draw(
        st.lists(st.tuples(st.dates(date(2026, 3, 1), date(2026, 11, 30)), st.integers(0, 4)),
                 max_size=2)
    )  # fmt: skip
    days_off = tuple(DaysOff(first, first + timedelta(days=more)) for first, more in off)
    return WorkingHours(ZoneInfo(draw(st.sampled_from(ZONES))), draw(weeks()), days_off)


SPANS = st.integers(0, 5 * 1440).map(lambda minutes: timedelta(minutes=minutes))


@given(working_hours(), moments())
def test_is_open_is_what_the_wall_clock_shows(hours: WorkingHours, moment: datetime) -> None:
    wall = moment.astimezone(hours.zone)
    minute = wall.hour * 60 + wall.minute
    expected = any(start <= minute < end for start, end in hours.week[wall.weekday()])
    expected = expected and not any(off.holds(wall.date()) for off in hours.days_off)
    assert hours.is_open(moment) is expected


@given(working_hours(), moments(), st.integers(0, 200))
def test_working_between_is_the_count_of_open_minutes(
    hours: WorkingHours, moment: datetime, quarters: int
) -> None:
    start = moment.replace(second=0)
    # Offsets and spans are whole quarters of an hour here: each is open or closed as a whole.
    start -= timedelta(minutes=start.minute % 15)
    steps = [start + number * timedelta(minutes=15) for number in range(quarters)]
    counted = sum(hours.is_open(step) for step in steps) * timedelta(minutes=15)
    assert hours.working_between(start, start + quarters * timedelta(minutes=15)) == counted


@given(working_hours(), moments(), SPANS)
def test_adding_and_measuring_are_inverse(
    hours: WorkingHours, moment: datetime, span: timedelta
) -> None:
    end = hours.add_working(moment, span)
    assert end >= moment
    assert hours.working_between(moment, end) == span
    if span:  # and not a moment later than needed
        assert hours.working_between(moment, end - timedelta(seconds=1)) < span


@given(working_hours(), moments(), SPANS, SPANS)
def test_adding_in_two_steps_is_adding_at_once(
    hours: WorkingHours, moment: datetime, first: timedelta, second: timedelta
) -> None:
    stepwise = hours.add_working(hours.add_working(moment, first), second)
    assert stepwise == hours.add_working(moment, first + second)


@given(working_hours(), moments(), st.integers(0, 5000), SPANS)
def test_adding_is_monotone(
    hours: WorkingHours, moment: datetime, minutes: int, span: timedelta
) -> None:
    later = moment + timedelta(minutes=minutes)
    assert hours.add_working(moment, span) <= hours.add_working(later, span)
    assert hours.add_working(moment, span) <= hours.add_working(moment, span + MINUTE)


@given(working_hours(), moments())
def test_next_opening_is_the_first_open_moment(hours: WorkingHours, moment: datetime) -> None:
    opening = hours.next_opening(moment)
    assert opening is not None
    assert hours.is_open(opening)
    assert opening >= moment
    assert hours.working_between(moment, opening) == timedelta(0)


@given(working_hours(), moments())
def test_next_closing_ends_the_stretch_that_is_next(hours: WorkingHours, moment: datetime) -> None:
    opening, closing = hours.next_opening(moment), hours.next_closing(moment)
    assert opening is not None
    assert closing is not None
    assert not hours.is_open(closing) or closing - opening > timedelta(days=300)
    assert hours.working_between(opening, closing) == closing - opening

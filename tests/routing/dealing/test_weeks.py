from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.dealing.weeks import (
    DAYS,
    HoursError,
    default_week,
    describe_week,
    read_day,
    read_week,
    write_day,
    write_week,
)


def test_the_default_is_office_hours() -> None:
    week = read_week(default_week())
    assert week == (((540, 1020),),) * 5 + ((), ())
    assert write_week(week) == default_week()


@pytest.mark.parametrize(
    ("document", "says"),
    [
        pytest.param([], "Give the hours by weekday", id="no mapping"),
        pytest.param({"monday": []}, "“monday” is no weekday", id="unknown day"),
        pytest.param({"mon": "9-17"}, "Monday: give a list", id="no list"),
        pytest.param({"tue": [["9:00"]]}, "Tuesday: a span is two times", id="one time"),
        pytest.param({"wed": [["9:00", "25:00"]]}, "“25:00” is no time", id="past the day"),
        pytest.param({"wed": [["9:00", "24:01"]]}, "“24:01” is no time", id="past midnight"),
        pytest.param({"wed": [["nine", "17:00"]]}, "“nine” is no time", id="words"),
        pytest.param({"wed": [["9:60", "17:00"]]}, "“9:60” is no time", id="minute 60"),
        pytest.param({"thu": [["17:00", "9:00"]]}, "ends before it begins", id="backwards"),
        pytest.param({"fri": [["9:00", "9:00"]]}, "ends before it begins", id="empty span"),
        pytest.param(
            {"sat": [["9:00", "12:00"], ["11:00", "13:00"]]}, "overlap at 11:00", id="overlap"
        ),
    ],
)
def test_hours_that_make_no_sense_say_what_to_do(document: Any, says: str) -> None:
    with pytest.raises(HoursError, match=says):
        read_week(document)


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        pytest.param("", (), id="free"),
        pytest.param("9-17", ((540, 1020),), id="hours only"),
        pytest.param("9:00–12:30, 13:00 to 17:15", ((540, 750), (780, 1035)), id="two spans"),
        pytest.param("13-17; 9-12", ((540, 720), (780, 1020)), id="put in order"),
        pytest.param("0-24", ((0, 1440),), id="all day"),
    ],
)
def test_read_day_as_people_write_it(text: str, spans: tuple[tuple[int, int], ...]) -> None:
    assert read_day(text, "Monday") == spans


def test_read_day_names_the_day_and_the_fix() -> None:
    with pytest.raises(HoursError, match="Friday: write “all day” like 9:00-17:00"):
        read_day("all day", "Friday")


def test_weeks_in_words() -> None:
    assert describe_week(read_week(default_week())) == "Mon–Fri 9:00–17:00"
    assert describe_week(read_week({})) == "no hours"
    split = {"mon": [["9:00", "12:00"], ["13:00", "17:00"]], "sat": [["10:00", "14:00"]]}
    assert describe_week(read_week(split)) == "Mon 9:00–12:00 and 13:00–17:00, Sat 10:00–14:00"


@st.composite
def documents(draw: st.DrawFn) -> dict[str, list[list[str]]]:
    found = {}
    for day in DAYS:
        cuts = sorted(draw(st.lists(st.integers(0, 1440), unique=True, max_size=6)))
        spans = [
            [f"{a // 60:02}:{a % 60:02}", f"{b // 60:02}:{b % 60:02}"]
            for a, b in zip(cuts[0::2], cuts[1::2], strict=False)
        ]
        if spans:
            found[day] = spans
    return found


@given(documents())
def test_what_is_written_is_read_again(document: dict[str, list[list[str]]]) -> None:
    week = read_week(document)
    assert write_week(week) == document
    assert tuple(read_day(write_day(spans), "Monday") for spans in week) == week

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.dealing.deadlines import Step, Terms, due_at, schedule, span_words
from routing.dealing.hours import NeverOpen, WorkingHours, office_hours

HOUR = timedelta(hours=1)
FRIDAY = datetime(2026, 3, 13, 14, tzinfo=UTC)
OFFICE = office_hours("UTC")
SPANS = st.integers(0, 4000).map(lambda minutes: timedelta(minutes=minutes))


def test_schedule_counts_working_time_over_a_weekend() -> None:
    terms = Terms(4 * HOUR, HOUR, HOUR / 2, timedelta(0), 4 * HOUR)
    monday = datetime(2026, 3, 16, tzinfo=UTC)
    assert due_at(terms, OFFICE, FRIDAY) == monday + 10 * HOUR
    assert [(due.step, due.at) for due in schedule(terms, OFFICE, FRIDAY)] == [
        (Step.REMIND, FRIDAY + 3 * HOUR),
        (Step.BREACH, monday + 10 * HOUR),
        (Step.ESCALATE, monday + 10 * HOUR),
        (Step.REMIND_LATE, monday + 10.5 * HOUR),
        (Step.REASSIGN, monday + 14 * HOUR),
    ]


def test_schedule_leaves_out_what_is_not_asked_for() -> None:
    assert [due.step for due in schedule(Terms(HOUR), OFFICE, FRIDAY)] == [Step.BREACH]


def test_schedule_of_who_has_no_hours() -> None:
    with pytest.raises(NeverOpen):
        schedule(Terms(HOUR), WorkingHours(OFFICE.zone, ((),) * 7), FRIDAY)


@given(
    st.builds(
        Terms,
        SPANS.filter(bool),
        *(st.none() | SPANS for _ in range(4)),
    )
)
def test_schedule_is_in_order_and_the_breach_is_the_due_moment(terms: Terms) -> None:
    plan = schedule(terms, OFFICE, FRIDAY)
    assert [due.at for due in plan] == sorted(due.at for due in plan)
    moments = {due.step: due.at for due in plan}
    assert moments[Step.BREACH] == due_at(terms, OFFICE, FRIDAY)
    assert moments.get(Step.REMIND, FRIDAY) <= moments[Step.BREACH]
    assert all(due.at >= FRIDAY for due in plan)


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        pytest.param(1, "1 working minute", id="one minute"),
        pytest.param(45, "45 working minutes", id="minutes"),
        pytest.param(60, "1 working hour", id="one hour"),
        pytest.param(240, "4 working hours", id="hours"),
        pytest.param(90, "1 working hour 30 minutes", id="both"),
    ],
)
def test_span_words(minutes: int, words: str) -> None:
    assert span_words(timedelta(minutes=minutes)) == words

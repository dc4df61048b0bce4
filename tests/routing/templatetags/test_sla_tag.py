from datetime import timedelta

import pytest
from django.template import Context, Template

from routing.models import Qualification
from routing.models.qualification import State
from tests.factories.rubrics import AT

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def shown(pql: Qualification) -> str:
    template = Template("{% load sla %}{% sla pql at %}")
    return template.render(Context({"pql": pql, "at": AT})).strip()


def waiting(due_in: timedelta) -> Qualification:
    assigned = AT - HOUR
    return Qualification(
        state=State.ASSIGNED, assigned_at=assigned, sla_set_for=assigned, sla_due_at=AT + due_in
    )


@pytest.mark.parametrize(
    ("due_in", "words"),
    [
        pytest.param(2 * HOUR + 10 * MINUTE, "due in 2 h 10 min", id="hours and minutes"),
        pytest.param(2 * HOUR, "due in 2 h", id="whole hours"),
        pytest.param(45 * MINUTE, "due in 45 min", id="minutes"),
        pytest.param(MINUTE / 2, "due now", id="this minute"),
        pytest.param(-MINUTE / 2, "due now", id="a moment ago"),
        pytest.param(21 * HOUR, "due Wed 09:00", id="tomorrow"),
        pytest.param(8 * 24 * HOUR, "due 18 Mar", id="next week"),
        pytest.param(-3 * HOUR, "overdue by 3 h", id="overdue"),
        pytest.param(-51 * HOUR, "overdue by 2 d 3 h", id="long overdue"),
        pytest.param(-48 * HOUR, "overdue by 2 d", id="whole days"),
    ],
)
def test_sla_words(due_in: timedelta, words: str) -> None:
    assert f">{words}<" in shown(waiting(due_in))


def test_sla_marks_what_is_close_or_overdue() -> None:
    assert 'class="overdue"' in shown(waiting(-HOUR))
    assert 'class="overdue"' in shown(waiting(HOUR))
    assert 'class="muted"' in shown(waiting(2 * HOUR))


def test_sla_shows_nothing_once_touched_or_without_a_clock_for_this_assignment() -> None:
    touched, closed, unset, given = (waiting(HOUR) for _ in range(4))
    touched.first_touched_at = AT
    closed.state = State.LOST
    unset.sla_due_at = None
    given.assigned_at = AT
    assert [shown(pql) for pql in (touched, closed, unset, given)] == [""] * 4

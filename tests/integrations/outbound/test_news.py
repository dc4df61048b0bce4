"""What became of what an alert tells, in words; see also the tests of updating."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from integrations.outbound.news import Past, span_words
from routing.models import Alert, Qualification, Rep, StateChange, Task, TaskChange
from routing.models.qualification import State
from routing.models.task_change import TaskAct

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
LATER = AT + timedelta(hours=2)
ADA, BO = User(pk=1, first_name="Ada"), User(pk=2, username="bo")
CY = User(pk=3, username="cy")


def news(act: TaskAct | None, *, pql: Qualification | None = None, **values: Any) -> str:
    """What Ada's alert of a task says, whose last change by Bo was this one two hours later."""
    task = Task(pk=7, qualification=pql, **values)
    change = TaskChange(task=task, act=act, by=BO, at=LATER) if act else None
    ended = {3: StateChange(to_state=State.WON, at=LATER)} if pql else {}
    past = Past(ended, {}, {7: change} if change else {})
    return past.news_for(Alert(key="k", user=ADA, task=task, created_at=AT))


OWN = {"rep": Rep(pk=1, user=ADA)}


@pytest.mark.parametrize(
    ("act", "values", "words"),
    [
        pytest.param(None, OWN, "", id="as it was"),
        pytest.param(TaskAct.DONE, OWN | {"done_at": AT}, "Done by bo, 2 hours after", id="done"),
        pytest.param(
            TaskAct.REMOVED, OWN | {"removed_at": AT}, "Taken back by bo, 2 hours after", id="gone"
        ),
        pytest.param(TaskAct.REOPENED, OWN, "Put back by bo, 2 hours after", id="put back"),
        pytest.param(TaskAct.GIVEN, OWN, "", id="given to them"),
        pytest.param(
            TaskAct.GIVEN, {"rep": Rep(pk=2, user=CY)}, "Given to cy by bo, 2 hours after",
            id="given away",
        ),
        pytest.param(
            TaskAct.GIVEN, {"rep": Rep(pk=2, user=BO)}, "Taken by bo, 2 hours after", id="taken"
        ),
        pytest.param(None, {"rep": Rep(pk=2, user=BO)}, "bo’s now", id="went with its PQL"),
        pytest.param(None, {}, "Nobody’s now", id="nobody's"),
        pytest.param(
            None, OWN | {"pql": Qualification(pk=3, state=State.WON)},
            "Nothing left to do: the PQL it belongs to is won", id="settled",
        ),
    ],
)  # fmt: skip
def test_news_of_a_task(act: TaskAct | None, values: dict[str, Any], words: str) -> None:
    assert news(act, **values) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "a moment"), (1, "1 second"), (59, "59 seconds"), (60, "1 minute"), (7200, "2 hours"),
     (90_000, "1 day")],
)  # fmt: skip
def test_spans_in_words(seconds: int, words: str) -> None:
    assert span_words(timedelta(seconds=seconds)) == words

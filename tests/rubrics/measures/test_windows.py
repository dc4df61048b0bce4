"""Edges of windows and bursts, to the microsecond, through the database."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from rubrics.documents import parse_document
from rubrics.mappers import compile_for
from rubrics.measures.statement import measure
from rubrics.measures.subjects import LeadIds
from tests.rubrics.makers import make_lead, make_product

pytestmark = pytest.mark.django_db
SPRING = datetime(2026, 3, 29, 12, tzinfo=UTC)  # Berlin's day of 23 hours
LEAP = datetime(2028, 3, 1, tzinfo=UTC)
DAY, TICK = timedelta(days=1), timedelta(microseconds=1)


def value(spec: dict[str, Any], hits: list[datetime], at: datetime, **trial: Any) -> float:
    product = make_product("used")
    document = {"criteria": [{"key": "x", "signals": ["used"], **spec, "tiers": [{"points": 1}]}]}
    compiled = compile_for(parse_document(document), product_id=product.pk)
    lead = make_lead(product, hits=[("used", moment) for moment in hits], **trial)
    ((_, found),) = measure(
        compiled.version, LeadIds([lead.pk], at), product_id=product.pk, names=compiled.names
    )
    (number,) = found.values
    assert number is not None
    return number


@pytest.mark.parametrize("at", [SPRING, LEAP], ids=["a day of 23 hours", "a leap day"])
@pytest.mark.parametrize(
    ("window", "ago", "inside"),
    [
        pytest.param({"last": "1d"}, DAY, False, id="rolling: exactly its length is outside"),
        pytest.param({"last": "1d"}, DAY - TICK, True, id="rolling: a microsecond less is inside"),
        pytest.param({"last": "1d"}, 0 * DAY, True, id="rolling: now is inside"),
        pytest.param({"last": "1d"}, -TICK, False, id="rolling: the future is outside"),
        pytest.param({"first": "2d"}, 3 * DAY, True, id="first: the sign-up is inside"),
        pytest.param({"first": "2d"}, 3 * DAY + TICK, False, id="first: before it is outside"),
        pytest.param({"first": "2d"}, DAY + TICK, True, id="first: a microsecond before the end"),
        pytest.param({"first": "2d"}, DAY, False, id="first: the end is outside"),
        pytest.param({"trial_last": "1d"}, 2 * DAY, True, id="trial: the start is inside"),
        pytest.param({"trial_last": "1d"}, 2 * DAY + TICK, False, id="trial: before it is not"),
        pytest.param({"trial_last": "1d"}, DAY + TICK, True, id="trial: right before its end"),
        pytest.param({"trial_last": "1d"}, DAY, False, id="trial: the end is outside"),
        pytest.param("trial", 3 * DAY, True, id="whole trial: the sign-up is inside"),
        pytest.param("trial", 3 * DAY + TICK, False, id="whole trial: before it is outside"),
        pytest.param("trial", DAY + TICK, True, id="whole trial: right before its end"),
        pytest.param("trial", DAY, False, id="whole trial: the end is outside"),
        pytest.param("after_trial", DAY, True, id="after the trial: the end is inside"),
        pytest.param("after_trial", DAY + TICK, False, id="after the trial: before it is outside"),
        pytest.param("after_trial", -TICK, False, id="after the trial: no future"),
        pytest.param(None, 400 * DAY, True, id="lifetime: any past"),
        pytest.param(None, -TICK, False, id="lifetime: no future"),
    ],
)
def test_window_edges(window: Any, ago: timedelta, inside: bool, at: datetime) -> None:
    """Sign-up 3 days ago; the trial ended a day ago. Spans are hours, whatever the clocks do."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('TimeZone', 'Europe/Berlin', true)")
    trial = {"started_at": at - 3 * DAY, "ends_at": at - DAY}
    found = value({"measure": "count", "window": window}, [at - ago], at, **trial)
    assert found == inside


def test_trial_without_an_end_has_no_last_days() -> None:
    spec = {"measure": "count", "window": {"trial_last": "30d"}}
    assert value(spec, [SPRING], SPRING, started_at=SPRING) == 0


def test_trial_without_an_end_still_runs() -> None:
    trial = {"started_at": SPRING - DAY}
    assert value({"measure": "count", "window": "trial"}, [SPRING], SPRING, **trial) == 1


def test_nothing_is_after_a_trial_without_an_end() -> None:
    trial = {"started_at": SPRING - DAY}
    assert value({"measure": "count", "window": "after_trial"}, [SPRING], SPRING, **trial) == 0


def after(*hours: float) -> list[datetime]:
    return [SPRING - 20 * DAY + timedelta(hours=h) for h in hours]


@pytest.mark.parametrize(
    ("hits", "bursts"),
    [
        pytest.param(after(0, 24, 48), 1, id="exactly 48 hours apart share a window"),
        pytest.param([*after(0, 24), after(48)[0] + TICK], 0, id="a microsecond more do not"),
        pytest.param(after(5, 5, 5), 1, id="all at one moment"),
        pytest.param(after(0, 1, 2, 3, 4, 5), 1, id="twice as many in one window: once"),
        pytest.param(after(0, 1, 2, 48, 48.5, 49, 49.5), 1 + 1, id="48 belongs to the first"),
        pytest.param(after(0, 1, 2, 48, 49, 50), 1, id="so two after it are too few"),
        pytest.param(after(0, 40, 50, 60), 1, id="greedy: the burst may begin at the second"),
        pytest.param(after(60, 0, 50, 40), 1, id="in any order of arrival"),
        pytest.param(after(*range(0, 24 * 10, 12)), 4, id="steady use: one burst each 60 hours"),
    ],
)
def test_bursts(hits: list[datetime], bursts: int) -> None:
    spec = {"measure": "bursts", "size": 3, "window": "48h"}
    assert value(spec, hits, SPRING, started_at=SPRING) == bursts


@pytest.mark.parametrize(
    ("hits", "days"),
    [
        pytest.param([LEAP - TICK, LEAP], 2, id="midnight parts them, a microsecond apart"),
        pytest.param([LEAP - DAY, LEAP - TICK], 1, id="all of February 29th"),
    ],
)
def test_distinct_days_are_utc(hits: list[datetime], days: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('TimeZone', 'America/New_York', true)")
    assert value({"measure": "distinct_days"}, hits, LEAP, started_at=LEAP) == days

"""Pages of the queue against what their tabs and orders mean, and by which index they are cut."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from routing.models import Forecast, Qualification, Rep
from routing.models.qualification import Review, State
from routing.queue import EXPIRING_WITHIN, Order, Tab, Wanted, orders_of, read_page
from routing.queue.narrowing import FEW
from routing.queue.reading import APART
from routing.viewers import Viewer
from rubrics.models import Score
from tests.factories.routing import RepFactory, TeamFactory, make_manager, make_pql

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
PAGE = 2
LISTS = [(tab, order) for tab in Tab if tab is not Tab.NEAR_MISS for order in orders_of(tab)]


def _make_queue(at: datetime) -> Rep:
    """PQLs of everybody in every state, many of them alike in what they are sorted by."""
    maya: Rep = RepFactory.create()
    reps = [maya, RepFactory.create(), RepFactory.create(team=TeamFactory.create(name="Europe"))]
    for number in range(30):
        rep = None if number % 6 == 5 else reps[number % 3]
        opened_at = at - (number % 4) * DAY
        state: dict[str, Any] = {"state": State.ASSIGNED if rep else State.NEW}
        if number % 7 == 1:
            state = {"state": State.SNOOZED, "snoozed_until": at + (number % 3 + 1) * DAY}
        elif number % 5 == 2:
            state = {"state": State.WON, "closed_at": at - (number % 2) * DAY}
        pql = make_pql(
            rep=rep, opened_at=opened_at,
            fit=(10, 22, 32, 40)[number % 4], behavior=10 * (number % 11),
            assigned_at=opened_at + timedelta(hours=number % 5) if rep else None,
            sla_due_at=opened_at + DAY if number % 3 else None,
            first_touched_at=opened_at if number % 8 == 0 else None,
            review=Review.WAITING if number == 4 else Review.NONE,
            **state,
        )  # fmt: skip
        score = Score.objects.filter(lead=pql.lead)
        score.update(last_activity_at=at - (number % 6) * DAY, total=pql.total + number % 2)
        if number % 10 == 3:
            score.delete()
        if number % 5:
            falls_at = at + (number % 4) * 2 * DAY if number % 2 else None
            Forecast.objects.create(
                qualification=pql, lead=pql.lead, product=pql.product, revision=1,
                gain=number % 4, falls_at=falls_at, due_at=at + DAY,
            )  # fmt: skip
    return maya


@dataclass(frozen=True, slots=True)
class _Known:
    """A PQL with what its lead is worth now, and what is foretold."""

    pql: Qualification
    score: Score | None
    forecast: Forecast | None

    def is_in(self, tab: Tab, viewer: Viewer, at: datetime) -> bool:
        """What docs/queue.md says of the tab."""
        pql = self.pql
        is_of_team = viewer.sees_all or (pql.rep is not None and pql.rep.team_id in viewer.team_ids)
        is_seen = is_of_team or pql.rep is None
        is_awake = pql.state in {State.NEW, State.ASSIGNED} and pql.review != Review.WAITING
        match tab:
            case Tab.MINE:
                return is_awake and pql.rep is not None and pql.rep_id == viewer.rep_id
            case Tab.TEAM:
                return is_awake and is_of_team
            case Tab.UNASSIGNED:
                return is_awake and pql.rep is None
            case Tab.EXPIRING:
                falls_at = self.forecast.falls_at if self.forecast else None
                is_falling = falls_at is not None and falls_at <= at + EXPIRING_WITHIN
                return is_awake and is_seen and is_falling and self.is_hot
            case Tab.SNOOZED:
                return is_seen and pql.state == State.SNOOZED
        return is_seen and pql.state == State.WON

    @property
    def is_hot(self) -> bool:
        return self.score is not None and self.score.is_pql

    def key(self, order: Order) -> tuple[Any, ...]:
        """What it is sorted by, the lowest first."""
        pql, forecast, score = self.pql, self.forecast, self.score
        waiting = (pql.assigned_at or pql.opened_at, pql.pk)
        match order:
            case Order.CLOSED:
                return _down(pql.closed_at), -pql.pk
            case Order.WAKING:
                return pql.snoozed_until, pql.pk
            case Order.NEWEST:
                return _down(pql.opened_at), -pql.pk
            case Order.WAITING:
                return waiting
            case Order.FALLING:
                return (forecast.falls_at if forecast else None), pql.pk
            case Order.DUE:
                is_promised = pql.sla_due_at and not pql.first_touched_at
                return (0, pql.sla_due_at, pql.pk) if is_promised else (1, *waiting)
            case Order.VELOCITY:
                return (0, -forecast.gain, pql.pk) if forecast else (1, 0, pql.pk)
            case Order.RECENT:
                worth = score.last_activity_at if score else pql.opened_at
            case _:
                worth = getattr(score or pql, order.value)
        return (0, _down(worth), score.pk) if score and score.is_pql else (1, _down(worth), pql.pk)


def _down(value: datetime | int | None) -> float:
    assert value is not None
    return -value.timestamp() if isinstance(value, datetime) else -value


def _everything() -> list[_Known]:
    scores = {score.lead_id: score for score in Score.objects.all()}
    pqls = Qualification.objects.select_related("rep", "forecast")
    return [_Known(pql, scores.get(pql.lead_id), getattr(pql, "forecast", None)) for pql in pqls]


def _read(wanted: Wanted, viewer: Viewer, at: datetime, holds: int) -> list[int]:
    """All pages, one after the other."""
    page = read_page(wanted, viewer=viewer, at=at, holds=holds)
    ids = [row.pql.pk for row in page.rows]
    if not page.has_next:
        return ids
    return ids + _read(replace(wanted, page=wanted.page + 1), viewer, at, holds)


@pytest.mark.parametrize("sees_all", [False, pytest.param(True, marks=pytest.mark.wide)])
def test_every_tab_in_every_order_is_what_it_says(
    monkeypatch: pytest.MonkeyPatch, sees_all: bool
) -> None:
    monkeypatch.setattr("routing.queue.reading.PAGE_SIZE", PAGE)
    at = timezone.now()
    viewer = replace(Viewer.of(_make_queue(at).user), sees_all=sees_all)
    everything = _everything()
    for tab, order in LISTS:
        within = [known for known in everything if known.is_in(tab, viewer, at)]
        expected = [known.pql.pk for known in sorted(within, key=lambda one: one.key(order))]
        assert len(expected) > PAGE, tab
        for holds in (FEW, FEW + 1) if tab in APART else (FEW,):
            found = _read(Wanted(tab=tab, order=order), viewer, at, holds)
            assert found == expected, (tab, order, holds)


@pytest.mark.parametrize("sees_all", [False, True])
def test_what_was_guessed_to_expire_is_looked_at(
    monkeypatch: pytest.MonkeyPatch, sees_all: bool
) -> None:
    """Where too many of those guessed are not in the list, it is the same as without guessing."""
    monkeypatch.setattr("routing.queue.reading.PAGE_SIZE", PAGE)
    at = timezone.now()
    viewer = replace(Viewer.of(_make_queue(at).user), sees_all=sees_all)

    def cut(order: Order, *, spare: int, guessed: int = 300) -> list[int]:
        monkeypatch.setattr("routing.queue.reading.SPARE", spare)
        monkeypatch.setattr("routing.queue.reading.GUESSED", guessed)
        wanted = Wanted(tab=Tab.EXPIRING, order=order, page=2)
        return [row.pql.pk for row in read_page(wanted, viewer=viewer, at=at, holds=FEW).rows]

    for order in orders_of(Tab.EXPIRING):
        expected = cut(order, spare=0, guessed=0)
        assert expected
        assert cut(order, spare=0) == cut(order, spare=30) == expected, order


def _plan(tab: Tab, order: Order, viewer: Viewer, holds: int) -> str:
    """How the first part of the list is cut, if nothing is sorted that need not be."""
    at = timezone.now()
    with CaptureQueriesContext(connection) as queries:
        read_page(Wanted(tab=tab, order=order), viewer=viewer, at=at, holds=holds)
    with connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off;"
            # Nothing speaks against several processes, but what the tables say themselves.
            "SET LOCAL parallel_setup_cost = 0; SET LOCAL parallel_tuple_cost = 0;"
            "SET LOCAL min_parallel_table_scan_size = 0; SET LOCAL min_parallel_index_scan_size = 0"
        )
        cursor.execute(f"EXPLAIN {queries[0]['sql']}")
        return "\n".join(line for (line,) in cursor.fetchall())


@pytest.mark.parametrize(
    ("tab", "order", "index"),
    [
        (Tab.TEAM, Order.TOTAL, "score_pql_total"),
        (Tab.TEAM, Order.RECENT, "score_pql_recent"),
        (Tab.TEAM, Order.NEWEST, "qualification_newest"),
        (Tab.TEAM, Order.WAITING, "qualification_waiting"),
        (Tab.TEAM, Order.DUE, "qualification_promised"),
        (Tab.TEAM, Order.VELOCITY, "forecast_by_gain"),
        (Tab.EXPIRING, Order.FIT, "score_pql_fit"),
        (Tab.SNOOZED, Order.WAKING, "qualification_snoozed"),
        (Tab.CLOSED, Order.CLOSED, "qualification_closed"),
    ],
)
def test_long_lists_are_walked_by_an_index(tab: Tab, order: Order, index: str) -> None:
    plan = _plan(tab, order, Viewer.of(make_manager()), FEW + 1)
    assert f"using {index}" in plan
    assert "Sort Key" not in plan or "Incremental Sort" in plan, plan
    assert "Gather" not in plan, plan  # workers would run far ahead of a page


def test_short_lists_are_gathered_and_sorted() -> None:
    viewer = Viewer.of(make_manager())
    for tab in (Tab.UNASSIGNED, Tab.SNOOZED):
        plan = _plan(tab, Order.TOTAL, viewer, FEW)
        assert "Sort Key: (COALESCE(score.is_pql, false)) DESC" in plan, plan
        assert plan.count("on rubrics_score") == 1, plan
    for order in (Order.NEWEST, Order.WAITING, Order.DUE, Order.VELOCITY):
        plan = _plan(Tab.SNOOZED, order, viewer, FEW)
        assert "Sort Key" in plan, plan
        assert "Incremental Sort" not in plan, plan


def test_what_falls_is_put_in_order_without_what_its_order_does_not_need() -> None:
    viewer = Viewer.of(make_manager())
    for order, reads, leaves in (
        (Order.FIT, "rubrics_score", "routing_qualification"),
        (Order.VELOCITY, "routing_forecast", "routing_qualification"),
        (Order.DUE, "routing_qualification", "rubrics_score"),
    ):
        plan = _plan(Tab.EXPIRING, order, viewer, FEW)
        assert "Sort Key" in plan, plan
        assert "Incremental Sort" not in plan, plan
        assert f"on {reads}" in plan, plan
        assert f"on {leaves}" not in plan, plan


def test_what_falls_is_read_of_those_whom_the_viewer_sees() -> None:
    rep = RepFactory.create(team=TeamFactory.create())
    plan = _plan(Tab.EXPIRING, Order.TOTAL, Viewer.of(rep.user), FEW)
    assert "Append" in plan, plan
    assert "(rep_id IS NULL)" in plan, plan  # by which index is up to how many rows there are
    assert "rep_id IS NULL) OR" not in plan, plan


def test_few_who_are_searched_for_are_cut_at_once() -> None:
    viewer, at = Viewer.of(make_manager()), timezone.now()
    pqls = [make_pql(lead__name=f"Vogel {number}", behavior=60 + number) for number in range(2)]
    Score.objects.filter(lead=pqls[1].lead).update(is_pql=False)
    for order in orders_of(Tab.TEAM):
        with CaptureQueriesContext(connection) as queries:
            page = read_page(Wanted(tab=Tab.TEAM, order=order, words="vogel"), viewer=viewer, at=at)
        assert {row.pql for row in page.rows} == set(pqls)
        assert [" LIMIT 31" in query["sql"] for query in queries].count(True) == 1, order


def test_filters_by_scores_leave_the_list_in_its_index() -> None:
    viewer = Viewer.of(make_manager())
    with CaptureQueriesContext(connection) as queries:
        wanted = Wanted(tab=Tab.TEAM, min_fit=20, min_total=60, tier=1)
        read_page(wanted, viewer=viewer, at=timezone.now())
    assert queries[0]["sql"].count('"rubrics_score"') == 1

"""Numbers and moments of change worked by hand, through the database."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from leads.models import Product
from rubrics.measures.subjects import AccountIds, LeadIds
from rubrics.scoring.types import DAY_US, Measured
from tests.oracle.facts import Known, OracleHit, Person
from tests.rubrics.makers import AT, make_product, store_colleagues, store_persons
from tests.rubrics.measures.test_numbers import Spec, answer

pytestmark = pytest.mark.django_db
DAY, HOUR, TICK = timedelta(days=1), timedelta(hours=1), timedelta(microseconds=1)
HOUR_US = DAY_US // 24
STEPS = {"measure": "sequence", "steps": [["a"], ["b"]], "within": "2h"}
GROWTH = {"measure": "growth", "signals": ["a"], "period": "7d"}
RAISED = {"measure": "date_within", "attribute": "account.raised_at", "within": "90d"}
HEADS = {"measure": "attribute_growth", "attribute": "account.employees", "period": "90d"}


@pytest.fixture
def product() -> Product:
    return make_product("a", "b", "c")


def hits(signal: str, *ages: timedelta, session: str | None = None) -> list[OracleHit]:
    return [OracleHit(signal, AT - age, 1, session) for age in ages]


def measured(
    product: Product,
    spec: Spec,
    done: Sequence[OracleHit] = (),
    known: Sequence[Known] = (),
    ends_at: datetime | None = None,
) -> Measured:
    employed = [Known("$account", "first", AT - 400 * DAY)]
    person = Person(AT - 60 * DAY, ends_at, list(done), employed, {"first": list(known)})
    (lead_id,) = store_persons([person], product)
    return answer([spec], LeadIds([lead_id], AT), product)[lead_id]


@pytest.mark.parametrize(
    ("spec", "done", "value"),
    [
        pytest.param(STEPS, hits("a", 3 * HOUR) + hits("b", HOUR), 1, id="steps: ends included"),
        pytest.param(
            STEPS, hits("a", 3 * HOUR + TICK) + hits("b", HOUR), 0, id="steps: too far apart"
        ),
        pytest.param(STEPS, hits("a", HOUR) + hits("b", HOUR), 0, id="steps: not at one moment"),
        pytest.param(
            STEPS, hits("a", 9 * HOUR, 3 * HOUR) + hits("b", 2 * HOUR, HOUR), 2, id="steps: shared"
        ),
        pytest.param(
            {**STEPS, "steps": [["a"], ["b"], ["c"]]},
            hits("a", 3 * HOUR) + hits("c", 2 * HOUR) + hits("b", HOUR),
            0,
            id="steps: in order",
        ),
        pytest.param(
            {**STEPS, "steps": [["a"], ["a"], ["a"]]}, hits("a", HOUR, 2 * HOUR, 3 * HOUR), 1,
            id="steps: three times the same",
        ),
        pytest.param(GROWTH, hits("a", DAY, 2 * DAY, 7 * DAY, 13 * DAY), 0, id="as much as before"),
        pytest.param(GROWTH, hits("a", DAY, 2 * DAY, 14 * DAY), 2, id="14 days ago is too long"),
        pytest.param(
            {**GROWTH, "as": "percent"}, hits("a", DAY, 2 * DAY, 3 * DAY, 8 * DAY, 9 * DAY), 50,
            id="half as much again",
        ),
        pytest.param({**GROWTH, "as": "percent"}, hits("a", DAY, DAY), 200, id="of nothing: of 1"),
        pytest.param({**GROWTH, "as": "percent"}, hits("a", 8 * DAY), -100, id="nothing any more"),
        pytest.param(
            {"measure": "weighted_count", "signals": ["a"], "half_life": "7d"},
            hits("a", 0 * DAY, 7 * DAY, 14 * DAY),
            1.75,
            id="each weighs half as much as the next",
        ),
        pytest.param(
            {"measure": "weighted_count", "signals": ["a"], "half_life": "1m"},
            hits("a", 365 * DAY),
            0,
            id="forgotten",
        ),
        pytest.param(
            {"measure": "longest_session", "signals": ["a"]},
            hits("a", HOUR, 3 * HOUR, session="s") + hits("a", 9 * HOUR, session="t"),
            120,
            id="the longest session",
        ),
        pytest.param(
            {"measure": "active_products", "window": "trial"},
            hits("a", DAY, 2 * DAY) + hits("p", DAY) + hits("q", DAY) + hits("r", 61 * DAY),
            2,
            id="two products: the third was before the trial",
        ),
        pytest.param(
            {"measure": "active_products"}, hits("q", DAY), 0, id="what is no activity is no use"
        ),
    ],
)  # fmt: skip
def test_hits(spec: Spec, done: list[OracleHit], value: float, product: Product) -> None:
    assert measured(product, spec, done).values == (value,)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("2026-01-01", 1, id="a date"),
        pytest.param("2025-12-31", 0, id="its midnight is over 90 days ago"),
        pytest.param("2025-12-31T12:00:00Z", 0, id="exactly 90 days ago"),
        pytest.param("2025-12-31T12:00:00.000001Z", 1, id="a microsecond less"),
        pytest.param("2025-12-31T13:30:00+02:00", 0, id="a zone"),
        pytest.param("2026-03-31 12:00", 1, id="now"),
        pytest.param("2026-04-01", 0, id="not yet"),
        pytest.param("2026-02-29", None, id="no such day"),
        pytest.param("last spring", None, id="no date"),
        pytest.param(1767225600, None, id="a number is none"),
    ],
)
def test_dates(text: object, value: float | None, product: Product) -> None:
    known = [Known("raised_at", text, AT - DAY)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('TimeZone', 'America/New_York', true)")
    assert measured(product, RAISED, known=known).values == (value,)


@pytest.mark.parametrize(
    ("then", "now", "value"),
    [(100, 120, 20), (120, 90, -25), (-50, 50, 200), (0, 10, None), ("100", 120, None),
     (100, None, None), (10**400, 120, None), (100, 1e-300, None)],
)  # fmt: skip
def test_growth_of_a_number(
    then: object, now: object, value: float | None, product: Product
) -> None:
    known = [Known("employees", then, AT - 90 * DAY), Known("employees", now, AT - DAY)]
    assert measured(product, HEADS, known=known).values == (value,)


@pytest.mark.parametrize(
    ("spec", "facts", "next_us"),
    [
        pytest.param(
            {"measure": "since_last", "signals": ["a"], "window": {"last": "7d"}},
            {"done": hits("a", 6 * DAY, 2 * DAY)},
            5 * DAY_US,
            id="only the last hit's leaving matters",
        ),
        pytest.param(
            {"measure": "active_products", "window": {"last": "7d"}},
            {"done": hits("a", 6 * DAY, 2 * DAY) + hits("p", 6 * DAY, 5 * DAY)},
            2 * DAY_US,
            id="a product goes with its last hit",
        ),
        pytest.param(
            {"measure": "active_products", "window": {"last": "7d"}},
            {"done": hits("a", 2 * DAY) + hits("p", -DAY)},
            DAY_US,
            id="another product's hit is still to come",
        ),
        pytest.param(
            GROWTH, {"done": hits("a", 6 * DAY, 12 * DAY)}, DAY_US, id="a hit becomes one before"
        ),
        pytest.param(
            GROWTH, {"done": hits("a", 5 * DAY, 13 * DAY)}, DAY_US, id="a hit before is forgotten"
        ),
        pytest.param(
            {"measure": "trial_over"}, {"ends_at": AT + DAY}, DAY_US, id="the trial will end"
        ),
        pytest.param({"measure": "trial_over"}, {"ends_at": AT}, None, id="it is over"),
        pytest.param(
            RAISED, {"known": [Known("raised_at", "2026-04-01", AT - DAY)]}, 12 * HOUR_US,
            id="a date is ahead",
        ),
        pytest.param(
            RAISED, {"known": [Known("raised_at", "2026-01-01", AT - DAY)]}, 12 * HOUR_US,
            id="a date will be too old",
        ),
        pytest.param(
            RAISED, {"known": [Known("raised_at", "9999-12-31", AT - DAY)]}, 3650 * DAY_US,
            id="a date that never comes",
        ),
        pytest.param(
            HEADS, {"known": [Known("employees", n, AT - n * DAY) for n in (100, 89, 5)]}, DAY_US,
            id="the value then will be the next one",
        ),
    ],
)  # fmt: skip
def test_next_change(
    spec: Spec, facts: dict[str, Any], next_us: int | None, product: Product
) -> None:
    assert measured(product, spec, **facts).next_us == next_us


def member(name: str, department: str, done: Sequence[OracleHit], **trial: Any) -> Person:
    history = [
        Known("$account", "first", AT - 90 * DAY),
        Known("email", name, AT - 90 * DAY),
        Known("department", department, AT - 90 * DAY),
    ]
    start = trial.get("started_at", AT - 60 * DAY)
    return Person(start, trial.get("ends_at"), list(done), history, COMPANIES)


COMPANIES = {"first": [Known("domain", "Acme.example", AT - 90 * DAY)]}


def test_account_worked_by_hand(product: Product) -> None:
    """Three users; two did "a", in a session each. The fourth signs up tomorrow."""
    people = [
        member("ann@acme.example", "Sales", hits("a", DAY, session="s"), ends_at=AT - 10 * DAY),
        member("bob@ACME.example", "sales", hits("a", 2 * DAY, 8 * DAY, session="s"), ends_at=AT),
        member("cy@gmail.com", "Ops", hits("b", DAY), ends_at=AT - 20 * DAY),
        member("dee@acme.example", "Legal", hits("a", DAY), started_at=AT + DAY),
    ]
    specs: list[Spec] = [
        {"measure": "active_users", "signals": ["a"]},
        {"measure": "share_active", "signals": ["a"]},
        {"measure": "departments", "signals": ["a", "b"]},
        {"measure": "user_growth", "signals": ["a"], "period": "7d"},
        {"measure": "users_on_domain"},
        {"measure": "distinct_sessions", "signals": ["a"]},
        {"measure": "longest_session", "signals": ["a"]},
        {"measure": "trial_age"},
        {"measure": "trial_over"},
    ]  # fmt: skip
    account_id = store_colleagues(people, product)["first"]
    found = answer(specs, AccountIds([account_id], AT), product)[account_id]
    assert list(found.values) == [2, 200 / 3, 2, 1, 2, 2, 6 * 24 * 60, 60 * DAY_US, 0]
    assert found.idle_us == DAY_US
    assert found.next_us == DAY_US  # when the fourth signs up


def test_account_before_anybody_signed_up(product: Product) -> None:
    people = [member("a@x.example", "Ops", [], started_at=AT + days * DAY) for days in (1, 2)]
    account_id = store_colleagues(people, product)["first"]
    specs: list[Spec] = [{"measure": "users_on_domain"}, {"measure": "trial_age"}]
    found = answer(specs, AccountIds([account_id], AT), product)[account_id]
    assert list(found.values) == [0, 0]
    assert found.next_us == DAY_US

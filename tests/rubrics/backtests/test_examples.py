"""Who is looked at, when, and who is not: nothing later seen, nothing open counted."""

from datetime import timedelta
from typing import Any

import pytest

from leads.models import Lead, Outcome, Product
from rubrics.backtests.examples import (
    JUST_BEFORE,
    Asked,
    LeftOut,
    MomentKind,
    Past,
    Question,
    ask,
    choose,
    count_past,
    known_span,
    left_out_words,
    read_ages,
    read_past,
)
from tests.rubrics.makers import AT, make_lead, make_product

DAY = timedelta(days=1)
SINCE = AT - 200 * DAY


def question(**values: Any) -> Question:
    """Sign-ups of 200 days, seen after 14, watched for 30 more; facts end at ``AT``."""
    given = {"product_id": 1, "since": SINCE, "until": AT, "known_until": AT, "horizon_days": 30}
    return Question(**{**given, **values})


def past(converted: int | None = None, lost: int | None = None, lead_id: int = 1) -> Past:
    """Signed up on the first day; days after that."""
    return Past(
        lead_id,
        SINCE,
        None if converted is None else SINCE + converted * DAY,
        None if lost is None else SINCE + lost * DAY,
    )


@pytest.mark.parametrize(
    ("lead", "found"),
    [
        pytest.param(past(), False, id="nothing became of it"),
        pytest.param(past(converted=15), True, id="converted the day after"),
        pytest.param(past(converted=44), True, id="on the last day of the horizon"),
        pytest.param(past(converted=45), False, id="too late"),
        pytest.param(past(lost=20), False, id="lost within the horizon"),
        pytest.param(past(converted=14), LeftOut.CONVERTED_BEFORE, id="at the moment itself"),
        pytest.param(past(converted=3), LeftOut.CONVERTED_BEFORE, id="before the moment"),
        pytest.param(past(lost=3), LeftOut.LOST_BEFORE, id="lost before the moment"),
    ],
)
def test_ask_days_after_sign_up(lead: Past, found: bool | LeftOut) -> None:
    answer = ask(question(), lead)
    if isinstance(found, LeftOut):
        assert answer == found
    else:
        assert answer == Asked(1, SINCE + 14 * DAY - JUST_BEFORE, found)


def test_ask_an_open_horizon_leaves_out_converters_too() -> None:
    """Else the newest sign-ups would be there only if they converted."""
    until = question(known_until=SINCE + 44 * DAY - JUST_BEFORE)
    assert ask(until, past()) == LeftOut.NOT_OVER
    assert ask(until, past(converted=20)) == LeftOut.NOT_OVER
    assert isinstance(ask(question(known_until=SINCE + 44 * DAY), past()), Asked)


def before(**values: Any) -> Question:
    return question(moment=MomentKind.BEFORE_OUTCOME, days=1, **values)


def test_ask_the_day_before_the_outcome() -> None:
    assert ask(before(), past(converted=20)) == Asked(1, SINCE + 19 * DAY - JUST_BEFORE, True)
    assert ask(before(), past(lost=30)) == Asked(1, SINCE + 29 * DAY - JUST_BEFORE, False)
    assert ask(before(), past(converted=0)) == LeftOut.CONVERTED_BEFORE
    assert ask(before(), past(lost=0)) == LeftOut.LOST_BEFORE


def test_ask_leads_without_an_outcome_are_as_old_as_those_that_converted() -> None:
    ages = (10 * DAY, 20 * DAY)
    found = [ask(before(ages=ages), past(lead_id=number)) for number in range(1, 201)]
    seen = [one.at + JUST_BEFORE - SINCE for one in found if isinstance(one, Asked)]
    assert set(seen) == {9 * DAY, 19 * DAY}
    assert 80 <= seen.count(9 * DAY) <= 120
    assert found == [ask(before(ages=ages), past(lead_id=number)) for number in range(1, 201)]


def test_choose_counts_who_is_left_out() -> None:
    chosen = choose(question(), [past(lead_id=3), past(3, lead_id=5), past(4, lead_id=9)])
    assert [one.lead_id for one in chosen.asked] == [3]
    assert chosen.left_out == {"converted_before": 2}
    assert chosen.last_id == 9
    assert left_out_words(chosen.left_out) == ["2 had converted before their moment"]


@pytest.fixture
def product() -> Product:
    return make_product("used")


def add(product: Product | None, lead: Lead, kind: str, days: int) -> None:
    Outcome.objects.create(product=product, lead=lead, kind=kind, occurred_at=SINCE + days * DAY)


@pytest.mark.django_db
def test_read_past_first_outcomes_of_this_product_or_of_none(product: Product) -> None:
    leads = [make_lead(product, started_at=SINCE + number * DAY) for number in range(3)]
    make_lead(product, started_at=SINCE - DAY)
    other = make_product(key="other")
    add(product, leads[0], "converted", 30)
    add(None, leads[0], "closed_won", 20)
    add(product, leads[0], "closed_lost", 25)
    add(other, leads[1], "converted", 5)
    add(product, leads[1], "opportunity", 6)
    asked = question(product_id=product.pk)
    assert read_past(asked, after=0, limit=2) == [
        Past(leads[0].pk, SINCE, SINCE + 20 * DAY, SINCE + 25 * DAY),
        Past(leads[1].pk, SINCE + DAY),
    ]
    assert read_past(asked, after=leads[1].pk, limit=2) == [Past(leads[2].pk, SINCE + 2 * DAY)]
    with_opportunities = question(product_id=product.pk, kinds=("opportunity",))
    assert read_past(with_opportunities, after=0, limit=2)[1].converted_at == SINCE + 6 * DAY
    assert count_past(asked) == 3


@pytest.mark.django_db
def test_known_span_ends_with_the_last_fact(product: Product) -> None:
    assert known_span(product.pk, at=AT) is None
    lead = make_lead(product, started_at=SINCE)
    assert known_span(product.pk, at=AT) == (SINCE, SINCE)
    add(product, lead, "converted", 30)
    assert known_span(product.pk, at=AT) == (SINCE, SINCE + 30 * DAY)
    add(product, lead, "closed_won", 300)
    assert known_span(product.pk, at=AT) == (SINCE, SINCE + 30 * DAY)


@pytest.mark.django_db
def test_read_ages_are_spread_as_conversions_were(product: Product) -> None:
    asked = question(product_id=product.pk)
    assert read_ages(asked) == ()
    for days in (10, 20):
        add(product, make_lead(product, started_at=SINCE), "converted", days)
    assert read_ages(asked) == (10 * DAY,) * 10 + (20 * DAY,) * 10

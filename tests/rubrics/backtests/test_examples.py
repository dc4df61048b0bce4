"""Who is looked at, when, and who is not: nothing later seen, nothing open counted."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from rubrics.backtests.examples import (
    JUST_BEFORE,
    Asked,
    LeftOut,
    MomentKind,
    Past,
    Question,
    ask,
    choose,
    left_out_words,
)
from rubrics.scoring.types import Subject
from tests.rubrics.makers import AT

DAY = timedelta(days=1)
SINCE = AT - 200 * DAY


def question(**values: Any) -> Question:
    """Sign-ups of 200 days, seen after 14, watched for 30 more; facts end at ``AT``."""
    given = {"product_id": 1, "since": SINCE, "until": AT, "known_until": AT, "horizon_days": 30}
    return Question(**{**given, **values})


def past(converted: int | None = None, lost: int | None = None, subject_id: int = 1) -> Past:
    """Signed up on the first day; days after that."""
    return Past(
        subject_id,
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
    found = [ask(before(ages=ages), past(subject_id=number)) for number in range(1, 201)]
    seen = [one.at + JUST_BEFORE - SINCE for one in found if isinstance(one, Asked)]
    assert set(seen) == {9 * DAY, 19 * DAY}
    assert 80 <= seen.count(9 * DAY) <= 120
    assert found == [ask(before(ages=ages), past(subject_id=number)) for number in range(1, 201)]


def test_ask_an_account_is_never_seen_before_its_first_sign_up() -> None:
    at_once = question(days=0)
    assert ask(at_once, past()) == Asked(1, SINCE - JUST_BEFORE, False)
    assert ask(replace(at_once, subject=Subject.ACCOUNT), past()) == Asked(1, SINCE, False)
    of_accounts = question(subject=Subject.ACCOUNT)
    assert ask(of_accounts, past()) == ask(question(), past())
    assert ask(replace(at_once, subject=Subject.ACCOUNT), past(0)) == LeftOut.CONVERTED_BEFORE


def test_choose_counts_who_is_left_out() -> None:
    chosen = choose(question(), [past(subject_id=3), past(3, subject_id=5), past(4, subject_id=9)])
    assert [one.subject_id for one in chosen.asked] == [3]
    assert chosen.left_out == {"converted_before": 2}
    assert left_out_words(chosen.left_out) == ["2 had converted before their moment"]

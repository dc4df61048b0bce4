"""How to work with a rubric: by volume, history, team and CRM (methodology 2, advisory 4)."""

from typing import Any

import pytest

from rubrics.guide.answers import Assignment, Crm, Review
from tests.rubrics.guide.advised import advise, item, value


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({"signups": 500}, "automatic, with strict thresholds"),
        ({"signups": 499}, "SDRs check PQLs at first"),
        ({"signups": 50}, "SDRs check PQLs at first"),
        ({"signups": 49}, "people look at every lead"),
        ({}, "SDRs check PQLs at first"),
        ({"deal_size": 60_000, "signups": 60}, "a person checks each PQL"),
    ],
)
def test_review_by_volume(answers: dict[str, Any], told: str) -> None:
    assert value("review", **answers) == told


def test_review_other_than_advised_is_to_be_reasoned() -> None:
    assert "otherwise" in item(advise(signups=80, review=Review.AUTOMATIC), "review").reason
    assert "otherwise" not in item(advise(signups=80, review=Review.CHECKED), "review").reason


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({"signups": 500}, "5-10 % of sign-ups"),
        ({"signups": 499}, "the top 10 % of sign-ups, then 5-15 %"),
        ({"history_months": 3, "signups": 900}, "the top 10 % of sign-ups"),
    ],
)
def test_share_to_begin_with(answers: dict[str, Any], told: str) -> None:
    assert value("share", **answers) == told


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({"history_months": 3}, "monthly; after 90 days from real conversions"),
        ({"signups": 50}, "thresholds weekly during the rollout"),
        ({"signups": 499}, "thresholds weekly during the rollout"),
        ({"signups": 500}, "monthly for 90 days, then quarterly"),
        ({}, "monthly for 90 days, then quarterly"),
    ],
)
def test_recalibration(answers: dict[str, Any], told: str) -> None:
    assert value("recalibration", **answers).startswith(told)


@pytest.mark.parametrize(
    ("months", "told"),
    [
        (12, "full: on the past"),
        (11, "partial: on the past, with wider intervals"),
        (6, "partial: on the past, with wider intervals"),
        (5, "by a pilot"),
        (None, "as far as the history goes"),
    ],
)
def test_validation_by_history(months: int | None, told: str) -> None:
    advice = advise(history_months=months)
    assert item(advice, "validation").value == told
    replays = any(step.link == "backtest" for step in advice.steps)
    assert replays == (months is None or months >= 6)


@pytest.mark.parametrize(
    ("reps", "told"),
    [
        (2, "light enablement, quick pilot"),
        (5, "light enablement, quick pilot"),
        (10, "align first, deal by territory"),
        (25, "align first, deal by territory"),
        (26, "a rubric for each segment may be needed"),
    ],
)
def test_team_size(reps: int, told: str) -> None:
    assert value("people", reps=reps) == told


def test_team_dealt_otherwise_than_by_territory() -> None:
    told = item(advise(reps=12, assignment=Assignment.ROUND_ROBIN), "people").reason
    assert "dealt otherwise" in told


@pytest.mark.parametrize(
    ("crm", "told"),
    [
        (Crm.HUBSPOT_PRO, "nothing to prepare"),
        (Crm.HUBSPOT_FREE, "upgrade HubSpot for workflows"),
        (Crm.SALESFORCE, "custom fields and a Flow"),
        (Crm.MARKETO, "one more layer to connect"),
    ],
)
def test_crm(crm: Crm, told: str) -> None:
    assert value("crm", crm=crm) == told

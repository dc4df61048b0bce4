"""Answers that do not go together are pointed out; those that do are not."""

from typing import Any

import pytest

from rubrics.guide.answers import Answers, Buyers, Review, Tracking, TrialModel
from rubrics.guide.conflicts import find_conflicts


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({"cycle_days": 90, "decay_days": 14}, "a sale takes about 90 days, but points go"),
        ({"cycle_days": 45, "decay_days": 7}, "points go every 7 days"),
        ({"cycle_days": 20, "decay_days": 60}, "silence costs nothing for 60 days"),
        ({"signups": 49, "review": Review.AUTOMATIC}, "routed without anybody looking"),
        ({"signups": 500, "review": Review.MANUAL}, "each looked at by a person"),
        ({"history_months": 12, "won": 40}, "40 won deals"),
        ({"history_months": 5, "tracking": Tracking.FULL}, "less than half a year"),
        ({"history_months": 5, "can_pilot": False}, "no pilot"),
        ({"trial_model": TrialModel.NONE}, "cannot try the product"),
        ({"trial_model": TrialModel.FREEMIUM, "trial_days": 14}, "a plan without an end"),
        ({"cycle_days": 100, "buyers": Buyers.ONE}, "one person decides"),
        (
            {"trial_model": TrialModel.FREE_TRIAL, "trial_days": 14, "cycle_days": 60},
            "the trial ends after 14 days",
        ),
        ({"deal_size": 50_000, "signups": 100}, "deals of about $50,000 and 100 sign-ups"),
        ({"deal_size": 4_000, "is_vertical": True}, "filtered by kind of company"),
        ({"tracking": Tracking.LOGINS, "milestones": ("a", "b", "c")}, "3 milestones are"),
        ({"tracking": Tracking.LOGINS, "history_months": 2}, "hardly anything tracked"),
        ({"tracking": Tracking.FEW, "coverage": 20.0}, "known for 20 % of leads"),
        ({"trial_to_paid": 5.0, "target_trial_to_paid": 5.0}, "the target is 5 %"),
        ({"pql_conversion": 12.0, "target_conversion": 10.0}, "the target is 10 %"),
        ({"target_conversion": 60.0}, "60 % of pqls"),
    ],
)
def test_conflict(answers: dict[str, Any], says: str) -> None:
    (found,) = find_conflicts(Answers(**answers))
    assert says in found.text.lower()
    assert found.fix.endswith(".")


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"cycle_days": 90, "decay_days": 60},
        {"cycle_days": 45, "decay_days": 14},
        {"cycle_days": 20, "decay_days": 30},
        {"signups": 50, "review": Review.AUTOMATIC},
        {"signups": 499, "review": Review.MANUAL},
        {"history_months": 5, "won": 40},
        {"history_months": 6, "tracking": Tracking.FULL},
        {"deal_size": 50_000, "signups": 99},
        {"tracking": Tracking.LOGINS, "milestones": ("a", "b")},
        {"tracking": Tracking.KEY, "coverage": 20.0},
        {"trial_to_paid": 4.0, "target_trial_to_paid": 5.0, "target_conversion": 40.0},
        {"trial_model": TrialModel.FREE_TRIAL, "trial_days": 14, "cycle_days": 59},
    ],
)
def test_no_conflict(answers: dict[str, Any]) -> None:
    assert find_conflicts(Answers(**answers)) == ()

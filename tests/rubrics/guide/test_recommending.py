"""Every row of the sources' tables gives what the source says (methodology 2 and 5, advisory 4)."""

from typing import Any

import pytest

from rubrics.guide.answers import (
    Buyers,
    Crm,
    Pipeline,
    Today,
    Tracking,
    TrialModel,
)
from tests.rubrics.guide.advised import advise, item, value

FREE, FREEMIUM = TrialModel.FREE_TRIAL, TrialModel.FREEMIUM
REVERSE, HYBRID, OPEN = TrialModel.REVERSE_TRIAL, TrialModel.HYBRID, TrialModel.OPEN_ENDED


@pytest.mark.parametrize(
    ("answers", "preset"),
    [
        # The approach matrix.
        ({"trial_model": FREE, "trial_days": 14, "signups": 101}, "free-trial"),
        ({"trial_model": FREE, "trial_days": 30, "signups": 100}, "free-trial"),
        ({"trial_model": FREEMIUM}, "freemium"),
        ({"trial_model": HYBRID, "signups": 49}, "fit-balanced"),
        ({"cycle_days": 60, "buyers": Buyers.SEVERAL}, "enterprise-account"),
        ({"history_months": 5}, "early-stage"),
        # Edge case 1: "fewer than 100 closed-won deals".
        ({"history_months": 24, "won": 99}, "early-stage"),
        ({"history_months": 6, "won": 100}, "standard"),
        # Data maturity.
        ({"tracking": Tracking.LOGINS}, "minimal-tracking"),
        ({"tracking": Tracking.LOGINS, "history_months": 2}, "minimal-tracking"),
        # The trial model.
        ({"trial_model": REVERSE}, "reverse-trial"),
        ({"trial_model": OPEN}, "standard"),
        ({"trial_model": FREE, "trial_days": 60}, "standard"),
        ({"trial_model": FREE, "cycle_days": 29}, "free-trial"),
        ({"trial_model": FREE, "cycle_days": 30}, "standard"),
        # The cycle: 90+ days mean the account, unless one person decides.
        ({"cycle_days": 90}, "enterprise-account"),
        ({"cycle_days": 89}, "standard"),
        ({"cycle_days": 59, "buyers": Buyers.SEVERAL}, "standard"),
        ({"cycle_days": 120, "buyers": Buyers.ONE}, "standard"),
        # The behavioral-heavy approach: 100+ a month, milestones, under 60 days.
        ({"signups": 100}, "behavior-heavy"),
        ({"signups": 99}, "standard"),
        ({"signups": 400, "cycle_days": 59}, "behavior-heavy"),
        ({"signups": 400, "cycle_days": 60}, "standard"),
        ({"signups": 400, "tracking": Tracking.FEW}, "standard"),
        ({"trial_model": FREE, "signups": 400, "cycle_days": 45}, "behavior-heavy"),
        # The fit-balanced approach.
        ({"deal_size": 50_000}, "fit-balanced"),
        ({"deal_size": 49_999}, "standard"),
        ({"is_vertical": True}, "fit-balanced"),
        ({"is_vertical": True, "deal_size": 4_999}, "standard"),
        ({"deal_size": 50_000, "signups": 100}, "behavior-heavy"),
        ({"trial_model": HYBRID, "signups": 50}, "standard"),
        # What stands higher wins.
        ({"trial_model": FREEMIUM, "deal_size": 90_000}, "freemium"),
        ({"trial_model": FREEMIUM, "cycle_days": 120}, "enterprise-account"),
        ({"trial_model": FREEMIUM, "history_months": 3}, "early-stage"),
        ({}, "standard"),
    ],
)
def test_preset(answers: dict[str, Any], preset: str) -> None:
    assert advise(**answers).preset == preset


@pytest.mark.parametrize(
    ("answers", "approach", "told"),
    [
        ({}, "standard", "60-80 hours over 6-8 weeks"),
        ({"products": 1, "has_segments": False}, "standard", "60-80 hours over 6-8 weeks"),
        ({"products": 2}, "multi", "80-120 hours over 8-12 weeks"),
        ({"has_segments": True}, "multi", "80-120 hours over 8-12 weeks"),
        ({"pipeline": Pipeline.FLOWING}, "standard", "60-80 hours over 6-8 weeks"),
        ({"pipeline": Pipeline.UNCONNECTED}, "infrastructure", "100-140 hours over 10-14 weeks"),
        ({"pipeline": Pipeline.SPARSE, "products": 3}, "infrastructure", "100-140 hours"),
    ],
)
def test_approach(answers: dict[str, Any], approach: str, told: str) -> None:
    advice = advise(**answers)
    assert advice.approach == approach
    assert told in item(advice, "approach").value


def test_infrastructure_says_what_the_pipeline_costs_and_what_follows() -> None:
    unconnected = item(advise(pipeline=Pipeline.UNCONNECTED, products=2), "approach").reason
    assert "20-30 hours" in unconnected
    assert "product by product" in unconnected
    assert advise(pipeline=Pipeline.UNCONNECTED).steps[0].link == "sources"


@pytest.mark.parametrize(
    ("answers", "behavior"),
    [
        ({"trial_model": FREE, "trial_days": 14, "signups": 101}, 70),
        ({"trial_model": FREE, "signups": 300, "cycle_days": 75}, 70),
        ({"trial_model": HYBRID, "signups": 49}, 50),
        ({"tracking": Tracking.LOGINS}, 30),
        ({"tracking": Tracking.FEW}, 50),
        ({"tracking": Tracking.FEW, "trial_model": FREEMIUM}, 50),
        ({"trial_model": FREEMIUM}, 67),
        ({"trial_model": FREEMIUM, "deal_size": 50_000}, 50),
        ({"trial_model": FREEMIUM, "deal_size": 50_000, "signups": 100}, 67),
        ({"history_months": 3}, 75),
        ({}, 67),
    ],
)
def test_weights(answers: dict[str, Any], behavior: int) -> None:
    told = value("weights", **answers)
    assert told.startswith(f"{behavior} % behavior, {100 - behavior} % fit")


def test_weights_that_leave_the_benchmark_say_so() -> None:
    assert item(advise(), "weights").deviation == ""
    minimal = item(advise(tracking=Tracking.LOGINS), "weights").deviation
    assert "Behavior's weight 30 %: below the benchmark of 50 to 80" in minimal
    assert "Fit's weight 70 %: above the benchmark of 20 to 50" in minimal
    balanced = item(advise(tracking=Tracking.FEW), "weights").deviation
    assert "Behavior's weight 50 %: below the usual 60 to 70 %." in balanced


@pytest.mark.parametrize(
    ("answers", "total"),
    [
        pytest.param({}, 80, id="80 of 150"),
        pytest.param({"tracking": Tracking.FEW}, 53, id="the same share of 100"),
        pytest.param({"trial_model": FREE, "trial_days": 14}, 53, id="a blend already"),
        pytest.param({"history_months": 1}, 40, id="half of the eight"),
    ],
)
def test_threshold(answers: dict[str, Any], total: int) -> None:
    assert advise(**answers).numbers.total == total


@pytest.mark.parametrize(
    ("answers", "days"),
    [
        ({"cycle_days": 29}, 14),
        ({"cycle_days": 30}, 30),
        ({"cycle_days": 89}, 30),
        ({"cycle_days": 90, "buyers": Buyers.ONE}, 60),
        ({"cycle_days": 90}, 90),
        ({"cycle_days": 60, "buyers": Buyers.SEVERAL}, 90),
        # "Decay can be slower since there is no expiration forcing action."
        ({"cycle_days": 10, "trial_model": FREEMIUM}, 30),
        # Edge case 1's fallback, where the cycle is not known.
        ({"history_months": 3}, 30),
        ({"trial_model": FREE, "trial_days": 14}, 14),
        ({"decay_days": 45, "cycle_days": 10}, 45),
    ],
)
def test_decay(answers: dict[str, Any], days: int) -> None:
    numbers = advise(**answers).numbers
    assert (numbers.decay_days, numbers.decay_points, numbers.floor) == (days, 10, 5)


def test_decay_says_how_it_leaves_the_benchmark() -> None:
    enterprise = item(advise(cycle_days=120), "decay").deviation
    assert "90 days: above the benchmark of 7 to 30" in enterprise
    assert "3.3 points a 30 days: below the benchmark of 5 to 25" in enterprise
    trial = item(advise(trial_model=FREE, trial_days=14), "decay").deviation
    assert "20 points every 7 days" in trial


def test_slow_decay_goes_without_the_penalty_for_days_without_login() -> None:
    slow = item(advise(cycle_days=95, buyers=Buyers.ONE), "decay")
    assert "left out" in slow.reason
    assert "14 days without login cost 10" in item(advise(cycle_days=45), "decay").reason


@pytest.mark.parametrize(
    ("tracking", "told"),
    [
        (Tracking.FULL, "granular: features, sessions, sequences"),
        (Tracking.KEY, "the 5-8 most predictive actions"),
        (Tracking.FEW, "what there is, with proxies; next version in 60 days"),
        (Tracking.LOGINS, "logins only; instrument the product first"),
        (None, "5-10 key signals"),
    ],
)
def test_data_maturity(tracking: Tracking | None, told: str) -> None:
    assert value("tracking", tracking=tracking) == told


@pytest.mark.parametrize(
    ("model", "told"),
    [
        (FREE, "urgency"),
        (FREEMIUM, "depth and expansion"),
        (REVERSE, "attachment to premium features"),
        (OPEN, "longer observation"),
        (HYBRID, "product and sales touches"),
    ],
)
def test_trial_model_says_what_to_watch(model: TrialModel, told: str) -> None:
    assert value("trial", trial_model=model) == told


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (29, "contact on the same day"),
        (30, "look at several visits"),
        (89, "look at several visits"),
        (90, "look at the account and its champion"),
    ],
)
def test_cycle_says_how_to_work(days: int, told: str) -> None:
    assert value("cycle", cycle_days=days) == told


@pytest.mark.parametrize(
    ("count", "told"),
    [(4, "fewer than advised"), (5, "standard"), (10, "standard"), (11, "more to configure"),
     (20, "more to configure"), (21, "phase it")],
)  # fmt: skip
def test_number_of_signals(count: int, told: str) -> None:
    milestones = tuple(f"s{number}" for number in range(count))
    assert value("effort", milestones=milestones).startswith(told)


@pytest.mark.parametrize(
    ("preset_answers", "count", "is_outside"),
    [({}, 22, False), ({"history_months": 3}, 8, True), ({"tracking": Tracking.LOGINS}, 14, True)],
)
def test_criteria_count(preset_answers: dict[str, Any], count: int, is_outside: bool) -> None:
    told = item(advise(**preset_answers), "criteria")
    assert told.value == str(count)
    assert bool(told.deviation) == is_outside


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({"trial_model": FREEMIUM}, "how fast use grows"),
        ({"trial_model": FREE, "trial_days": 14}, "short trial"),
        ({"cycle_days": 20}, "right now"),
    ],
)
def test_velocity(answers: dict[str, Any], told: str) -> None:
    advice = advise(**answers)
    assert advice.numbers.velocity_hours == 48
    assert told in item(advice, "velocity").reason


def test_early_stage_has_no_velocity_bonus() -> None:
    advice = advise(history_months=3)
    assert (advice.numbers.velocity_hours, item(advice, "velocity").value) == (None, "none")


def test_several_products_give_a_bonus_and_never_a_sum() -> None:
    assert advise(products=2).numbers.cross_product == 10
    assert "never the sum" in item(advise(products=2), "products").reason
    assert advise(products=1).numbers.cross_product is None
    accounts = advise(products=2, cycle_days=100)
    assert accounts.numbers.cross_product is None
    assert item(accounts, "products").value == "a rubric for each"


def test_long_cycles_of_an_early_stage_score_accounts_later() -> None:
    assert (
        value("accounts", cycle_days=120, history_months=2) == "score accounts later, beside people"
    )


@pytest.mark.parametrize("today", Today)
def test_way_of_today_is_answered(today: Today) -> None:
    assert item(advise(today=today), "today").source.startswith("Advisory")


def test_little_known_of_companies_is_said() -> None:
    assert value("fit_data", coverage=59.0) == "enrich companies first"
    assert not any(one.key == "fit_data" for one in advise(coverage=60.0).items)


def test_every_item_has_a_reason_and_a_source() -> None:
    full = advise(
        trial_model=FREEMIUM, trial_days=14, signups=600, products=2, cycle_days=45, reps=12,
        crm=Crm.SALESFORCE, today=Today.GUT, tracking=Tracking.FEW, coverage=10.0,
        milestones=("logged_in",),
    )  # fmt: skip
    for one in full.items:
        assert one.value, one.key
        assert one.reason.endswith("."), one.key
        assert one.source.startswith(("Methodology", "Advisory", "HubSpot guide", "Task list")), one


def test_unknown_answers_are_told_with_what_is_assumed() -> None:
    told = {one.question for one in advise(signups=80).assumptions}
    assert "How do people try the product?" in told
    assert "How many sign up in a month?" not in told

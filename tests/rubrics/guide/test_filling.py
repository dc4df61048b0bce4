"""The recommended numbers and the ideal customers in the preset's document."""

from typing import Any

import pytest

from rubrics.documents import parse_document
from rubrics.guide.answers import Answers, Buyers, Tracking, TrialModel
from rubrics.guide.filling import fill, unplaced
from rubrics.guide.measurable import ASKED
from rubrics.guide.recommending import recommend
from rubrics.presets import load_preset
from rubrics.scoring.types import DAY_US, Blend


def filled(**given: Any) -> dict[str, Any]:
    answers = Answers(**given)
    advice = recommend(answers)
    return fill(load_preset(advice.preset), answers=answers, numbers=advice.numbers)


def criteria(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["key"]: one for one in document["criteria"]}


def test_nothing_known_is_the_preset() -> None:
    assert filled() == load_preset("standard")


def test_numbers_are_filled_in() -> None:
    spec = parse_document(filled(tracking=Tracking.FEW, cycle_days=95, buyers=Buyers.ONE))
    assert spec.blend == Blend(50, 50)
    assert spec.thresholds.total == 53
    assert spec.decay.period_us == 60 * DAY_US
    assert "inactivity" not in {criterion.key for criterion in spec.criteria}


def test_several_products_add_the_bonus() -> None:
    assert filled(products=2)["cross_product"] == {"points": 10, "within": "30d", "products": 2}


def test_customers_take_the_examples_place() -> None:
    found = criteria(
        filled(
            size_from=200, size_to=2000, industries=("Health",), countries=("DE",),
            near_countries=("AT", "CH"), titles=("CMO",), tools=("Stripe", "Adyen"),
        )
    )  # fmt: skip
    sizes = found["company_size"]["tiers"]
    assert [tier["ranges"] for tier in sizes] == [[[200, 2000]], [[100, 199], [2001, 4000]]]
    assert sizes[0]["label"] == "200 to 2,000 employees, our ideal size"
    assert [tier["values"] for tier in found["industry"]["tiers"]] == [["Health"]]
    assert [tier["values"] for tier in found["geography"]["tiers"]] == [["DE"], ["AT", "CH"]]
    assert found["seniority"]["tiers"][0]["keywords"] == ["CMO"]
    assert found["seniority"]["tiers"][1]["label"] == "Manager"
    assert [tier["label"] for tier in found["tech_stack"]["tiers"]] == ["Uses Stripe or Adyen"]
    for key in ("company_size", "industry", "geography", "seniority", "tech_stack"):
        assert found[key]["source"].endswith("; from the set-up guide"), key
    assert "guide" not in found["onboarding"]["source"]


@pytest.mark.parametrize(
    ("given", "ranges"),
    [
        ({"size_from": 50, "size_to": 500}, [[[50, 500]], [[25, 49], [501, 1000]]]),
        ({"size_from": 50}, [[[50, None]], [[25, 49]]]),
        ({"size_to": 100}, [[[1, 100]], [[101, 200]]]),
        ({"size_from": 10, "size_to": 20, "near_from": 10, "near_to": 20}, [[[10, 20]]]),
        ({"size_from": 10, "size_to": 20, "near_from": 5, "near_to": 90},
         [[[10, 20]], [[5, 9], [21, 90]]]),
    ],
)  # fmt: skip
def test_sizes(given: dict[str, int], ranges: list[Any]) -> None:
    tiers = criteria(filled(**given))["company_size"]["tiers"]
    assert [tier["ranges"] for tier in tiers] == ranges


def test_competitors_fill_the_list() -> None:
    assert filled(competitors=("rival.example",))["lists"]["competitors"] == ["rival.example"]


def test_what_has_no_place_is_told() -> None:
    answers = Answers(competitors=("rival.example",), titles=("VP",), industries=("SaaS",))
    assert unplaced(load_preset("early-stage"), answers) == ("titles", "competitors")
    assert unplaced(load_preset("standard"), answers) == ()


def test_what_is_not_tracked_is_left_out_and_thresholds_shrink_with_it() -> None:
    tracked = ("logged_in", "onboarding_progress", "core_feature_used")
    answers = Answers(milestones=tracked)
    document = filled(milestones=tracked)
    assert document["limits"]["behavior"] == 45  # 15 + 20 + 10
    assert document["thresholds"] == {"total": 51, "fit": 15, "behavior": 18}  # 80 of 150 of 95
    assert criteria(document)["velocity"]["points_per_burst"] == 11  # 25 of 100, of 45
    assert "checkout" not in criteria(document)
    assert "inactivity" in criteria(document)
    missing = recommend(answers).missing
    assert [one.signal for one in missing[:3]] == [
        "integration_connected", "teammate_invited", "checkout_started",
    ]  # fmt: skip
    assert [one.points for one in missing] == sorted((one.points for one in missing), reverse=True)
    assert missing[0].proxy == "visits of more than 15 minutes"


def test_untracked_logins_punish_nobody() -> None:
    assert "inactivity" not in criteria(filled(milestones=("core_feature_used",)))


def test_ceiling_stays_below_a_pql() -> None:
    document = filled(
        trial_model=TrialModel.FREEMIUM, milestones=("onboarding_progress", "teammate_invited")
    )
    assert document["ceiling"]["behavior"] < document["thresholds"]["behavior"]


def test_nothing_tracked_that_counts_is_a_conflict() -> None:
    advice = recommend(Answers(milestones=("rollout_started",)))
    assert any("None of the behaviors" in one.text for one in advice.conflicts)
    parse_document(filled(milestones=("rollout_started",)))


CUSTOMERS: dict[str, Any] = {
    "size_from": 20, "size_to": 90, "industries": ("A",), "near_industries": ("B",),
    "countries": ("DE",), "near_countries": ("AT",), "titles": ("VP",), "near_titles": ("lead",),
    "tools": ("X",), "near_tools": ("Y",), "competitors": ("rival.example",), "products": 2,
}  # fmt: skip
PATHS: list[dict[str, Any]] = [
    {"history_months": 3}, {"tracking": Tracking.LOGINS}, {"cycle_days": 120},
    {"trial_model": TrialModel.FREEMIUM}, {"trial_model": TrialModel.REVERSE_TRIAL},
    {"deal_size": 60_000}, {"trial_model": TrialModel.FREE_TRIAL, "cycle_days": 20},
    {"signups": 300}, {"cycle_days": 100, "buyers": Buyers.ONE},
]  # fmt: skip


@pytest.mark.parametrize("extra", [{}, CUSTOMERS], ids=["as shipped", "with customers"])
@pytest.mark.parametrize("path", PATHS)
def test_every_path_gives_a_rubric_that_parses(path: dict[str, Any], extra: dict[str, Any]) -> None:
    for tracked in (None, *((key,) for key in ASKED), ASKED[:4]):
        parse_document(filled(**path, **extra, milestones=tracked))


def test_the_paths_lead_to_all_nine_presets() -> None:
    found = {recommend(Answers(**path)).preset for path in PATHS}
    assert found == {
        "early-stage", "minimal-tracking", "enterprise-account", "freemium", "reverse-trial",
        "fit-balanced", "free-trial", "behavior-heavy", "standard",
    }  # fmt: skip

"""Every section and measure of a version in the admin: nothing is lost, mistakes are named."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from rubrics.admin.version_form import RubricVersionForm
from rubrics.models import RubricVersion
from rubrics.publishing import publish_now
from rubrics.rows import document_of
from rubrics.services import load_rubric
from tests.admin.forms import criterion_url, form_of, version_url
from tests.world import AT, World, make_admin, make_world

pytestmark = pytest.mark.django_db
FREE = {"measure": "value_in_list", "attribute": "account.plan", "values": ["free"]}
UPGRADES = {"measure": "count", "signals": ["upgraded"], "window": {"last": "90d"}, "less_than": 1}
BIG = {"measure": "number_in_range", "attribute": "account.employees", "ranges": [[1000, None]]}
TIERS = {"tiers": [{"at_least": 1.5, "points": 5}]}
DOCUMENT: dict[str, Any] = {
    "format": 1,
    "rubric": "whole",
    "segment": {"name": "Enterprise", "order": 3, "when": [BIG, {**FREE, "is": "unknown"}]},
    "combination": {"mode": "blend", "behavior": 70, "fit": 30},
    "decay": {"mode": "percent", "percent": 12.5, "expired": {"points": 20, "period": "7d"}},
    "ceiling": {"behavior": 40, "name": "Long free", "when": [UPGRADES, {**FREE, "is": False}]},
    "cross_product": {"points": 10, "within": "30d", "products": 2},
    "matrix": {"fit": 25, "behavior": 60},
    "groups": {"use": {"name": "Use", "max": 30, "min": 0}},
    "bands": [{"at_least": 0, "name": "Cold", "meaning": "Wait"}, {"at_least": 31, "name": "Warm"}],
    "signals": {"used": {"name": "Used it"}, "upgraded": {"name": "Upgraded"}},
    "criteria": [
        {"key": "fading", "measure": "weighted_count", "signals": ["used"], "half_life": "7d",
         "window": {"last": "30d"}, "group": "use", "proxy_for": "Depth",
         "recency": {"within": "48h", "factor": 1.5}, **TIERS},
        {"key": "growth", "measure": "growth", "signals": ["used"], "period": "7d",
         "as": "percent", **TIERS},
        {"key": "steps", "measure": "sequence", "steps": [["used"], ["upgraded", "used"]],
         "within": "48h", "window": "trial", "per_unit": {"points": 5, "max": 3}},
        {"key": "old", "measure": "trial_age", "per_period": {"points": 1, "period": "30d"}},
        {"key": "products", "measure": "active_products", **TIERS},
        {"key": "funding", "measure": "date_within", "attribute": "account.funding_raised_at",
         "tiers": [{"within": "30d", "points": 15}, {"within": "90d", "points": 10}]},
        {"key": "hiring", "measure": "attribute_growth", "attribute": "account.employees",
         "period": "90d", **TIERS},
    ],
}  # fmt: skip
ACCOUNTS: dict[str, Any] = {
    "format": 1,
    "rubric": "accounts",
    "subject": "account",
    "signals": {"used": {}},
    "criteria": [
        {"key": "users", "measure": "active_users", "signals": ["used"], **TIERS},
        {"key": "departments", "measure": "departments", "signals": ["used"],
         "attribute": "lead.team", **TIERS},
        {"key": "more", "measure": "user_growth", "signals": ["used"], "period": "7d", **TIERS},
        {"key": "domain", "measure": "users_on_domain", **TIERS},
    ],
}  # fmt: skip


@pytest.fixture
def world() -> World:
    return make_world(leads=1)


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_admin())
    return client


@pytest.fixture
def draft(world: World) -> RubricVersion:
    return load_rubric(DOCUMENT, product=world.product, by=None, at=AT)


@pytest.mark.parametrize("document", [DOCUMENT, ACCOUNTS], ids=["leads", "accounts"])
def test_saving_pages_unchanged_changes_nothing(
    world: World, client: Client, document: dict[str, Any]
) -> None:
    draft = load_rubric(document, product=world.product, by=None, at=AT)
    before = document_of(draft)
    urls = [criterion_url(draft, one["key"]) for one in document["criteria"]]
    for url in (version_url(draft), *urls):
        response = client.post(url, form_of(client, url))
        assert response.status_code == 302, (url, response.context["errors"])
    assert document_of(RubricVersion.objects.get(pk=draft.pk)) == before


def test_sections_are_edited_through_fields(client: Client, draft: RubricVersion) -> None:
    form = form_of(client, version_url(draft)) | {
        "segment_conditions": "- {measure: is_present, attribute: account.name}",
        "decay_mode": "half_life",
        "combination": "sum",
        "matrix_fit": "30",
        "expired_points": "",
        "expired_period_days": "",
        "groups-0-most": "",
        "bands-1-at_least": "40",
    }
    assert client.post(version_url(draft), form).status_code == 302
    document = document_of(RubricVersion.objects.get(pk=draft.pk))
    when = [{"measure": "is_present", "attribute": "account.name"}]
    assert document["segment"]["when"] == when
    assert document["decay"]["mode"] == "half_life"
    assert document["matrix"] == {"fit": 30, "behavior": 60}
    assert document["groups"] == {"use": {"name": "Use", "min": 0}}
    assert [band["at_least"] for band in document["bands"]] == [0, 40]
    assert not {"combination"} & document.keys()
    assert not {"expired", "percent"} & document["decay"].keys()


REFUSED: list[tuple[dict[str, str], str, str]] = [
    ({"segment_conditions": "plan is free"}, "segment_conditions", "on one line"),
    ({"segment_conditions": "{measure: count"}, "segment_conditions", "Condition 1: "),
    ({"segment_conditions": "{measure: x, n: 2026-01-01}"}, "segment_conditions", "in quotes"),
    (
        {"segment_conditions": "{measure: count, signals: [used], at_least: 1}"},
        "segment_conditions",
        "[1].measure: a segment looks at attributes alone",
    ),
    (
        {"ceiling_conditions": "{measure: count, signals: [used]}"},
        "ceiling_conditions",
        "[1]: give one of at_least",
    ),
    ({"ceiling_conditions": ""}, "__all__", "A ceiling needs its points and at least one"),
    ({"segment_name": ""}, "__all__", "Give the segment a name and at least one condition"),
    ({"blend_fit": "40"}, "__all__", "two shares that add up to 100"),
    ({"matrix_fit": ""}, "__all__", "The matrix needs both of its borders"),
    ({"cross_product_days": ""}, "__all__", "give the points, the days and the number"),
    ({"decay_percent": "0.5"}, "__all__", "between 1 and 100"),
    ({"decay_percent": ""}, "__all__", "Say which percent"),
    ({"min_total": "20000"}, "min_total", "whole number of points"),
]
REFUSED_PARTS: list[tuple[dict[str, str], str]] = [
    ({"groups-0-DELETE": "on"}, "“Fading” counts in the group use; take it out first"),
    ({"groups-0-key": "usage"}, "“Fading” counts in the group use; take it out first"),
    ({"groups-0-most": "", "groups-0-least": ""}, "Give the most, the least, or both"),
    ({"groups-0-most": "-1"}, "The most is not below the least"),
    ({"bands-0-at_least": "1"}, "One band begins at 0"),
]


def test_what_makes_no_sense_is_refused_at_its_field(client: Client, draft: RubricVersion) -> None:
    before = document_of(draft)
    form = form_of(client, version_url(draft)) | {"rubric": draft.rubric_id}
    for change, field, words in REFUSED:
        errors = RubricVersionForm(form | change, instance=draft).errors
        assert words in str(errors.get(field)), (change, errors)
    for change, words in REFUSED_PARTS:
        assert words in client.post(version_url(draft), form | change).content.decode(), change
    assert document_of(RubricVersion.objects.get(pk=draft.pk)) == before


def test_steps_keep_their_order(client: Client, draft: RubricVersion) -> None:
    url = criterion_url(draft, "steps")
    form = form_of(client, url) | {
        "param_steps_step_1": ["upgraded"],
        "param_steps_step_2": [],
        "param_steps_step_3": ["used"],
    }
    assert client.post(url, form).status_code == 302
    assert draft.criteria.get(key="steps").params["steps"] == [["upgraded"], ["used"]]
    form["param_steps_step_3"] = []
    page = client.post(url, form)
    assert "two to four" in page.content.decode()


def test_a_criterion_asks_only_for_what_matters(client: Client, draft: RubricVersion) -> None:
    def names(key: str) -> set[str]:
        return set(client.get(criterion_url(draft, key)).context["adminform"].form.fields)

    assert {"recency_hours", "group", "param_half_life"} <= names("fading")
    assert not {"points_each", "unit_size", "share_of_base", "param_as"} & names("fading")
    assert {"points_each", "max_units", "param_steps"} <= names("steps")
    assert not {"unit_size", "recency_hours"} & names("steps")
    assert {"points_each", "unit_size"} <= names("old")
    assert not {"recency_hours", "param_within"} & names("funding")


def test_a_group_is_of_one_axis(client: Client, draft: RubricVersion) -> None:
    url = criterion_url(draft, "funding")
    page = client.post(url, form_of(client, url) | {"group": "use"})
    assert "all of fit or all of behavior" in page.content.decode()


def test_a_frozen_version_is_told_in_words(client: Client, draft: RubricVersion) -> None:
    publish_now(draft, by=None, at=AT)
    page = client.get(version_url(draft)).content.decode()
    for words in (
        "Scores the people of the segment “Enterprise”: company size 1000 or more and plan not "
        "known.",
        "The group “Use” counts at most 30 and at least 0",
        "Long free: behavior is at most 40 while all of this holds: “Upgraded” never in the last "
        "90 days and plan is not free.",
        "Silence costs 12.5 % of what is left for each full 30 days, down to 5.",
        "Once the trial is over it costs 20 points for each full 7 days, where that is more.",
        "+10 on behavior for whoever was active in 2 or more products within the last 30 days.",
        "The total is 0 to 100: 70 % behavior and 30 % fit, each as a share of its cap.",
        "Fit counts as high from 25 on, behavior from 60 on.",
        "“Cold” is a total of 0 to 30",
        "“Used it”, then “Upgraded” or “Used it” within 48 hours, each time during the trial",
        "Shares the limit of the group “Use”",
        "Stands in for “Depth”, which is not tracked",
        "Counts ×1.5 while the last time is less than 48 hours ago",
    ):
        assert words in page, words
    assert "less_than" not in page
    criterion = draft.criteria.get(key="fading")
    frozen = reverse("admin:rubrics_criterion_change", args=[criterion.pk])
    assert client.post(frozen, {"group": ""}).status_code == 403

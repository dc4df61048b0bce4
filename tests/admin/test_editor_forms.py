"""Every section and measure in the rubric editor: nothing is lost, mistakes are named at their
field."""

import html
import re
from typing import Any

import pytest
from django.test import Client

from leads.audit import differences
from leads.models import AuditEntry
from rubrics.admin.editor.page import RULES
from rubrics.models import RubricVersion
from rubrics.presets import load_preset
from rubrics.publishing import publish_now
from rubrics.rows import document_of
from rubrics.services import load_rubric
from tests.admin.forms import editor_url, form_at, version_url
from tests.world import AT, World, make_world

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
def draft(world: World) -> RubricVersion:
    return load_rubric(DOCUMENT, product=world.product, by=None, at=AT)


def now(draft: RubricVersion) -> dict[str, Any]:
    return document_of(RubricVersion.objects.get(pk=draft.pk))


def entry_of(draft: RubricVersion, key: str) -> dict[str, Any]:
    (entry,) = [one for one in now(draft)["criteria"] if one["key"] == key]
    return dict(entry)


@pytest.mark.parametrize(
    "document",
    [DOCUMENT, ACCOUNTS, load_preset("standard"), load_preset("freemium")],
    ids=["leads", "accounts", "standard", "freemium"],
)
def test_saving_every_part_unchanged_changes_nothing(
    world: World, client: Client, document: dict[str, Any]
) -> None:
    draft = load_rubric({**document, "rubric": "x"}, product=world.product, by=None, at=AT)
    before = document_of(draft)
    parts = [("criterion", one["key"]) for one in document["criteria"]]
    parts += [("section", key) for key in RULES]
    for name, key in parts:
        url = editor_url(draft, name, key)
        response = client.post(url, form_at(client, url))
        assert response.status_code == 200
        assert "ed-bad" not in response.content.decode(), (key, response.content.decode())
        assert "draft-changed" in response.headers["HX-Trigger-After-Settle"]
    assert list(differences(before, now(draft))) == []
    assert not AuditEntry.objects.exists()


def save_section(client: Client, draft: RubricVersion, key: str, **changes: Any) -> str:
    url = editor_url(draft, "section", key)
    form = form_at(client, url) | {f"s-{key}-{name}": value for name, value in changes.items()}
    return client.post(url, form).content.decode()


def test_sections_are_edited_through_fields(client: Client, draft: RubricVersion) -> None:
    save_section(client, draft, "decay", decay_mode="half_life", expired_points="",
                 expired_period_days="")  # fmt: skip
    save_section(client, draft, "combination", combination="sum")
    save_section(client, draft, "matrix", matrix_fit="30")
    save_section(client, draft, "groups", **{"0-most": ""})
    save_section(client, draft, "bands", **{"1-at_least": "40"})
    document = now(draft)
    assert document["decay"]["mode"] == "half_life"
    assert document["matrix"] == {"fit": 30, "behavior": 60}
    assert document["groups"] == {"use": {"name": "Use", "min": 0}}
    assert [band["at_least"] for band in document["bands"]] == [0, 40]
    assert not {"combination"} & document.keys()
    assert not {"expired", "percent"} & document["decay"].keys()


def test_conditions_are_edited_by_fields(client: Client, draft: RubricVersion) -> None:
    page = save_section(
        client, draft, "segment", **{"when-0-ranges": "200 to 999", "when-1-is": "false"}
    )
    assert "company size 200 to 999" in page
    assert now(draft)["segment"]["when"] == [
        {**BIG, "ranges": [[200, 999]]},
        {**FREE, "is": False},
    ]
    url = editor_url(draft, "condition", "segment") + "?measure=is_present&row=n1"
    added = form_at(client, url)
    form = form_at(client, editor_url(draft, "section", "segment"))
    form |= added | {"s-segment-when-row": ["1", "n1"], "s-segment-when-n1-attribute": "lead.title"}
    client.post(editor_url(draft, "section", "segment"), form)
    assert now(draft)["segment"]["when"] == [
        {**FREE, "is": False},
        {"measure": "is_present", "attribute": "lead.title"},
    ]


def test_a_ceiling_compares_numbers_and_lengths(client: Client, draft: RubricVersion) -> None:
    age = form_at(client, editor_url(draft, "condition", "ceiling") + "?measure=trial_age&row=n1")
    form = form_at(client, editor_url(draft, "section", "ceiling")) | age
    form |= {
        "s-ceiling-when-row": ["n1", "0"],
        "s-ceiling-when-n1-sign": "more_than",
        "s-ceiling-when-n1-number": "90",
    }
    client.post(editor_url(draft, "section", "ceiling"), form)
    assert now(draft)["ceiling"]["when"] == [{"measure": "trial_age", "more_than": "90d"}, UPGRADES]


REFUSED_SECTIONS: list[tuple[str, dict[str, str], str]] = [
    ("segment", {"when-0-ranges": "big"}, "“big” is no range"),
    ("segment", {"when-0-attribute": "employees"}, "attribute"),
    ("segment", {"segment_name": ""}, "Give the segment a name and at least one condition"),
    ("ceiling", {"when-row": ""}, "A ceiling needs its points and at least one"),
    ("ceiling", {"when-0-number": "few"}, "”: a number, such as 10."),
    ("combination", {"blend_fit": "40"}, "two shares that add up to 100"),
    ("matrix", {"matrix_fit": ""}, "The matrix needs both of its borders"),
    ("cross_product", {"cross_product_days": ""}, "give the points, the days and the number"),
    ("decay", {"decay_percent": "0.5"}, "between 1 and 100"),
    ("decay", {"decay_percent": ""}, "Say which percent"),
    ("thresholds", {"min_total": "20000"}, "“Total at least”: 10,000 or less."),
    ("thresholds", {"min_fit": "40000"}, "“Fit at least”: 10,000 or less."),
    ("thresholds", {"min_fit": "-1"}, "“Fit at least”: 0 or more."),
    ("thresholds", {"min_fit": "1.5"}, "“Fit at least”: a whole number, such as 10."),
    ("decay", {"decay_period_days": "32767"}, "“Days of a period”: 3,650 or less."),
    ("cross_product", {"cross_product_products": "1"}, "“In so many products”: 2 or more."),
    ("groups", {"0-most": "10001"}, "“Give together at most”: 10,000 or less."),
    ("groups", {"0-most": "", "0-least": ""}, "Give the most, the least, or both"),
    ("groups", {"0-most": "-1"}, "At most -1, the other limit"),
    ("bands", {"0-at_least": "1"}, "Start at 0 and rise"),
]


@pytest.mark.parametrize(("section", "changes", "words"), REFUSED_SECTIONS)
def test_what_makes_no_sense_is_refused(
    client: Client, draft: RubricVersion, section: str, changes: dict[str, str], words: str
) -> None:
    before = document_of(draft)
    page = save_section(client, draft, section, **changes)
    assert words in html.unescape(page)
    assert "Ensure this" not in page
    assert now(draft) == before


def test_a_limit_is_told_once(client: Client, draft: RubricVersion) -> None:
    page = save_section(client, draft, "decay", decay_period_days="-1", decay_points="-1")
    told = re.findall(r'class="ed-bad"[^>]*>(.*?)</p>', html.unescape(page))
    assert told == ["“Points lost each period”: 0 or more.", "“Days of a period”: 1 or more."]


def save(client: Client, draft: RubricVersion, key: str, **changes: Any) -> str:
    url = editor_url(draft, "criterion", key)
    form = form_at(client, url) | {f"c-{key}-{name}": value for name, value in changes.items()}
    return client.post(url, form).content.decode()


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("fading", {"signals": []}, "Name one or more signals"),
    ("fading", {"half_life_number": ""}, "half_life"),
    ("fading", {"recency_factor": ""}, "no number"),
    ("fading", {"name": ""}, "This field is required"),
    ("fading", {"0-points": "x"}, "“Points”: a whole number, such as 10."),
    ("fading", {"0-points": "-10001"}, "“Points”: -10,000 or more."),
    ("old", {"every_number": "x"}, "“Each full period of”: a number, such as 10."),
    ("fading", {"tier": []}, "List at least one"),
    ("steps", {"steps_step_2": []}, "two to four"),
    ("steps", {"each": ""}, "no whole number of points"),
    ("old", {"every_number": ""}, "no length of time"),
    ("funding", {"attribute": "funding"}, "attribute"),
    ("funding", {"0-within_number": ""}, "no length of time"),
]


@pytest.mark.parametrize(("key", "changes", "words"), REFUSED)
def test_what_cannot_be_measured_is_refused_at_its_field(
    client: Client, draft: RubricVersion, key: str, changes: dict[str, Any], words: str
) -> None:
    before = document_of(draft)
    page = html.unescape(save(client, draft, key, **changes))
    assert words in page
    assert 'class="ed-bad"' in page or "ed-note-bad" in page
    assert now(draft) == before


def test_steps_keep_their_order(client: Client, draft: RubricVersion) -> None:
    steps = {"steps_step_1": ["upgraded"], "steps_step_2": [], "steps_step_3": ["used"]}
    save(client, draft, "steps", **steps)
    assert entry_of(draft, "steps")["steps"] == [["upgraded"], ["used"]]


def test_tiers_are_added_moved_and_taken_away(client: Client, draft: RubricVersion) -> None:
    changes = {
        "tier": ["n1", "1"], "n1-within_number": "7", "n1-within_unit": "d", "n1-points": "20",
        "n1-label": "Just now",
    }  # fmt: skip
    assert "“Just now”" in save(client, draft, "funding", **changes)
    assert entry_of(draft, "funding")["tiers"] == [
        {"within": "7d", "points": 20, "label": "Just now"},
        {"within": "90d", "points": 10},
    ]


def test_a_criterion_changes_how_it_gives_points(client: Client, draft: RubricVersion) -> None:
    save(client, draft, "growth", mode="per_unit", each="2", most="5")
    entry = entry_of(draft, "growth")
    assert entry["per_unit"] == {"points": 2, "max": 5}
    assert "tiers" not in entry


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
    assert ">Edit<" not in page
    url = editor_url(draft, "criterion", "fading")
    assert client.post(url, {"act": "remove"}).status_code == 409

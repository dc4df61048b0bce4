"""Rubrics in the admin: drafts are edited through fields, published versions are frozen."""

from collections.abc import Iterator

import pytest
import yaml
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from leads.models import Signal
from rubrics import publishing
from rubrics.documents import parse_document
from rubrics.files import version_document
from rubrics.mappers import forget_compiled
from rubrics.models import Criterion, RubricVersion
from rubrics.presets import load_preset
from rubrics.rows import document_of, whole_document
from rubrics.services import load_rubric
from tests.admin.forms import criterion_url, form_of, said, version_url
from tests.world import AT, World, make_admin, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_versions() -> Iterator[None]:
    yield
    forget_compiled()


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
    document = {**load_preset("standard"), "rubric": "other"}
    return load_rubric(document, product=world.product, by=None, at=AT)


def test_saving_every_criterion_unchanged_changes_nothing(
    client: Client, draft: RubricVersion
) -> None:
    before = document_of(draft)
    for key in draft.criteria.values_list("key", flat=True):
        url = criterion_url(draft, key)
        response = client.post(url, form_of(client, url))
        assert response.status_code == 302, (key, response.context["errors"])
    assert document_of(draft) == before


def test_criterion_and_tiers_are_edited_through_fields(
    client: Client, draft: RubricVersion
) -> None:
    url = criterion_url(draft, "company_size")
    form = {**form_of(client, url), "param_attribute": "account.employees, lead.employees"}
    form |= {"tiers-0-param_ranges": "10…99, 500…", "tiers-0-points": "12"}
    assert client.post(url, form).status_code == 302
    (entry,) = [c for c in document_of(draft)["criteria"] if c["key"] == "company_size"]
    assert entry["attribute"] == ["account.employees", "lead.employees"]
    assert entry["tiers"][0]["ranges"] == [[10, 99], [500, None]]
    assert entry["tiers"][0]["points"] == 12
    parse_document(document_of(draft))


@pytest.mark.parametrize(
    ("key", "change", "words"),
    [
        ("company_size", {"tiers-0-param_ranges": "big"}, "is no [from, to] pair"),
        ("company_size", {"tiers-0-param_ranges": "9…1"}, "runs backwards"),
        ("company_size", {"param_attribute": "employees"}, "attribute"),
        ("seniority", {"tiers-0-param_keywords": ""}, "list"),
        ("core_feature", {"param_window": "first soon"}, "length of time"),
        ("velocity", {"param_size": "1"}, "2 or more"),
        ("velocity", {"param_window": ""}, "length of time"),
    ],
)
def test_what_cannot_be_measured_is_refused_at_its_field(
    client: Client, draft: RubricVersion, key: str, change: dict[str, str], words: str
) -> None:
    before = document_of(draft)
    url = criterion_url(draft, key)
    response = client.post(url, {**form_of(client, url), **change})
    assert response.status_code == 200
    assert words in response.content.decode()
    assert document_of(draft) == before


def test_a_new_criterion_leads_on_to_its_own_fields(client: Client, draft: RubricVersion) -> None:
    add = reverse("admin:rubrics_criterion_add") + f"?version={draft.pk}"
    assert client.get(add).status_code == 200
    form = {
        "version": draft.pk,
        "name": "Logged in lately",
        "key": "lately",
        "axis": "behavior",
        "role": "action",
        "measure": "count",
        "mode": "tiers",
    }
    response = client.post(add, form)
    made = Criterion.objects.get(version=draft, key="lately")
    assert response["Location"] == reverse("admin:rubrics_criterion_change", args=[made.pk])
    assert "param_signals" in client.get(response["Location"]).content.decode()


def test_published_versions_are_frozen(world: World, client: Client) -> None:
    criterion = world.version.criteria.get()
    for url in (
        version_url(world.version),
        reverse("admin:rubrics_criterion_change", args=[criterion.pk]),
    ):
        page = client.get(url)
        assert page.status_code == 200
        assert 'name="_save"' not in page.content.decode()
        assert client.post(url, {"name": "x", "min_total": "1"}).status_code == 403


def test_draft_page_says_its_criteria_in_words(client: Client, draft: RubricVersion) -> None:
    page = client.get(version_url(draft)).content.decode()
    assert "“Used the core feature” 3 or more times in the first 14 days: " in page
    assert "“50 to 500 employees, our ideal size”" in page
    assert "Every full 14 days since the last “Logged in” (since the sign-up if never): " in page


def test_draft_is_edited_and_published(world: World, client: Client) -> None:
    response = client.post(version_url(world.version, "draft"))
    draft = world.rubric.versions.editable().get()
    assert response["Location"] == version_url(draft)
    form = {**form_of(client, version_url(draft)), "min_total": "70"}
    assert client.post(version_url(draft), form).status_code == 302
    assert client.post(version_url(draft, "publish")).status_code == 302
    assert publishing.publish_some(at=timezone.now(), seconds=60)
    draft.refresh_from_db()
    assert (draft.status, draft.min_total) == ("published", 70)
    world.version.refresh_from_db()
    assert world.version.status == "retired"


def test_published_version_is_retired(world: World, client: Client) -> None:
    url = version_url(world.version, "retire")
    assert "scores no longer" in said(client.post(url))
    world.version.refresh_from_db()
    assert world.version.status == "retired"
    assert "nothing to retire" in said(client.post(url))


def test_what_cannot_be_published_says_why(world: World, client: Client) -> None:
    client.post(version_url(world.version, "draft"))
    draft = world.rubric.versions.editable().get()
    draft.criteria.update(params={})
    assert "company_size" in said(client.post(version_url(draft, "publish")))
    draft.refresh_from_db()
    assert draft.is_editable


def test_draft_from_a_preset(world: World, client: Client) -> None:
    url = reverse("admin:rubrics_rubric_draft_from_preset", args=[world.rubric.pk])
    assert "standard" in client.get(url).content.decode()
    client.post(url, {"choice": "standard"})
    draft = world.rubric.versions.editable().get()
    assert draft.criteria.count() > 10
    assert Signal.objects.filter(product=world.product, key="logged_in").exists()
    assert client.post(url, {"choice": "none"}).status_code == 404


def test_lists_are_one_value_a_line(client: Client, draft: RubricVersion) -> None:
    form = form_of(client, version_url(draft))
    (index,) = [i for i in range(9) if form.get(f"lists-{i}-key") == "competitors"]
    form[f"lists-{index}-values"] = " rival.example \n\n.rivals.example"
    assert client.post(version_url(draft), form).status_code == 302
    assert draft.lists.get(key="competitors").values == ["rival.example", ".rivals.example"]


def test_version_downloads_as_yaml(client: Client, draft: RubricVersion) -> None:
    response = client.get(version_url(draft, "download"))
    assert response["Content-Disposition"] == 'attachment; filename="other-v1.yaml"'
    told = yaml.safe_load(response.content)
    assert whole_document(told) == version_document(draft)
    assert told["signals"]["logged_in"]["events"] == [
        {"event": "Logged In"},
        {"event": "Signed In"},
    ]

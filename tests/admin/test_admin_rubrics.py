"""Rubrics in the admin: drafts are edited through fields, published versions are frozen."""

from collections.abc import Iterator

import pytest
import yaml
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from leads.models import Signal
from rubrics import publishing
from rubrics.files import version_document
from rubrics.mappers import forget_compiled
from rubrics.models import RubricVersion
from rubrics.presets import load_preset
from rubrics.rows import whole_document
from rubrics.services import load_rubric
from tests.admin.forms import editor_url, form_at, said, version_url
from tests.world import AT, World, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_versions() -> Iterator[None]:
    yield
    forget_compiled()


@pytest.fixture
def world() -> World:
    return make_world(leads=1)


@pytest.fixture
def draft(world: World) -> RubricVersion:
    document = {**load_preset("standard"), "rubric": "other"}
    return load_rubric(document, product=world.product, by=None, at=AT)


def test_published_versions_are_frozen(world: World, client: Client) -> None:
    page = client.get(version_url(world.version))
    assert page.status_code == 200
    assert "Edit Company size" not in page.content.decode()
    assert client.post(version_url(world.version), {"min_total": "1"}).status_code == 405
    key = world.version.criteria.get().key
    saved = client.post(editor_url(world.version, "criterion", key), {"act": "remove"})
    assert saved.status_code == 409
    assert "Make a draft of it" in saved.content.decode()


def test_a_criterion_of_the_list_leads_to_its_version(world: World, client: Client) -> None:
    criterion = world.version.criteria.get()
    url = reverse("admin:rubrics_criterion_change", args=[criterion.pk])
    assert client.get(url)["Location"] == f"{version_url(world.version)}#c-company_size"


def test_draft_page_says_its_criteria_in_words(client: Client, draft: RubricVersion) -> None:
    page = client.get(version_url(draft)).content.decode()
    assert "“Used the core feature” 3 or more times in the first 14 days: " in page
    assert "“50 to 500 employees, our ideal size”" in page
    assert "Every full 14 days since the last “Logged in” (since the sign-up if never): " in page


def test_draft_is_edited_and_published(world: World, client: Client) -> None:
    response = client.post(version_url(world.version, "draft"))
    draft = world.rubric.versions.editable().get()
    assert response["Location"] == version_url(draft)
    url = editor_url(draft, "section", "thresholds")
    client.post(url, {**form_at(client, url), "s-thresholds-min_total": "70"})
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


def test_draft_from_a_preset_or_from_nothing(world: World, client: Client) -> None:
    url = reverse("admin:rubrics_rubric_draft_from_preset", args=[world.rubric.pk])
    page = client.get(url).content.decode()
    assert "Not for the first six months" in page  # the situation it is for
    client.post(url, {"choice": "standard"})
    draft = world.rubric.versions.editable().get()
    assert draft.criteria.count() > 10
    assert Signal.objects.filter(product=world.product, key="logged_in").exists()
    assert client.post(url, {"choice": "none"}).status_code == 404
    empty = client.post(url, {"choice": "empty"})["Location"]
    told = client.get(empty).content.decode()
    assert "There are none yet. Add at least one." in told
    assert "logged_in" in world.rubric.versions.order_by("-number")[0].activity_signals


def test_a_draft_is_deleted_from_its_page(
    world: World, client: Client, draft: RubricVersion
) -> None:
    forget = reverse("admin:rubrics_rubricversion_forget", args=[draft.pk])
    assert forget in client.get(version_url(draft)).content.decode()
    asked = client.get(forget)["Location"]
    assert RubricVersion.objects.filter(pk=draft.pk).exists()
    client.post(asked, {"post": "yes"})
    assert not RubricVersion.objects.filter(pk=draft.pk).exists()
    frozen = reverse("admin:rubrics_rubricversion_forget", args=[world.version.pk])
    assert frozen not in client.get(version_url(world.version)).content.decode()
    assert client.post(client.get(frozen)["Location"], {"post": "yes"}).status_code == 403


def test_version_downloads_as_yaml(client: Client, draft: RubricVersion) -> None:
    response = client.get(version_url(draft, "download"))
    assert response["Content-Disposition"] == 'attachment; filename="other-v1.yaml"'
    told = yaml.safe_load(response.content)
    assert whole_document(told) == version_document(draft)
    assert told["signals"]["logged_in"]["events"] == [
        {"event": "Logged In"},
        {"event": "Signed In"},
    ]

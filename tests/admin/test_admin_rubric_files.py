"""Rubrics as files in the admin: compared, imported, downloaded."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from leads.models import AuditEntry, Product, Signal
from rubrics.files import rubric_text, version_text
from rubrics.models import RubricVersion
from rubrics.presets import load_preset
from rubrics.services import draft_version
from tests.rubrics.makers import AT
from tests.world import World, make_world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
IMPORT = "admin:rubrics_rubric_import_file"


@pytest.fixture
def world() -> World:
    return make_world(leads=0)


def compare_url(version: RubricVersion, other: object = "") -> str:
    url = reverse("admin:rubrics_rubricversion_compare", args=[version.pk])
    return f"{url}?with={other}" if other else url


def test_a_draft_is_compared_with_what_scores_now(world: World, client: Client) -> None:
    draft = draft_version(world.version, by=None, at=AT)
    page = client.get(compare_url(draft)).content.decode()
    assert "Nothing differs: both score everybody alike." in page
    RubricVersion.objects.filter(pk=draft.pk).update(min_total=71)
    page = client.get(compare_url(draft)).content.decode()
    assert f"The total of a PQL: 71 (was {world.version.min_total})" in page
    assert "Changed:" in page
    assert f"From {world.version} to {draft}" in page


def test_a_version_is_compared_with_a_preset(world: World, client: Client) -> None:
    page = client.get(compare_url(world.version, "preset:freemium")).content.decode()
    assert f"From freemium to {world.version}" in page
    assert "Removed:" in page


@pytest.mark.parametrize("other", ["0", "x", "preset:none", "99999999"])
def test_what_cannot_be_compared_is_said(world: World, client: Client, other: str) -> None:
    page = client.get(compare_url(world.version, other))
    assert (page.status_code, "cannot be compared" in page.content.decode()) == (200, True)


def test_an_only_version_says_so(world: World, client: Client) -> None:
    page = client.get(compare_url(world.version)).content.decode()
    assert "the rubric's only version so far" in page


def post(client: Client, world: World, text: str, **data: Any) -> Any:
    return client.post(reverse(IMPORT), {"product": world.product.pk, "text": text, **data})


def seen(page: Any) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', page.content.decode())
    assert found is not None
    return found[1]


def test_nothing_is_written_before_the_second_click(world: World, client: Client) -> None:
    text = version_text(world.version).replace("points: 15", "points: 14", 1)
    before = RubricVersion.objects.count(), Signal.objects.count()
    page = post(client, world, text)
    told = page.content.decode()
    assert f"Draft 2 of {world.rubric}" in told
    assert "gives +14 (was +15)" in told
    assert "The product has every signal the file uses." in told
    assert (RubricVersion.objects.count(), Signal.objects.count()) == before
    response = post(client, world, text, seen=seen(page), confirm="")
    draft = world.rubric.versions.editable().get()
    assert response["Location"] == reverse("admin:rubrics_rubricversion_change", args=[draft.pk])
    assert version_text(draft) == text.replace(" 500: +15.", " 500: +14.")  # told anew
    entry = AuditEntry.objects.get(action="imported")
    assert (entry.about_id, entry.before) == (draft.pk, str(world.version))
    assert "gives +14 (was +15)" in str(entry.after)


def test_what_was_not_looked_at_is_not_made(world: World, client: Client) -> None:
    text = version_text(world.version)
    mark = seen(post(client, world, text))
    other = text.replace("points: 15", "points: 13", 1)
    assert post(client, world, other, seen=mark, confirm="").status_code == 200
    assert not world.rubric.versions.editable().exists()


def test_an_upload_makes_a_new_rubric_and_its_signals(world: World, client: Client) -> None:
    text = rubric_text({**load_preset("enterprise-account"), "rubric": "teams"})
    upload = SimpleUploadedFile("teams.yaml", text.encode())
    page = post(client, world, "", file=upload)
    told = page.content.decode()
    assert "A new rubric, “teams”, with a first draft" in told
    assert "Began an organization-wide rollout: “Rollout Started”" in told
    post(client, world, text, seen=seen(page), confirm="")
    assert RubricVersion.objects.filter(rubric__key="teams", status="draft").count() == 1


def test_a_file_goes_into_the_rubric_that_is_chosen(world: World, client: Client) -> None:
    text = rubric_text(load_preset("freemium"))
    page = post(client, world, text, into=world.rubric.pk)
    assert f"Draft 2 of {world.rubric}" in page.content.decode()
    post(client, world, text, into=world.rubric.pk, seen=seen(page), confirm="")
    assert world.rubric.versions.editable().count() == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Choose a file, or paste its text."),
        ("criteria:\n  - {key: a, measure: coutn}", "line 2: criteria.a.measure: is one of count"),
        ("a: [", "is no YAML"),
    ],
)
def test_a_mistake_keeps_the_text(world: World, client: Client, text: str, message: str) -> None:
    told = post(client, world, text).content.decode()
    assert message in told
    assert text.splitlines()[-1:] == [] or text.splitlines()[-1] in told
    assert not world.rubric.versions.editable().exists()


def test_an_upload_with_a_mistake_is_not_lost(world: World, client: Client) -> None:
    upload = SimpleUploadedFile("x.yaml", b"criteria:\n  - {key: a, measure: coutn}\n")
    told = post(client, world, "", file=upload).content.decode()
    assert "measure: coutn" in told
    assert "Nothing was made." in told
    bad = SimpleUploadedFile("x.yaml", b"\xff\xfe")
    assert "no text in UTF-8" in post(client, world, "", file=bad).content.decode()


def test_another_products_rubric_is_refused(world: World, client: Client) -> None:
    other = Product.objects.create(key="other", name="Other")
    text = rubric_text(load_preset("freemium"))
    told = post(client, world, text, product=other.pk, into=world.rubric.pk).content.decode()
    assert "is a rubric of another product" in told

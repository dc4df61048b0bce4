"""The reference sheet: every rule, signal and list of a version, for whoever is signed in."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from leads.models import AuditEntry
from rubrics.changing import change_rubric
from rubrics.models import RubricVersion
from rubrics.services import draft_version
from rubrics.sheet import reference_sheet
from tests.world import AT, World, make_admin, make_person, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world(leads=0)


def sheet_of(version: RubricVersion, user: Any) -> Any:
    client = Client()
    client.force_login(user)
    return client.get(reverse("routing:rubric-sheet", args=[version.pk]))


def test_a_rep_reads_every_rule_without_admin_rights(world: World) -> None:
    response = sheet_of(world.version, make_person("rep"))
    page = response.content.decode()
    assert response.status_code == 200
    told = reference_sheet(world.version)
    for _, criteria in told.axes:
        for criterion in criteria:
            assert criterion.name in page
            assert all(rule.worth in page for rule in criterion.rules)
    assert "A PQL has a total of" in page
    assert "The first version." in page
    assert "In the admin" not in page


def test_the_rubrics_owner_is_named_and_its_change_is_kept(world: World) -> None:
    owner = make_person("mara")
    change_rubric(world.version.rubric, by=None, at=AT, owner=owner)
    version = RubricVersion.objects.get(pk=world.version.pk)
    first = reference_sheet(version).owners[0]
    assert (first.action, first.by) == ("Kept", "mara")
    entry = AuditEntry.objects.get(field="owner")
    assert (entry.before, entry.after) == (None, "mara")


def test_drafts_are_for_those_who_edit_rubrics(world: World) -> None:
    draft = draft_version(world.version, by=None, at=AT)
    assert sheet_of(draft, make_person("rep2")).status_code == 404
    admin = make_admin()
    page = sheet_of(draft, admin).content.decode()
    assert "not live yet" in page
    assert "From version 1. Nothing differs." in page
    draft.criteria.all().delete()
    page = sheet_of(draft, admin).content.decode()
    assert "This draft is no whole rubric yet" in page


def test_history_says_what_each_version_changed(world: World) -> None:
    draft = draft_version(world.version, by=None, at=AT)
    RubricVersion.objects.filter(pk=draft.pk).update(min_total=71)
    (newest, first) = reference_sheet(RubricVersion.objects.get(pk=draft.pk)).history
    assert newest.changes == (f"Changed: The total of a PQL: 71 (was {world.version.min_total})",)
    assert (newest.rest, first.summary) == (0, "The first version")


def test_there_is_no_sheet_of_nothing(world: World) -> None:
    client = Client()
    client.force_login(make_admin())
    assert client.get(reverse("routing:rubric-sheet", args=[0])).status_code == 404

"""Versions go live, are gone back to and retired in the admin, by words and with reasons."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from leads.models import AuditEntry, Lead, Product
from rubrics import publishing
from rubrics.admin.why import WhyForm
from rubrics.models import GoldenLead, Publication, RubricVersion
from rubrics.scores import score_due
from rubrics.services import draft_version
from tests.rubrics.makers import AT, make_lead
from tests.rubrics.scored import mark, publish_small
from tests.world import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def version() -> RubricVersion:
    product = Product.objects.create(key="app", name="App")
    version = publish_small(product)
    mark(*(make_lead(product, hits=[("used", AT)]) for _ in range(3)))
    score_due(at=AT)
    return version


@pytest.fixture
def draft(version: RubricVersion) -> RubricVersion:
    return draft_version(version, by=None, at=AT)


def url(version: RubricVersion, name: str) -> str:
    return reverse(f"admin:rubrics_rubricversion_{name}", args=[version.pk])


def finish() -> None:
    publishing.publish_some(at=timezone.now(), seconds=60)


def test_publish_says_what_will_happen_and_shows_how_far_it_is(
    client: Client, version: RubricVersion, draft: RubricVersion
) -> None:
    assert url(draft, "publish") in client.get(url(draft, "change")).content.decode()
    asked = client.get(url(draft, "publish")).content.decode()
    assert "3 leads are scored by it in the background" in asked
    assert "Until all are done version 1 goes on scoring; then version 2 takes its place" in asked
    assert not Publication.objects.running().exists()
    page = client.post(url(draft, "publish"), {"reason": "Typo."}, follow=True).content.decode()
    publication = Publication.objects.running().get()
    assert (publication.reason, str(publication.asked_by)) == ("Typo.", "root")
    assert "small v1 goes on scoring until everybody is done" in page
    assert "Cancel publishing" in page
    shown = client.get(url(draft, "change")).content.decode()
    assert "Going live: everybody is being scored by it" in shown
    assert url(draft, "publish") not in shown
    finish()
    page = client.get(
        reverse("admin:rubrics_publication_change", args=[publication.pk])
    ).content.decode()
    assert "small v2 went live for everybody on" in page
    assert "Cancel publishing" not in page


def test_cancel(client: Client, draft: RubricVersion) -> None:
    publication = publishing.publish_version(draft, by=None, at=timezone.now())
    stop = reverse("admin:rubrics_publication_stop", args=[publication.pk])
    assert "Nobody&#x27;s score has changed" in client.get(stop).content.decode()
    page = client.post(stop, {"reason": "Too soon."}, follow=True).content.decode()
    assert "Cancelled. small v2 is a draft again." in page
    assert AuditEntry.objects.get(action="publish cancelled").reason == "Too soon."
    page = client.post(stop, {}, follow=True).content.decode()
    assert "small v2 is not going live any more." in page


def test_roll_back_from_the_published_version_and_from_the_retired_one(
    client: Client, version: RubricVersion, draft: RubricVersion
) -> None:
    assert url(version, "roll_back") not in client.get(url(version, "change")).content.decode()
    publishing.publish_now(draft, by=None, at=timezone.now())
    for page in (version, draft):
        shown = client.get(url(page, "change")).content.decode()
        assert url(page, "roll_back") in shown
        assert "Roll back to version 1" in shown
    refused = client.post(url(draft, "roll_back"), {"reason": ""}).content.decode()
    assert "This field is required." in refused
    client.post(url(draft, "roll_back"), {"reason": "Too many."})
    publication = Publication.objects.running().get()
    assert (publication.version, publication.kind) == (version, "rollback")
    finish()
    assert AuditEntry.objects.get(action="rolled back").reason == "Too many."
    assert client.get(url(draft, "roll_back")).content.decode().count("version 2 scores again") == 0


def test_what_stands_against_it_can_be_set_aside(client: Client, draft: RubricVersion) -> None:
    GoldenLead.objects.create(
        rubric=draft.rubric, key="vp", name="The VP", why="She buys.", expect={"pql": True},
        at=AT, created_at=AT,
    )  # fmt: skip
    page = client.post(url(draft, "publish"), {"reason": "New prices."}).content.decode()
    assert "The VP" in page
    assert "Why all the same" in page
    assert "New prices." in page  # nothing typed is lost
    assert not Publication.objects.running().exists()
    client.post(url(draft, "publish"), {"reason": "New prices.", "override": "She left."})
    assert Publication.objects.running().get().reason == "New prices."
    assert AuditEntry.objects.filter(reason="She left.").exists()


def test_retire_keeps_the_reason(client: Client, version: RubricVersion) -> None:
    page = client.post(url(version, "retire"), {"reason": "Closed."}, follow=True)
    assert "small v1 scores no longer." in page.content.decode()
    assert AuditEntry.objects.get(action="retired").reason == "Closed."


def test_rubric_tells_what_scored_when(
    client: Client, version: RubricVersion, draft: RubricVersion
) -> None:
    publishing.publish_now(draft, by=None, at=timezone.now())
    publishing.finish_now(
        publishing.roll_back(version, by=None, at=timezone.now(), reason="Why not"),
        at=timezone.now(),
    )
    page = client.get(reverse("admin:rubrics_rubric_change", args=[version.rubric_id]))
    told = page.content.decode()
    assert "31 Mar 2026, 12:00 to " in told
    assert told.count("since ") == 1


def test_first_version_is_live_at_once(client: Client, version: RubricVersion) -> None:
    Lead.objects.all().delete()
    draft = draft_version(version, by=None, at=AT)
    assert (
        "Nobody of the product has a score yet"
        in client.get(url(draft, "publish")).content.decode()
    )
    page = client.post(url(draft, "publish"), {}, follow=True).content.decode()
    assert "small v2 scores from now on." in page


def test_who_may_cancel(draft: RubricVersion) -> None:
    publication = publishing.publish_version(draft, by=None, at=timezone.now())
    stop = reverse("admin:rubrics_publication_stop", args=[publication.pk])
    vera = make_person("vera", "view_publication", staff=True)
    rosa = make_person("rosa", staff=True)
    rosa.groups.add(Group.objects.get(name="RevOps"))
    client = Client()
    client.force_login(vera)
    assert client.post(stop).status_code == 403
    client.force_login(rosa)
    assert client.post(stop).status_code == 302


@pytest.mark.parametrize("needs_reason", [True, False])
def test_what_need_not_be_said_is_marked_so(needs_reason: bool) -> None:
    asked = WhyForm(needs_reason=needs_reason).fields["reason"]
    assert ("optional" in str(asked.label)) is (not needs_reason)
    assert asked.required is needs_reason

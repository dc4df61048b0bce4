"""The approval of a draft in the admin: who sees what, and what a click does."""

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from leads.models import AuditEntry, Product
from rubrics.approvals import approval_state
from rubrics.documents import fingerprint_of
from rubrics.models import Preview, Rubric, RubricVersion
from rubrics.rows import document_of
from rubrics.services import draft_version
from tests.admin.forms import form_of, said, version_url
from tests.rubrics.golden.cases import QUIET, keep
from tests.rubrics.makers import AT
from tests.rubrics.scored import publish_small
from tests.world import make_admin, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(db: None) -> RubricVersion:
    return publish_small(Product.objects.create(key="app", name="App"))


@pytest.fixture
def robin() -> User:
    person = make_person("robin", staff=True)
    person.groups.add(Group.objects.get(name="RevOps"))
    return person


@pytest.fixture
def draft(version: RubricVersion, robin: User) -> RubricVersion:
    Rubric.objects.update(needs_approval=True)
    draft = draft_version(version, by=robin, at=AT)
    RubricVersion.objects.filter(pk=draft.pk).update(min_total=12)
    draft.refresh_from_db()
    return draft


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def manager() -> Client:
    mara = make_person("mara", staff=True)
    mara.groups.add(Group.objects.get(name="Manager"))
    return signed_in(mara)


def fingerprint(draft: RubricVersion) -> str:
    return fingerprint_of(document_of(draft))


def test_the_page_says_what_is_signed(draft: RubricVersion, manager: Client) -> None:
    keep(draft.rubric, facts=QUIET)
    keep(draft.rubric, name="Quiet", facts=QUIET, expect={"pql": False})
    Preview.objects.create(
        version=draft, product=draft.rubric.product, rubric=draft.rubric, label="small v2",
        fingerprint=fingerprint(draft), started_at=AT, finished_at=AT, state="done",
        tallies={"then.scored": {"all": 400}, "then.pqls": {"all": 30}, "now.pqls": {"all": 44}},
    )  # fmt: skip
    response = manager.get(version_url(draft, "approval"))
    page = response.content.decode()
    rows = [(one.name, one.draft, one.published) for one in response.context["thresholds"]]
    assert rows == [("Total", 12, 10), ("Fit", 0, 0), ("Behavior", 10, 10)]
    groups = response.context["comparison"].groups
    told = [change.text for group in groups for change in group.changes]
    assert told == ["The total of a PQL: 12 (was 10)"]
    assert told[0] in page
    assert "1 of 2 golden leads come out as agreed" in page
    assert "7.5% of 400 scored: 30 PQLs, now 44." in page
    assert "Nobody has approved this draft yet" in page


def test_a_draft_that_is_no_whole_rubric_says_so(draft: RubricVersion, manager: Client) -> None:
    draft.criteria.all().delete()
    page = manager.get(version_url(draft, "approval"))
    assert page.status_code == 200
    assert "This draft cannot be compared yet." in page.content.decode()


def test_asked_for_approved_and_published(
    draft: RubricVersion, robin: User, manager: Client
) -> None:
    maker, page = signed_in(robin), version_url(draft, "approval")
    assert "Asked for approval" in said(maker.post(page, {"step": "ask", "note": "Ready."}))
    assert "Waiting for approval" in manager.get(page).content.decode()
    seen = manager.get(page).context["fingerprint"]
    assert "You approved" in said(manager.post(page, {"step": "approve", "fingerprint": seen}))
    assert approval_state(draft).is_approved
    assert "mara approved it" in maker.get(page).content.decode()


def test_sent_back_with_a_reason(draft: RubricVersion, manager: Client) -> None:
    page = version_url(draft, "approval")
    assert "Say what has to change" in said(manager.post(page, {"step": "send_back"}))
    manager.post(page, {"step": "send_back", "note": "Total 11."})
    assert approval_state(draft).words.endswith("sent it back on " + today() + ": Total 11.")


def today() -> str:
    return f"{AuditEntry.objects.latest('pk').at:%-d %B %Y}"


def test_who_worked_on_it_is_told_so(draft: RubricVersion, robin: User) -> None:
    client, page = signed_in(robin), version_url(draft, "approval")
    assert "somebody else has to approve it" in client.get(page).content.decode()
    sent = {"step": "approve", "fingerprint": fingerprint(draft)}
    assert "You worked on small v2" in said(client.post(page, sent))
    assert not approval_state(draft).is_approved


def test_what_was_edited_meanwhile_is_not_signed(draft: RubricVersion, manager: Client) -> None:
    page = version_url(draft, "approval")
    seen = manager.get(page).context["fingerprint"]
    RubricVersion.objects.filter(pk=draft.pk).update(min_total=13)
    assert "was edited after you opened" in said(
        manager.post(page, {"step": "approve", "fingerprint": seen})
    )
    assert not approval_state(draft).is_approved


def test_others_look_and_sign_nothing(draft: RubricVersion) -> None:
    client = signed_in(make_person("vera", "view_rubricversion", staff=True))
    page = version_url(draft, "approval")
    assert "What next" not in client.get(page).content.decode()
    for step in ("ask", "approve", "send_back", "x"):
        assert client.post(page, {"step": step, "note": "n"}).status_code == 403
    assert not draft.approvals.exists()


def test_a_draft_that_cannot_be_scored_has_its_page(draft: RubricVersion, manager: Client) -> None:
    keep(draft.rubric)
    draft.criteria.all().delete()
    assert "cannot be scored yet" in manager.get(version_url(draft, "approval")).content.decode()


def test_the_setting_is_switched_on_by_all_and_off_by_superusers(
    version: RubricVersion, robin: User
) -> None:
    page = reverse("admin:rubrics_rubric_change", args=[version.rubric_id])
    client = signed_in(robin)
    client.post(page, {**form_of(client, page), "needs_approval": "on"})
    assert Rubric.objects.get().needs_approval
    sent = form_of(client, page)
    sent.pop("needs_approval", None)
    client.post(page, {**sent, "name": "Renamed"})
    rubric = Rubric.objects.get()
    assert (rubric.name, rubric.needs_approval) == ("Renamed", True)
    root = signed_in(make_admin())
    sent = form_of(root, page)
    sent.pop("needs_approval")
    root.post(page, sent)
    assert not Rubric.objects.get().needs_approval
    entries = AuditEntry.objects.filter(about="rubrics.rubric", action="edited").order_by("pk")
    assert list(entries.values_list("field", "before", "after", "by__username")) == [
        ("needs_approval", False, True, "robin"),
        ("name", "small", "Renamed", "robin"),
        ("needs_approval", True, False, "root"),
    ]


def test_a_published_version_tells_how_it_went_live(
    version: RubricVersion, manager: Client
) -> None:
    response = manager.get(version_url(version, "approval"))
    page = response.content.decode()
    assert f"Published on {AT:%-d %B %Y}. Nobody approved it: it needed no approval then." in page
    assert response.context["published"] is None  # it is not held against itself
    for of_drafts in ("this draft", "can be published without", "voids the approval", "What next"):
        assert of_drafts not in page

"""Proofs in the admin: started, looked at, and what differs scored again."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from leads.models import LeadChange
from leads.moments import moment_words
from rubrics.models import Proof, ProofMismatch
from tests.world import AT, World, make_person, make_world

pytestmark = pytest.mark.django_db
LIST = "/admin/rubrics/proof/"


@pytest.fixture
def world() -> World:
    return make_world(leads=2)


@pytest.fixture
def proof(world: World) -> Proof:
    """Finished today, with one mismatch of a lead and one of an account."""
    now = timezone.now()
    made = Proof.objects.create(
        reason="on_demand", asked_by=world.rep.user, state="done", total=12345,
        started_at=now - timedelta(seconds=61), finished_at=now, checked=12345, mismatched=2,
    )  # fmt: skip
    common = {"proof": made, "rubric": world.rubric, "version": world.version, "at": AT}
    ProofMismatch.objects.create(
        lead=world.leads[0], kind="differs", differences=[["Fit", "<b>3</b>", "10"]], **common
    )
    ProofMismatch.objects.create(account=world.leads[1].account, kind="missing", **common)
    return made


def test_button_asks_and_starts(client: Client) -> None:
    url = reverse("admin:rubrics_proof_prove_now")
    assert url in client.get(LIST).content.decode()
    assert "Prove all scores now?" in client.get(url).content.decode()
    assert not Proof.objects.exists()
    page = client.post(url, follow=True).content.decode()
    assert "Started. It goes on in the background." in page
    proof = Proof.objects.get()
    assert (proof.reason, str(proof.asked_by), proof.state) == ("on_demand", "root", "running")
    again = client.post(url, follow=True).content.decode()
    assert "A proof is running already." in again
    assert Proof.objects.count() == 1


def test_who_may_start_one(world: World) -> None:
    url = reverse("admin:rubrics_proof_prove_now")
    vera, rosa = make_person("vera", "view_proof", staff=True), make_person("rosa", staff=True)
    rosa.groups.add(Group.objects.get(name="RevOps"))
    client = Client()
    client.force_login(vera)
    page = client.get(LIST)
    assert (page.status_code, url in page.content.decode()) == (200, False)
    assert client.post(url).status_code == 403
    client.force_login(rosa)
    assert client.post(url).status_code == 302


def test_page_says_what_differs(client: Client, proof: Proof, world: World) -> None:
    page = client.get(f"{LIST}{proof.pk}/change/").content.decode()
    assert "2 of 12,345 mismatched" in page
    assert "('danger'" not in page  # the list's label
    assert "0:01:01" in page
    assert reverse("admin:leads_lead_change", args=[world.leads[0].pk]) in page
    assert reverse("admin:leads_account_change", args=[world.leads[1].account_id]) in page
    assert "&lt;b&gt;3&lt;/b&gt;" in page


def test_score_again(client: Client, proof: Proof, world: World) -> None:
    url = reverse("admin:rubrics_proof_score_again", args=[proof.pk])
    assert url in client.get(f"{LIST}{proof.pk}/change/").content.decode()
    client.post(url)
    assert LeadChange.objects.get().lead == world.leads[0]
    assert not ProofMismatch.objects.filter(asked_again_at=None).exists()


def test_score_some_again(client: Client, proof: Proof, world: World) -> None:
    chosen = ProofMismatch.objects.get(lead=world.leads[0])
    url = reverse("admin:rubrics_proofmismatch_changelist")
    data = {"action": "score_again", "_selected_action": [chosen.pk]}
    page = client.post(url, data, follow=True).content.decode()
    assert "1 leads are scored anew." in page
    assert ProofMismatch.objects.filter(asked_again_at=None).count() == 1


def test_nothing_to_score_again_without_mismatches(client: Client) -> None:
    proof = Proof.objects.create(reason="nightly", started_at=AT)
    url = reverse("admin:rubrics_proof_score_again", args=[proof.pk])
    assert url not in client.get(f"{LIST}{proof.pk}/change/").content.decode()


def test_home_tells_the_newest_result(client: Client, proof: Proof) -> None:
    Proof.objects.create(reason="nightly", started_at=timezone.now())  # runs
    page = " ".join(client.get(reverse("admin:index")).content.decode().split())
    assert "Scores proven:" in page
    assert proof.finished_at is not None
    assert f">2 of 12,345 mismatched</a>, {moment_words(proof.finished_at)}." in page
    outsider = Client()
    outsider.force_login(make_person("vera", "view_lead", staff=True))
    assert "Scores proven" not in outsider.get(reverse("admin:index")).content.decode()

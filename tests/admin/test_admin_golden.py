"""Golden leads in the admin: by hand, from a real lead, from a file; and what a version makes."""

from typing import Any

import pytest
import yaml
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from leads.models import Account, AuditEntry, Lead, Product
from rubrics.models import GoldenLead, RubricVersion
from tests.admin.forms import form_of, said, version_url
from tests.rubrics.golden.cases import BUSY, QUIET, keep
from tests.rubrics.makers import AT, make_lead
from tests.rubrics.scored import DAY, publish_small
from tests.world import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def product(db: None) -> Product:
    return Product.objects.create(key="app", name="App")


@pytest.fixture
def version(product: Product) -> RubricVersion:
    return publish_small(product)


def url(page: str, *args: Any) -> str:
    return reverse(f"admin:rubrics_goldenlead_{page}", args=args)


def filled(version: RubricVersion, **changes: Any) -> dict[str, Any]:
    return {
        "rubric": version.rubric_id,
        "name": "Busy VP",
        "why": "Buys.",
        "verdict": "must",
        "least": "",
        "most": "20",
        "also": "",
        "facts_text": yaml.safe_dump(BUSY),
        "at_0": "2026-03-31",
        "at_1": "12:00:00",
        "is_active": "on",
        **changes,
    }


def test_added_and_changed_through_plain_fields(client: Client, version: RubricVersion) -> None:
    client.post(url("add"), filled(version))
    kept = GoldenLead.objects.get()
    assert kept.expect == {"pql": True, "total_at_most": 20}
    assert kept.facts == BUSY
    assert (kept.created_by_id, kept.at) == (int(client.session["_auth_user_id"]), AT)
    page = url("change", kept.pk)
    moment = {"at_0": "2026-03-31", "at_1": "12:00:00"}
    client.post(page, {**form_of(client, page), **moment, "verdict": "any", "least": "5"})
    kept.refresh_from_db()
    assert kept.expect == {"total_at_least": 5, "total_at_most": 20}
    assert kept.facts == BUSY
    edits = AuditEntry.objects.filter(action="edited", about="rubrics.goldenlead")
    assert set(edits.values_list("field", flat=True)) == {"expect.pql", "expect.total_at_least"}


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"verdict": "any", "most": ""}, "least", "Give a least or a most total"),
        ({"least": "30"}, "most", "“Total, at most”: 30, the least, or more."),
        ({"facts_text": "hits: ["}, "facts_text", "facts: cannot be read as YAML in line"),
        ({"facts_text": "hits: [{signal: x, ago: 1d}]"}, "facts_text", "facts.hits[1].signal"),
        ({"facts_text": "leed: {}"}, "facts_text", "facts.leed: unknown"),
        ({"facts_text": "just words"}, "facts_text", "facts: are a mapping"),
        ({"least": "ten"}, "least", "“Total, at least”: a whole number, such as 10."),
        ({"least": "20000"}, "least", "“Total, at least”: 10,000 or less."),
        ({"at_0": "2026-13-45"}, "at", "“Moment”: a date, such as 2026-11-27."),
        ({"also": "{fit: 40"}, "also", "also: cannot be read as YAML"),
        ({"also": "2026-13-45"}, "also", "also: cannot be read as YAML"),
        ({"also": "[1]"}, "also", "also: is a mapping"),
        ({"also": "{pql: false}"}, "also", "PQL and total stand above"),
        ({"also": "{fitt: 4}"}, "also", "expect: say any of"),
        ({"name": ""}, "name", "required"),
        ({"name": "x" * 121}, "name", "“Name”: 120 characters at most; these are 121."),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_lost(
    client: Client, version: RubricVersion, changes: dict[str, Any], field: str, message: str
) -> None:
    response = client.post(url("add"), filled(version, **changes))
    form = response.context["adminform"].form
    assert message in " ".join(form.errors[field])
    assert form["why"].value() == "Buys."
    assert not GoldenLead.objects.exists()


def test_aliases_that_stand_for_too_much_are_refused(
    client: Client, version: RubricVersion
) -> None:
    bomb = "\n".join(
        [f"a0: &a0 [{', '.join(['x'] * 10)}]"]
        + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    )
    response = client.post(url("add"), filled(version, facts_text=bomb))
    assert "stands for too much" in str(response.context["adminform"].form.errors)


def test_taken_away_it_stays_on_record(client: Client, version: RubricVersion) -> None:
    kept = keep(version.rubric)
    client.post(url("delete", kept.pk), {"post": "yes"})
    assert not GoldenLead.objects.exists()
    assert AuditEntry.objects.filter(action="removed", label="Busy VP").exists()


def test_a_lead_is_kept_as_of_now(client: Client, version: RubricVersion) -> None:
    account = {"industry": "SaaS", "employees": 120}
    lead = make_lead(version.rubric.product, hits=[("used", AT - DAY)], account=account)
    Lead.objects.filter(pk=lead.pk).update(title="VP Sales", name="Ann Secret")
    page = reverse("admin:leads_lead_keep", args=[lead.pk])
    form = client.get(page).context["form"]
    assert form["name"].value() == "VP Sales, SaaS, 120 employees"
    asked = {"rubric": version.rubric_id, "name": "VP Sales", "why": "Bought.", "verdict": "never"}
    response = client.post(page, asked)
    kept = GoldenLead.objects.get()
    assert (kept.lead_id, kept.account_id, kept.expect) == (lead.pk, None, {"pql": False})
    assert kept.facts["hits"][0]["signal"] == "used"
    assert "Secret" not in str(kept.facts)
    assert "Kept as of now: 1 thing known, 1 hit." in said(response)


def test_what_was_asked_must_say_something(client: Client, version: RubricVersion) -> None:
    lead = make_lead(version.rubric.product)
    page = reverse("admin:leads_lead_keep", args=[lead.pk])
    asked = {"rubric": version.rubric_id, "name": "A", "why": "B", "verdict": "any"}
    assert "choose a verdict" in client.post(page, asked).content.decode()
    assert not GoldenLead.objects.exists()


def test_who_is_scored_by_no_rubric_cannot_be_kept(client: Client, version: RubricVersion) -> None:
    stranger = Lead.objects.create(name="Stranger")
    account = Account.objects.create(name="Acme")
    for page in (
        reverse("admin:leads_lead_keep", args=[stranger.pk]),
        reverse("admin:leads_account_keep", args=[account.pk]),
    ):
        assert "No rubric scores it" in client.get(page).content.decode()


def test_a_golden_file_is_imported(client: Client, version: RubricVersion) -> None:
    file = {"at": AT, "cases": [{"name": "VP", **BUSY, "expect": {"pql": True}}]}
    text = yaml.safe_dump(file)
    response = client.post(url("import_file"), {"rubric": version.rubric_id, "text": text})
    assert response.status_code == 302
    assert GoldenLead.objects.get().name == "VP"
    broken = client.post(
        url("import_file"), {"rubric": version.rubric_id, "text": text.replace("used", "gone")}
    )
    assert "cases[1].facts.hits[1].signal" in broken.content.decode()
    assert "Nothing was imported" in broken.content.decode()


def test_the_page_of_a_version_says_what_it_makes_of_them(
    client: Client, version: RubricVersion
) -> None:
    page = version_url(version, "golden_leads")
    assert "No golden leads yet" in client.get(page).content.decode()
    keep(version.rubric)
    keep(version.rubric, name="Quiet student", facts=QUIET)
    keep(version.rubric, name="Idle", facts=QUIET, is_active=False)
    response = client.get(page)
    text = response.content.decode()
    assert "1 of 2 come out as agreed" in text
    assert "1 more is switched off" in text
    assert [one.golden_lead.name for one in response.context["shown"]] == [
        "Quiet student",
        "Busy VP",
    ]
    assert "Must be a PQL, but is none: total 5 of 10 needed" in text
    file = yaml.safe_load(client.get(page, {"download": "1"}).content)
    assert [case["key"] for case in file["cases"]] == ["busy-vp", "quiet-student"]


def test_a_draft_that_cannot_be_scored_says_so(client: Client, version: RubricVersion) -> None:
    draft = RubricVersion.objects.create(rubric=version.rubric, number=2)
    page = client.get(version_url(draft, "golden_leads")).content.decode()
    assert "Not checked" in page
    assert "criteria: list at least one" in page


def test_managers_keep_them_and_others_look(version: RubricVersion) -> None:
    kept = keep(version.rubric)
    manager, viewer = Client(), Client()
    mara = make_person("mara", staff=True)
    mara.groups.add(Group.objects.get(name="Manager"))
    manager.force_login(mara)
    viewer.force_login(make_person("vera", "view_goldenlead", staff=True))
    lead = make_lead(version.rubric.product)
    keeping = reverse("admin:leads_lead_keep", args=[lead.pk])
    assert manager.get(url("add")).status_code == 200
    assert manager.get(keeping).status_code == 200
    assert manager.get(url("import_file")).status_code == 200
    assert "hits" in viewer.get(url("change", kept.pk)).content.decode()
    assert viewer.get(url("add")).status_code == 403
    assert viewer.get(keeping).status_code == 403
    assert viewer.get(url("import_file")).status_code == 403
    assert viewer.post(url("change", kept.pk), {"name": "x"}).status_code == 403

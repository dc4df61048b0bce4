"""The set-up guide's pages: answered page by page, reported, made a draft of, approved."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from leads.models import AuditEntry, Product
from rubrics.gates import check_publishable
from rubrics.guide.keeping import finish_guide, start_guide
from rubrics.guide.questions import PAGES
from rubrics.models import Rubric, RubricVersion, SetupGuide
from tests.admin.forms import form_at, said
from tests.world import AT, make_person, make_world

pytestmark = pytest.mark.django_db

BEGIN = "admin:rubrics_setupguide_begin"


@pytest.fixture
def revops() -> User:
    person = make_person("rosa", staff=True)
    person.groups.add(Group.objects.get(name="RevOps"))
    return person


@pytest.fixture
def product() -> Product:
    return Product.objects.create(key="app", name="App")


@pytest.fixture
def client(revops: User) -> Client:
    client = Client()
    client.force_login(revops)
    return client


def url(name: str, guide: SetupGuide, *more: int) -> str:
    return reverse(f"admin:rubrics_setupguide_{name}", args=[guide.pk, *more])


def begin(product: Product, **answers: Any) -> SetupGuide:
    guide = start_guide(product=product, by=None, at=AT)
    guide.answers = answers
    guide.save(update_fields=["answers"])
    return guide


def finished(product: Product, **answers: Any) -> SetupGuide:
    return finish_guide(begin(product, **answers), seen={}, at=AT)


def test_answered_from_the_first_page_to_the_draft(
    client: Client, revops: User, product: Product
) -> None:
    response = client.post(reverse(BEGIN), {"product": product.pk})
    guide = SetupGuide.objects.get()
    assert response["Location"] == url("page", guide, 1)
    pages: list[dict[str, Any]] = [
        {"trial_model": "free_trial", "trial_days": "14", "signups": "1,200", "has_segments": "no"},
        {"cycle_days": "20", "deal_size": "$ 12 000", "crm": "salesforce"},
        {"pipeline": "flowing", "tracking": "key", "history_months": "18", "won": "400"},
        {"size_from": "20", "size_to": "90", "industries": "Health\nBanks, Insurance"},
        {"trial_to_paid": "4,5 %", "target_trial_to_paid": "6", "approver": "VP RevOps"},
    ]
    for number, data in enumerate(pages, 1):
        assert client.get(url("page", guide, number)).status_code == 200
        response = client.post(url("page", guide, number), {**data, "go": "next"})
    assert response["Location"] == url("result", guide)
    guide.refresh_from_db()
    assert guide.answers["signups"] == 1200
    assert guide.answers["deal_size"] == 12_000
    assert guide.answers["industries"] == ["Health", "Banks", "Insurance"]
    assert guide.answers["has_segments"] is False
    assert guide.answers["reps"] is None
    assert guide.result is not None
    assert guide.result["preset"] == "free-trial"
    assert float(guide.baseline_trial_to_paid or 0) == 4.5
    report = client.get(url("result", guide)).content.decode()
    assert "automatic, with strict thresholds" in report
    assert url("draft", guide) in report

    assert client.get(url("draft", guide))["Location"] == url("result", guide)
    response = client.post(url("draft", guide))
    guide.refresh_from_db()
    draft = guide.draft
    assert draft is not None
    assert response["Location"] == reverse("admin:rubrics_rubricversion_change", args=[draft.pk])
    assert (draft.status, draft.blend_behavior, draft.decay_period_days) == ("draft", 70, 14)
    assert "set-up guide of" in draft.note
    check_publishable(draft, by=revops, at=AT)
    assert AuditEntry.objects.filter(action="drafted", about_id=draft.pk).exists()


def test_draft_is_the_next_version_and_leaves_the_published_one(client: Client) -> None:
    world = make_world(leads=1)
    guide = finished(world.product)
    before = RubricVersion.objects.filter(pk=world.version.pk).values().get()
    client.post(url("draft", guide))
    draft = SetupGuide.objects.select_related("draft").get().draft
    assert draft is not None
    assert (draft.rubric_id, draft.number) == (world.rubric.pk, 2)
    assert RubricVersion.objects.filter(pk=world.version.pk).values().get() == before
    assert list(RubricVersion.objects.published()) == [world.version]


def test_next_steps_lead_to_pages_that_are_there(client: Client, product: Product) -> None:
    guide = finished(product, history_months=12, pipeline="unconnected", milestones=["logged_in"])
    client.post(url("draft", guide))
    steps = client.get(url("result", guide)).context["next_steps"]
    links = [step["url"] for step in steps if step["url"]]
    assert len(links) == 9
    for link in links:
        assert client.get(link).status_code == 200, link


def test_rubric_of_accounts_begins_beside_that_of_leads(client: Client) -> None:
    world = make_world(leads=1)
    client.post(url("draft", finished(world.product, cycle_days=120)))
    assert set(Rubric.objects.values_list("key", flat=True)) == {"standard", "enterprise-account"}


def test_errors_are_named_and_the_rest_is_kept(client: Client, product: Product) -> None:
    guide = begin(product)
    data = {"trial_days": "0", "signups": "many", "products": "2", "go": "next"}
    response = client.post(url("page", guide, 1), data)
    text = response.content.decode()
    assert response.status_code == 200
    assert "2 answers need another look" in text
    assert 'value="many"' in text
    guide.refresh_from_db()
    assert guide.answers["products"] == 2
    assert "signups" not in guide.answers
    assert guide.step == 1


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"size_from": "500", "size_to": "50"}, "size_to"),
        ({"size_from": "50", "near_from": "60"}, "near_from"),
        ({"size_to": "500", "near_to": "400"}, "near_to"),
        ({"industries": "x" * 201}, "industries"),
    ],
)
def test_customers_that_make_no_criterion(
    client: Client, product: Product, data: dict[str, str], field: str
) -> None:
    response = client.post(url("page", begin(product), 4), {**data, "go": "next"})
    assert list(response.context["form"].errors) == [field]


def test_back_keeps_what_is_valid_even_beside_an_error(client: Client, product: Product) -> None:
    guide = begin(product)
    data = {"cycle_days": "soon", "reps": "7", "go": "back"}
    response = client.post(url("page", guide, 2), data)
    assert response["Location"] == url("page", guide, 1)
    guide.refresh_from_db()
    assert guide.answers["reps"] == 7


def test_another_page_keeps_what_was_typed_on_this_one(client: Client, product: Product) -> None:
    guide = begin(product)
    assert 'name="go" value="4"' in client.get(url("page", guide, 2)).content.decode()
    response = client.post(url("page", guide, 2), {"reps": "7", "go": "4"})
    assert response["Location"] == url("page", guide, 4)
    guide.refresh_from_db()
    assert (guide.answers["reps"], guide.step) == (7, 4)
    wrong = client.post(url("page", guide, 2), {"reps": "x", "go": "4"})
    assert 'value="x"' in wrong.content.decode()


def test_saved_on_the_way(client: Client, product: Product) -> None:
    guide = begin(product)
    response = client.post(url("page", guide, 2), {"reps": "7", "go": "save"})
    assert response.content.decode().split("\n")[-2].startswith("Saved ")
    wrong = client.post(url("page", guide, 2), {"reps": "x", "buyers": "one", "go": "save"})
    assert wrong.content.decode().count("“How many reps work leads?”: a whole number") == 1
    guide.refresh_from_db()
    assert (guide.answers["reps"], guide.answers["buyers"]) == (7, "one")


def test_left_half_way_it_goes_on_where_it_was(client: Client, product: Product) -> None:
    guide = begin(product)
    client.post(url("page", guide, 1), {"signups": "80", "go": "next"})
    assert b"Go on with page 2" in client.get(reverse(BEGIN)).content
    response = client.post(reverse(BEGIN), {"product": product.pk})
    assert response["Location"] == url("page", guide, 2)
    assert b'value="80"' in client.get(url("page", guide, 1)).content
    client.post(reverse(BEGIN), {"product": product.pk, "afresh": "yes"})
    assert SetupGuide.objects.count() == 2


def test_answered_again_it_begins_with_the_last_answers(client: Client, product: Product) -> None:
    finished(product, signups=321)
    client.post(reverse(BEGIN), {"product": product.pk})
    again = SetupGuide.objects.open().get()
    assert again.answers == {"signups": 321}
    assert SetupGuide.objects.finished().count() == 1


def test_what_is_seen_fills_in_answers(client: Client) -> None:
    world = make_world(leads=3)
    for trial in world.product.trials.all():
        trial.started_at += timedelta(days=365)  # recent, whatever the day
        trial.save(update_fields=["started_at"])
    guide = begin(world.product)
    page = client.get(url("page", guide, 1)).content.decode()
    assert "There are here: App. Filled in; change it if it is wrong." in page
    left_open = begin(world.product, products=None)
    page = client.get(url("page", left_open, 1)).content.decode()
    assert "There are here: App." in page
    assert "Filled in" not in page.split("How many products")[1].split("</div>")[0]


def test_answers_a_draft_was_made_of_stay(client: Client, product: Product) -> None:
    guide = finished(product)
    client.post(url("draft", guide))
    assert client.get(url("page", guide, 1))["Location"] == url("result", guide)
    assert "answer the guide again" in said(client.post(url("page", guide, 1), {"signups": "9"}))
    late = client.post(url("page", guide, 1), {"signups": "9", "go": "save"}).content.decode()
    assert "Not saved. These answers stay as they are" in late
    assert "<form" not in late
    guide.refresh_from_db()
    assert guide.answers == {}
    assert b"Answer again" in client.get(url("result", guide)).content


def test_report_tells_conflicts_missing_events_and_what_has_no_place(
    client: Client, product: Product
) -> None:
    guide = finished(
        product,
        history_months=3,
        can_pilot=False,
        milestones=["logged_in"],
        competitors=["rival.example"],
    )
    text = client.get(url("result", guide)).content.decode()
    assert "Answers that do not go together" in text
    assert "Invited a teammate</strong>: 10 points" in text
    assert "no criterion for what you answered about competitors" in text
    assert "Against the benchmark" in text
    assert "What was assumed" in text


def test_objectives_are_kept_then_approved_then_fixed(client: Client, product: Product) -> None:
    guide = finished(product, trial_to_paid=4.0)
    page = url("objectives", guide)
    asked = client.get(page).content.decode()
    assert 'value="4.00"' in asked
    assert "admin/js/core.js" in asked, "its dates need it"
    wanted = {"baseline_trial_to_paid": "4", "target_trial_to_paid": "101", "goals": "Less noise"}
    refused = client.post(page, wanted).content.decode()
    assert "“Trials that pay: target, %”: 100 or less." in refused
    client.post(page, {**wanted, "target_trial_to_paid": "5 %", "approver": "VP RevOps"})
    guide.refresh_from_db()
    assert (float(guide.target_trial_to_paid or 0), guide.goals) == (5.0, "Less noise")
    assert "Give" not in client.post(page, {"sign": "yes", "signed_by": ""}).content.decode()
    client.post(page, {"sign": "yes", "signed_by": "A. Sponsor", "signed_on": "2026-03-27"})
    guide.refresh_from_db()
    assert (guide.signed_by, guide.signed_on) == ("A. Sponsor", date(2026, 3, 27))
    shown = client.get(page).content.decode()
    assert "Approved by" in shown
    assert "<textarea" not in shown
    response = client.post(page, wanted | {"target_trial_to_paid": "9"})
    assert "are signed" in said(response)
    guide.refresh_from_db()
    assert float(guide.target_trial_to_paid or 0) == 5.0
    actions = AuditEntry.objects.filter(about_id=guide.pk).values_list("action", flat=True)
    assert set(actions) == {"edited", "signed"}


def test_objectives_outlive_another_answer_and_a_new_guide(
    client: Client, product: Product
) -> None:
    guide = finished(product, trial_to_paid=0.0, target_conversion=25.0)
    assert guide.baseline_trial_to_paid == 0
    wanted = {"baseline_trial_to_paid": "0", "target_conversion": "33", "goals": "Less noise"}
    client.post(url("objectives", guide), wanted)
    client.post(url("page", guide, 5), form_at(client, url("page", guide, 5)) | {"go": "next"})
    guide.refresh_from_db()
    assert (float(guide.target_conversion or 0), guide.goals) == (33, "Less noise")
    client.post(url("draft", guide))
    client.post(url("objectives", guide), wanted | {"target_conversion": "35"})
    client.post(reverse(BEGIN), {"product": product.pk})
    again = SetupGuide.objects.open().get()
    assert again.answers["target_conversion"] == 35
    assert again.answers["trial_to_paid"] == 0


def test_an_approval_is_not_of_tomorrow(client: Client, product: Product) -> None:
    guide = finished(product)
    tomorrow = timezone.localdate() + timedelta(days=1)
    signed = {"sign": "yes", "signed_by": "A. Sponsor", "signed_on": tomorrow.isoformat()}
    assert (
        "“On”: today or earlier" in client.post(url("objectives", guide), signed).content.decode()
    )
    guide.refresh_from_db()
    assert guide.signed_on is None


def test_nothing_is_shown_before_the_answers_are_in(client: Client, product: Product) -> None:
    guide = begin(product)
    for name in ("result", "objectives"):
        assert client.get(url(name, guide))["Location"] == url("page", guide, 1)
    assert "to the end" in said(client.post(url("draft", guide)))


def test_overview_offers_it_until_it_is_answered_and_something_scores(client: Client) -> None:
    offer = b"Which rubric fits you?"
    index = reverse("admin:index")
    assert offer in client.get(index).content
    world = make_world(leads=1)
    assert offer in client.get(index).content
    finished(world.product)
    assert offer not in client.get(index).content
    assert "Set-up guide" in client.get(index).content.decode()


def test_before_the_first_one_the_list_says_what_it_is(client: Client, product: Product) -> None:
    listed = reverse("admin:rubrics_setupguide_changelist")
    assert b"Find the rubric to begin with" in client.get(listed).content
    begin(product)
    assert b"Answer the guide" in client.get(listed).content


def test_without_a_product_it_says_what_comes_first(client: Client) -> None:
    assert b"Add the product first" in client.get(reverse(BEGIN)).content


def test_who_may_only_look_sees_reports_and_changes_nothing(product: Product) -> None:
    guide = finished(product)
    looker = Client()
    looker.force_login(make_person("luke", "view_setupguide", staff=True))
    report = looker.get(url("result", guide))
    assert report.status_code == 200
    assert url("draft", guide) not in report.content.decode()
    assert looker.get(url("objectives", guide)).status_code == 200
    for answer in (
        looker.get(reverse(BEGIN)),
        looker.get(url("page", guide, 1)),
        looker.post(url("page", guide, 1), {"signups": "1"}),
        looker.post(url("draft", guide)),
        looker.post(url("objectives", guide), {"goals": "x"}),
    ):
        assert answer.status_code == 403
    stranger = Client()
    stranger.force_login(make_person("sam", staff=True))
    assert stranger.get(url("result", guide)).status_code == 403


@pytest.mark.parametrize("number", [0, len(PAGES) + 1])
def test_no_such_page(client: Client, product: Product, number: int) -> None:
    assert client.get(url("page", begin(product), number)).status_code == 404


def test_report_costs_a_fixed_number_of_queries(
    client: Client, product: Product, django_assert_max_num_queries: Any
) -> None:
    guide = finished(product)
    client.get(url("result", guide))
    with django_assert_max_num_queries(8):
        client.get(url("result", guide))

"""Previews in the admin: started from the draft, watched, read, searched, taken away."""

import re
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from leads.models import JobState, Product
from rubrics.admin.previews import page_context, why
from rubrics.models import Preview, PreviewLead, RubricVersion
from rubrics.previews import preview_some, start_preview
from rubrics.scores import score_due
from rubrics.signals import ensure_signals
from tests.rubrics.makers import make_lead
from tests.rubrics.previews.previewed import DRAFT, make_draft
from tests.rubrics.scored import mark, publish_small
from tests.world import make_person

pytestmark = pytest.mark.django_db
LIST = "/admin/rubrics/preview/"


@pytest.fixture
def product() -> Product:
    return Product.objects.create(key="app", name="App")


@pytest.fixture
def draft(product: Product) -> RubricVersion:
    """One lead enters and one leaves: 8 and 12, 10 and 8."""
    publish_small(product)
    entering = make_lead(
        product, started_at=timezone.now(), account={"country": "DE"},
        hits=[("used", timezone.now()), ("recent", timezone.now())],
    )  # fmt: skip
    leaving = make_lead(product, started_at=timezone.now(), hits=[("used", timezone.now())] * 2)
    for lead, name in ((entering, "Ella <Enters>"), (leaving, "=Lee()")):
        lead.name, lead.email = name, f"{name[1:4].lower()}@example.org"
        lead.save()
    mark(entering, leaving)
    while score_due(at=timezone.now()):
        pass
    return make_draft(product)


def finished(draft: RubricVersion) -> Preview:
    preview = start_preview(draft, at=timezone.now())
    while preview_some(at=timezone.now(), seconds=60):
        pass
    preview.refresh_from_db()
    return preview


def page_of(client: Client, preview: Preview) -> str:
    return " ".join(client.get(f"{LIST}{preview.pk}/change/").content.decode().split())


def test_one_button_on_the_draft(client: Client, draft: RubricVersion) -> None:
    url = reverse("admin:rubrics_rubricversion_preview", args=[draft.pk])
    page = reverse("admin:rubrics_rubricversion_change", args=[draft.pk])
    assert url in client.get(page).content.decode()
    asks = client.get(url).content.decode()
    assert 'x-init="$el.submit()"' in asks
    assert not Preview.objects.exists()
    answer = client.post(url)
    preview = Preview.objects.get()
    assert answer["Location"] == f"{LIST}{preview.pk}/change/"
    assert (preview.version, str(preview.asked_by)) == (draft, "root")
    assert client.post(url)["Location"] == answer["Location"]  # it runs already
    assert Preview.objects.count() == 1


def test_no_button_on_what_is_published(client: Client, draft: RubricVersion) -> None:
    version = RubricVersion.objects.published().get()
    url = reverse("admin:rubrics_rubricversion_preview", args=[version.pk])
    page = reverse("admin:rubrics_rubricversion_change", args=[version.pk])
    assert url not in client.get(page).content.decode()
    assert client.post(url).status_code == 404


def test_draft_that_cannot_be_scored_says_which_field(client: Client, draft: RubricVersion) -> None:
    draft.criteria.all().delete()
    url = reverse("admin:rubrics_rubricversion_preview", args=[draft.pk])
    page = client.post(url, follow=True).content.decode()
    assert "cannot be previewed yet. criteria: list at least one criterion" in page
    assert not Preview.objects.exists()


def test_running_preview_is_watched(client: Client, draft: RubricVersion) -> None:
    preview = start_preview(draft, at=timezone.now())
    page = page_of(client, preview)
    assert 'hx-trigger="every 1s"' in page
    assert "Would become PQLs" not in page
    assert reverse("admin:rubrics_preview_stop", args=[preview.pk]) in page
    assert reverse("admin:rubrics_preview_download", args=[preview.pk]) not in page


def test_page_says_what_would_change(client: Client, draft: RubricVersion) -> None:
    page = page_of(client, finished(draft))
    for words in (
        "Ella &lt;Enters&gt;", "=Lee()", "Recent +5", "Used −2", "8 → 12", "10 → 8",
        "100 % of today", "Too few sign-ups to judge", "up to 5 points", "DE",
        "Threshold with this draft", "Total: how many have which score",
    ):  # fmt: skip
        assert words in page, words
    assert "edited since" not in page
    assert reverse("routing:preview-work", args=[Preview.objects.get().pk]) in page


def test_who_crosses_by_the_thresholds_alone_is_told_which_decides() -> None:
    same = {"now_rubric": "R", "then_rubric": "R"}
    gate = {"axis": "behavior", "now": 84, "then": 84, "asks_now": 80, "asks_then": 90}
    row = PreviewLead(**same, movement="left", gates=[gate])
    assert why(row) == "Behavior: 84, needs 90 instead of 80"
    assert why(PreviewLead(**same, movement="left")) == "Other thresholds"
    moved = PreviewLead(**same, movement="moved", now_total=80, then_total=84)
    assert why(moved) == "Fit and behavior count otherwise in the total"


def test_days_of_past_outcomes_are_dates_as_on_every_page(draft: RubricVersion) -> None:
    preview = finished(draft)
    told = {"leads": 5, "positives": 2, "now": {}, "then": {}}
    preview.evaluation = {**told, "since": "2026-08-27", "until": "2026-10-14"}
    shown = page_context(preview)["comparison"]
    assert (shown["since"], shown["until"]) == (date(2026, 8, 27), date(2026, 10, 14))


def test_page_is_shown_once_when_the_job_ends(client: Client, draft: RubricVersion) -> None:
    """The poll loads the whole page; the whole page must not load itself again."""
    preview = finished(draft)
    again = 'x-init="window.location.reload()"'
    url = f"{LIST}{preview.pk}/change/"
    poll = client.get(url, headers={"HX-Request": "true", "HX-Target": "job"})
    assert again in poll.content.decode()
    whole = client.get(url)
    assert again not in whole.content.decode()


def test_edited_draft_is_told(client: Client, draft: RubricVersion) -> None:
    preview = finished(draft)
    draft.min_total = 99
    draft.save()
    page = page_of(client, preview)
    assert "The draft was edited since" in page
    assert reverse("admin:rubrics_preview_again", args=[preview.pk]) in page
    client.post(reverse("admin:rubrics_preview_again", args=[preview.pk]))
    assert Preview.objects.count() == 2


@pytest.mark.parametrize(
    ("state", "words"),
    [(JobState.STOPPED, "Stopped at"), (JobState.FAILED, "Another version was published")],
)
def test_preview_that_did_not_go_to_its_end(
    client: Client, draft: RubricVersion, state: JobState, words: str
) -> None:
    preview = finished(draft)
    problem = "Another version was published" if state == JobState.FAILED else ""
    Preview.objects.update(state=state, problem=problem, evaluation=None)
    page = page_of(client, preview)
    assert words in page
    assert "the preview did not go to its end" in page


def test_empty_workspace(client: Client, product: Product) -> None:
    ensure_signals(DRAFT, product=product)
    page = page_of(client, finished(make_draft(product)))
    assert "Nobody tries this product yet" in page


def test_page_costs_the_same_with_more_leads(
    client: Client, draft: RubricVersion, product: Product, django_assert_max_num_queries: Any
) -> None:
    for _ in range(8):
        make_lead(product, account={}, hits=[("used", timezone.now())] * 3)
    preview = finished(draft)
    page_of(client, preview)
    with django_assert_max_num_queries(22):
        page_of(client, preview)


def test_list_of_names_is_searched_and_filtered(client: Client, draft: RubricVersion) -> None:
    preview = finished(draft)
    url = reverse("admin:rubrics_previewlead_changelist")
    query = {"preview__id__exact": str(preview.pk), "movement__exact": "entered"}
    found = client.get(url, query).context["cl"].result_list
    assert [row.lead.name for row in found] == ["Ella <Enters>"]
    found = client.get(url, {"q": "Lee"}).context["cl"].result_list
    assert [row.movement for row in found] == ["left"]
    assert not client.get(url, {"q": "nobody"}).context["cl"].result_list


def test_csv_is_safe_to_open(client: Client, draft: RubricVersion) -> None:
    preview = finished(draft)
    answer = client.get(reverse("admin:rubrics_preview_download", args=[preview.pk]))
    assert answer["Content-Type"].startswith("text/csv")
    # The response streams, which the test client is not typed for.
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    header, first, second = text.splitlines()
    assert header.startswith("\ufeffWhat becomes of them,Lead,Name")
    assert re.match(r"Becomes a PQL,\d+,Ella <Enters>,", first)
    assert re.match(r"No longer a PQL,\d+,'=Lee\(\),", second)
    assert '"Recent +5, Used −1. Total: 12 instead of 8, needs 12 instead of 10; ' in first


def test_deleting_a_draft_takes_its_previews_along(client: Client, draft: RubricVersion) -> None:
    finished(draft)
    url = reverse("admin:rubrics_rubricversion_delete", args=[draft.pk])
    assert client.get(url).status_code == 200
    client.post(url, {"post": "yes"})
    assert not RubricVersion.objects.filter(pk=draft.pk).exists()
    assert not Preview.objects.exists()
    assert not PreviewLead.objects.exists()


def test_who_may_preview(draft: RubricVersion) -> None:
    url = reverse("admin:rubrics_rubricversion_preview", args=[draft.pk])
    client = Client()
    client.force_login(make_person("vera", "view_rubricversion", "view_preview", staff=True))
    assert client.post(url).status_code == 403
    assert client.get(LIST).status_code == 200
    rosa = make_person("rosa", staff=True)
    rosa.groups.add(Group.objects.get(name="RevOps"))
    client.force_login(rosa)
    assert client.post(url).status_code == 302

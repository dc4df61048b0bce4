"""Backtests in the admin: asked, watched, read, taken away as files, made a draft of."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from leads.models import Product
from rubrics.admin.backtest_page import band_words, headline
from rubrics.backtests.sweep import TO_WON
from rubrics.models import Backtest, RubricVersion
from rubrics.publishing import publish_now
from rubrics.rows import document_of
from rubrics.services import load_rubric
from tests.rubrics.backtests.conftest import SINCE, add_lead
from tests.rubrics.backtests.pure import DOCUMENT, SIGNALS, made_up, report_of
from tests.rubrics.makers import AT, make_product

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def product() -> Product:
    return make_product(*SIGNALS, "used")


@pytest.fixture
def version(product: Product) -> RubricVersion:
    return load_rubric(DOCUMENT, product=product, by=None, at=AT)


def done(version: RubricVersion, results: dict) -> Backtest:
    return Backtest.objects.create(
        version=version, document=document_of(version), started_at=AT, finished_at=AT,
        state="done", since=SINCE, until=AT, known_until=AT, kinds=["converted"], results=results,
    )  # fmt: skip


def ask_url(version: RubricVersion) -> str:
    return reverse("admin:rubrics_backtest_ask", args=[version.pk])


def test_asking_offers_answers_that_fit_and_starts(
    client: Client, product: Product, version: RubricVersion
) -> None:
    publish_now(version, by=None, at=AT)
    for number in range(3):
        add_lead(product, uses=1, converted=30, started_at=SINCE + number * DAY)
    add_lead(product, uses=0, converted=None, started_at=AT)
    new = client.get(reverse("admin:rubrics_backtest_new"))
    assert new["Location"] == ask_url(version)
    page = client.get(ask_url(version)).content.decode()
    assert 'name="days" value="14"' in page
    assert 'name="horizon_days" value="90"' in page
    assert "admin/js/core.js" in page, "its dates need it"
    assert not Backtest.objects.exists()
    answer = client.post(
        ask_url(version),
        {"moment": "after_sign_up", "days": 14, "horizon_days": 30, "kinds": ["converted"]},
    )
    job = Backtest.objects.get()
    assert answer["Location"] == reverse("admin:rubrics_backtest_change", args=[job.pk])
    assert (str(job.asked_by), job.days, job.horizon_days) == ("root", 14, 30)
    assert "Waiting for a worker" in client.get(answer["Location"]).content.decode()


def test_a_question_that_cannot_be_asked_says_what_to_change(
    client: Client, product: Product, version: RubricVersion
) -> None:
    assert "Nobody has signed up" in client.get(ask_url(version)).content.decode()
    add_lead(product, uses=1, converted=None)
    given = {"moment": "after_sign_up", "days": 14, "horizon_days": 30, "kinds": ["converted"]}
    page = client.post(ask_url(version), {**given, "horizon_days": 3000}).content.decode()
    assert "Nobody&#x27;s time is over" in page
    assert 'name="horizon_days" value="3000"' in page
    page = client.post(ask_url(version), {**given, "kinds": []}).content.decode()
    assert "This field is required." in page
    assert not Backtest.objects.exists()


def test_version_page_leads_to_the_question(client: Client, version: RubricVersion) -> None:
    url = reverse("admin:rubrics_rubricversion_backtest", args=[version.pk])
    assert client.get(url)["Location"] == ask_url(version)
    version.subject = "account"
    version.save()
    assert "an account converts when the first" in client.get(ask_url(version)).content.decode()


def test_results_page_tells_all(client: Client, version: RubricVersion) -> None:
    job = done(version, report_of(made_up(1, 3000, {"invited": 0.35}), not_over=7))
    page = client.get(reverse("admin:rubrics_backtest_change", args=[job.pk])).content.decode()
    for text in (
        "Leads that converted had scored higher",
        "3,000 past leads",
        "7 could still convert: their time is not over",
        "ROC curve",
        "3 reps × 40 a week",
        "Converts more",
        "Open proposed points as a draft",
        "thresholds.csv",
    ):
        assert text in page, text
    assert page.count("<svg") >= 4
    few = client.get(f"/admin/rubrics/backtest/{job.pk}/change/?reps=1&each=2")
    assert "1 rep × 2 a week" in few.content.decode()
    odd = client.get(f"/admin/rubrics/backtest/{job.pk}/change/?reps=-1&each=x")
    assert "3 reps × 40 a week" in odd.content.decode()


def test_results_page_without_any_lead(client: Client, version: RubricVersion) -> None:
    job = done(version, report_of([]))
    page = client.get(reverse("admin:rubrics_backtest_change", args=[job.pk])).content.decode()
    assert "Nothing can be told" in page
    assert "Open proposed points" not in page


def test_stopped_one_has_nothing_to_show(client: Client, version: RubricVersion) -> None:
    job = done(version, {})
    page = client.get(reverse("admin:rubrics_backtest_change", args=[job.pk])).content.decode()
    assert "did not go to its end" in page
    assert client.get(f"/admin/rubrics/backtest/{job.pk}/table/lifts/").status_code == 404


def test_tables_are_files(client: Client, version: RubricVersion) -> None:
    job = done(version, report_of(made_up(1, 300)))
    answer = client.get(f"/admin/rubrics/backtest/{job.pk}/table/buckets/")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert f"backtest-{job.pk}-buckets.csv" in answer["Content-Disposition"]
    assert answer.content.decode().startswith("\ufeffversion,label,low,high,leads,")
    assert client.get(f"/admin/rubrics/backtest/{job.pk}/table/nothing/").status_code == 404


def test_proposal_becomes_a_draft_when_asked(client: Client, version: RubricVersion) -> None:
    job = done(version, report_of(made_up(1, 3000, {"invited": 0.35, "browsed": -0.15})))
    url = reverse("admin:rubrics_backtest_proposal", args=[job.pk])
    assert "Nobody&#x27;s score changes" in client.get(url).content.decode()
    assert version.rubric.versions.count() == 1
    page = client.post(url, follow=True).content.decode()
    assert "is a draft now." in page
    assert version.rubric.versions.count() == 2


@pytest.mark.parametrize(
    ("seed", "count", "effects", "words"),
    [
        (1, 3000, {"invited": 0.35}, "had scored higher, and PQLs converted"),
        (1, 600, {}, "No lift can be claimed"),
        (1, 3000, {"invited": -0.15, "browsed": -0.15}, "The score points the wrong way"),
        (1, 40, {"invited": 0.6}, "Too few outcomes to prove anything"),
    ],
)
def test_headline_claims_no_more_than_the_figures(
    seed: int, count: int, effects: dict[str, float], words: str
) -> None:
    assert words in headline(report_of(made_up(seed, count, effects)))


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.05, "below what is usual"), (0.1, "low"), (0.18, "typical"), (0.25, "good"), (0.4, "high")],
)
def test_band_words_are_the_sources(value: float, words: str) -> None:
    assert band_words({"value": value}, TO_WON) == words
    assert band_words(None, TO_WON) == ""

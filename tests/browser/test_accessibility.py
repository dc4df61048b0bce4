"""axe-core finds nothing to complain about: every page, light and dark, wide and narrow."""

import json
from datetime import datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page

from leads.models import Account, Event, Source
from routing import services
from routing.alerts import raise_alert
from routing.models import Qualification
from routing.models.alert import Severity
from rubrics.mappers import compiled
from rubrics.measures.subjects import AccountIds
from rubrics.scores import score_by
from tests.browser.conftest import OpenPage
from tests.factories.routing import make_pql
from tests.factories.rubrics import ScoreChangeFactory, TrialFactory
from tests.rubrics.makers import make_hits
from tests.rubrics.test_account_scores import publish_for_accounts

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def complaints(page: Page, within: str | None = None) -> list[str]:
    """What axe finds on the page, or in a part of it."""
    found = Axe().run(page, context=within, options=RULES).response["violations"]
    return [
        f"{entry['id']}: {json.dumps([node['html'][:120] for node in entry['nodes'][:3]])}"
        for entry in found
    ]


def _world(maya: User) -> Qualification:
    """One of everything a page can show."""
    now = timezone.now()
    source = Source.objects.create(name="Demo", is_synthetic=True)
    pql = make_pql(rep=maya.rep, lead__is_synthetic=True, opened_at=now - timedelta(days=3))
    TrialFactory.create(lead=pql.lead, product=pql.product)
    score = pql.lead.scores.get()
    for days in (9, 6, 2):
        ScoreChangeFactory.create(score=score, at=now - timedelta(days=days), routed_at=now)
    Event.objects.create(
        lead=pql.lead, source=source, kind="track", name="Pricing Viewed", message_id="1",
        occurred_at=now, received_at=now, properties={"plan": "Team"},
    )  # fmt: skip
    _score_account(pql, now)
    make_pql(rep=None)
    accepted = make_pql(rep=maya.rep, behavior=80)
    services.accept(accepted, by=maya, at=now)
    for severity in Severity:
        raise_alert(
            key=f"seen:{severity}", kind="play", severity=severity, user=maya, lead=pql.lead,
            qualification=pql, at=now, message="The limit was hit.",
        )  # fmt: skip
    return pql


def _score_account(pql: Qualification, now: datetime) -> None:
    """The account has a band, a tier, a history of its own, and lines that count."""
    bands = [{"at_least": 0, "name": "Cold"}, {"at_least": 10, "name": "Warm", "meaning": "Write"}]
    version = publish_for_accounts(pql.product, bands=bands, matrix={"fit": 5, "behavior": 10})
    make_hits(pql.product, pql.lead_id, [("used", now - timedelta(days=days)) for days in (4, 3)])
    account = Account.objects.get(leads=pql.lead)
    for days in (4, 3, 0):
        at = now - timedelta(days=days)
        assert score_by(compiled(version.pk), AccountIds([account.pk], at)) == [account.pk]


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1440])
def test_every_page(open_page: OpenPage, maya: User, width: int, color_scheme: str) -> None:
    pql = _world(maya)
    paths = [
        "/", "/?tab=team", "/?tab=unassigned", "/?tab=snoozed", "/?q=nobody", "/leads/",
        f"/leads/{pql.lead_id}/", f"/accounts/{pql.lead.account_id}/", "/help/scores/", "/guide/",
        "/inbox/?tab=all", "/inbox/?kind=pilot", "/me/alerts/",
        f"/pqls/{pql.pk}/reject/", f"/pqls/{pql.pk}/snooze/", "/nowhere/",
    ]  # fmt: skip
    page = open_page("/login/", width=width, color_scheme=color_scheme)
    assert complaints(page) == [], "/login/"
    page = open_page("/", user=maya, width=width, color_scheme=color_scheme)
    for path in paths:
        page.goto(path)
        if path.startswith("/accounts/"):
            assert page.get_by_role("heading", name="Score over time").is_visible()
        for summary in page.locator("main details > summary").all()[:6]:
            summary.click()
        page.wait_for_load_state("networkidle")
        assert complaints(page) == [], path


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_dialog_menu_and_toast(
    open_page: OpenPage, maya: User, sam: User, color_scheme: str
) -> None:
    _world(maya)
    page = open_page("/?tab=unassigned", user=sam, color_scheme=color_scheme)
    page.locator("[data-act=assign]").first.click()
    page.get_by_role("dialog").get_by_role("combobox").wait_for()
    assert complaints(page) == []
    page.get_by_role("dialog").get_by_role("button", name="Assign").click()
    page.locator(".toast").wait_for()
    page.locator("details[name=menu] > summary").click()
    assert complaints(page) == []

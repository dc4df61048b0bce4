"""A PQL from accept to won on the lead's page: touches, outcomes and undo, narrow and wide."""

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import expect

from leads.models import Outcome
from routing.models import LeadVisit
from routing.models.qualification import State
from tests.browser.conftest import OpenPage
from tests.factories.routing import make_pql


@pytest.mark.parametrize("width", [375, 1440])
def test_accept_undo_touch_and_won(open_page: OpenPage, maya: User, width: int) -> None:
    pql = make_pql(rep=maya.rep, lead__name="Ada Vogel", opened_at=timezone.now())
    page = open_page(f"/leads/{pql.lead_id}/", user=maya, width=width)
    work, toasts, dialog = page.locator("#work"), page.locator("#toasts"), page.locator("#dialog")

    work.get_by_role("button", name="Accept Ada Vogel").click()
    expect(work.locator(".state").first).to_have_text("Accepted")
    toasts.get_by_role("button", name="Undo").click()
    expect(work.locator(".state").first).to_have_text("Assigned")
    expect(work.locator(".story")).to_contain_text("Undone by Maya Lind")

    work.get_by_role("button", name="Accept Ada Vogel").click()
    work.get_by_role("link", name="Log a touch").click()
    dialog.get_by_label("Call").check()
    dialog.get_by_label("Note").fill("Asked about SSO")
    dialog.get_by_role("button", name="Log it").click()
    expect(work.locator(".state").first).to_have_text("Contacted")
    expect(work.locator(".story")).to_contain_text("Call: Asked about SSO")

    work.get_by_role("link", name="Won").click()
    dialog.get_by_label("Amount").fill("many")
    dialog.get_by_role("button", name="Close as won").click()
    expect(dialog.get_by_role("alert")).to_contain_text("as a number")
    dialog.get_by_label("Amount").fill("1200")
    dialog.get_by_role("button", name="Close as won").click()
    expect(work.locator(".state").first).to_have_text("Won")
    assert Outcome.objects.get().amount == 1200
    work.get_by_role("button", name="Undo").click()
    expect(work.locator(".state").first).to_have_text("Contacted")

    pql.refresh_from_db()
    assert (pql.state, pql.touches.count()) == (State.CONTACTED, 1)
    assert not Outcome.objects.exists()
    assert LeadVisit.objects.get().user == maya
    assert page.evaluate("document.documentElement.scrollWidth") <= width

"""Saved views and filters in the browser."""

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.test_accessibility import complaints
from tests.factories.routing import make_pql


@pytest.mark.parametrize("width", [375, 1440])
def test_filters_are_chips_and_become_a_view(open_page: OpenPage, maya: User, width: int) -> None:
    make_pql(rep=maya.rep, lead__name="Ada Vogel", fit=40)
    make_pql(rep=maya.rep, lead__name="Bo Ueda", fit=22)
    page = open_page("/", user=maya, width=width)
    page.locator(".filter-menu > summary").click()
    assert complaints(page) == []
    page.get_by_label("Fit from").fill("30")
    page.get_by_label("Fit from").press("Tab")
    expect(page.locator(".row")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Save as a view").click()
    dialog = page.get_by_role("dialog", name="Save this view")
    assert complaints(page) == []
    dialog.get_by_label("Name").fill("Good fits")
    dialog.get_by_label("Open my queue with it").check()
    dialog.get_by_role("button", name="Save").click()
    expect(page.locator(".messages")).to_contain_text("Saved as “Good fits”")
    page.get_by_role("link", name="Fit from 30").click()
    expect(page.locator(".row")).to_have_count(2)
    page.goto("/")
    expect(page.locator(".row")).to_have_count(1)
    page.locator(".view-menu > summary").click()
    assert complaints(page) == []
    page.get_by_role("link", name="Edit Good fits").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.locator(".messages")).to_contain_text("Deleted the view")


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@pytest.mark.parametrize("tab", ["expiring", "near-miss", "snoozed", "closed"])
def test_every_tab_says_what_it_is_for_when_empty(
    open_page: OpenPage, maya: User, tab: str, color_scheme: str
) -> None:
    page = open_page(f"/?tab={tab}", user=maya, width=375, color_scheme=color_scheme)
    expect(page.locator(".empty h2")).to_be_visible()
    assert complaints(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 375

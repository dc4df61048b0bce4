"""Answers that come late, or in another order than they were asked for, lose nothing."""

import re

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, Route, expect

from routing.models import Task
from tests.browser.conftest import PATIENCE_MS, OpenPage
from tests.factories.routing import make_pql


def _panel(open_page: OpenPage, user: User) -> Page:
    pql = make_pql(rep=user.rep, lead__name="Ada Vogel")
    page = open_page(f"/?open={pql.lead_id}", user=user)
    expect(page.locator("#panel-title")).to_have_text("Ada Vogel")
    return page


def _tag(page: Page, name: str) -> None:
    page.get_by_label("New tag").fill(name)
    page.get_by_role("button", name="Add the tag").click()


def _hold(page: Page, pattern: str) -> list[Route]:
    """The next request for a pattern waits in the list until one lets it go on."""
    held: list[Route] = []
    page.route(re.compile(pattern), lambda route: route.continue_() if held else held.append(route))
    return held


def _wait_for(page: Page, held: list[Route]) -> Route:
    for _ in range(PATIENCE_MS // 20):
        if held:
            return held[0]
        page.wait_for_timeout(20)
    pytest.fail("nothing of that kind was asked for")


def test_what_was_done_is_told_when_its_button_has_gone(open_page: OpenPage, maya: User) -> None:
    page = _panel(open_page, maya)
    page.locator("#panel").get_by_role("link", name="Add a task").click()
    page.get_by_label("What is to be done").fill("Send the offer")
    page.keyboard.press("Enter")
    expect(page.locator("#panel .task-title")).to_have_text("Send the offer")
    held = _hold(page, r"/done/$")
    page.get_by_role("button", name="Done: Send the offer").click()
    sent = _wait_for(page, held)
    _tag(page, "big")  # the panel fetches itself anew, and with it the button
    expect(page.locator("#panel .tag")).to_contain_text("big")
    sent.continue_()
    expect(page.locator("#toasts")).to_contain_text("Done: Send the offer")
    expect(page.locator("#panel .tasks .task-title").first).to_be_hidden()
    expect(page.locator(".row-marks")).to_have_text("Tag: big")
    assert Task.objects.get().done_at is not None


def test_panel_shows_what_was_done_while_it_was_fetched(open_page: OpenPage, maya: User) -> None:
    page = _panel(open_page, maya)
    held = _hold(page, r"/queue/open/")
    _tag(page, "big")
    fetching = _wait_for(page, held)
    answer = fetching.fetch()  # as of now: it cannot tell of what comes next
    _tag(page, "loud")
    expect(page.locator("#toasts")).to_contain_text("loud")
    fetching.fulfill(response=answer)
    expect(page.locator("#panel .tags")).to_contain_text("loud")


def test_answer_that_a_dialog_kept_from_the_row_is_asked_for_again(
    open_page: OpenPage, maya: User
) -> None:
    page = _panel(open_page, maya)
    held = _hold(page, r"/queue/pulse/.*seen=&")
    _tag(page, "big")
    asking = _wait_for(page, held)
    page.locator("#panel").get_by_role("link", name="Add a task").click()
    expect(page.get_by_role("dialog", name="Task about Ada Vogel")).to_be_visible()
    with page.expect_response(lambda response: "/queue/pulse/" in response.url):
        asking.continue_()
    page.keyboard.press("Escape")
    expect(page.locator(".row-marks")).to_contain_text("big")


def test_late_answer_leaves_open_what_is_being_typed(open_page: OpenPage, maya: User) -> None:
    page = _panel(open_page, maya)
    held = _hold(page, r"/accept/$")
    page.locator("#panel").get_by_role("button", name="Accept Ada Vogel").click()
    sent = _wait_for(page, held)
    page.locator("#panel").get_by_role("link", name="Add a task").click()
    page.get_by_label("What is to be done").fill("Send the off")
    sent.continue_()
    expect(page.locator("#toasts")).to_contain_text("Accepted Ada Vogel")
    expect(page.get_by_label("What is to be done")).to_have_value("Send the off")
    page.keyboard.press("Enter")
    expect(page.locator("#panel .task-title")).to_have_text("Send the off")
    expect(page.locator(".row .state")).to_have_text("Accepted")


def test_several_undos_wait_for_each_other(open_page: OpenPage, maya: User) -> None:
    names = ("Ada Vogel", "Bo Ueda", "Cleo Sato")
    for name in names:
        make_pql(rep=maya.rep, lead__name=name)
    page = open_page("/", user=maya)
    for name in names:
        page.get_by_role("button", name=f"Accept {name}").click()
        expect(page.locator("#toasts")).to_contain_text(f"Accepted {name}")
    expect(page.locator(".row .state", has_text="Accepted")).to_have_count(3)
    held = _hold(page, r"/undo/")
    for _ in names:
        page.keyboard.press("u")
    _wait_for(page, held).continue_()
    expect(page.locator(".row .state", has_text="Assigned")).to_have_count(3)

"""A lead beside the list, and many PQLs worked at once: by mouse and keys, wide and narrow."""

import re

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from routing.models import Qualification
from routing.models.qualification import State
from tests.browser.conftest import OpenPage
from tests.browser.test_accessibility import complaints
from tests.factories.routing import make_pql


def _three(user: User) -> list[Qualification]:
    named = (("Ada Vogel", 80), ("Bo Ueda", 70), ("Cleo Sato", 60))
    return [
        make_pql(rep=user.rep, lead__name=name, lead__email=f"{name[:2].lower()}@x.example",
                 behavior=points)
        for name, points in named
    ]  # fmt: skip


@pytest.mark.parametrize("width", [375, 1440])
def test_panel_opens_steps_and_closes_by_keys(open_page: OpenPage, maya: User, width: int) -> None:
    ada, bo, _ = _three(maya)
    page = open_page("/", user=maya, width=width)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    panel = page.get_by_role("dialog", name="Ada Vogel")
    expect(panel).to_be_visible()
    expect(page.locator("#panel-title")).to_be_focused()
    expect(page).to_have_url(re.compile(f"open={ada.lead_id}$"))
    page.keyboard.press("j")
    expect(page.locator("#panel-title")).to_have_text("Bo Ueda")
    expect(page).to_have_url(re.compile(f"open={bo.lead_id}$"))
    assert complaints(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.keyboard.press("k")
    expect(page.locator("#panel-title")).to_have_text("Ada Vogel")
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()
    expect(page.get_by_role("link", name="Ada Vogel", exact=True)).to_be_focused()
    expect(page).not_to_have_url(re.compile("open="))


def test_panel_acts_and_refreshes_with_its_row(open_page: OpenPage, maya: User) -> None:
    ada, *_ = _three(maya)
    page = open_page(f"/?open={ada.lead_id}", user=maya)
    expect(page.locator("#panel-title")).to_have_text("Ada Vogel")
    page.keyboard.press("a")
    expect(page.locator("#toasts")).to_contain_text("Accepted Ada Vogel")
    expect(page.locator("#panel .state").first).to_have_text("Accepted")
    expect(page.locator(".row .state").first).to_have_text("Accepted")
    page.keyboard.press("u")
    expect(page.locator("#panel .state").first).to_have_text("Assigned")
    expect(page.locator(".row .state").first).to_have_text("Assigned")
    page.keyboard.press("r")
    page.get_by_role("dialog", name="Why reject Ada Vogel?").get_by_label("Competitor").check()
    page.keyboard.press("Enter")
    expect(page.locator(".row")).to_have_count(2)
    expect(page.locator("#panel .state").first).to_have_text("Rejected")
    page.keyboard.press("j")  # on from where it was
    expect(page.locator("#panel-title")).to_have_text("Bo Ueda")


def test_a_key_pressed_the_moment_something_came_finds_it_ready(
    open_page: OpenPage, maya: User
) -> None:
    ada, *_ = _three(maya)
    page = open_page(f"/?open={ada.lead_id}", user=maya)
    expect(page.locator("#panel-title")).to_have_text("Ada Vogel")
    # Nobody is quicker than what the browser calls before it does anything else.
    page.evaluate("""() => new MutationObserver((_, watch) => {
        if (document.querySelector("#panel .state").textContent !== "Accepted") return;
        watch.disconnect();
        document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "r", bubbles: true}));
    }).observe(document.getElementById("panel"), {childList: true, subtree: true})""")
    page.keyboard.press("a")
    expect(page.get_by_role("dialog", name="Why reject Ada Vogel?")).to_be_visible()
    assert f"open={ada.lead_id}" in page.url


def test_panel_copies_the_address_and_leads_to_the_whole_page(
    open_page: OpenPage, maya: User
) -> None:
    _three(maya)
    page = open_page("/", user=maya, permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("link", name="Bo Ueda", exact=True).click()
    page.get_by_role("button", name="Copy e-mail").click()
    expect(page.locator("#toasts")).to_contain_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == "bo@x.example"
    page.get_by_role("button", name="Next").click()
    expect(page.locator("#panel-title")).to_have_text("Cleo Sato")
    page.get_by_role("link", name="Whole page").click()
    expect(page.get_by_role("heading", name="Cleo Sato")).to_be_visible()


def test_many_are_selected_by_range_and_accepted_and_taken_back(
    open_page: OpenPage, maya: User
) -> None:
    pqls = _three(maya)
    page = open_page("/", user=maya)
    page.get_by_label("Select Ada Vogel").check()
    page.get_by_label("Select Cleo Sato").click(modifiers=["Shift"])
    bar = page.get_by_role("form", name="Selected PQLs")
    expect(bar).to_contain_text("3 selected")
    assert complaints(page) == []
    page.get_by_label("Select Bo Ueda").uncheck()
    expect(bar).to_contain_text("2 selected")
    bar.get_by_role("button", name="Accept").click()
    expect(page.locator("#toasts")).to_contain_text("2 accepted.")
    expect(bar).to_contain_text("Select all on this page")
    expect(page.locator(".row .state", has_text="Accepted")).to_have_count(2)
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator("#toasts")).to_contain_text("2 undone.")
    expect(page.locator(".row .state", has_text="Assigned")).to_have_count(3)
    for pql in pqls:
        pql.refresh_from_db()
    assert {pql.state for pql in pqls} == {State.ASSIGNED}


@pytest.mark.parametrize("width", [375, 1440])
def test_many_are_rejected_with_one_reason_by_keys(
    open_page: OpenPage, maya: User, width: int
) -> None:
    _three(maya)
    page = open_page("/", user=maya, width=width)
    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)
    bar = page.get_by_role("form", name="Selected PQLs")
    bar.get_by_role("button", name="Reject").click()
    dialog = page.get_by_role("dialog", name="Why reject 2 PQLs?")
    dialog.get_by_role("button", name="Reject").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Choose a reason")
    dialog.get_by_label("Competitor").check()
    dialog.get_by_role("button", name="Reject").click()
    expect(page.locator("#toasts")).to_contain_text("2 rejected.")
    expect(page.locator(".row")).to_have_count(1)
    assert Qualification.objects.filter(reject_reason="competitor").count() == 2


def test_many_without_scripts(open_page: OpenPage, maya: User) -> None:
    _three(maya)
    page = open_page("/", user=maya, java_script_enabled=False)
    page.get_by_label("Select Ada Vogel").check()
    page.get_by_label("Select Bo Ueda").check()
    page.get_by_role("form", name="Selected PQLs").get_by_role("button", name="Reject").click()
    page.get_by_label("Competitor").check()
    page.get_by_role("button", name="Reject").click()
    expect(page.locator(".messages")).to_contain_text("2 rejected.")


def test_task_and_tag_are_written_in_the_panel_and_seen_on_the_row(
    open_page: OpenPage, maya: User
) -> None:
    ada, *_ = _three(maya)
    page = open_page(f"/?open={ada.lead_id}", user=maya)
    page.locator("#panel").get_by_role("link", name="Add a task").click()
    dialog = page.get_by_role("dialog", name="Task about Ada Vogel")
    dialog.get_by_label("What is to be done").fill("Send the offer")
    page.keyboard.press("Enter")
    expect(page.locator("#panel .task-title")).to_have_text("Send the offer")
    expect(page.locator(".row-marks")).to_contain_text("1 task, due today")
    expect(page.locator("#queue .notice")).to_contain_text("1 task due today.")
    page.get_by_label("New tag").fill("big")
    page.get_by_role("button", name="Add the tag").click()
    expect(page.locator(".row-marks")).to_contain_text("big")
    expect(page.locator("#panel .tag")).to_have_count(1)
    page.keyboard.press("u")
    expect(page.locator("#panel .tag")).to_have_count(0)
    page.get_by_role("button", name="Done: Send the offer").click()
    expect(page.locator(".row-marks")).to_have_count(0)


def test_main_links_are_behind_a_menu_on_a_phone_without_scripts(
    open_page: OpenPage, maya: User
) -> None:
    page = open_page("/", user=maya, width=375, java_script_enabled=False)
    page.get_by_text("Menu", exact=True).click()
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Tasks").click()
    expect(page.get_by_role("heading", name="Tasks", exact=True)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 375

"""The queue without a mouse: single keys, their help and their switch, and toasts that undo."""

import json

from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from routing.models import Qualification
from routing.models.qualification import State
from tests.browser.conftest import OpenPage
from tests.browser.test_accessibility import complaints
from tests.factories.routing import make_pql


def _three(user: User) -> list[Qualification]:
    named = (("Ada Vogel", 80), ("Bo Ueda", 70), ("Cleo Sato", 60))
    return [make_pql(rep=user.rep, lead__name=name, behavior=points) for name, points in named]


def _offer_undo(page: Page, message: str, url: str) -> None:
    detail = json.dumps({"message": message, "undo": url})
    page.evaluate(
        f"document.body.dispatchEvent(new CustomEvent('ripeline:done', {{detail: {detail}}}))"
    )


def test_keys_move_and_act_on_the_row_with_the_focus(open_page: OpenPage, maya: User) -> None:
    ada, bo, cleo = _three(maya)
    page = open_page("/", user=maya)
    page.keyboard.press("a")  # no row is looked at yet: it is shown which is first, no more
    expect(page.get_by_role("link", name="Ada Vogel", exact=True)).to_be_focused()
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Bo Ueda", exact=True)).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("j")  # the last stays the last
    page.keyboard.press("k")
    page.keyboard.press("a")
    expect(page.locator("#toasts")).to_contain_text("Accepted Bo Ueda")
    expect(page.locator("#said")).to_contain_text("Accepted Bo Ueda")
    page.keyboard.press("j")
    page.keyboard.press("r")
    dialog = page.get_by_role("dialog", name="Why reject Cleo Sato?")
    expect(dialog).to_be_visible()
    page.keyboard.press("a")  # over a dialog no key does anything
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    expect(page.get_by_role("dialog", name="Snooze Cleo Sato")).to_be_visible()
    for pql in (ada, bo, cleo):
        pql.refresh_from_db()
    assert [pql.state for pql in (ada, bo, cleo)] == [
        State.ASSIGNED,
        State.ACCEPTED,
        State.ASSIGNED,
    ]


def test_keys_go_from_the_search_to_its_rows_and_act_on_all_selected(
    open_page: OpenPage, maya: User
) -> None:
    ada, bo, cleo = _three(maya)
    page = open_page("/", user=maya)
    page.keyboard.press("/")
    page.keyboard.type("cleo")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Cleo Sato", exact=True)).to_be_focused()
    expect(page.locator(".rows > li")).to_have_count(1)
    page.get_by_role("link", name="Clear all").click()
    expect(page.locator(".rows > li")).to_have_count(3)
    page.wait_for_load_state()
    for key in "jxjx":
        page.keyboard.press(key)
    expect(page.locator("#selected")).to_contain_text("2 selected")
    page.keyboard.press("k")
    page.keyboard.press("a")
    expect(page.locator("#toasts")).to_contain_text("2 accepted")
    states = [Qualification.objects.get(pk=pql.pk).state for pql in (ada, bo, cleo)]
    assert states == [State.ACCEPTED, State.ACCEPTED, State.ASSIGNED]


def test_keys_are_letters_while_typing_and_leave_modifiers_alone(
    open_page: OpenPage, maya: User
) -> None:
    ada, *_ = _three(maya)
    page = open_page("/", user=maya)
    page.keyboard.press("j")
    for chord in ("Control+a", "Alt+a", "Meta+a", "Shift+A"):
        page.keyboard.press(chord)
    page.keyboard.press("/")
    search = page.get_by_label("Search by name")
    expect(search).to_be_focused()
    page.keyboard.type("ajkr")
    expect(search).to_have_value("ajkr")
    page.wait_for_timeout(500)
    ada.refresh_from_db()
    assert ada.state == State.ASSIGNED


def test_keys_go_to_tabs(open_page: OpenPage, maya: User) -> None:
    _three(maya)
    page = open_page("/", user=maya)
    for key, tab in (("t", "team"), ("u", "unassigned"), ("s", "snoozed"), ("c", "closed")):
        page.keyboard.press("g")
        page.keyboard.press(key)
        page.wait_for_url(f"**/?tab={tab}")


def test_keys_help_is_a_dialog_and_switches_them_off(open_page: OpenPage, maya: User) -> None:
    _three(maya)
    page = open_page("/", user=maya)
    page.keyboard.press("j")
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(sheet).to_be_visible()
    assert complaints(page) == []
    sheet.get_by_label("Single keys do something").uncheck()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Ada Vogel", exact=True)).to_be_focused()
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Ada Vogel", exact=True)).to_be_focused()
    page.reload()
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Ada Vogel", exact=True)).not_to_be_focused()
    page.goto("/help/keys/")
    page.get_by_label("Single keys do something").check()
    page.goto("/")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Ada Vogel", exact=True)).to_be_focused()


def test_undo_is_offered_in_a_toast_and_by_key(open_page: OpenPage, maya: User) -> None:
    ada, *_ = _three(maya)
    page = open_page("/", user=maya)
    # Any action's address will do here: what is tested is that it is posted, and told.
    _offer_undo(page, "Rejected Ada.", f"/pqls/{ada.pk}/accept/")
    toast = page.locator(".toast", has_text="Rejected Ada.")
    expect(toast.get_by_role("button", name="Undo")).to_be_visible()
    expect(page.locator("#said")).to_have_text("Rejected Ada. Press U to undo.")
    assert complaints(page) == []
    page.wait_for_timeout(6000)  # longer than a plain one stays, and than the list's next look
    expect(toast).to_be_visible()
    page.keyboard.press("u")
    expect(page.locator("#toasts")).to_contain_text("Accepted Ada Vogel")
    expect(toast).to_be_hidden()
    page.keyboard.press("u")  # what was accepted can itself be undone
    expect(page.locator("#toasts")).to_contain_text("Undone. Ada Vogel is assigned again")
    page.keyboard.press("u")
    expect(page.locator("#toasts")).to_contain_text("nothing to undo")


def test_a_toast_is_dismissed_and_gives_the_focus_back(open_page: OpenPage, maya: User) -> None:
    ada, *_ = _three(maya)
    page = open_page("/", user=maya, width=375)
    page.keyboard.press("j")
    _offer_undo(page, "Rejected Ada.", f"/pqls/{ada.pk}/accept/")
    page.get_by_role("button", name="Dismiss").press("Enter")
    expect(page.locator(".toast")).to_have_count(0)
    expect(page.get_by_role("link", name="Ada Vogel", exact=True)).to_be_focused()
    ada.refresh_from_db()
    assert ada.state == State.ASSIGNED

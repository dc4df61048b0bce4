"""The queue as a rep uses it: by mouse, by keyboard, without scripts, and while others work."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from routing import services
from routing.models import Qualification
from routing.models.qualification import State
from tests.browser.conftest import OpenPage
from tests.factories.routing import make_pql


def _pql(user: User, name: str, behavior: int = 60) -> Qualification:
    now = timezone.now()
    return make_pql(
        rep=user.rep, lead__name=name, behavior=behavior, opened_at=now - timedelta(hours=2)
    )


def _names(page: Page) -> list[str]:
    return page.locator(".row h2 a").all_inner_texts()


def test_sign_in_leads_to_the_queue(open_page: OpenPage, maya: User) -> None:
    maya.set_password("a long enough secret")
    maya.save()
    _pql(maya, "Ada Vogel")
    page = open_page("/")
    expect(page).to_have_url("http://" + page.url.split("/")[2] + "/login/?next=/")
    page.get_by_label("Username").fill(maya.username)
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("do not go together")
    page.get_by_label("Password").fill("a long enough secret")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="PQL queue")).to_be_visible()
    expect(page.get_by_role("link", name="Ada Vogel", exact=True)).to_be_visible()


def test_accept_without_a_reload(open_page: OpenPage, maya: User) -> None:
    pql = _pql(maya, "Ada Vogel")
    page = open_page("/", user=maya)
    page.evaluate("window.stayed = true")
    page.get_by_role("button", name="Accept Ada Vogel").click()
    expect(page.locator("#toasts")).to_contain_text("Accepted Ada Vogel")
    expect(page.locator(".row .state")).to_have_text("Accepted")
    expect(page.get_by_role("button", name="Contacted Ada Vogel")).to_be_visible()
    assert page.evaluate("window.stayed") is True
    pql.refresh_from_db()
    assert pql.state == State.ACCEPTED


def test_reject_needs_a_reason_and_goes_on_to_the_next(open_page: OpenPage, maya: User) -> None:
    pql = _pql(maya, "Ada Vogel", 70)
    _pql(maya, "Bo Ueda", 60)
    page = open_page("/", user=maya)
    page.get_by_role("link", name="Reject Ada Vogel").click()
    dialog = page.get_by_role("dialog", name="Why reject Ada Vogel?")
    dialog.get_by_role("button", name="Reject").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Choose a reason")
    dialog.get_by_label("Something else").check()
    dialog.get_by_role("button", name="Reject").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Say in the note")
    dialog.get_by_label("Note").fill("Left the company")
    dialog.get_by_role("button", name="Reject").click()
    expect(dialog).to_be_hidden()
    expect(page.locator("#toasts")).to_contain_text("Rejected Ada Vogel")
    expect(page.locator(".row")).to_have_count(1)
    expect(page.get_by_role("link", name="Reject Bo Ueda")).to_be_focused()
    pql.refresh_from_db()
    assert (pql.state, pql.reject_reason) == (State.REJECTED, "other")


def test_snooze_until_a_date_and_wake(open_page: OpenPage, maya: User) -> None:
    pql = _pql(maya, "Ada Vogel")
    page = open_page("/", user=maya)
    page.get_by_role("link", name="Snooze Ada Vogel").click()
    page.get_by_role("dialog").get_by_role("button", name="3 days").click()
    expect(page.get_by_role("heading", name="Your queue is clear")).to_be_visible()
    pql.refresh_from_db()
    assert pql.snoozed_until is not None
    assert timedelta(days=2, hours=23) < pql.snoozed_until - timezone.now() < timedelta(days=3)
    page.get_by_role("link", name="Snoozed 1").click()
    page.get_by_role("button", name="Wake Ada Vogel").click()
    expect(page.get_by_role("heading", name="Nothing is snoozed")).to_be_visible()
    expect(page.get_by_label("Select all on this page")).to_be_hidden()


def test_new_and_changed_rows_appear_by_themselves(open_page: OpenPage, maya: User) -> None:
    _pql(maya, "Ada Vogel", 60)
    page = open_page("/", user=maya)
    expect(page.get_by_label("Select all on this page")).to_be_visible()
    page.get_by_role("link", name="Reject Ada Vogel").focus()
    new = make_pql(rep=None, lead__name="Bo Ueda", behavior=90)
    services.assign(new, rep=maya.rep, by=None, at=timezone.now(), is_confirmed=True)
    expect(page.locator(".row")).to_have_count(2)
    assert _names(page) == ["Bo Ueda", "Ada Vogel"]
    expect(page.locator("#toasts")).to_contain_text("1 new PQL")
    expect(page.get_by_role("link", name="Reject Ada Vogel")).to_be_focused()
    expect(page.locator(".tabs [aria-current]")).to_have_text("Mine2")


def test_an_open_dialog_survives_what_others_do(open_page: OpenPage, maya: User) -> None:
    _pql(maya, "Ada Vogel")
    page = open_page("/", user=maya)
    page.get_by_role("link", name="Reject Ada Vogel").click()
    page.get_by_label("Note").fill("half a thought")
    other = make_pql(rep=None, lead__name="Bo Ueda")
    services.assign(other, rep=maya.rep, by=None, at=timezone.now(), is_confirmed=True)
    page.wait_for_timeout(4000)
    expect(page.get_by_label("Note")).to_have_value("half a thought")
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Reject Ada Vogel")).to_be_focused()
    expect(page.locator(".row")).to_have_count(2)


def test_the_second_of_two_is_told(open_page: OpenPage, maya: User, sam: User) -> None:
    pql = make_pql(rep=None, lead__name="Ada Vogel")
    page = open_page("/?tab=unassigned", user=maya)
    page.route("**/queue/pulse/**", lambda route: route.abort())  # else the row may go by itself
    services.assign(pql, rep=maya.rep, by=sam, at=timezone.now(), is_confirmed=True)
    services.accept(Qualification.objects.get(pk=pql.pk), by=maya, at=timezone.now())
    page.get_by_role("button", name="Accept Ada Vogel").click()
    page.unroute("**/queue/pulse/**")
    expect(page.locator("#toasts")).to_contain_text("cannot be accepted: it is accepted")
    expect(page.get_by_role("heading", name="Every PQL has a rep")).to_be_visible()


def test_keyboard_alone(open_page: OpenPage, maya: User) -> None:
    pql = _pql(maya, "Ada Vogel")
    page = open_page("/", user=maya)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.act") == "reject":
            break
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Not our kind of company")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Your queue is clear")).to_be_visible()
    expect(page.locator(".tabs [aria-current]")).to_be_focused()
    pql.refresh_from_db()
    assert pql.reject_reason == "not_icp"


def test_filter_and_search_in_place(open_page: OpenPage, maya: User) -> None:
    _pql(maya, "Ada Vogel", 90)
    _pql(maya, "Bo Ueda", 60)
    page = open_page("/", user=maya)
    page.get_by_label("Search by name").fill("vog")
    expect(page.locator(".row")).to_have_count(1)
    assert "q=vog" in page.url
    page.get_by_label("Search by name").fill("nobody")
    expect(page.get_by_role("heading", name="No PQL matches")).to_be_visible()


def test_without_scripts(open_page: OpenPage, maya: User) -> None:
    _pql(maya, "Ada Vogel", 90)
    bo = _pql(maya, "Bo Ueda", 60)
    page = open_page("/?tab=mine", user=maya, java_script_enabled=False)
    page.get_by_role("button", name="Accept Ada Vogel").click()
    expect(page.locator(".messages")).to_contain_text("Accepted Ada Vogel")
    page.get_by_role("link", name="Reject Bo Ueda").click()
    page.get_by_label("Competitor").check()
    page.get_by_role("button", name="Reject").click()
    expect(page.locator(".messages")).to_contain_text("Rejected Bo Ueda")
    assert "tab=mine" in page.url
    bo.refresh_from_db()
    assert bo.state == State.REJECTED


def test_theme_is_remembered(open_page: OpenPage, maya: User) -> None:
    page = open_page("/", user=maya, color_scheme="light")
    page.locator("details[name=menu]:not(.nav-menu) > summary").click()
    for name in ("Light", "Dark"):
        page.get_by_role("button", name="Theme").click()
        expect(page.get_by_role("button", name="Theme")).to_contain_text(name)
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(16, 18, 17)"


@pytest.mark.parametrize("width", [320, 375, 768, 1440])
def test_no_page_is_wider_than_the_screen(open_page: OpenPage, maya: User, width: int) -> None:
    pql = _pql(maya, "Wolfeschlegelsteinhausenbergerdorff Adolph Blaine")
    for path in ("/", "/leads/", f"/leads/{pql.lead_id}/", "/help/scores/", "/nowhere/"):
        page = open_page(path, user=maya, width=width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


@pytest.mark.parametrize("width", [375, 1440])
def test_no_page_of_a_manager_is_wider_than_the_screen(
    open_page: OpenPage, maya: User, sam: User, width: int
) -> None:
    pql = _pql(maya, "Ada Vogel")  # waits, which the table's far columns tell aloud
    services.accept(_pql(maya, "Bo Ueda"), by=maya, at=timezone.now())
    Qualification.objects.update(assigned_at=timezone.now() - timedelta(hours=1))
    paths = ("/team/", f"/leads/{pql.lead_id}/", "/tasks/", "/inbox/", "/review/", "/guide/")
    page = open_page("/", user=sam, width=width)
    for path in (*paths, "/me/alerts/", "/me/availability/"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path

"""The rubric editor in a browser: a tier edited, a lead that changes, order by keyboard, a list
pasted, two editors at once; axe finds nothing."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from leads.models import Lead
from rubrics import editing
from rubrics.models import RubricVersion
from rubrics.publishing import publish_now
from rubrics.rows import document_of
from rubrics.services import draft_version, load_rubric
from tests.browser.conftest import OpenPage
from tests.browser.test_accessibility import complaints
from tests.rubrics.editing.conftest import DOCUMENT
from tests.rubrics.makers import AT, make_lead, make_product
from tests.world import make_person

DAY = timedelta(days=1)


@pytest.fixture
def ann(transactional_db: None) -> User:
    return make_person("ann", "view_rubricversion", "change_rubricversion", staff=True)


@pytest.fixture
def draft(transactional_db: None) -> RubricVersion:
    now = timezone.now()
    product = make_product("used", "invited")
    live = publish_now(load_rubric(DOCUMENT, product=product, by=None, at=AT), by=None, at=AT)
    hits = [("invited", now - DAY), ("used", now - DAY)]
    lead = make_lead(product, started_at=now - 3 * DAY, hits=hits)
    Lead.objects.filter(pk=lead.pk).update(name="Ada Vogel")
    return draft_version(live, by=None, at=now)


def path(draft: RubricVersion) -> str:
    return f"/admin/rubrics/rubricversion/{draft.pk}/change/"


def keys(draft: RubricVersion) -> list[str]:
    return [one["key"] for one in document_of(draft)["criteria"]]


def choose(page: Page, name: str) -> None:
    page.get_by_label("E-mail, name or company").fill(name)
    page.locator("#try-found").get_by_role("button", name=name).click()
    expect(page.locator("#try-result h3")).to_have_text(name)


def test_a_tier_is_edited_and_the_lead_changes_with_it(
    open_page: OpenPage, ann: User, draft: RubricVersion
) -> None:
    page = open_page(path(draft), user=ann)
    choose(page, "Ada Vogel")
    result = page.locator("#try-result")
    expect(result).to_contain_text("Nothing changed")
    page.get_by_role("button", name="Edit Invites").click()
    line = page.locator("#c-invites")
    line.get_by_label("How it gives points").select_option("tiers")
    line.get_by_role("button", name="Add a tier").click()
    page.keyboard.press("Tab")
    line.get_by_label("Points", exact=True).fill("18")
    expect(result).to_contain_text("With your unsaved changes")
    expect(result).to_contain_text("Invites +18 (was +10)")
    line.get_by_role("button", name="Save").click()
    expect(line).to_contain_text("at least once: +18")
    expect(result).not_to_contain_text("unsaved")
    expect(result).to_contain_text("Invites +18 (was +10)")


def test_a_click_the_moment_something_came_finds_it_ready(
    open_page: OpenPage, ann: User, draft: RubricVersion
) -> None:
    page = open_page(path(draft), user=ann)
    # Nobody is quicker than what the browser calls before it does anything else.
    page.evaluate("""() => new MutationObserver((_, watch) => {
        const found = document.querySelector("#try-found button");
        if (found) watch.disconnect();
        found?.click();
    }).observe(document.getElementById("try-found"), {childList: true, subtree: true})""")
    page.get_by_label("E-mail, name or company").fill("Ada Vogel")
    expect(page.locator("#try-result h3")).to_have_text("Ada Vogel")


def test_criteria_are_reordered_by_keyboard_and_come_back(
    open_page: OpenPage, ann: User, draft: RubricVersion
) -> None:
    page = open_page(path(draft), user=ann)
    page.get_by_role("button", name="Move Invites up").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#revision")).to_have_value("2")
    assert keys(draft)[2:4] == ["invites", "use"]
    expect(page.get_by_role("button", name="Move Invites up")).to_be_focused()
    page.get_by_role("button", name="Remove Invites").press("Enter")
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Edit Invites")).to_be_focused()
    assert "invites" in keys(draft)


def test_criteria_are_reordered_by_dragging(
    open_page: OpenPage, ann: User, draft: RubricVersion
) -> None:
    page = open_page(path(draft), user=ann)
    assert keys(draft)[2:4] == ["use", "invites"]
    handle = page.locator("#c-invites .ed-handle").bounding_box()
    target = page.locator("#c-use").bounding_box()
    assert handle is not None
    assert target is not None
    page.mouse.move(handle["x"] + 8, handle["y"] + 8)
    page.mouse.down()
    page.mouse.move(handle["x"] + 8, target["y"] + target["height"] / 2, steps=12)
    page.mouse.move(handle["x"] + 8, target["y"] + 4, steps=6)
    page.mouse.up()
    expect(page.locator("#revision")).to_have_value("2")
    assert keys(draft)[2:4] == ["invites", "use"]


def test_a_column_is_pasted_into_a_list(
    open_page: OpenPage, ann: User, draft: RubricVersion
) -> None:
    page = open_page(path(draft), user=ann)
    page.get_by_role("button", name="Edit the list competitors").click()
    pasted = page.get_by_label("Paste a column from a spreadsheet")
    unsaved = page.locator("#l-competitors form[data-touched]")  # leaving the page asks first
    expect(unsaved).to_have_count(0)
    pasted.fill("https://www.new.example\nrival.example\nnot one")
    expect(unsaved).to_have_count(1)
    page.get_by_role("button", name="See what is new").click()
    told = page.locator("#l-competitors")
    expect(told).to_contain_text("1 new, 1 there already, 1 malformed")
    expect(unsaved).to_have_count(1)
    page.get_by_role("button", name="Add 1 value").click()
    expect(told).to_contain_text("2 values")
    assert document_of(draft)["lists"]["competitors"] == ["new.example", "rival.example"]


def test_the_second_editor_is_told_and_keeps_their_entries(
    open_page: OpenPage, ann: User, draft: RubricVersion
) -> None:
    bob = make_person("bob", "view_rubricversion", "change_rubricversion", staff=True)
    pages = [open_page(path(draft), user=user) for user in (ann, bob)]
    for page in pages:
        page.get_by_role("button", name="Edit Invites").click()
    first, second = (page.locator("#c-invites") for page in pages)
    for line, points, told in ((first, "15", "+15, at most"), (second, "20", "ann changed this")):
        line.get_by_label("Points for each").fill(points)
        line.get_by_role("button", name="Save").click()
        expect(line).to_contain_text(told)
    expect(second.get_by_role("alert")).to_contain_text("ann changed this")
    expect(second).to_contain_text("+15")
    expect(second.get_by_label("Points for each")).to_have_value("20")
    second.get_by_role("button", name="Keep mine").click()
    expect(second).to_contain_text("+20, at most 3 times")


def test_whoever_is_signed_out_is_told_and_loses_nothing(
    open_page: OpenPage, ann: User, draft: RubricVersion
) -> None:
    page = open_page(path(draft), user=ann)
    page.get_by_role("button", name="Edit Invites").click()
    line = page.locator("#c-invites")
    line.get_by_label("Name").fill("Colleagues asked")
    signed_in = page.context.cookies()
    page.context.clear_cookies(name="sessionid")
    line.get_by_role("button", name="Save").click()
    told = page.get_by_role("alert").filter(has_text="You are signed out")
    expect(told).to_contain_text("What you typed is still here")
    expect(line.get_by_label("Name")).to_have_value("Colleagues asked")
    page.context.add_cookies(signed_in)  # type: ignore[arg-type]  # what cookies() gave
    line.get_by_role("button", name="Save").click()
    expect(line).to_contain_text("Colleagues asked")
    expect(told).to_have_count(0)


def test_what_others_edit_is_announced(
    open_page: OpenPage, ann: User, draft: RubricVersion
) -> None:
    page = open_page(path(draft), user=ann)
    editing.remove_criterion(draft, key="rival", by=make_person("bob"), at=timezone.now())
    page.get_by_role("button", name="Move Invites up").click()
    expect(page.locator("#news")).to_contain_text("bob changed")


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1440])
def test_every_part_is_accessible_and_fits(
    open_page: OpenPage, ann: User, draft: RubricVersion, width: int, color_scheme: str
) -> None:
    entry = {"name": "Half", "measure": "count", "tiers": [{"points": 1}]}
    editing.save_criterion(draft, entry=entry, seen=None, by=ann, at=AT, unfinished=True)
    page = open_page(path(draft), user=ann, width=width, color_scheme=color_scheme)
    choose(page, "Ada Vogel")
    for name, part in (
        ("Use", "#c-use"), ("Silence and decay", "#s-decay"), ("Groups", "#s-groups"),
        ("Ceiling", "#s-ceiling"), ("the list competitors", "#l-competitors"),
    ):  # fmt: skip
        page.get_by_role("button", name=f"Edit {name}").click()
        expect(page.locator(f"{part} form")).to_be_visible()
    page.locator("#sec-behavior details.ed-menu > summary").click()
    page.get_by_role("button", name="They came on so many days").click()
    expect(page.locator("#c-new form")).to_be_visible()
    page.evaluate("document.querySelectorAll('#editor details').forEach(one => one.open = true)")
    assert complaints(page, "#editor") == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width

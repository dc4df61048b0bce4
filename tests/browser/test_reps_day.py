"""A rep's day on a real installation: from an event in the product to a deal that is won."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Expect, Page
from segment.analytics.client import Client as Segment

from tests.e2e.alerted import EVENTS
from tests.e2e.stack import Stack
from tests.e2e.workspace import make_workspace

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

SECRET = "a long enough secret"
# What has no end on a busy machine: the way of an event through four processes.
PATIENCE_MS = 60_000
expect = Expect()
expect.set_options(timeout=PATIENCE_MS)
_PEOPLE = f"""
from django.contrib.auth.models import Group, User
from routing.models import Rep

rita = User.objects.get(username="rita")
rita.first_name, rita.last_name = "Rita", "Vale"
max_ = User.objects.create_user("max", "max@ripeline.example", "{SECRET}")
for user, group in ((rita, "Rep"), (max_, "Manager")):
    user.set_password("{SECRET}")
    user.save()
    user.groups.add(Group.objects.get(name=group))
days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Rep.objects.update(working_hours={{day: [["00:00", "24:00"]] for day in days}})
"""


@dataclass(frozen=True)
class Office:
    """An installation with one rep and a manager, and the key with which the product sends."""

    stack: Stack
    write_key: str


@pytest.fixture(scope="module")
def building() -> Iterator[Office]:
    with Stack() as stack:
        write_key = make_workspace(stack).write_key
        stack.manage("shell", "--no-imports", "-c", _PEOPLE)
        yield Office(stack, write_key)


@pytest.fixture
def office(building: Office) -> Office:
    """Nobody is in it yet, whatever the day before left undone."""
    building.stack.query("TRUNCATE leads_lead CASCADE")
    return building


@pytest.mark.parametrize("width", [1440, 375])
def test_from_an_event_to_a_won_deal(browser: Browser, office: Office, width: int) -> None:
    name = f"Ada Vogel {width}"
    with (
        signed_in(browser, office, "max", width) as boss,
        signed_in(browser, office, "rita", width) as page,
    ):
        before = counted(boss)
        expect(page.get_by_role("heading", name="Your queue is clear")).to_be_visible()
        use_the_product(office, name)
        is_told(page, name)
        reads_why(page, name)
        works_it(page, name)
        sleeps_on_it_and_thinks_better(page, name)
        wins_it(page)
        expect(page.get_by_role("heading", name="Your queue is clear")).to_be_visible()
        page.locator(".tabs").get_by_role("link", name="Closed").click()
        expect(page.locator(".row", has_text=name)).to_contain_text("Won")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert counted(boss) == {**before, "assigned": before["assigned"] + 1}
        is_counted_as_converted(boss, name)


@contextmanager
def signed_in(browser: Browser, office: Office, username: str, width: int) -> Iterator[Page]:
    """The page after signing in by hand; a script error in it fails the test."""
    complaints: list[str] = []
    context = browser.new_context(
        base_url=office.stack.url, viewport={"width": width, "height": 900}
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto("/")
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(SECRET)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="PQL queue")).to_be_visible()
    yield page
    context.close()
    assert not complaints


def use_the_product(office: Office, name: str) -> None:
    """Do in the product, by the official library, what makes a PQL of a VP of the right company."""
    errors: list[object] = []
    client = Segment(
        office.write_key, host=office.stack.url, upload_interval=0.05,
        on_error=lambda error, batch: errors.append(error),
    )  # fmt: skip
    user = name.replace(" ", "-").lower()
    client.identify(
        user_id=user,
        traits={"name": name, "email": f"{user}@company.example", "title": "VP Marketing"},
    )
    company = {"name": f"Company of {name}", "employees": 120, "industry": "SaaS"}
    company |= {"technologies": ["Salesforce"], "country": "US"}
    client.group(user_id=user, group_id=user, traits=company)
    for event, properties in EVENTS * 2:
        client.track(user_id=user, event=event, properties=properties)
    client.flush()
    client.shutdown()
    assert errors == []


def settles(page: Page) -> None:
    """What was swapped in has its handlers: before, a link in it leads to a page of its own."""
    expect(page.locator(".htmx-swapping, .htmx-settling, .htmx-added")).to_have_count(0)


def is_told(page: Page, name: str) -> None:
    """The row and the bell's count appear by themselves; the inbox tells who and why."""
    expect(page.locator(".row", has_text=name)).to_be_visible()
    expect(page.locator("#bell .bell-count")).to_have_text("1")
    page.locator("#bell").click()
    alert = page.locator(".alert", has_text=name)
    expect(alert.locator(".alert-why li")).not_to_have_count(0)
    alert.locator(".alert-title").click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    page.goto("/")
    expect(page.locator("#bell .bell-count")).to_have_count(0)


def reads_why(page: Page, name: str) -> None:
    """By keys: to the row, and beside the list the reasons, which sum to the score."""
    settles(page)
    page.keyboard.press("j")
    expect(page.get_by_role("link", name=name, exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    panel = page.locator("#panel")
    expect(panel.locator("#panel-title")).to_be_focused()
    expect(panel.locator("#panel-title")).to_contain_text(name)
    expect(panel.get_by_role("region", name="In short")).to_contain_text("A PQL: ")
    panel.get_by_text("Every line of the score").click()
    expect(panel.locator(".panel-lines .points").first).to_be_visible()
    expect(panel.locator(".panel-lines").first).to_contain_text("VP")


def works_it(page: Page, name: str) -> None:
    """Accepts by a key, logs a call, adds a note: all beside the list."""
    panel, dialog = page.locator("#panel"), page.locator("#dialog")
    settles(page)
    page.keyboard.press("a")
    expect(panel.locator("#work .state").first).to_have_text("Accepted")
    settles(page)
    panel.get_by_role("link", name=f"Log a touch with {name}").click()
    dialog.get_by_label("Call").check()
    dialog.get_by_label("Note").fill("Asked about SSO")
    dialog.get_by_role("button", name="Log it").click()
    expect(panel.locator("#work .state").first).to_have_text("Contacted")
    told = panel.locator("#work .story", has_text="Contacted by Rita Vale")
    expect(told).to_contain_text("Call: Asked about SSO")
    settles(page)
    panel.get_by_role("link", name="Add a note").click()
    dialog.get_by_label("Note").fill("Budget is decided in June")
    dialog.get_by_role("button", name="Keep note").click()
    expect(panel.locator(".notes")).to_contain_text("Budget is decided in June")


def sleeps_on_it_and_thinks_better(page: Page, name: str) -> None:
    """Snoozed it leaves the queue; undone within the minute it is back as it was."""
    panel, dialog = page.locator("#panel"), page.locator("#dialog")
    settles(page)
    page.keyboard.press("s")
    dialog.get_by_role("button", name="3 days").click()
    expect(page.locator("#toasts")).to_contain_text(f"Snoozed {name}")
    expect(page.locator(".row")).to_have_count(0)
    expect(panel.locator("#work .state").first).to_have_text("Snoozed")
    settles(page)
    page.keyboard.press("u")
    expect(panel.locator("#work .state").first).to_have_text("Contacted")
    expect(page.locator(".row .state")).to_have_text("Contacted")


def wins_it(page: Page) -> None:
    panel, dialog = page.locator("#panel"), page.locator("#dialog")
    settles(page)
    panel.locator("#work .acts").get_by_role("link", name="Won").click()
    dialog.get_by_label("Amount").fill("1200")
    dialog.get_by_role("button", name="Close as won").click()
    expect(panel.locator("#work .state").first).to_have_text("Won")
    expect(page.locator(".row")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()


def counted(boss: Page) -> dict[str, int]:
    """What the manager's page counts of the team's PQLs."""
    boss.goto("/team/")
    tally = boss.locator(".team-tally")

    def number(name: str) -> int:
        return int(tally.get_by_role("link", name=name).locator("b").inner_text())

    return {"assigned": number("PQLs assigned"), "untouched": number("PQLs not touched yet")}


def is_counted_as_converted(boss: Page, name: str) -> None:
    """Behind the number of those worked in time is the PQL, won."""
    expect(boss.get_by_role("row", name="Rita Vale")).to_contain_text("100")
    boss.get_by_role("link", name="Worked in time", exact=True).click()
    expect(boss.locator("main")).to_contain_text(name)
    expect(boss.locator("main")).to_contain_text("Won")

"""What axe-core finds, and what lies upon pages: dialogs, menus, toasts.

Every page by itself: tests/browser/test_every_page.py.
"""

import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from playwright.sync_api import Page

from tests.browser.conftest import OpenPage
from tests.factories.routing import make_pql

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def complaints(page: Page, within: str | None = None) -> list[str]:
    """What axe finds on the page, or in a part of it."""
    found = Axe().run(page, context=within, options=RULES).response["violations"]
    return [
        f"{entry['id']}: {json.dumps([node['html'][:120] for node in entry['nodes'][:3]])}"
        for entry in found
    ]


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_dialog_menu_and_toast(
    open_page: OpenPage, maya: User, sam: User, color_scheme: str
) -> None:
    make_pql(rep=None)
    make_pql(rep=maya.rep, lead__is_synthetic=True)
    page = open_page("/?tab=unassigned", user=sam, color_scheme=color_scheme)
    page.locator("[data-act=assign]").first.click()
    page.get_by_role("dialog").get_by_role("combobox").wait_for()
    assert complaints(page) == []
    page.get_by_role("dialog").get_by_role("button", name="Assign").click()
    page.locator(".toast").wait_for()
    page.locator("details[name=menu]:not(.nav-menu) > summary").click()
    assert complaints(page) == []

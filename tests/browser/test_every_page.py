"""Every page of the project: nothing that axe finds, nothing too wide, nothing missing.

WALK="/admin/leads/lead/ /guide/" pytest tests/browser/test_every_page.py    only these
"""

import os
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from tests.browser.conftest import session_of
from tests.browser.dense import Dense, dense, fill_admin
from tests.browser.stops import ERRORS, MORE, MORE_OF_ADMIN, NO_PAGES
from tests.browser.walk import Stop, Walk
from tests.permissions.askers import Setting, names

pytestmark = [pytest.mark.urls("tests.browser.urls"), pytest.mark.timeout(1200)]


@pytest.fixture
def workspace(transactional_db: None) -> Iterator[Dense]:
    with dense() as made:
        yield made


def test_every_page_of_people(browser: Browser, live_server: LiveServer, workspace: Dense) -> None:
    stops = [*workspace.stops, *MORE, *ERRORS]
    wrong = wrong_on(stops, workspace.setting, browser, live_server)
    assert not wrong, wrong


def test_every_page_of_the_admin(
    browser: Browser, live_server: LiveServer, workspace: Dense
) -> None:
    stops = [*fill_admin(workspace.setting), *MORE_OF_ADMIN]
    wrong = wrong_on(stops, workspace.setting, browser, live_server)
    assert not wrong, wrong


def test_what_is_no_page_is_an_address() -> None:
    assert set(NO_PAGES) <= set(names())


def wrong_on(stops: list[Stop], setting: Setting, browser: Browser, server: LiveServer) -> str:
    """All that is wrong on the pages, and what is called no page but is one."""
    wanted = os.environ.get("WALK", "").split()
    pages = [stop for stop in stops if not stop.other and (not wanted or stop.url in wanted)]
    people = {**setting.people, "root": User.objects.get(username="root")}
    cookies = {name: session_of(person) for name, person in people.items()}
    with Walk(browser, server.url, cookies) as walk:
        found = walk.look_at(pages)
    others = [stop for stop in stops if stop.other]
    return "\n".join(found + [f"is a page: {url}" for url in _pages_among(others, setting)])


def _pages_among(others: list[Stop], setting: Setting) -> list[str]:
    """Whole documents among what is said to be something else."""
    found = []
    for stop in others:
        client = setting.root if stop.asker == "root" else setting.clients[stop.asker]
        response = client.get(stop.url)
        is_page = b"<!doctype html" in response.getvalue()[:2000].lower()
        if is_page and response.status_code == 200:
            found.append(stop.url)
    return found

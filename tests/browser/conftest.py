"""A browser, and people signed in to a live server."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import Browser, Error, Page, Request, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.factories.routing import ROUND_THE_CLOCK, RepFactory, make_manager

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
]  # fmt: skip

# How long a busy machine may take to show what is waited for: no test is about that.
PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)

OpenPage = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("no Chromium at /usr/bin/chromium")
    with sync_playwright() as playwright:
        # Playwright's loop runs in this thread; Django would take it for an asynchronous view.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def open_page(browser: Browser, live_server: LiveServer) -> Iterator[OpenPage]:
    """Open a path as somebody; a script error or a request to elsewhere fails the test."""
    pages: list[Page] = []
    complaints: list[str] = []

    def failed(error: Error) -> None:
        complaints.append(str(error))

    def asked(request: Request) -> None:
        if not request.url.startswith(live_server.url):
            complaints.append(f"asked elsewhere: {request.url}")

    def opened(
        path: str = "/", *, user: User | None = None, width: int = 1440, **kwargs: Any
    ) -> Page:
        context = browser.new_context(
            base_url=live_server.url, viewport={"width": width, "height": 900}, **kwargs
        )
        if user is not None:
            cookie = {"name": "sessionid", "value": session_of(user), "url": live_server.url}
            context.add_cookies([cookie])  # type: ignore[list-item]  # a TypedDict of Playwright
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", failed)
        page.on("request", asked)
        page.goto(path)
        pages.append(page)
        return page

    yield opened
    for page in pages:
        page.context.close()
    assert not complaints


@pytest.fixture
def maya(transactional_db: None) -> User:
    """A rep."""
    rep = RepFactory.create(
        user__first_name="Maya", user__last_name="Lind", working_hours=ROUND_THE_CLOCK
    )
    user: User = rep.user
    return user


@pytest.fixture
def sam(transactional_db: None) -> User:
    """A manager."""
    return make_manager(first_name="Sam", last_name="Ortiz")


def session_of(user: User) -> str:
    session = SessionStore()
    session["_auth_user_id"] = str(user.pk)
    session["_auth_user_backend"] = "django.contrib.auth.backends.ModelBackend"
    session["_auth_user_hash"] = user.get_session_auth_hash()
    session.create()
    assert session.session_key is not None
    return session.session_key

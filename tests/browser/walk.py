"""Go from page to page in a browser, and say what is wrong with each, all at once.

Each page is looked at wide and light, then narrow and dark. Wrong is: what axe finds, a page that
scrolls sideways, an error in the console, a request that fails or goes elsewhere.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Self

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Request,
    Response,
)

from tests.browser.test_accessibility import RULES

LANES = 2  # pages at a time: while axe is busy in one, the next one is made and loaded


@dataclass(frozen=True)
class Stop:
    """An address, who goes there, and the status it answers with; ``other``: why it is no page."""

    url: str
    asker: str
    status: int = 200
    other: str = ""


@dataclass(frozen=True)
class Look:
    color_scheme: Literal["light", "dark"]
    width: int


LOOKS = (Look("light", 1440), Look("dark", 375))


@dataclass(frozen=True)
class Allowed:
    """What axe is wrong about, or what cannot be mended here."""

    rule: str
    selector: str
    why: str


SWAGGER = "Swagger UI writes it anew at every click"
ALLOWED = (
    Allowed("heading-order", "#swagger-ui h3", SWAGGER),
    Allowed(
        "list", ".select2-selection__rendered", "what clears a choice stands among the choices"
    ),
    Allowed("region", "#swagger-ui .information-container", SWAGGER),
)

# The admin's theme asks for the color scheme only while a page loads.
SHOWN = """(scheme) => document.querySelector("html[x-bind]")
    ?.classList.toggle("dark", scheme === "dark")"""
# Everything that is folded, but for menus: they lie upon what is under them.
UNFOLDED = """() => {
    for (const one of document.querySelectorAll("details:not(.menu, .ed-menu)")) one.open = true;
}"""
# Wait until what scripts ask for is there and nothing moves any more; then look.
LOOKED_AT = """async ([options, excluded, allowed]) => {
    await document.fonts.ready;
    const frame = () => new Promise(requestAnimationFrame);
    const awaited = ".htmx-request, #swagger-ui:not(:has(.opblock))";
    for (let n = 0; n < 600 && (n < 2 || document.querySelector(awaited)); n++) await frame();
    const ends = (one) => Number.isFinite(one.effect.getComputedTiming().endTime);
    const moving = document.getAnimations().filter(ends);
    await Promise.allSettled(moving.map((one) => one.finished));
    const {violations} = await axe.run({exclude: excluded.map((one) => [one])}, options);
    const isMeant = (rule, target) => allowed.some(([id, selector]) =>
        id === rule && document.querySelector(target)?.matches(selector));
    const found = violations.flatMap(({id, nodes}) => nodes
        .filter(({target}) => !isMeant(id, target[0]))
        .map(({target, html, failureSummary}) =>
            [id, target.join(" "), html.slice(0, 200), failureSummary]));
    const wide = document.documentElement.scrollWidth;
    return wide > innerWidth ? [["scrolls sideways", "html", `${wide} px`, ""], ...found] : found;
}"""
OPTIONS = {**RULES, "resultTypes": ["violations"]}
# What stands on every page of the admin is looked at on one of them; it takes half of axe's time.
SIDEBAR, WITH_SIDEBAR = "#nav-sidebar", "/admin/"


class Walk:
    """A walk through the pages of a live server. ``cookies``: the session of each asker."""

    def __init__(self, browser: Browser, url: str, cookies: dict[str, str]) -> None:
        self._browser, self._url, self._cookies = browser, url, cookies
        self._contexts: dict[str, BrowserContext] = {}
        self._pages: dict[tuple[str, int], Page] = {}
        self._at: dict[Page, Stop] = {}
        self._found: dict[tuple[str, ...], list[str]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for context in self._contexts.values():
            context.close()

    def look_at(self, stops: Sequence[Stop]) -> list[str]:
        """Visit them all; return what is wrong, each with the addresses where it was met."""
        coming = iter(stops)
        lanes = [self._lane(number, coming) for number in range(LANES)]
        while lanes:
            lanes = [lane for lane in lanes if next(lane, "ended") is None]
        return [
            f"{': '.join(what)}\n    on {len(urls)}: {' '.join(urls[:6])}"
            for what, urls in self._found.items()
        ]

    def _lane(self, number: int, coming: Iterator[Stop]) -> Iterator[None]:
        """One page after another; lets the other lanes go on while axe is at work in this one."""
        for stop in coming:
            page = self._page_of(stop.asker, number)
            self._at[page] = stop
            try:
                yield from self._visit(page, stop)
            except Error as error:
                self._note(page, "does not open", error.message.splitlines()[0])

    def _visit(self, page: Page, stop: Stop) -> Iterator[None]:
        self._show(page, LOOKS[0])
        response = page.goto(stop.url)
        assert response is not None
        if response.status != stop.status:
            self._note(page, "status", f"{response.status}, not {stop.status}")
        if response.request.redirected_from is not None:
            self._note(page, "leads on to another page")
        page.evaluate(UNFOLDED)
        has_sidebar = not stop.url.startswith(WITH_SIDEBAR) or stop.url == WITH_SIDEBAR
        excluded = [] if has_sidebar else [SIDEBAR]
        allowed = [(one.rule, one.selector) for one in ALLOWED]
        for look in LOOKS:
            self._show(page, look)
            page.evaluate(f"(asked) => {{ window.looked = ({LOOKED_AT})(asked); }}",
                          [OPTIONS, excluded, allowed])  # fmt: skip
            yield
            for rule, *rest in page.evaluate("window.looked"):
                self._note(page, rule, f"{look.color_scheme} {look.width}", *rest)

    def _show(self, page: Page, look: Look) -> None:
        page.set_viewport_size({"width": look.width, "height": 900})
        page.emulate_media(color_scheme=look.color_scheme, reduced_motion="reduce")
        page.evaluate(SHOWN, look.color_scheme)

    def _page_of(self, asker: str, lane: int) -> Page:
        if (asker, lane) not in self._pages:
            self._pages[asker, lane] = self._new_page(self._context_of(asker))
        return self._pages[asker, lane]

    def _context_of(self, asker: str) -> BrowserContext:
        if asker not in self._contexts:
            context = self._browser.new_context(base_url=self._url)
            if asker in self._cookies:
                cookie = {"name": "sessionid", "value": self._cookies[asker], "url": self._url}
                context.add_cookies([cookie])  # type: ignore[list-item]  # a TypedDict of Playwright
            context.add_init_script(AXE_SCRIPT)
            self._contexts[asker] = context
        return self._contexts[asker]

    def _new_page(self, context: BrowserContext) -> Page:
        """A page that notes what it hears."""
        page = context.new_page()
        page.set_default_timeout(30_000)

        def logged(message: ConsoleMessage) -> None:
            # What failed to load is told by its response.
            if message.type in {"error", "warning"} and "Failed to load" not in message.text:
                self._note(page, f"console {message.type}", message.text)

        def asked(request: Request) -> None:
            if not request.url.startswith((self._url, "data:", "blob:")):
                self._note(page, "asks elsewhere", request.url)

        def failed(request: Request) -> None:
            if request.failure != "net::ERR_ABORTED":  # by going on to the next page
                self._note(page, "request failed", request.url, str(request.failure))

        def answered(response: Response) -> None:
            if response.status >= 400 and not response.request.is_navigation_request():
                self._note(page, "request refused", str(response.status), response.url)

        page.on("console", logged)
        page.on("pageerror", lambda error: self._note(page, "script error", str(error)))
        page.on("request", asked)
        page.on("requestfailed", failed)
        page.on("response", answered)
        return page

    def _note(self, page: Page, *what: str) -> None:
        urls = self._found.setdefault(tuple(" ".join(one.split()) for one in what), [])
        if (url := self._at[page].url) not in urls:
            urls.append(url)

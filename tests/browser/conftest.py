"""The built site served on this machine, and a Chromium that may talk to nobody else."""

import functools
import threading
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from chromium import SLOWEST, found, must, running
from playwright.sync_api import Page

SITE = Path(__file__).parents[2] / "_build/html"


def built_pages():
    """Each page of the book as a path below the site's root; the root itself only points to the first."""
    pages = (path.relative_to(SITE).as_posix() for path in SITE.rglob("*.html"))
    return sorted(page for page in pages if not page.startswith(("_static/", "slides/")) and page != "index.html")


def pytest_generate_tests(metafunc):
    if "built_page" in metafunc.fixturenames:
        metafunc.parametrize("built_page", built_pages() or ["(no page: run make book first)"])


class Quiet(SimpleHTTPRequestHandler):
    """Serves files without a line on the terminal for each."""

    def log_message(self, *args):
        pass


@pytest.fixture(scope="session")
def site_url():
    """Where the built site is served while the tests run."""
    if not SITE.is_dir():
        pytest.fail("there is no _build/html: run make book first")
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=SITE))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="session")
def chromium():
    """A running Chromium from the PATH."""
    path = found()
    if path is None:
        missing = pytest.fail if must() else pytest.skip
        missing("no Chromium on the PATH: make chromium installs one")
    with running(path) as browser:
        yield browser


@dataclass
class Visit:
    """An open page, and what it did while it was open."""

    page: Page
    foreign: list[str] = field(default_factory=list)  # requests to any other host (all refused)
    missing: list[str] = field(default_factory=list)  # requests our own host could not answer
    errors: list[str] = field(default_factory=list)  # console errors and uncaught exceptions


@pytest.fixture
def visit(chromium, site_url):
    """visit(path, **context options) opens a page of the site and waits for its mathematics."""
    contexts = []

    def open_page(path, **options):
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        context.set_default_timeout(SLOWEST)
        contexts.append(context)
        seen = Visit(context.new_page())

        def only_our_host(route):
            if urlsplit(route.request.url).netloc == urlsplit(site_url).netloc:
                route.continue_()
            else:
                seen.foreign.append(route.request.url)
                route.abort()

        context.route("**/*", only_our_host)
        seen.page.on("response", lambda r: seen.missing.append(r.url) if r.status >= 400 else None)
        seen.page.on("console", lambda m: seen.errors.append(m.text) if m.type == "error" else None)
        seen.page.on("pageerror", lambda error: seen.errors.append(str(error)))
        seen.page.goto(f"{site_url}/{path}", wait_until="load")
        seen.page.evaluate("window.MathJax?.startup?.promise.then(() => null)")
        return seen

    yield open_page
    for context in contexts:
        context.close()

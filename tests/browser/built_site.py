"""The built site behind a local server, and a browser's tab that may talk to nobody else."""

import functools
import gzip
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import nbformat
from chromium import SLOWEST
from playwright.sync_api import Browser, BrowserContext, Page, Request

BOOK = Path(__file__).parents[2] / "book"
SITE = BOOK.parent / "_build/html"
AXE = (files("axe_playwright_python") / "axe.min.js").read_text()
FITS = Path(__file__).with_name("fits.js").read_text(encoding="utf-8")
# What host.js does not wait with: its margin is 400 pixels, and what lies near its edge may be either.
NEAR = """() => [...document.querySelectorAll('.cnnlessons-widget')]
    .filter((place) => place.getBoundingClientRect().top < innerHeight + 500).map((place) => place.dataset.widget)"""
WIDTHS = {1280: 900, 390: 844}  # a laptop and a phone: width and height in CSS pixels


def small_site(folder: Path, notebook: nbformat.NotebookNode, extensions: list[str], more: str = "") -> str:
    """The address of one page that Sphinx builds from a notebook in an empty folder; `more` are lines of conf.py."""
    notebook.metadata.language_info = {"name": "python", "pygments_lexer": "ipython3"}
    nbformat.write(notebook, folder / "index.ipynb")
    (folder / "conf.py").write_text(
        f"import sys; sys.path.insert(0, {str(BOOK / '_ext')!r})\nextensions = {['myst_nb', *extensions]}\n"
        "nb_execution_mode = 'off'\nlanguage = 'en'\nhtml_theme = 'sphinx_book_theme'\nhtml_title = 'Small'\n"
        f"exclude_patterns = ['html', 'jupyter_execute']\n{more}"
    )
    subprocess.run([sys.executable, "-m", "sphinx", "-W", "-q", folder, folder / "html"], check=True)
    return (folder / "html/index.html").as_uri()


@contextmanager
def alone(chromium: Browser, url: str) -> Iterator[Callable[..., Page]]:
    """open_page(**context options) gives that page in a tab of its own; no other host answers it."""
    contexts = []

    def open_page(**options: Any) -> Page:
        contexts.append(chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, **options}))
        contexts[-1].route("http*://**", lambda route: route.abort())
        page = contexts[-1].new_page()
        page.goto(url, wait_until="domcontentloaded")
        return page

    yield open_page
    for context in contexts:
        context.close()


def built_pages() -> list[str]:
    """Each page of the book as a path below the site's root; the root itself only points to the first."""
    pages = (path.relative_to(SITE).as_posix() for path in SITE.rglob("*.html"))
    return sorted(page for page in pages if not page.startswith(("_static/", "slides/")) and page != "index.html")


class Quiet(SimpleHTTPRequestHandler):
    """Serves files without a line on the terminal for each."""

    def log_message(self, *args):
        pass


@contextmanager
def served(site: Path = SITE) -> Iterator[str]:
    """The address of the site while it is served, below a sub-path as on GitHub Pages."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=site.parent))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/{site.name}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Visit:
    """An open page, and what it did while it was open."""

    page: Page
    base: str  # the address of the site's root
    requests: list[Request] = field(default_factory=list)  # to our own host
    first: dict[Path, str] = field(default_factory=dict)  # what was asked for before anything was scrolled into view
    foreign: list[str] = field(default_factory=list)  # requests to any other host (all refused)
    near: list[str] = field(default_factory=list)  # widgets that were in view then, or a little below
    missing: list[str] = field(default_factory=list)  # requests our own host could not answer
    errors: list[str] = field(default_factory=list)  # console errors and uncaught exceptions

    def open(self, path: str) -> None:
        """Go to a page of the site, forget the last one, and wait for the mathematics."""
        for seen in (self.requests, self.foreign, self.missing, self.errors):
            seen.clear()
        self.page.goto(f"{self.base}/{path}", wait_until="load")
        self.page.evaluate("window.MathJax?.startup?.promise.then(() => null)")

    def read_on(self) -> None:
        """Scroll through the page, as a reader does: every widget comes to life, and all formulas are set."""
        self.page.wait_for_load_state("networkidle")
        self.first, self.near = self.files(), self.page.evaluate(NEAR)
        for place in self.page.locator(".cnnlessons-widget").all():
            place.evaluate("(place) => place.scrollIntoView({ behavior: 'instant', block: 'center' })")
            place.and_(self.page.locator("[data-alive]")).wait_for()
        self.page.evaluate("scrollTo({ top: 0, behavior: 'instant' })")
        self.page.evaluate("window.MathJax?.startup?.document?.lazyTypesetAll()")

    def window(self, width: int = 1280, scheme: str = "light") -> None:
        """The window for what is opened next: a width of WIDTHS, light or dark, without animations."""
        self.page.set_viewport_size({"width": width, "height": WIDTHS[width]})
        self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")

    def look(self, width: int, scheme: str) -> Page:
        """The page that is open, in such a window."""
        self.window(width, scheme)
        self.page.wait_for_function(f"document.documentElement.dataset.theme === '{scheme}'")
        return self.page

    def files(self) -> dict[Path, str]:
        """The files of the site that the page asked for, and the kind of each: document, script, image …"""
        prefix = urlsplit(self.base).path
        paths = {unquote(urlsplit(r.url).path).removeprefix(prefix).strip("/"): r.resource_type for r in self.requests}
        return {SITE / path: kind for path, kind in paths.items() if (SITE / path).is_file()}


def visited(context: BrowserContext, base: str) -> Visit:
    """A new tab that refuses every request to another host, and keeps account."""
    context.set_default_timeout(SLOWEST)
    visit = Visit(context.new_page(), base)

    def only_our_host(route):
        ours = urlsplit(route.request.url)[:2] == urlsplit(base)[:2]
        (visit.requests.append(route.request) if ours else visit.foreign.append(route.request.url))
        route.continue_() if ours else route.abort()

    def failed(request):
        # What the next page cut short (an icon, say) is not missing.
        if request.url.startswith(base) and request.failure != "net::ERR_ABORTED":
            visit.missing.append(request.url)

    context.route("**/*", only_our_host)
    visit.page.on("response", lambda r: visit.missing.append(r.url) if r.status >= 400 else None)
    visit.page.on("requestfailed", failed)
    visit.page.on("console", lambda m: visit.errors.append(m.text) if m.type == "error" else None)
    visit.page.on("pageerror", lambda error: visit.errors.append(str(error)))
    return visit


def tab(chromium: Browser, base: str, **options) -> Visit:
    """A tab with a context of its own."""
    return visited(chromium.new_context(**{"viewport": {"width": 1280, "height": WIDTHS[1280]}, **options}), base)


@functools.cache
def travels(path: Path) -> int:
    """Bytes of a file on its way: texts gzipped, as servers send them, and what is packed already as it is."""
    data = path.read_bytes()
    return len(data) if path.suffix in (".png", ".jpg", ".woff", ".woff2") else len(gzip.compress(data, 6))


def is_own_picture(path: Path, kind: str) -> bool:
    """Pictures that belong to one page's content, not to the frame of all pages."""
    return kind == "image" and path.parent != SITE / "_static/images" and path.name != "favicon.svg"


def first_visit(files: dict[Path, str]) -> dict[Path, int]:
    """What a first visit loads without the page's own pictures, and the bytes of each as it travels."""
    return {path: travels(path) for path, kind in files.items() if not is_own_picture(path, kind)}


# Of axe's rules: those about colours, and those that another window may break.
COLOURS_AND_PLACES = ("color-contrast", "link-in-text-block", "target-size", "scrollable-region-focusable")


def violations(page: Page, rules: tuple[str, ...] = (), within: str = "html") -> list[str]:
    """What axe-core holds against the page, by all its rules or by these: rule, element, reason."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE)
    # without preload, which fetches every style sheet once more for rules that are not used
    options = {"resultTypes": ["violations"], "selectors": False, "preload": False}
    options |= {"runOnly": list(rules)} if rules else {}
    found = page.evaluate("([within, options]) => axe.run(within, options)", [within, options])["violations"]
    return [f"{rule['id']}: {node['html'][:160]} {node['failureSummary']}" for rule in found for node in rule["nodes"]]

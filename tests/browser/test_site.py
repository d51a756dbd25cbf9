"""Every page of the built site, as a reader's browser meets it."""

from importlib.resources import files
from urllib.parse import urlsplit

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.book]

AXE = (files("axe_playwright_python") / "axe.min.js").read_text()


def violations(page):
    """What axe-core holds against the page: rule, element, reason."""
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
    return [f"{rule['id']}: {node['html'][:160]} {node['failureSummary']}" for rule in found for node in rule["nodes"]]


def test_the_root_leads_to_the_book(visit, site_url):
    page = visit("search.html").page
    page.goto(site_url)
    page.wait_for_url(f"{site_url}/book/index.html")


def test_page_asks_no_other_host_and_has_no_errors(visit, built_page):
    seen = visit(built_page)
    seen.page.wait_for_load_state("networkidle")
    assert seen.foreign == []
    assert seen.missing == []
    assert seen.errors == []


def test_a_foreign_request_would_be_seen(visit):
    """The log above can fail: a picture from elsewhere is refused and recorded."""
    seen = visit("book/index.html")
    seen.page.evaluate("""new Promise((done) => {
        const image = new Image();
        image.onerror = done;
        image.src = 'https://example.org/a.png';
    })""")
    assert seen.foreign == ["https://example.org/a.png"]


def test_mathematics_is_rendered(visit, built_page):
    page = visit(built_page).page
    formulas = page.locator(".math").count()
    assert page.locator(".math:has(mjx-container)").count() == formulas
    assert page.locator("mjx-merror, [data-mjx-error]").count() == 0


def test_page_fits_a_phone(visit, built_page):
    """Wide things scroll inside their own box; the page itself never scrolls sideways."""
    page = visit(built_page, viewport={"width": 390, "height": 844}).page
    too_wide = page.evaluate("""() => {
        const limit = document.documentElement.clientWidth;
        const fits = (e) => e.getBoundingClientRect().right <= limit + 1;
        const clipped = (e) => {
            for (let p = e.parentElement; p && p !== document.body; p = p.parentElement)
                if (getComputedStyle(p).overflowX !== 'visible' && fits(p)) return true;
            return false;
        };
        return [...document.querySelectorAll('main *')]
            .filter((e) => e.checkVisibility({checkVisibilityCSS: true}) && !fits(e) && !clipped(e))
            .map((e) => e.outerHTML.slice(0, 120));
    }""")
    assert too_wide == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(visit, built_page, scheme):
    # Reduced motion, so that no colour is measured in the middle of a transition.
    page = visit(built_page, color_scheme=scheme, reduced_motion="reduce").page
    assert page.evaluate("document.documentElement.dataset.theme") == scheme
    assert violations(page) == []


def test_axe_finds_nothing_on_a_phone(visit, built_page):
    page = visit(built_page, viewport={"width": 390, "height": 844}, reduced_motion="reduce").page
    assert violations(page) == []


def test_axe_would_find_something(visit):
    """The check above can fail: a picture without alternative text is a violation."""
    page = visit("book/index.html").page
    page.evaluate("document.querySelector('article').append(new Image(40, 40))")
    assert [found.split(":")[0] for found in violations(page)] == ["image-alt"]


def test_keyboard_starts_at_the_skip_link_and_shows_where_it_is(visit, built_page):
    page = visit(built_page).page
    page.keyboard.press("Tab")
    focused = page.locator(":focus")
    assert "skip" in focused.inner_text().lower()
    assert focused.is_visible()
    page.keyboard.press("Enter")
    assert urlsplit(page.url).fragment == "main-content"


def test_page_is_light(visit, built_page):
    """The page's own HTML and pictures, as they travel (fonts and scripts are shared by all pages)."""
    own = {}

    def weigh(response):
        kind = response.headers.get("content-type", "")
        if response.ok and kind.startswith(("text/html", "image/")):
            own[response.url] = len(response.body())

    page = visit("search.html").page
    page.on("response", weigh)
    page.goto(page.url.replace("search.html", built_page), wait_until="load")
    # pictures that load only when the reader comes near count too
    page.evaluate("document.querySelectorAll('img').forEach((image) => { image.loading = 'eager' })")
    page.wait_for_load_state("networkidle")
    assert sum(own.values()) <= 1_500_000, own

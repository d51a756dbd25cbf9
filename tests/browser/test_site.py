"""Every page of the built site, as a reader's browser meets it."""

from urllib.parse import urlsplit

import pytest
from built_site import FITS, SITE, WIDTHS, built_pages, tab, violations

pytestmark = [pytest.mark.browser, pytest.mark.book]
ALIKE = 40  # rows of the ledger that axe looks at: one function makes all of them


def few_rows(page):
    """Hide most rows of the ledger, over which axe would take minutes."""
    page.evaluate(
        "(most) => document.querySelectorAll('table.ledger.claims tbody tr').forEach((r, i) => r.hidden = i >= most)",
        ALIKE,
    )
    return page


def test_page_asks_no_other_host_and_has_no_errors(reading):
    assert reading.foreign == []
    assert reading.missing == []
    assert reading.errors == []


def test_a_foreign_request_would_be_seen(visit):
    """The log above can fail: a picture from elsewhere is refused and recorded."""
    seen = visit("book/index.html")
    seen.page.evaluate("""new Promise((done) => {
        const image = new Image();
        image.onerror = done;
        image.src = 'https://example.org/a.png';
    })""")
    assert seen.foreign == ["https://example.org/a.png"]


def test_the_root_leads_to_the_book(visit, site_url):
    seen = visit("search.html")
    seen.page.goto(f"{site_url}/index.html")
    seen.page.wait_for_url(f"{site_url}/book/index.html")
    assert (seen.missing, seen.errors) == ([], [])


def test_mathematics_is_rendered(reading):
    formulas = reading.page.locator(".math").count()
    assert reading.page.locator(".math:has(mjx-math)").count() == formulas
    assert reading.page.locator("mjx-merror, [data-mjx-error]").count() == 0


@pytest.mark.parametrize("width", WIDTHS)
def test_text_fits_its_box(reading, width):
    """No text leaves its cell or lies over another; what is wider than the page scrolls, by keyboard too."""
    found = reading.look(width).evaluate(FITS)
    assert found["overflows"] == []
    assert [box["what"] for box in found["scrollers"] if not box["reachable"]] == []
    if width == 1280:
        wide = ("table", "code", "text") if reading.page.locator("#tell-a-friend").count() else ("table",)
        assert [box["what"] for box in found["scrollers"] if box["kind"] in wide] == []


def test_text_that_does_not_fit_would_be_seen(visit):
    """The check above can fail in each of its ways."""
    page = visit("book/beyond/ledger.html").page
    page.add_style_tag(content="table.ledger td { white-space: nowrap !important }")
    found = " ".join(page.evaluate(FITS)["overflows"])
    assert "leaves its cell" in found and "is printed over" in found
    page = visit("book/vgg/vgg.html", viewport={"width": 390, "height": 844}).page
    table = f"<div><table><tbody><tr><td>{'wide' * 100}</td></tr></tbody></table></div>"
    page.locator("main article").evaluate("(e, table) => e.insertAdjacentHTML('beforeend', table)", table)
    page.add_style_tag(content="main div, main pre { overflow: hidden !important } main pre { max-height: 1em }")
    found = " ".join(page.evaluate(FITS)["overflows"])
    assert "is cut off: table" in found and "is cut off below" in found and "hangs out" in found


def test_page_fits_a_phone(reading):
    """Wide things scroll inside their own box; the page itself never scrolls sideways."""
    page = reading.look(390)
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


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light")])
def test_axe_finds_nothing(reading, width, scheme):
    assert violations(few_rows(reading.look(width, scheme))) == []


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


@pytest.fixture(scope="module")
def folder_tab(chromium):
    """A tab that reads the site from its folder, without a server."""
    seen = tab(chromium, SITE.as_uri())
    yield seen
    seen.page.context.close()


@pytest.mark.parametrize("page", [*built_pages(), "search.html?q=ReLU"])
def test_page_works_from_a_folder(folder_tab, page):
    folder_tab.open(page)
    if "?" in page:
        folder_tab.page.locator("ul.search li").first.wait_for()
    assert (folder_tab.foreign, folder_tab.missing, folder_tab.errors) == ([], [], [])

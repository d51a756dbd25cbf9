"""Every page of the built site, as a reader's browser meets it."""

from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from built_site import COLOURS_AND_PLACES, FITS, SITE, WIDTHS, tab, violations

pytestmark = [pytest.mark.browser, pytest.mark.book]
ALIKE = 40  # rows of the ledger that axe looks at: one function makes all of them
SCHEMES = {1280: "light", 390: "dark"}  # each width in one of them, since no rule depends on both
# What sticks out of the window and is not cut off by a box that scrolls.
TOO_WIDE = """() => {
    const limit = document.documentElement.clientWidth;
    const fits = (e) => e.getBoundingClientRect().right <= limit + 1;
    const clipped = (e) => {
        for (let p = e.parentElement; p && p !== document.body; p = p.parentElement)
            if (getComputedStyle(p).overflowX !== 'visible' && fits(p)) return true;
        return false;
    };
    const page = document.documentElement.scrollWidth;
    return [...document.querySelectorAll('main *')]
        .filter((e) => e.checkVisibility({checkVisibilityCSS: true}) && !fits(e) && !clipped(e))
        .map((e) => e.outerHTML.slice(0, 120)).concat(page > limit ? [`the page is ${page} pixels wide`] : []);
}"""


@contextmanager
def few_rows(page):
    """Most rows of the ledger hidden, over which axe would take minutes."""
    rows = "[...document.querySelectorAll('table.ledger.claims tbody tr')]"
    page.evaluate(f"(most) => {rows}.forEach((row, i) => {{ row.was = row.hidden; row.hidden = i >= most; }})", ALIKE)
    yield page
    page.evaluate(f"{rows}.forEach((row) => {{ row.hidden = row.was; }})")


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
def test_it_fits_and_axe_finds_nothing(reading, width):
    """No text leaves its cell or lies over another; what is wider than the page scrolls in its box, by keyboard too.

    All of axe's rules on the wide and light page, and on the narrow and dark one those that may differ there.
    """
    page = reading.look(width, SCHEMES[width])
    found = page.evaluate(FITS)
    lesson = page.locator("#tell-a-friend").count()
    wide = () if width == 390 else ("table", "code", "text") if lesson else ("table",)
    with few_rows(page):
        held = violations(page, *([] if width == 1280 else [COLOURS_AND_PLACES, "main"]))
    assert {
        "overflows": found["overflows"],
        "cannot be reached": [box["what"] for box in found["scrollers"] if not box["reachable"]],
        "scrolls": [box["what"] for box in found["scrollers"] if box["kind"] in wide],
        "too wide": page.evaluate(TOO_WIDE) if width == 390 else [],
        "axe": held,
        "a table fell into cards": page.locator(".shape-explorer.cards").count() if width == 1280 else 0,
    } == {
        "overflows": [],
        "cannot be reached": [],
        "scrolls": [],
        "too wide": [],
        "axe": [],
        "a table fell into cards": 0,
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", ["book/lenet/lenet5-1998.html", "search.html"])
def test_axe_finds_nothing_in_the_frame_of_all_pages(visit, path, width, scheme):
    """All rules, at each width in each scheme: what stands around the text is the same on every page."""
    assert violations(visit(path, viewport={"width": width, "height": WIDTHS[width]}, color_scheme=scheme).page) == []


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


def test_axe_would_find_something(visit):
    """The check above can fail: a picture without alternative text is a violation."""
    page = visit("book/index.html").page
    page.evaluate("document.querySelector('article').append(new Image(40, 40))")
    assert [found.split(":")[0] for found in violations(page)] == ["image-alt"]


@pytest.fixture(scope="module")
def folder_tab(chromium):
    """A tab that reads the site from its folder, without a server."""
    seen = tab(chromium, SITE.as_uri())
    yield seen
    seen.page.context.close()


def test_page_works_from_a_folder_and_by_keyboard(folder_tab, built_page):
    """Without a server; the keyboard starts at the skip link and shows where it is."""
    folder_tab.open(built_page)
    assert (folder_tab.foreign, folder_tab.missing, folder_tab.errors) == ([], [], [])
    page = folder_tab.page
    page.keyboard.press("Tab")
    focused = page.locator(":focus")
    assert "skip" in focused.inner_text().lower()
    assert focused.is_visible()
    page.keyboard.press("Enter")
    assert urlsplit(page.url).fragment == "main-content"


def test_search_works_from_a_folder(folder_tab):
    folder_tab.open("search.html?q=ReLU")
    folder_tab.page.locator("ul.search li").first.wait_for()
    assert (folder_tab.foreign, folder_tab.missing, folder_tab.errors) == ([], [], [])

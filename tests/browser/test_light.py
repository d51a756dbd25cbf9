"""What a first visit of a page loads: little, and nothing that the page does not use."""

import subprocess
import sys
from pathlib import Path

import pytest
from built_site import SITE, first_visit

from cnnlessons.widgets import sphinx_ext

pytestmark = [pytest.mark.browser, pytest.mark.book]
FIRST_VISIT = 600_000  # bytes as they travel, without the page's own pictures
OWN = 1_500_000  # bytes of a page's HTML and pictures
SCRIPTS = 18  # files of script of a page


def below(folder, files):
    """The files of that folder of the site."""
    return [path.relative_to(SITE).as_posix() for path in files if path.is_relative_to(SITE / folder)]


def test_a_first_visit_is_light(reading):
    weights = first_visit(reading.first)
    heaviest = sorted(((size, path.name) for path, size in weights.items()), reverse=True)
    assert sum(weights.values()) <= FIRST_VISIT, heaviest[:8]
    assert sum(path.suffix == ".js" for path in weights) <= SCRIPTS, heaviest


def test_a_page_loads_nothing_that_it_does_not_use(reading, built_page):
    files = reading.first
    names = {path.name for path in files}
    assert below("_static/vendor", files) == []  # the fonts of the icons
    assert "fontawesome.js" not in names
    assert bool(below("_static/mathjax", files)) == (reading.page.locator(".math").count() > 0)
    assert ("searchindex.js" in names) == (built_page == "search.html")


def test_widgets_engine_and_weights_wait_until_they_are_near(reading):
    """Nothing of a widget further down is loaded first; each is loaded when it comes into view, with what it needs."""
    classes = sphinx_ext.classes()

    def needed(names):
        assets = {f"asset-{asset}" for name in names for asset in classes[name].assets().values()}
        return {f"_static/{sphinx_ext.FOLDER}/{file}.js" for file in assets | set(names)}

    everywhere = reading.page.eval_on_selector_all(".cnnlessons-widget", "all => all.map((e) => e.dataset.widget)")
    assert set(below(f"_static/{sphinx_ext.FOLDER}", reading.first)) <= needed(reading.near)
    assert set(below(f"_static/{sphinx_ext.FOLDER}", reading.files())) == needed(everywhere)


def test_every_icon_is_drawn(reading):
    """An icon that icons.py does not know would be a square in the colour of the text."""
    icons = "main i[class*='fa-'], header i[class*='fa-'], dialog i, aside i, nav i, button i"
    assert reading.page.locator(icons).count() >= 5
    masks = reading.page.eval_on_selector_all(
        icons, "all => all.map((e) => [e.className, getComputedStyle(e).maskImage])"
    )
    assert [name for name, mask in masks if not mask.startswith('url("data:image/svg+xml')] == []


def test_own_html_and_pictures_are_light(reading, built_page):
    """Pictures that load only when the reader comes near count too."""
    sources = reading.page.evaluate("[...document.querySelectorAll('main img')].map((image) => image.src)")
    pictures = {SITE / source.removeprefix(f"{reading.base}/") for source in sources if not source.startswith("data:")}
    own = {path.name: path.stat().st_size for path in (SITE / built_page, *pictures)}
    assert sum(own.values()) <= OWN, own


@pytest.mark.parametrize("asked", ["60,965,224", "60965224"])
def test_search_finds_numbers(visit, asked):
    page = visit(f"search.html?q={asked}").page
    page.locator("ul.search li").first.wait_for()
    titles = page.locator("ul.search li > a").all_inner_texts()
    assert any("AlexNet" in title for title in titles), titles
    assert len(titles) < 12  # 1998 and AlexNet stand on more pages: it is not every page with a number


def test_search_finds_words_as_before(visit):
    page = visit("search.html?q=overlapping pooling").page
    page.locator("ul.search li").first.wait_for()
    assert any("overlap" in title.lower() for title in page.locator("ul.search li > a").all_inner_texts())


def test_the_benchmark_measures_a_page(chromium):
    """In a process of its own, for a second Playwright cannot start beside the tests'."""
    script = Path(__file__).parents[1] / "benchmarks/page.py"
    done = subprocess.run([sys.executable, script, "search.html"], capture_output=True, text=True, check=True)
    assert "search.html" in done.stdout and "0 code boxes cut off" in done.stdout

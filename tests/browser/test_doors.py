"""The buttons that open a lesson elsewhere: seen and reached wide and on a phone, by pointer and keyboard."""

import pytest
from built_site import SITE, violations

pytestmark = [pytest.mark.browser, pytest.mark.book]
LESSON = "book/alexnet/paper-and-program.html"
MENUS = {"launch": ["Colab", "Kaggle", "Binder"], "download": [".ipynb", ".pdf"]}


def inside(page, items):
    """Whether all of these lie in the window."""
    wide, high = page.viewport_size["width"], page.viewport_size["height"]
    boxes = [item.bounding_box() for item in items]
    return all(
        0 <= b["x"] <= b["x"] + b["width"] <= wide and 0 <= b["y"] <= b["y"] + b["height"] <= high for b in boxes
    )


@pytest.mark.parametrize("menu", MENUS)
@pytest.mark.parametrize("width", [1280, 390])
def test_a_menu_opens_on_the_screen(visit, width, menu):
    page = visit(LESSON, viewport={"width": width, "height": 700}).page
    opener = page.locator(f".dropdown-{menu}-buttons > button")
    opener.click()
    items = page.locator(f".dropdown-{menu}-buttons .dropdown-item").all()
    assert [item.inner_text().strip() for item in items] == MENUS[menu]
    assert inside(page, [opener, *items])
    assert violations(page) == []


def test_a_menu_opens_by_keyboard(visit):
    page = visit(LESSON).page
    page.locator(".dropdown-launch-buttons > button").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    assert "colab.research.google.com" in page.evaluate("document.activeElement.href")


def test_the_notebook_is_downloaded_and_not_shown(visit):
    page = visit(LESSON).page
    page.locator(".dropdown-download-buttons > button").click()
    with page.expect_download() as waiting:
        page.locator(".dropdown-download-buttons a").click()
    assert waiting.value.suggested_filename == "paper-and-program.ipynb"
    assert waiting.value.path().read_bytes() == (SITE / "notebooks/alexnet/paper-and-program.ipynb").read_bytes()

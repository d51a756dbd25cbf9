"""The ledger's filters, and the table without them."""

from collections import Counter

import pytest
import toc

from cnnlessons.claims import CLAIMS
from cnnlessons.claims.anchors import anchors

pytestmark = [pytest.mark.browser, pytest.mark.book]

PAGE = "book/beyond/ledger.html"
ROWS = "table.ledger.claims tbody tr"


def shown(page):
    """The ids of the rows that can be seen."""
    return page.eval_on_selector_all(ROWS, "rows => rows.filter(r => r.checkVisibility()).map(r => r.id.slice(6))")


def wanted(**conditions):
    return [claim.id for claim in CLAIMS.where(**conditions)]


def test_without_javascript_the_whole_table_stands_there(chromium, site_url):
    with chromium.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{site_url}/{PAGE}", wait_until="load")
        assert page.locator(ROWS).count() == len(CLAIMS)
        assert page.locator(ROWS).last.is_visible()
        assert page.locator(".ledger-filters").count() == 0


def test_filters_choose_rows(visit):
    page = visit(PAGE).page
    assert shown(page) == wanted(verdict="wrong")  # what a reader comes for
    page.get_by_role("button", name="Show all").click()
    page.locator(".ledger-filters [role=status]", has_text=f"{len(CLAIMS)} of").wait_for()
    assert shown(page) == list(CLAIMS)
    page.get_by_label("Study note").select_option("002")
    page.get_by_label("Verdict").select_option("wrong")
    assert shown(page) == wanted(note="002", verdict="wrong")
    assert page.locator(".ledger-filters [role=status]").inner_text() == f"{len(shown(page))} of {len(CLAIMS)} claims"
    page.get_by_label("Kind").select_option("arithmetic")
    assert shown(page) == wanted(note="002", verdict="wrong", kind="arithmetic")
    page.get_by_label("Words").fill("146")
    assert shown(page) == ["002-L015e"]
    page.get_by_role("button", name="Show all").click()
    page.locator(".ledger-filters [role=status]", has_text=f"{len(CLAIMS)} of").wait_for()
    assert shown(page) == list(CLAIMS)


def test_options_say_how_many(visit):
    page = visit(PAGE).page
    for name, label in (("note", "Study note"), ("verdict", "Verdict"), ("kind", "Kind"), ("evidence", "Evidence")):
        options = page.get_by_label(label).locator("option").all_inner_texts()
        counts = Counter(getattr(claim, name) for claim in CLAIMS.values())
        assert sorted(options) == sorted(["all", *(f"{value} ({n})" for value, n in counts.items())])


def test_by_keyboard(visit):
    page = visit(PAGE).page
    page.get_by_label("Verdict").focus()
    page.keyboard.press("i")  # a select goes to the first option with that letter
    page.keyboard.press("Tab")
    assert shown(page) == wanted(verdict="imprecise")
    assert page.evaluate("document.activeElement.name") == "kind"


def test_the_address_holds_the_choice(visit):
    page = visit(f"{PAGE}?verdict=not+checkable&note=004").page
    assert shown(page) == wanted(verdict="not checkable", note="004")
    page.get_by_label("Verdict").select_option("")
    assert page.url.endswith("?note=004")


def test_a_link_to_a_row_that_is_filtered_away_shows_it(visit):
    page = visit(f"{PAGE}?verdict=right#claim-002-L015e").page
    page.wait_for_function("document.querySelector('#claim-002-L015e').checkVisibility()")


def test_a_phone_shows_cards_that_are_still_a_table(visit):
    page = visit(PAGE, viewport={"width": 390, "height": 844}).page
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    row = page.locator("#claim-002-L015e")
    assert row.bounding_box()["width"] > 250
    assert page.get_by_role("row").filter(has_text="146 parameters").get_by_role("cell").count() == 4


def test_a_lesson_leads_to_its_claims(visit, root):
    """From the closed box at its end, by the address."""
    seen = visit("book/alexnet/imagenet.html")
    link = seen.page.locator("details.statements > p a").get_attribute("href")
    page = visit(f"book/alexnet/{link}").page
    assert "?lesson=imagenet" in page.url
    found = anchors(toc.pages(root), root)
    assert shown(page) == [id for id in CLAIMS if any(one.page == "book/alexnet/imagenet" for one in found[id])]
    assert "Lesson" in page.locator(".ledger-filters").inner_text()

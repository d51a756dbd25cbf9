"""The slides as a class sees them: whole, large, with words for every picture and notes for every slide."""

import re

import pytest
from built_site import SITE, violations
from chromium import SLOWEST

pytestmark = [pytest.mark.browser, pytest.mark.book]

DECK = "slides/lenet.html"
MINUTES, LESSON = 90, 45
# For each slide: its title, whatever stands outside it or is too small, and its notes.
LOOK = """() => Reveal.getSlides().map((slide) => {
    const {h, v} = Reveal.getIndices(slide);
    Reveal.slide(h, v);
    const scale = Reveal.getScale(), frame = slide.getBoundingClientRect();
    const texts = document.createTreeWalker(slide, NodeFilter.SHOW_TEXT), small = [];
    while (texts.nextNode()) {
        const node = texts.currentNode, own = node.parentElement;
        if (!node.data.trim() || own.closest('aside, mjx-container, script, style')) continue;
        if (!own.getClientRects().length || own.closest('.unseen, [role=status]')) continue;
        if (parseFloat(getComputedStyle(own).fontSize) * (own.currentCSSZoom ?? 1) < 24) small.push(node.data.trim());
    }
    const outside = [...slide.querySelectorAll('*')].filter((e) => {
        const box = e.getBoundingClientRect();
        if (!box.width || e.closest('aside, mjx-assistive-mml')) return false;
        return (box.right - frame.left) / scale > 1281 || (box.bottom - frame.top) / scale > 721
            || e.scrollWidth > e.clientWidth + 1 && e.matches('pre');
    }).map((e) => e.outerHTML.slice(0, 120));
    return {title: slide.querySelector('h1, h2').innerText, small, outside, notes: Reveal.getSlideNotes() ?? '',
            seconds: Number(slide.dataset.timing), words: slide.innerText.split(/\\s+/).length,
            question: !!slide.querySelector('.question'), code: slide.querySelector('pre')?.innerText ?? ''};
})"""

# Shows every slide with a widget until the widget is alive.
ENLIVEN = """async () => {
    for (const place of document.querySelectorAll('.cnnlessons-widget')) {
        const {h, v} = Reveal.getIndices(place.closest('section'));
        Reveal.slide(h, v);
        for (let i = 0; i < 300 && place.dataset.alive === undefined; i++)
            await new Promise((go) => setTimeout(go, 100));
        if (place.dataset.alive === undefined) throw new Error(`${place.dataset.widget} did not come alive`);
    }
    Reveal.slide(0);
}"""


def open_deck(visit, query="", **options):
    seen = visit(f"{DECK}{query}", viewport={"width": 1280, "height": 720}, reduced_motion="reduce", **options)
    seen.page.wait_for_function("window.Reveal?.isReady()")
    seen.page.wait_for_load_state("networkidle")
    return seen


@pytest.fixture(scope="module")
def slides(chromium, site_url):
    context = chromium.new_context(viewport={"width": 1280, "height": 720})
    page = context.new_page()
    page.set_default_timeout(SLOWEST)
    page.goto(f"{site_url}/{DECK}", wait_until="load")
    page.wait_for_function("window.Reveal?.isReady()")
    page.evaluate("MathJax.startup.promise.then(() => document.fonts.ready).then(() => null)")
    page.evaluate(ENLIVEN)
    yield page.evaluate(LOOK)
    context.close()


def test_deck_asks_no_other_host_and_has_no_errors(visit):
    seen = open_deck(visit)
    assert (seen.foreign, seen.missing, seen.errors) == ([], [], [])


def test_speaker_view_opens_with_notes_and_asks_no_other_host(visit):
    seen = open_deck(visit)
    with seen.page.expect_popup() as popup:
        seen.page.keyboard.press("s")
    popup.value.locator(".speaker-controls-notes .value", has_text="Minutes 0 to 1").wait_for()
    assert seen.foreign == []


def test_every_slide_fits_and_can_be_read_from_the_back_row(slides):
    assert {s["title"]: s["outside"] for s in slides if s["outside"]} == {}
    assert {s["title"]: s["small"] for s in slides if s["small"]} == {}
    assert {s["title"]: s["words"] for s in slides if s["words"] > 90} == {}
    assert {s["title"]: s["code"] for s in slides if s["code"].count("\n") > 8} == {}


def test_every_slide_has_notes_and_the_minutes_add_up(slides):
    assert [s["title"] for s in slides if len(s["notes"].split()) < 15] == []
    clock = 0
    ends = []
    for slide in slides:
        start, clock = clock, clock + slide["seconds"] // 60
        assert f"Minutes {start} to {clock} " in slide["notes"]
        ends.append(clock)
    assert clock == MINUTES
    assert LESSON in ends  # the bell rings between two slides


def test_questions_come_before_answers(slides):
    """A question is never the last word, and is never followed by another."""
    asked = [s["question"] for s in slides]
    assert sum(asked) >= 8
    assert not any(one and other for one, other in zip(asked, [*asked[1:], True], strict=True))


def test_every_picture_has_words(visit):
    page = open_deck(visit).page
    alts = page.evaluate("[...document.images].map((image) => image.alt)")
    assert len(alts) >= 12
    assert [alt for alt in alts if len(alt.split()) < 5] == []


def test_every_formula_is_rendered(visit):
    page = open_deck(visit).page
    formulas = page.locator(".slides .math").count()
    assert formulas >= 3
    assert page.locator(".slides .math:has(mjx-container)").count() == formulas


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(visit, scheme):
    """On paper all slides are seen at once."""
    page = open_deck(visit, "?print-pdf", color_scheme=scheme).page
    page.wait_for_selector(".pdf-page")
    assert violations(page) == []


@pytest.mark.parametrize(("name", "pages"), [("lenet.pdf", 1), ("lenet-notes.pdf", 2)])
def test_pdf_has_a_page_for_each_slide(slides, name, pages):
    data = (SITE / "slides" / name).read_bytes()
    assert len(re.findall(rb"/Type\s*/Page\b", data)) == pages * len(slides)


def test_a_widget_on_a_slide_is_alive_and_keeps_its_keys(visit):
    seen = open_deck(visit)
    page = seen.page
    page.evaluate(ENLIVEN)
    assert page.evaluate("document.querySelectorAll('.cnnlessons-widget').length") >= 1
    page.evaluate("""() => {
        const {h, v} = Reveal.getIndices(document.querySelector('.cnnlessons-widget').closest('section'));
        Reveal.slide(h, v);
    }""")
    here = page.evaluate("Reveal.getIndices().h")
    button = page.get_by_role("button", name="Another digit")
    before = page.locator(".cnnlessons [role=status]").inner_text()
    button.click()
    page.wait_for_function("old => document.querySelector('.cnnlessons [role=status]').innerText !== old", arg=before)
    button.focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("Reveal.getIndices().h") == here
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("Reveal.getIndices().h") == here + 1
    assert (seen.foreign, seen.missing, seen.errors) == ([], [], [])

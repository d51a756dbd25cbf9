"""The slides as a class sees them: whole and large, on a wide screen and on a projector of 4:3, alive and on paper."""

import re
from dataclasses import dataclass, field
from typing import Any

import pytest
import sessions
import slides_pdf
from built_site import COLOURS_AND_PLACES, SITE, Visit, tab, violations

pytestmark = [pytest.mark.browser, pytest.mark.book]

WIDE, NARROW = {"width": 1280, "height": 720}, {"width": 960, "height": 720}
# For each slide: its title, whatever stands outside it or is too small, and its notes.
LOOK = """async () => {
  const NO_PROSE = '.cnnlessons-widget, div.citation, mjx-container';
  const words = (e) => e.innerText.split(/\\s+/).filter((word) => /[\\p{L}\\p{N}]/u.test(word)).length;
  const found = [];
  for (const slide of Reveal.getSlides()) {
    const {h, v} = Reveal.getIndices(slide);
    Reveal.slide(h, v);
    if (slide.querySelector('.cnnlessons-widget'))  // it measures its place when it is shown, in the next frame
        for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame);
    const scale = Reveal.getScale(), frame = slide.getBoundingClientRect(), {width} = Reveal.getConfig();
    const texts = document.createTreeWalker(slide, NodeFilter.SHOW_TEXT), small = new Set();
    while (texts.nextNode()) {
        const node = texts.currentNode, own = node.parentElement;
        if (!node.data.trim() || own.closest('aside, mjx-container, script, style')) continue;
        if (!own.getClientRects().length || own.closest('.unseen, [role=status]')) continue;
        const size = parseFloat(getComputedStyle(own).fontSize) * (own.currentCSSZoom ?? 1);
        if (size < 23.9) small.add(`${node.data.trim().slice(0, 30)} (${size} px)`);
    }
    const outside = [...slide.querySelectorAll('*')].flatMap((e) => {
        const box = e.getBoundingClientRect();
        if (!box.width || e.closest('aside, mjx-assistive-mml')) return [];
        const over = Math.max((box.right - frame.left) / scale - width, (box.bottom - frame.top) / scale - 720,
            e.matches('pre') ? e.scrollWidth - e.clientWidth : 0);
        return over > 1 ? [`${Math.round(over)} px: ${e.outerHTML.slice(0, 80)}`] : [];
    }).slice(0, 3);
    const pictures = [...slide.querySelectorAll('img:not(.cnnlessons-widget *)')];
    const tiny = pictures.map((e) => [e.getBoundingClientRect().height / scale, e.alt]);
    const others = [...slide.querySelectorAll(NO_PROSE)];
    found.push({title: slide.querySelector('h1, h2').innerText, question: !!slide.querySelector('.question.docutils'),
        small: [...small], outside,
        notes: Reveal.getSlideNotes() ?? '', seconds: Number(slide.dataset.timing),
        words: words(slide) - others.reduce((sum, e) => sum + words(e), 0),
        code: slide.querySelector('pre')?.innerText ?? '',
        tiny: tiny.filter(([height]) => height < 150).map(([height, alt]) => `${Math.round(height)} px: ${alt}`)});
  }
  return found;
}"""

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
READY = "() => Promise.all([window.MathJax?.startup.promise, document.fonts.ready]).then(() => null)"


@dataclass
class Deck:
    """A deck, opened once for all tests, and each of its slides as seen in both shapes of screen."""

    name: str
    seen: Visit
    slides: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def of(self, what: str) -> dict[str, Any]:
        """What was found at slides of any shape, by shape and title."""
        return {f"{shape}: {s['title']}": s[what] for shape, all in self.slides.items() for s in all if s[what]}


@pytest.fixture(scope="module", params=sessions.written())
def deck(request, chromium, site_url):
    """The next deck; its tests run one after the other, so that it is loaded once."""
    seen = tab(chromium, site_url, viewport=WIDE, reduced_motion="reduce")
    seen.open(f"slides/{request.param}.html")
    seen.page.wait_for_function("window.Reveal?.isReady()")
    seen.page.evaluate(READY)
    seen.page.evaluate(ENLIVEN)
    found = Deck(request.param, seen)
    for name, size in (("wide", WIDE), ("narrow", NARROW)):
        seen.page.set_viewport_size(size)
        seen.page.wait_for_function(f"Reveal.getConfig().width === {size['width']}")
        found.slides[name] = seen.page.evaluate(LOOK)
    seen.page.set_viewport_size(WIDE)
    yield found
    seen.page.context.close()


def test_every_slide_fits_and_can_be_read_from_the_back_row(deck):
    assert deck.of("outside") == {}
    assert deck.of("small") == {}
    assert deck.of("tiny") == {}
    assert {s["title"]: s["words"] for s in deck.slides["wide"] if s["words"] > 90} == {}
    assert {s["title"]: s["code"] for s in deck.slides["wide"] if s["code"].count("\n") > 8} == {}


def test_the_notes_tell_the_time(deck):
    clock = 0
    for slide in deck.slides["wide"]:
        start, clock = clock, clock + slide["seconds"] // 60
        assert f"Minutes {start} to {clock} " in slide["notes"]
    assert clock == sessions.MINUTES


def test_every_picture_has_words(deck):
    alts = deck.seen.page.evaluate("[...document.querySelectorAll('.slides img')].map((image) => image.alt)")
    assert [alt for alt in alts if len(alt.split()) < 5] == []


def test_every_formula_is_rendered(deck):
    formulas = deck.seen.page.locator(".slides .math")
    assert formulas.and_(deck.seen.page.locator(":has(mjx-container)")).count() == formulas.count()


def test_the_keys_of_a_widget_stay_in_it(deck):
    """An arrow moves a handle of a live widget, not the deck, until the widget has lost the focus."""
    page = deck.seen.page
    page.evaluate("""() => {
        const {h, v} = Reveal.getIndices(document.querySelector('.cnnlessons-widget').closest('section'));
        Reveal.slide(h, v);
    }""")
    here = page.evaluate("Reveal.getIndices().h")
    page.locator(".present .cnnlessons-widget :is(button, input, select, [tabindex='0']):visible").first.focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("Reveal.getIndices().h") == here
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("Reveal.getIndices().h") == here + 1


def test_a_deck_asks_no_other_host_and_has_no_errors(deck):
    """After all of the above."""
    assert (deck.seen.foreign, deck.seen.missing, deck.seen.errors) == ([], [], [])


def test_axe_finds_nothing(deck):
    """On paper all slides are seen at once. The tab is not the deck's any more."""
    page = deck.seen.page
    deck.seen.open(f"slides/{deck.name}.html?print-pdf")
    page.wait_for_selector(".pdf-page")
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    # reveal.js has written the light ground into each page
    page.evaluate("document.querySelectorAll('.pdf-page').forEach((page) => page.style.removeProperty('background'))")
    assert violations(page, COLOURS_AND_PLACES) == []
    page.emulate_media(color_scheme="light")


def test_a_worksheet_has_the_questions_and_nothing_else(deck):
    """After axe, in the same print view: as tools/slides_pdf.py rearranges it."""
    page = deck.seen.page
    for arrange in (slides_pdf.SHEETS, slides_pdf.WORKSHEET):
        page.evaluate(arrange)
    titles = page.evaluate("[...document.querySelectorAll('.pdf-page h2')].map((title) => title.textContent)")
    assert titles == [s["title"] for s in deck.slides["wide"] if s["question"]]
    assert page.locator(".slides header h1").count() == 1
    assert page.locator("aside.notes").count() == 0


def test_what_is_printed_has_its_pages_and_its_text(deck):
    """Slides and notes have a page a slide; a worksheet has at most a page a question."""
    pages = {}
    for what, ending in sessions.PAPERS.items():
        data = (SITE / f"slides/{deck.name}{ending}").read_bytes()
        pages[what] = len(re.findall(rb"/Type\s*/Page\b", data))
        assert b"/StructTreeRoot" in data and b"/ToUnicode" in data, what  # text stays text, in the order it is read
    questions = sum(s["question"] for s in deck.slides["wide"])
    assert pages["slides"] == pages["slides with notes"] == len(deck.slides["wide"])
    assert 1 < pages["worksheet"] <= questions
    assert 1 <= pages["quiz"] <= 3 and 1 <= pages["key"] <= 4


def test_the_speaker_view_opens_with_notes_and_asks_no_other_host(visit):
    seen = visit(f"slides/{sessions.written()[0]}.html", viewport=WIDE)
    seen.page.wait_for_function("window.Reveal?.isReady()")
    with seen.page.expect_popup() as popup:
        seen.page.keyboard.press("s")
    popup.value.locator(".speaker-controls-notes .value", has_text="Minutes 0 to 1").wait_for()
    assert seen.foreign == []


def test_the_list_of_decks_leads_to_all_that_is_made(visit):
    seen = visit("slides/index.html")
    links = set(seen.page.evaluate("[...document.querySelectorAll('ol a')].map((a) => a.getAttribute('href'))"))
    made = {f"{name}{ending}" for name in sessions.written() for ending in (".html", *sessions.PAPERS.values())}
    assert links == made
    assert [name for name in made if not (SITE / "slides" / name).is_file()] == []
    assert violations(seen.page) == []
    seen.page.emulate_media(color_scheme="dark")
    assert violations(seen.page, COLOURS_AND_PLACES) == []

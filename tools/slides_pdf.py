"""Print decks of slides to PDF with the Chromium that the browser tests use too.

python tools/slides_pdf.py _build/html/slides/shapes.html …

writes beside each deck NAME.pdf, a slide a page; NAME-notes.pdf, a slide and its notes on each sheet of A4; and
NAME-worksheet.pdf, the questions with room to write.
"""

import sys
from pathlib import Path

import chromium

STYLE = Path(__file__).parents[1] / "book/slides/_static/paper.css"
SLIDES = {"prefer_css_page_size": True, "print_background": True, "tagged": True, "outline": True}
A4 = {"format": "A4", "scale": 794 / 1280, "print_background": True, "tagged": True, "outline": True}
# The notes leave their slides, and stand below them.
SHEETS = """() => {
    document.documentElement.classList.add('sheets');
    for (const page of document.querySelectorAll('.pdf-page')) page.append(page.querySelector('aside.notes'));
}"""
WORKSHEET = """() => {
    document.documentElement.classList.replace('sheets', 'worksheet');
    for (const page of document.querySelectorAll('.pdf-page')) {
        page.querySelector('aside.notes').remove();
        if (!page.querySelector('.question.docutils')) { page.remove(); continue; }
        page.querySelector('section').classList.toggle('pictures', !!page.querySelector('img, .cnnlessons-widget'));
        page.insertAdjacentHTML('beforeend', '<div class="line"></div>'.repeat(4));
    }
    const head = document.createElement('header'), title = document.createElement('h1');
    title.textContent = document.title;
    head.append(title);
    head.insertAdjacentHTML('beforeend', '<p>Name <span></span> Date <span></span></p>');
    document.querySelector('.slides').prepend(head);
}"""


def show(page, deck):
    """Open the deck as paper, a slide a page, and wait for all that is slow."""
    page.goto(f"{deck.resolve().as_uri()}?print-pdf")
    page.wait_for_selector(".pdf-page")
    for place in page.locator(".cnnlessons-widget").all():  # a widget waits until it is near the window
        place.scroll_into_view_if_needed()
    page.wait_for_function("!document.querySelector('.cnnlessons-widget:not([data-alive])')")
    page.wait_for_function("[...document.images].every((image) => image.complete && image.naturalWidth)")
    page.evaluate("window.MathJax?.startup?.promise.then(() => document.fonts.ready).then(() => null)")


def printed(page, deck):
    """Write the three files of a deck; it is opened once and rearranged."""
    show(page, deck)
    page.pdf(path=deck.with_suffix(".pdf"), **SLIDES)
    page.add_style_tag(path=STYLE)
    for name, arrange in (("notes", SHEETS), ("worksheet", WORKSHEET)):
        page.evaluate(arrange)
        page.pdf(path=deck.with_name(f"{deck.stem}-{name}.pdf"), **A4)


def main(decks):
    """Print every deck; where there is no Chromium say so, and fail only in CI."""
    path = chromium.found()
    if path is None:
        print(f"No PDF of the slides: {chromium.WANTED} (make chromium installs one).")
        return int(chromium.must())
    with chromium.running(path) as browser:
        page = browser.new_page(color_scheme="light")
        page.set_default_timeout(chromium.SLOWEST)
        for deck in map(Path, decks):
            printed(page, deck)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

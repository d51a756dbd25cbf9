"""Print decks of slides to PDF with the Chromium that the browser tests use too.

python tools/slides_pdf.py _build/html/slides/lenet.html …    writes lenet.pdf and, with the notes, lenet-notes.pdf
"""

import sys
from pathlib import Path

import chromium


def show(page, deck, *, notes=False):
    """Open the deck as paper, a slide a page and with `notes` its notes on the next; return the number of pages."""
    page.goto(f"{deck.resolve().as_uri()}?print-pdf" + ("&showNotes=separate-page" if notes else ""))
    page.wait_for_selector(".pdf-page")
    for place in page.locator(".cnnlessons-widget").all():  # a widget waits until it is near the window
        place.scroll_into_view_if_needed()
    page.wait_for_function("!document.querySelector('.cnnlessons-widget:not([data-alive])')")
    page.wait_for_function("[...document.images].every((image) => image.complete && image.naturalWidth)")
    page.evaluate("window.MathJax?.startup?.promise.then(() => document.fonts.ready).then(() => null)")
    return page.locator(".pdf-page").count() * (2 if notes else 1)


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
            for notes, name in ((False, f"{deck.stem}.pdf"), (True, f"{deck.stem}-notes.pdf")):
                pages = show(page, deck, notes=notes)
                # Chromium adds an empty page after the last notes, so say which pages.
                options = {"prefer_css_page_size": True, "print_background": True, "tagged": True}
                page.pdf(path=deck.with_name(name), page_ranges=f"1-{pages}", **options)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

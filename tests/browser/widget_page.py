"""A bare page with widgets, opened as a file, in a tab that may talk to no host: for the tests of every widget."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from built_site import AXE, WIDTHS
from playwright.sync_api import Browser, ConsoleMessage, Page, Route

from cnnlessons.widgets import sphinx_ext
from cnnlessons.widgets.base import Widget

HEAD = '<!doctype html><html lang="en" data-theme="{theme}"><meta charset="utf-8"><title>Widgets</title>'
FRAME = '<meta name="viewport" content="width=device-width"><style>body {{ margin: 8px; {dark} }}</style>'
SCRIPT = '<script defer src="{host}"></script><main><h1 style="margin-bottom: {lead}px">Widgets</h1>{places}</main>'
DARK = "background: #14181e; color: #eee;"


def write_files(folder: Path) -> None:
    """The host, the widgets and their assets, as a page has them."""
    (folder / sphinx_ext.FOLDER).mkdir(parents=True, exist_ok=True)
    for name, text in sphinx_ext.files().items():
        (folder / name).write_text(text, encoding="utf-8")


@contextmanager
def widget_pages(chromium: Browser, folder: Path) -> Iterator[Callable[..., Page]]:
    """open_page(*widgets, width=1280, theme="light", alive=True, lead=0, **context options) gives a
    page that shows them, after `lead` empty pixels.

    With `alive` every widget is scrolled to and awaited. When all is over, a console error, an exception of the page or
    a request to another host fails the test.
    """
    contexts = []
    wrong: list[str] = []

    def open_page(
        *widgets: Widget, width: int = 1280, theme: str = "light", alive: bool = True, lead: int = 0, **options: Any
    ) -> Page:
        host = (folder / sphinx_ext.HOST).as_uri()
        places = "\n".join(widget.page() for widget in widgets)
        parts = (HEAD, FRAME, SCRIPT)
        dark = DARK if theme == "dark" else ""
        path = folder / f"page{len(contexts)}.html"
        path.write_text(
            "".join(parts).format(theme=theme, dark=dark, host=host, places=places, lead=lead), encoding="utf-8"
        )
        size = {"width": width, "height": WIDTHS.get(width, 900)}
        options = {"viewport": size, "color_scheme": theme, "reduced_motion": "reduce", **options}
        context = chromium.new_context(**options)
        contexts.append(context)

        def refuse(route: Route) -> None:
            wrong.append(f"a request to {route.request.url}")
            route.abort()

        def said(message: ConsoleMessage) -> None:
            if message.type == "error":
                wrong.append(message.text)

        context.route("http*://**", refuse)
        page = context.new_page()
        page.on("console", said)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(path.as_uri())
        if alive and options.get("java_script_enabled", True):
            for place in page.locator(".cnnlessons-widget").all():
                place.scroll_into_view_if_needed()
            page.wait_for_function("!document.querySelector('.cnnlessons-widget:not([data-alive])')")
            page.evaluate("scrollTo(0, 0)")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


def held_against(page: Page) -> list[str]:
    """What axe-core holds against the widgets, and every element that sticks out of the page."""
    page.evaluate(AXE)
    found = page.evaluate("axe.run('.cnnlessons-widget', { resultTypes: ['violations'] })")["violations"]
    said = [f"{rule['id']}: {node['html'][:160]} {node['failureSummary']}" for rule in found for node in rule["nodes"]]
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [*said, *([f"the page is {wide} pixels wider than its window"] if wide > 0 else [])]

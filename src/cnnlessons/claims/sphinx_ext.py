"""A Sphinx extension: the ledger's rows get their links into the lessons, and its page the script that filters it."""

import re
from collections.abc import Callable, Iterable
from html import escape
from typing import Any

from cnnlessons.claims.anchors import Anchor, anchors

PLACE = re.compile(r'<span class="shown" data-shown="([\w-]+)"></span>')


def links(found: Iterable[Anchor], uri: Callable[[str], str]) -> str:
    """A sentence of links to anchors; `uri(page)` is the address of a page as seen from the ledger."""
    each = [
        f'<a href="{address(uri, anchor)}" data-lesson="{anchor.page.split("/")[-1]}">'
        f"{escape(anchor.title)}: {escape(anchor.heading)}</a>"
        for anchor in found
    ]
    return f'<span class="shown">Shown in {"; ".join(each)}.</span>' if each else ""


def address(uri: Callable[[str], str], anchor: Anchor) -> str:
    """Of a section, or of a whole page."""
    return uri(anchor.page) + (f"#{anchor.label}" if anchor.label else "")


def fill(app: Any, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Write the links into a page with rows of the ledger, and load its script and style there only."""
    if 'class="ledger ' not in context.get("body", ""):
        return
    found = anchors(app.env.toctree_includes[app.config.root_doc], app.srcdir)

    def uri(page: str) -> str:
        return app.builder.get_relative_uri(pagename, page)

    context["body"] = PLACE.sub(lambda place: links(found.get(place[1], ()), uri), context["body"])
    app.add_js_file("ledger.js", loading_method="defer")
    app.add_css_file("ledger.css")


def setup(app: Any) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("html-page-context", fill)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

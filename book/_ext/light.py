"""A Sphinx extension: no page loads what it does not use, and the root of the site leads to the book.

MathJax (263 kB as it travels) comes with formulas only. `_templates/layout.html` leaves out two more things: the
theme's icon script (see icons.py) and, but on the search page, the search index. A change of a style sheet alone also
reaches the built pages: Sphinx by itself copies static files only when a page has changed.
"""

import hashlib
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

ROOT = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>{title}</title>
<link rel="icon" href="_static/favicon.svg">
<meta http-equiv="refresh" content="0; url={page}">
<p><a href="{page}">{title}</a></p>
</html>
"""


BOOK = Path(__file__).parents[1]


def look_of_the_pages() -> str:
    """A digest of what every page is dressed in: style sheets, scripts, templates and these extensions."""
    files = (path for folder in ("_ext", "_static", "_templates") for path in sorted((BOOK / folder).glob("*.*")))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def without_mathjax(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Leave MathJax out of a page without a formula: Sphinx asks for it where a *list* of pages names one with some."""
    if 'class="math' not in context.get("body", ""):
        context["script_files"] = [
            script
            for script in context["script_files"]
            if "mathjax" not in str(getattr(script, "filename", "")).lower()
        ]


def lead_to_the_book(app: Sphinx, failed: Exception | None) -> None:
    """Write the root's page anew: the builder's has no icon, so browsers ask for one that is not there."""
    if failed is None and app.builder.format == "html":
        page = app.builder.get_target_uri(app.config.root_doc)
        text = ROOT.format(title=app.config.html_title or app.config.project, page=page)
        Path(app.outdir, "index.html").write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx, which writes all pages anew when the look differs from the last build's."""
    app.add_config_value("look_of_the_pages", look_of_the_pages(), "html")
    app.connect("html-page-context", without_mathjax, priority=900)  # after Sphinx added it
    app.connect("build-finished", lead_to_the_book, priority=900)  # after sphinx-external-toc wrote its own
    return {"parallel_read_safe": True, "parallel_write_safe": True}

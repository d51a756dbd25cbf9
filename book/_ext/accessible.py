"""A Sphinx extension: what the theme leaves to be said to keyboards and screen readers, said."""

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

# The empty corner of a table with row names: a heading cell would announce a heading without words.
EMPTY_HEADING = re.compile(r'<th class="([^"]*)"><p></p></th>')


def without_thebe(app: Sphinx) -> None:
    """Unplug sphinx-thebe, which Jupyter Book always loads: pages here run no remote kernel."""
    for listeners in app.events.listeners.values():
        for listener in list(listeners):
            if getattr(listener.handler, "__module__", "").startswith("sphinx_thebe"):
                app.disconnect(listener.id)
    app.registry.css_files[:] = [(name, how) for name, how in app.registry.css_files if "thebe" not in name]


def mend(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Roles that exist and headings that say something, in the body of a page."""
    if "body" in context:
        # A bibliography is a plain list: doc-biblioentry was withdrawn from DPUB-ARIA.
        body = context["body"].replace('role="doc-biblioentry"', 'role="listitem"')
        context["body"] = EMPTY_HEADING.sub(r'<td class="\1"></td>', body)


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    without_thebe(app)
    app.connect("html-page-context", mend)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

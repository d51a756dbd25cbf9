"""A Sphinx extension: the sessions of the course as lists and tables, from the front matter of their decks."""

from typing import ClassVar

import sessions
from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


def link(text: str, address: str) -> nodes.reference:
    """To a file that `make slides` makes, of which Sphinx knows nothing."""
    return nodes.reference(text, text, refuri=address, internal=False)


def papers(name: str, folder: str = "") -> list[nodes.Node]:
    """The PDF files of a session, a link each."""
    found: list[nodes.Node] = []
    for what, ending in sessions.PAPERS.items():
        found += [nodes.Text(", ")] if found else []
        found.append(link(what, f"{folder}{name}{ending}"))
    return found


class Decks(SphinxDirective):
    """`{decks}`: all decks in order, a line each, with what can be printed; `:folder:` is where they lie."""

    option_spec: ClassVar = {"folder": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        """A numbered list."""
        folder = self.options.get("folder", "")
        found = nodes.enumerated_list(enumtype="arabic", prefix="", suffix=".")
        for session in sessions.course().values():
            self.env.note_dependency(str(sessions.SLIDES / f"{session.name}.md"))
            words = nodes.paragraph("", "", link(session.title, f"{folder}{session.name}.html"), nodes.Text(": "))
            words += papers(session.name, folder)
            found += nodes.list_item("", words)
        return [found]


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.add_directive("decks", Decks)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""A Sphinx extension for slides: figures, outputs, code and numbers come from the book, notes carry the minutes.

What the book does not have is an error, which stops a build with -W.
"""

import hashlib
import json
import os
import re
from pathlib import Path
from collections.abc import Callable
from typing import Any, ClassVar

import excerpt
import sessions
from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole
from sphinx_revealjs.nodes import revealjs_section
from sphinxcontrib.bibtex.directives import BibliographyDirective
from sphinxcontrib.bibtex.roles import CiteRole

from cnnlessons import CATALOGUE, trace
from cnnlessons.draw import style

LONGEST = 9  # lines of code or output that can be read from the back row
logger = logging.getLogger(__name__)


class FromBook(SphinxDirective):
    """`{…} LESSON` with `:cell:`, a piece of a cell's source."""

    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar = {"cell": directives.unchanged_required, "class": directives.class_option}

    @property
    def source(self) -> tuple[str, str]:
        """Lesson and piece, for excerpt's functions."""
        if "cell" not in self.options:
            raise excerpt.ExcerptError(f"{self.name}: say which cell, with :cell: and a piece of its source")
        return self.arguments[0], self.options["cell"]

    def make(self) -> nodes.Element:
        """What a subclass shows."""
        raise NotImplementedError

    def run(self) -> list[nodes.Node]:
        """What the subclass makes, or an error that names what the book lacks."""
        try:
            made = self.make()
            if "cell" in self.options:
                self.env.note_dependency(str(excerpt.notebook(self.arguments[0])))
        except excerpt.ExcerptError as error:
            raise self.error(str(error)) from None
        made["classes"] += self.options.get("class", [])
        return [made]

    def short(self, text: str, language: str) -> nodes.literal_block:
        """A literal block that fits on a slide."""
        if len(text.splitlines()) > LONGEST:
            raise excerpt.ExcerptError(f"{self.options['cell']!r} gives more than the {LONGEST} lines a slide can show")
        return nodes.literal_block(text, text, language=language, linenos=False)

    def grid(self, rows: list[list[str]]) -> nodes.table:
        """A table whose first row is its header."""
        group = nodes.tgroup(cols=len(rows[0]))
        group += [nodes.colspec(colwidth=1) for _ in rows[0]]
        parts = nodes.thead(), nodes.tbody()
        for n, row in enumerate(rows):
            line = nodes.row()
            for text in row:
                entry = nodes.entry()
                self.state.nested_parse(StringList([text], "table"), 0, entry)
                line += entry
            parts[n > 0].append(line)
        group += parts
        return nodes.table("", group)


class Figure(FromBook):
    """`{figure-from}`: the picture a cell drew, with its alternative text, at most `:height:` pixels high."""

    option_spec = FromBook.option_spec | {"height": directives.positive_int}

    def make(self) -> nodes.image:
        """An image node; the file lies beside the build's doctrees."""
        png, alt = excerpt.figure(*self.source)
        name = f"{Path(self.arguments[0]).name}-{hashlib.sha256(png).hexdigest()[:10]}.png"
        folder = Path(self.env.doctreedir) / "figures"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(png)
        image = nodes.image(uri=Path(os.path.relpath(folder / name, self.env.srcdir)).as_posix(), alt=alt)
        if "height" in self.options:
            image["height"] = f"{self.options['height']}px"
        return image


class Widget(FromBook):
    """`{widget-from}`: the widget that a cell shows, alive on the slide; `:with:` has JSON for some of its state."""

    option_spec = FromBook.option_spec | {"with": json.loads}

    def make(self) -> nodes.container:
        """A container of raw HTML."""
        html = excerpt.widget(*self.source, self.options.get("with"))
        return nodes.container("", nodes.raw("", html, format="html"), classes=["widget"])


class Output(FromBook):
    """`{output-from}`: what a cell printed."""

    def make(self) -> nodes.literal_block:
        """A literal block."""
        return self.short(excerpt.output(*self.source), "text")


class Code(FromBook):
    """`{code-from}`: the lines of a cell from `:cell:` to `:until:`."""

    option_spec = FromBook.option_spec | {"until": directives.unchanged_required}

    def make(self) -> nodes.literal_block:
        """A literal block."""
        return self.short(excerpt.code(*self.source, self.options.get("until")), "python")


class Table(FromBook):
    """`{table-from}`: some `:columns:` of a table that a lesson has."""

    option_spec = FromBook.option_spec | {"columns": directives.positive_int_list}

    def make(self) -> nodes.table:
        """A table."""
        return self.grid(excerpt.table(*self.source, self.options.get("columns")))


class Layers(FromBook):
    """`{layers} NETWORK`: the counts of its layers that have any, and their sums."""

    option_spec: ClassVar = {"class": directives.class_option}

    def make(self) -> nodes.table:
        """A table."""
        rows = trace(CATALOGUE[self.arguments[0]])
        shown = [row for row in rows if row.connections]
        names = [row.layer.name.removesuffix("_rbf") for row in shown]
        lines = [
            [n, "×".join(map(str, r.shape_out)), f"{r.params:,}", f"{r.connections:,}"]
            for n, r in zip(names, shown, strict=True)
        ]
        return self.grid(
            [
                ["layer", "returns", "parameters", "connections"],
                *lines,
                ["**all**", "", f"**{rows.params:,}**", f"**{rows.connections:,}**"],
            ]
        )


class Taken(SphinxRole):
    """A role whose words, between `::`, are the arguments of an excerpt function."""

    def __init__(self, take: Callable[..., str]):
        super().__init__()
        self.take = take

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Text, or an error that names what the book lacks."""
        words = [word.strip() for word in self.text.split(" :: ")]
        try:
            return [nodes.Text(self.take(*words))], []
        except (excerpt.ExcerptError, TypeError) as error:
            message = self.inliner.reporter.error(f"{self.rawtext}: {error}", line=self.lineno)
            return [self.inliner.problematic(self.rawtext, self.rawtext, message)], [message]


class Cite(CiteRole):
    """`{cite:t}` for several decks that cite one paper: each has keys of its own, DECK:KEY."""

    def __call__(self, name: str, rawtext: str, text: str, lineno: int, inliner: Any, *rest: Any) -> Any:
        """Called by docutils."""
        deck = inliner.document.settings.env.docname
        return super().__call__(name, rawtext, re.sub(r"(?<![^,])\s*(?=\w)", f"{deck}:", text), lineno, inliner, *rest)


class Bibliography(BibliographyDirective):
    """`{bibliography}` of what this deck cites."""

    def run(self) -> list[nodes.Node]:
        """As it is, with keys and labels of this deck."""
        self.options |= dict.fromkeys(("keyprefix", "labelprefix"), f"{self.env.docname}:")
        return list(super().run())


class notes(nodes.General, nodes.Element):
    """Speaker notes of a slide."""


class Notes(SphinxDirective):
    """`{notes} MINUTES`: how long a slide takes, and what to say."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        """The notes, and the slide's time for the speaker view's clock."""
        try:
            minutes = directives.positive_int(self.arguments[0])
        except ValueError as error:
            raise self.error(f"notes: {self.arguments[0]} minutes: {error}") from None
        node = notes(minutes=minutes)
        self.state.nested_parse(self.content, self.content_offset, node)
        timing = revealjs_section()
        timing["data-timing"] = str(60 * minutes)
        return [timing, node]


def keep_time(app: Sphinx, doctree: nodes.document) -> None:
    """Write into the notes when each slide begins and ends; a slide without notes or a session too long is an error."""
    deck = app.env.docname
    if deck == app.config.root_doc:
        return
    for slide in doctree.findall(nodes.section):
        if not any(isinstance(child, notes) for child in slide):
            logger.error("the slide %r has no notes", slide.next_node(nodes.title).astext(), location=slide)
    clock = 0
    for node in doctree.findall(notes):
        start, clock = clock, clock + node["minutes"]
        when = f"Minutes {start} to {clock} ({node['minutes']} min)"
        node.insert(0, nodes.paragraph("", "", nodes.strong(when, when)))
    if clock != sessions.MINUTES:
        logger.error("the slides take %s minutes, not %s", clock, sessions.MINUTES, location=doctree)
    try:
        sessions.read(deck)
    except sessions.SessionError as error:
        logger.error("%s", error, location=doctree)


def paint(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Hand the book's one palette to the style sheet."""
    colours = "".join(f"--{kind}:{colour};" for kind, colour in style.PALETTE.items())
    context["metatags"] = context.get("metatags", "") + f"<style>:root{{--ink:{style.INK};{colours}}}</style>"


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.setup_extension("sphinxcontrib.bibtex")
    for directive in (Figure, Output, Code, Table, Widget):
        app.add_directive(f"{directive.__name__.lower()}-from", directive)
    app.add_directive("layers", Layers)
    app.add_directive("notes", Notes)
    for name in ("number", "said", "recorded"):
        app.add_role(name, Taken(getattr(excerpt, name)))
    app.add_role_to_domain("cite", "t", Cite(), override=True)
    app.add_directive("bibliography", Bibliography, override=True)
    open_close = (
        lambda self, node: self.body.append('<aside class="notes">'),
        lambda self, node: self.body.append("</aside>\n"),
    )
    app.add_node(notes, html=open_close, revealjs=open_close)
    app.connect("doctree-read", keep_time)
    app.connect("html-page-context", paint)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""A Sphinx extension: a lesson's plain patterns become what the site shows.

A block quote that begins with **Predict.** becomes a box, and what answers it (the output of the next cell and all
up to the next box or heading) a fold that `predict.js` keeps closed until the reader has guessed. Headings answer to
GitHub's anchors. A lesson ends with what the study notes say of its subject, and names its minutes under its title.
Without JavaScript, in print and for search engines everything is open.
"""

import json
import re
import zlib
from pathlib import Path
from typing import Any, ClassVar

import toc
from docutils import nodes
from docutils.statemachine import StringList
from lessons import Lesson
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util.docutils import SphinxDirective

from cnnlessons.claims.anchors import SELF, slug
from cnnlessons.claims.page import statements

SCRIPT = "predict.js"
# before the page is painted: folds stay closed until the script has dressed them
EARLY = (
    "<script>try{if(localStorage.getItem('cnnlessons-answers')!=='shown')throw 0}"
    "catch{document.documentElement.classList.add('predicting')}</script>"
)


class predict(nodes.General, nodes.Element):
    """A question; its `answer` is what the lesson's check cell keeps."""


class fold(nodes.General, nodes.Element):
    """What answers it."""


def source(app: Sphinx, name: str) -> Lesson | None:
    """The lesson behind a page, or nothing for another page."""
    path = Path(app.srcdir, f"{name}.ipynb")
    return Lesson(path) if path.exists() else None


class Anchors(SphinxTransform):
    """Each section answers to the anchor that GitHub and MyST give its heading."""

    default_priority = 800

    def apply(self, **_: Any) -> None:
        """Called by Sphinx for each document."""
        taken: set[str] = set()
        for section in self.document.findall(nodes.section):
            name = slug(section[0].astext())
            if name and name not in taken:
                taken.add(name)
                section["ids"] = [name, *(id for id in section["ids"] if id != name)]


def asks(node: nodes.Node) -> bool:
    """Whether this is a block quote that begins with **Predict.**"""
    if not (isinstance(node, nodes.block_quote) and node.children and isinstance(node[0], nodes.paragraph)):
        return False
    first = next((child for child in node[0] if child.astext()), None)  # an empty text may stand before it
    return isinstance(first, nodes.strong) and first.astext() == "Predict."


class Predictions(SphinxTransform):
    """Block quotes become boxes, what follows them folds."""

    default_priority = 810

    def apply(self, **_: Any) -> None:
        """Called by Sphinx for each document."""
        lesson = source(self.app, self.env.docname)
        quotes = [node for node in self.document.findall(nodes.block_quote) if asks(node)]
        answers = [one.answer for one in lesson.predictions] if lesson else []
        for n, quote in enumerate(quotes):
            box = predict(answer=answers[n] if n < len(answers) else None, number=n + 1)
            box += quote.children
            parent, place = quote.parent, quote.parent.index(quote)
            closed = fold(number=n + 1)
            open_cell: list[nodes.Node] = []
            rest = parent.children[place + 1 :]
            for node in rest:
                if isinstance(node, nodes.section) or asks(node):
                    break
                parent.remove(node)
                if (
                    not closed.children
                    and not open_cell
                    and "cell" in getattr(node, "attributes", {}).get("classes", ())
                ):
                    code, shown = halves(node)
                    open_cell = [code]
                    closed += shown
                else:
                    closed += node
            parent[place : place + 1] = [box, *open_cell, closed]


def halves(cell: nodes.Element) -> tuple[nodes.Element, list[nodes.Element]]:
    """A cell's code, which stays in sight, and a cell of what it returned."""
    shown = [part for part in cell.children if "cell_output" in part["classes"]]
    if not shown:
        return cell, []
    returned = cell.copy()
    returned["ids"] = []
    for part in shown:
        cell.remove(part)
        returned += part
    return cell, [returned]


def open_box(self: Any, node: predict) -> None:
    """The HTML writer's half."""
    answer = {"data-answer": json.dumps(node["answer"])} if node["answer"] else {}
    number = node["number"]
    self.body.append(self.starttag(node, "div", CLASS="predict", ids=[f"predict-{number}"], **answer))


def open_fold(self: Any, node: fold) -> None:
    """The HTML writer's half."""
    self.body.append(self.starttag(node, "div", CLASS="predict-answer", ids=[f"answer-{node['number']}"]))


def close(self: Any, node: nodes.Element) -> None:
    """The HTML writer's half."""
    self.body.append("</div>\n")


# ------------------------------------------------------------------ around the text


def around(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """The box at the end, and the script where there is something to guess."""
    body = context.get("body", "")
    if 'class="predict"' in body:
        app.add_js_file(SCRIPT, loading_method="defer")
        context["metatags"] = context.get("metatags", "") + EARLY
    lesson = source(app, pagename)
    if body and lesson:
        box = statements(lesson.cells, app.builder.get_relative_uri(pagename, SELF), lesson.path.stem)
        end = body.rfind("</section>")
        if box and end > 0:
            context["body"] = body[:end] + box + body[end:]


# ------------------------------------------------------------------ the contents page


class Contents(SphinxDirective):
    """`{lessons}`: all lessons by part, with minutes and what each builds on.

    With names of lessons as content, a path: those lessons in order, and their minutes in all.
    """

    has_content = True
    option_spec: ClassVar = {}

    def run(self) -> list[nodes.Node]:
        """The list, parsed as the Markdown it is."""
        lines = self.path() if any(self.content) else self.all()
        node = nodes.container(classes=["lessons"])
        self.state.nested_parse(StringList(lines, "lessons"), self.content_offset, node)
        return [node]

    def lesson(self, name: str) -> Lesson:
        """The notebook of a name such as book/lenet/lenet5-1998; the contents page depends on it."""
        path = Path(self.env.srcdir, f"{name}.ipynb")
        if not path.exists():
            raise self.error(f"there is no lesson {name}")
        self.env.note_dependency(str(path))
        return Lesson(path)

    def link(self, name: str, text: str) -> str:
        """Markdown of a link to a lesson, from the page that holds the directive."""
        here = Path(self.env.doc2path(self.env.docname, base=False)).parent
        return f"[{text}]({Path(name).relative_to(here)}.ipynb)"

    def path(self) -> list[str]:
        """A numbered path through some lessons."""
        names = [f"book/{line.strip()}" for line in self.content if line.strip()]
        minutes = sum(self.lesson(name).minutes for name in names)
        order = toc.lessons(Path(self.env.srcdir))
        links = [f"- {order.index(name) + 1} {self.link(name, self.lesson(name).title)}" for name in names]
        return [f"*{len(names)} lessons, {hours(minutes)}:*", "", *links]

    def all(self) -> list[str]:
        """All lessons, by part."""
        order = toc.lessons(Path(self.env.srcdir))
        lines = []
        for caption, names in toc.parts(Path(self.env.srcdir)):
            rows = [name for name in names if name in order]
            if not rows:
                continue
            lines += [f"### {caption}", "", "| No. | Lesson | Minutes | Builds on |", "| --: | :-- | --: | :-- |"]
            for name in rows:
                lesson = self.lesson(name)
                needs = sorted({self.needed(name, to, order) for to in lesson.needs})
                builds = ", ".join(self.link(order[n - 1], str(n)) for n in needs)
                place = order.index(name) + 1
                lines.append(f"| {place} | {self.link(name, lesson.title)} | {lesson.minutes} | {builds} |")
            lines.append("")
        minutes = sum(self.lesson(name).minutes for name in order)
        return [f"*{len(order)} lessons, {hours(minutes)}.*", "", *lines]

    @staticmethod
    def needed(name: str, to: str, order: list[str]) -> int:
        """The number of the lesson that a link of `name` leads to."""
        target = (Path(toc.ROOT, name).parent / to.split("#")[0]).resolve().relative_to(toc.ROOT)
        return order.index(str(target.with_suffix(""))) + 1


def hours(minutes: int) -> str:
    """Minutes as one says them."""
    return (
        f"{minutes} minutes"
        if minutes < 100
        else f"{minutes / 60:.0f} hours"
        if minutes > 600
        else f"{round(minutes / 30) / 2:g} hours"
    )


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx."""
    for node in (predict, fold):
        app.add_node(node, html=({predict: open_box, fold: open_fold}[node], close))
    app.add_transform(Anchors)
    app.add_transform(Predictions)
    app.add_directive("lessons", Contents)
    app.connect("html-page-context", around)
    # pages are read anew when what makes them of the notebooks has changed
    made = b"".join(Path(__file__).with_name(f"{name}.py").read_bytes() for name in ("lesson_pages", "lessons", "toc"))
    return {"parallel_read_safe": True, "parallel_write_safe": True, "env_version": zlib.crc32(made)}

"""A Sphinx extension: exercises on a page. Numbers and choices are answered there, without a kernel; a page has all solutions.

The line below an exercise, `*core · 5 minutes* · \\`check("id", mine)\\``, becomes a box that `predict.js` fills with a field
or with buttons; what it says to an answer lies in book/exercises.json, which tools/exercises.py computes.
"""

import json
import re
from pathlib import Path
from typing import Any

import toc
from docutils import nodes
from lessons import Lesson
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

from cnnlessons.exercises import EXERCISES
from cnnlessons.exercises.text import solutions

FILE = Path(__file__).parents[1] / "exercises.json"
PAGE = "book/solutions"
CALL = re.compile(r'^check\("([\w-]+)", mine\)$')


class exercise(nodes.General, nodes.Element):
    """The line below an exercise: level, minutes, how to answer; `answer` is what the page can grade, or None."""


def named(paragraph: nodes.paragraph) -> str | None:
    """The exercise whose line this is."""
    last = paragraph.children[-1] if paragraph.children else None
    if not (isinstance(last, nodes.literal) and isinstance(paragraph.children[0], nodes.emphasis)):
        return None
    found = CALL.match(last.astext())
    return found[1] if found else None


class Boxes(SphinxTransform):
    """Lines become boxes."""

    default_priority = 805

    def apply(self, **_: Any) -> None:
        """Called by Sphinx for each document."""
        answers = json.loads(self.app.config.exercise_answers)
        for paragraph in list(self.document.findall(nodes.paragraph)):
            if (id := named(paragraph)) in EXERCISES:
                box = exercise(id=id, answer=answers.get(id))
                box += paragraph.deepcopy()
                paragraph.replace_self(box)


def open_box(self: Any, node: exercise) -> None:
    """The HTML writer's half."""
    answer = {"data-answer": json.dumps(node["answer"], ensure_ascii=False)} if node["answer"] else {}
    page = self.builder.get_relative_uri(self.builder.current_docname, PAGE)
    solution = f"{page}#{node['id']}"
    self.body.append(
        self.starttag(
            node, "div", CLASS="exercise", ids=[f"exercise-{node['id']}"], **answer, **{"data-solution": solution}
        )
    )


def close_box(self: Any, node: exercise) -> None:
    """The HTML writer's half."""
    page = self.builder.get_relative_uri(self.builder.current_docname, PAGE)
    title = EXERCISES[node["id"]].title
    label = f'Solution<span class="visually-hidden"> of {self.encode(title)}</span>'
    self.body.append(f'<p class="exercise-solution"><a href="{page}#{node["id"]}">{label}</a></p></div>\n')


def fill(app: Sphinx, docname: str, source: list[str]) -> None:
    """The page of solutions is made from the package."""
    if docname == PAGE:
        names = toc.lessons(Path(app.srcdir))
        titles = {name.removeprefix("book/"): Lesson(Path(app.srcdir, f"{name}.ipynb")).title for name in names}
        source[0] += "\n\n" + solutions(titles)


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx, which reads all pages anew when the answers have changed."""
    app.add_config_value("exercise_answers", FILE.read_text(encoding="utf-8"), "env")
    app.add_node(exercise, html=(open_box, close_box))
    app.add_transform(Boxes)
    app.connect("source-read", fill)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

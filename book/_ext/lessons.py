"""A lesson as its notebook holds it: the one place that knows its plain patterns, for extensions, tools and tests."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from cnnlessons.claims.anchors import FENCE, headings, slug, title
from cnnlessons.exercises.text import PLACE
from cnnlessons.predictions import MIME

PREDICT = re.compile(r"^> \*\*Predict\.\*\*", re.MULTILINE)
DETAILS = re.compile(r"<details[^>]*>.*?</details>", re.DOTALL)
LINK = re.compile(r"(?<!!)\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^()\s]+(?:\([^()\s]*\)[^()\s]*)*)\)")
# what only Sphinx understands: a fence of colons, a label before a heading, a role
RAW = re.compile(r"^:{3,}|^\([\w-]+\)=$|\{[\w:]+\}`|^```\{", re.MULTILINE)
WORDS_A_MINUTE = 150  # of prose with formulas, read to be understood

Cell = dict[str, Any]


def tags(cell: Cell) -> list[str]:
    """Of a cell."""
    return cell["metadata"].get("tags", [])


@dataclass
class Prediction:
    """A Predict box: its question, where it stands, and the answer that a cell tagged `check` keeps for it."""

    question: str
    cell: int  # of the notebook, from 0
    place: int  # in the source of that cell
    answer: dict[str, Any] | None


@dataclass
class Lesson:
    """The cells of a notebook, with their sources as one string each."""

    path: Path

    @cached_property
    def cells(self) -> list[Cell]:
        """All cells in order."""
        cells: list[Cell] = json.loads(self.path.read_text(encoding="utf-8"))["cells"]
        for cell in cells:
            cell["source"] = "".join(cell["source"])
        return cells

    @property
    def code(self) -> list[Cell]:
        """The code cells that a page shows."""
        return [c for c in self.cells if c["cell_type"] == "code" and not {"install", "check"} & set(tags(c))]

    @property
    def prose(self) -> str:
        """All Markdown."""
        return "\n\n".join(cell["source"] for cell in self.cells if cell["cell_type"] == "markdown")

    @property
    def name(self) -> str:
        """As _toc.yml has it: book/lenet/lenet5-1998."""
        return "/".join(self.path.with_suffix("").parts[-3:])

    @property
    def title(self) -> str:
        """The first heading."""
        return title(self.cells)

    def read(self) -> str:
        """What a reader reads: without exercises, which have minutes of their own, sources, code and addresses."""
        prose = "\n\n".join(c["source"] for c in self.cells if c["cell_type"] == "markdown" and c["id"] != PLACE)
        text = DETAILS.sub("", prose).split("\n## Sources")[0]
        return LINK.sub(lambda link: link[0].split("](")[0].lstrip("["), FENCE.sub("", text))

    @property
    def words(self) -> int:
        """Of what a reader reads."""
        return len(self.read().split())

    @property
    def minutes(self) -> int:
        """An honest reading: the words, three quarters of a minute for a guess, 0.4 for a cell and what it returns."""
        return round(self.words / WORDS_A_MINUTE + 0.75 * len(self.predictions) + 0.4 * len(self.code))

    @property
    def needs(self) -> list[str]:
        """The lessons that the paragraph **You need** links to, as addresses relative to this one."""
        found = re.search(r"^\*\*You need\*\*(.*?)(?:\n\n|\Z)", self.prose, re.MULTILINE | re.DOTALL)
        return [to for to in LINK.findall(found[1]) if ".ipynb" in to] if found else []

    @cached_property
    def predictions(self) -> list[Prediction]:
        """The Predict boxes in order; an answer belongs to the box before it."""
        found: list[Prediction] = []
        for n, cell in enumerate(self.cells):
            if cell["cell_type"] == "markdown":
                for box in PREDICT.finditer(cell["source"]):
                    question = re.match(r"(?:>.*\n?)+", cell["source"][box.start() :])
                    assert question
                    text = re.sub(r"^> ?", "", question[0], flags=re.MULTILINE).strip()
                    found.append(Prediction(text, n, box.start(), None))
            for answer in kept(cell):
                if found and found[-1].answer is None:
                    found[-1].answer = answer
        return found

    def slugs(self) -> set[str]:
        """The anchors of its headings."""
        return {slug(self.title), *(anchor for _, anchor, _ in headings(self.prose))}


def kept(cell: Cell) -> Iterator[dict[str, Any]]:
    """The answers among a cell's outputs."""
    for output in cell.get("outputs", []):
        if MIME in output.get("data", {}):
            yield output["data"][MIME]

"""Where the book shows a claim: the lessons' cells name claims in their metadata, and stand under a heading.

Nothing here is typed twice. A cell with `"claims": ["002-L015e"]` in its metadata and the nearest heading above it
make an anchor; what stands above the first section belongs to the lesson's title.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cnnlessons
from cnnlessons.claims.ledger import CLAIMS

HEADING = re.compile(r"^##+ +(.+?)\s*$", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```\s*?$", re.MULTILINE | re.DOTALL)
SELF = "book/beyond/ledger"  # the page that shows the ledger settles nothing


@dataclass(frozen=True)
class Anchor:
    """A section of a lesson that settles a claim."""

    page: str  # "book/lenet/lenet5-1998"
    title: str  # of the lesson
    label: str  # "c1-six-kernels-of-55", or nothing for what stands under the title
    heading: str


Cell = dict[str, Any]


def slug(heading: str) -> str:
    """The anchor of a heading, as GitHub and MyST make it: "C1: six kernels of 5×5" → c1-six-kernels-of-55."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    text = re.sub(r"[`*]|<[^>]+>", "", text)
    return re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")


def headings(source: str) -> list[tuple[int, str, str]]:
    """(place, anchor, heading) of each section that begins in a Markdown cell."""
    text = FENCE.sub(lambda code: " " * len(code[0]), source)
    return [(found.start(), slug(found[1]), found[1]) for found in HEADING.finditer(text)]


def title(cells: list[Cell]) -> str:
    """Of a lesson, from the first line of its first cell."""
    return "".join(cells[0]["source"]).split("\n")[0].lstrip("# ").strip()


def sections(cells: list[Cell]) -> Iterator[tuple[Cell, str, str]]:
    """(cell, anchor, heading) for every cell; one with headings inside it still belongs to where it begins."""
    here = ("", title(cells))
    for cell in cells:
        source = "".join(cell["source"])
        found = headings(source) if cell["cell_type"] == "markdown" else []
        if found and not source[: found[0][0]].strip():
            here = found[0][1:]
        yield cell, *here
        if found:
            here = found[-1][1:]


def in_lesson(page: str, cells: list[Cell]) -> dict[str, Anchor]:
    """The best anchor of each claim of a lesson: a code cell before prose, and the one that settles fewest claims."""
    found: dict[str, tuple[tuple, Anchor]] = {}
    for order, (cell, label, heading) in enumerate(sections(cells)):
        ids = [id for id in cell["metadata"].get("claims", []) if id in CLAIMS]
        rank = (not label, cell["cell_type"] != "code", len(ids), order)
        for id in ids:
            if id not in found or rank < found[id][0]:
                found[id] = rank, Anchor(page, plain(title(cells)), label, plain(heading))
    return {id: anchor for id, (_, anchor) in found.items()}


def plain(heading: str) -> str:
    """A heading without its Markdown."""
    return re.sub(r"[`*$\\]|\{[^}]*\}", "", heading).strip()


def root() -> Path:
    """The checkout that this package runs from."""
    return Path(cnnlessons.__file__).parents[2]


def anchors(pages: Iterable[str], folder: Path | None = None) -> dict[str, list[Anchor]]:
    """For each claim its anchors, one per lesson and in the order of `pages`, like "book/lenet/lenet5-1998"."""
    folder = Path(folder or root())
    found: dict[str, list[Anchor]] = {}
    for page in pages:
        path = folder / f"{page}.ipynb"
        if path.exists() and page != SELF:
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
            for id, anchor in in_lesson(page, cells).items():
                found.setdefault(id, []).append(anchor)
    return found

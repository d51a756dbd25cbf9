"""Where the book shows a claim: the chapters' cells name claims in their metadata, and stand under a label.

Nothing here is typed twice. A cell with `"claims": ["002-L015e"]` in its metadata and the nearest label above it,
`(c2-c1)=` before a heading, make an anchor. Cells above the first label stand under the chapter's title.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cnnlessons
from cnnlessons.claims.ledger import CLAIMS

LABEL = re.compile(r"^\((c\d+-[\w-]+)\)=\n+#+ +(.+)$", re.MULTILINE)  # a label stands before a heading
SELF = "book/beyond/ledger"  # the page that shows the ledger settles nothing


@dataclass(frozen=True)
class Anchor:
    """A section of a chapter that settles a claim."""

    page: str  # "book/lenet/lenet5-1998"
    chapter: int
    label: str  # "c2-c1", or nothing for what stands under the title
    heading: str


Cell = dict[str, Any]


def sections(cells: list[Cell]) -> Iterator[tuple[Cell, str, str]]:
    """(cell, label, heading) for every cell; a cell with labels inside it still belongs to the section it begins in."""
    here = ("", "".join(cells[0]["source"]).split("\n")[0].lstrip("# "))
    for cell in cells:
        source = "".join(cell["source"])
        labels = LABEL.findall(source) if cell["cell_type"] == "markdown" else []
        if labels and source.lstrip().startswith(f"({labels[0][0]})="):
            here = labels[0]
        yield cell, *here
        if labels:
            here = labels[-1]


def in_chapter(page: str, cells: list[Cell]) -> dict[str, Anchor]:
    """The best anchor of each claim of a chapter: a code cell before prose, and the one that settles fewest claims."""
    found: dict[str, tuple[tuple, Anchor]] = {}
    labels = [label for cell in cells for label, _ in LABEL.findall("".join(cell["source"]))]
    if not labels:
        return {}
    chapter = int(labels[0][1:].split("-")[0])  # c2-c1
    for order, (cell, label, heading) in enumerate(sections(cells)):
        ids = [id for id in cell["metadata"].get("claims", []) if id in CLAIMS]
        rank = (not label, cell["cell_type"] != "code", len(ids), order)
        for id in ids:
            if id not in found or rank < found[id][0]:
                found[id] = rank, Anchor(page, chapter, label, plain(heading))
    return {id: anchor for id, (_, anchor) in found.items()}


def plain(heading: str) -> str:
    """A heading without its Markdown."""
    return re.sub(r"[`*$\\]|\{[^}]*\}", "", heading).strip()


def root() -> Path:
    """The checkout that this package runs from."""
    return Path(cnnlessons.__file__).parents[2]


def anchors(pages: Iterable[str], folder: Path | None = None) -> dict[str, list[Anchor]]:
    """For each claim its anchors, one per chapter and in their order, on `pages` like "book/lenet/lenet5-1998"."""
    folder = Path(folder or root())
    found: dict[str, list[Anchor]] = {}
    for page in sorted(pages):
        path = folder / f"{page}.ipynb"
        if path.exists() and page != SELF:
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
            for id, anchor in in_chapter(page, cells).items():
                found.setdefault(id, []).append(anchor)
    return {id: sorted(several, key=lambda anchor: anchor.chapter) for id, several in found.items()}

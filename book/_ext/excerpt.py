"""Excerpts of the book for slides: a figure, an output, some code, a number; never typed a second time.

A cell is named by its lesson and by a piece of its source that stands in no other cell: lessons may move their
cells about, and a slide whose cell is gone says so.
"""

import base64
import difflib
import functools
import json
import re
from pathlib import Path
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode

from cnnlessons import CATALOGUE, trace

BOOK = Path(__file__).parents[1]


class ExcerptError(LookupError):
    """Something that the book does not have; the message says what, and what is near."""


def notebook(lesson: str) -> Path:
    """The file of a lesson such as `lenet/five-lenets`."""
    path = BOOK / f"{lesson}.ipynb"
    if not path.exists():
        raise ExcerptError(f"there is no lesson book/{lesson}.ipynb")
    return path


@functools.cache
def cells_of(path: Path, changed: int) -> list[NotebookNode]:
    """The cells of a notebook, read once (twelve decks ask some hundred times) until it has `changed`, in ns."""
    return nbformat.read(path, as_version=4).cells


def cell(lesson: str, piece: str, kind: str = "code") -> NotebookNode:
    """The one cell of that kind whose source contains `piece`."""
    path = notebook(lesson)
    cells = [c for c in cells_of(path, path.stat().st_mtime_ns) if c.cell_type == kind]
    found = [c for c in cells if piece in c.source]
    if len(found) == 1:
        return found[0]
    if found:
        raise ExcerptError(f"{len(found)} {kind} cells of book/{lesson}.ipynb contain {piece!r}; take a longer piece")
    lines = [line.strip() for c in cells for line in c.source.splitlines()]
    near = difflib.get_close_matches(piece, lines, n=1, cutoff=0.3)
    hint = f"; the nearest line is {near[0]!r}" if near else ""
    raise ExcerptError(f"no {kind} cell of book/{lesson}.ipynb contains {piece!r}{hint}")


def figure(lesson: str, piece: str) -> tuple[bytes, str]:
    """The picture a cell drew, as png, and its alternative text."""
    where = f"book/{lesson}.ipynb, the cell with {piece!r}"
    source = cell(lesson, piece)
    pictures = [o.data["image/png"] for o in source.outputs if "image/png" in o.get("data", {})]
    if len(pictures) != 1:
        raise ExcerptError(f"{where} has {len(pictures)} pictures, not one; make execute NB=book/{lesson}.ipynb")
    try:
        return base64.b64decode(pictures[0]), source.metadata["mystnb"]["image"]["alt"]
    except KeyError:
        raise ExcerptError(f"{where} has no alternative text") from None


def widget(lesson: str, piece: str, state: dict[str, Any] | None = None) -> str:
    """The HTML of the widget that a cell shows, with some of its `state` set up for a slide."""
    outputs = [out.get("data", {}).get("text/html", "") for out in cell(lesson, piece).outputs]
    found = [html for html in outputs if 'class="cnnlessons-widget"' in html]
    if len(found) != 1:
        raise ExcerptError(f"book/{lesson}.ipynb, the cell with {piece!r}, shows {len(found)} widgets, not one")
    start, script, rest = re.split(r"(?<=json\">)(.*?)(?=</script>)", found[0], maxsplit=1, flags=re.DOTALL)
    return f"{start}{json.dumps({**json.loads(script), **(state or {})}, ensure_ascii=False)}{rest}"


def output(lesson: str, piece: str) -> str:
    """What a cell printed or returned, as text."""
    texts = []
    for out in cell(lesson, piece).outputs:
        data = out.get("data", {})
        if out.output_type == "stream":
            texts.append(out.text)
        elif "text/markdown" in data or "image/png" not in data:
            texts.append(data.get("text/markdown", data.get("text/plain", "")))
    text = "".join(texts).strip("\n")
    if not text:
        raise ExcerptError(f"book/{lesson}.ipynb, the cell with {piece!r}, has no text output")
    return text


def said(lesson: str, piece: str, pattern: str) -> str:
    """The first group of `pattern` (or all that it matches) in what a cell printed."""
    text = output(lesson, piece)
    match = re.search(pattern, text)
    if not match:
        raise ExcerptError(f"book/{lesson}.ipynb, the cell with {piece!r}: {pattern!r} is not in its output {text!r}")
    return match.group(1) if match.re.groups else match.group()


def code(lesson: str, piece: str, until: str | None = None) -> str:
    """The lines of a cell from the first with `piece`, up to and with the first that has `until`."""
    lines = cell(lesson, piece).source.splitlines()
    first = next((n for n, line in enumerate(lines) if piece in line), 0)
    if until is None:
        return "\n".join(lines[first:])
    last = next((n for n, line in enumerate(lines) if n >= first and until in line), None)
    if last is None:
        raise ExcerptError(f"book/{lesson}.ipynb, the cell with {piece!r}: no line after it contains {until!r}")
    return "\n".join(lines[first : last + 1])


def table(lesson: str, piece: str, columns: list[int] | None = None) -> list[list[str]]:
    """The Markdown table whose header contains `piece`, as rows of cells; only some columns, counted from 1."""
    lines = cell(lesson, piece, "markdown").source.splitlines()
    start = next(n for n, line in enumerate(lines) if piece in line)
    rows = []
    for line in lines[start:]:
        if not line.startswith("|"):
            break
        rows.append([text.strip() for text in line.strip().strip("|").split("|")])
    if len(rows) < 3:
        raise ExcerptError(f"book/{lesson}.ipynb: no table begins with {piece!r}")
    del rows[1]  # the rule below the header
    if columns is None:
        return rows
    if max(columns) > len(rows[0]):
        raise ExcerptError(f"book/{lesson}.ipynb: the table with {piece!r} has no column {max(columns)}")
    return [[row[n - 1] for n in columns] for row in rows]


def count(words: str) -> Any:
    """One number or shape of the catalogue: `NETWORK NAME` or `NETWORK LAYER NAME`."""
    id, *layer, name = words.split()
    if id not in CATALOGUE or len(layer) > 1:
        raise ExcerptError(f"{words!r} is not NETWORK [LAYER] NAME, or there is no network {id!r}")
    rows = trace(CATALOGUE[id])
    try:
        return getattr(rows[layer[0]] if layer else rows, name)
    except (AttributeError, LookupError, ValueError) as error:
        raise ExcerptError(f"{words!r}: {error}") from None


def number(words: str) -> str:
    """A number of the catalogue, or a sum or difference of some: `lenet-gap params - lenet5-1998 C3 params`."""
    first, *others = re.split(r" (?=[+-] )", words)
    value = count(first)
    if isinstance(value, tuple):
        return "×".join(map(str, value))
    for other in others:
        value += count(other[2:]) * (-1 if other[0] == "-" else 1)
    return f"{value:,}"


def recorded(id: str, variant: str, name: str) -> str:
    """Mean and 95 % interval at the end of the runs of a record's variant; `test_error` and `train_error` in per cent."""
    from cnnlessons.experiments import records  # needs torch, which the site is built without

    try:
        record = records.find(id)
    except records.RecordError as error:
        raise ExcerptError(str(error)) from None
    if variant not in record.variants:
        raise ExcerptError(f"record {id} has no variant {variant!r}, only {', '.join(record.variants)}")
    end = record.end(variant, name.replace("_error", "_accuracy"))
    if name.endswith("_error"):
        return f"{100 * (1 - end.mean):.2f} ± {100 * end.half:.2f} %"
    return f"{end.mean:.3f} ± {end.half:.3f}"

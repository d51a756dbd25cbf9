"""Tables: which maps feed which, which class is mistaken for which, and what a classifier thinks of its images."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from cnnlessons.draw import style
from cnnlessons.draw.values import array, wrong_shape


def _grid_ticks(ax: Axes, columns: Sequence[Any], rows: Sequence[Any]) -> None:
    """Names along the top and the left of a matrix, without tick marks or frame."""
    cell = style.space(ax)[0] / (len(columns) + 1.5)
    upright = any(style.text_width(str(name), 9) > cell for name in columns)  # they would overlap side by side
    ax.set_xticks(range(len(columns)), columns, rotation=90 if upright else 0)
    ax.set_yticks(range(len(rows)), rows)
    ax.tick_params(length=0, top=False, bottom=False, labeltop=True, labelbottom=False)
    ax.xaxis.set_label_position("top")
    ax.spines[:].set_visible(False)


def table(table: Sequence[Sequence[int]], ax: Axes | None = None, *, maps: int | None = None) -> Axes:
    """LeCun's Table I: a column for each output map, a dot in the row of every input map it reads.

    `table` is a `Conv`'s: for each output map, the input maps from 0, as in `CATALOGUE["lenet5-1998"]["C3"].table`.
    `maps` is how many input maps there are: by default as many as the table names. Raises `ValueError` for an empty
    row, or an input map that is not there.
    """
    if not isinstance(table, list | tuple) or not table or not all(isinstance(row, list | tuple) for row in table):
        raise ValueError("table must list the input maps of each output map, such as ((0, 1), (1, 2)): a Conv's .table")
    named = [i for row in table for i in row]
    maps = maps or 1 + max(named, default=0)
    if not all(table) or not all(0 <= i < maps for i in named):
        raise ValueError(f"table must give each output map one or more of the input maps 0 to {maps - 1}")
    ax = ax or style.axes(len(table) / maps * 0.85)
    for i in range(maps):
        ax.axhline(i, color=style.PALE, linewidth=0.8, zorder=0)
    dots = [(o, i) for o, row in enumerate(table) for i in row]
    for o, row in enumerate(table):
        ax.axvline(o, color=style.PALE, linewidth=0.8, zorder=0)
        ax.text(o, maps - 0.4, str(len(row)), ha="center", va="top", fontsize=9, color=style.INK)
    across, down = zip(*dots, strict=True)
    ax.scatter(across, down, s=42, color=style.PALETTE["conv"], zorder=2)
    ax.text(-0.75, maps - 0.4, "count", ha="right", va="top", fontsize=9, color=style.INK)
    _grid_ticks(ax, range(len(table)), range(maps))
    ax.set(xlim=(-0.6, len(table) - 0.4), ylim=(maps - 0.1, -0.6), aspect="equal")
    ax.set(xlabel="C3 map", ylabel="reads S2 map")
    return ax


def confusion(matrix: ArrayLike, classes: Iterable[Any] | None = None, ax: Axes | None = None) -> Axes:
    """Counts, a row for each true class and a column for each answer; the errors are coloured, the diagonal is not.

    `matrix` holds whole numbers (classes, classes); `classes` are their names, by default numbers from 0. The colour
    of an error grows with its count, up to the most frequent error. Raises `ShapeError` for another shape, and
    `ValueError` for shares or for names that are not one per class.
    """
    counts = array(matrix, "matrix", np.float64)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or not counts.size:
        raise wrong_shape("matrix", "square, (classes, classes)", counts.shape)
    matrix = counts.astype(np.int64)
    if (matrix != counts).any():
        raise ValueError(
            "matrix must hold counts, whole numbers, not shares; multiply them by the images of each class"
        )
    n = len(matrix)
    classes = list(range(n) if classes is None else classes)
    if len(classes) != n:
        raise ValueError(f"classes must be one name per class: {n}, not {len(classes)}")
    ax = ax or style.axes(1.0)
    errors = np.where(np.eye(n, dtype=bool), 0, matrix)
    norm = Normalize(0, max(1, errors.max()))
    ax.imshow(errors, norm=norm, cmap=style.tint("output"))
    for row in range(n):
        ax.add_patch(Rectangle((row - 0.5, row - 0.5), 1, 1, facecolor="#ececec", edgecolor="none"))
        for col in range(n):
            count = matrix[row, col]
            dark = row != col and norm(count) > 0.55
            ax.text(
                col,
                row,
                str(count) if count else "·",
                ha="center",
                va="center",
                fontsize=9,
                color="white" if dark else "#595959" if row == col or not count else style.INK,
            )
    _grid_ticks(ax, classes, classes)
    ax.set(xlabel="answer", ylabel="truth")
    return ax


def scores(
    scores: ArrayLike,
    truth: Sequence[int],
    classes: Sequence[str],
    ax: Axes | None = None,
    *,
    guesses: int = 5,
) -> Axes:
    """What a classifier thinks of a few images: a row for each image, a column for each class.

    `scores` (images, classes) are drawn as they are, the `guesses` highest of a row bold, the score of the right class
    framed; `truth` holds its number for each image. Raises `ShapeError` for another shape, `ValueError` for names or
    answers that are not one per class or image.
    """
    values = array(scores, "scores", np.float64)
    if values.ndim != 2 or not values.size:
        raise wrong_shape("scores", "(images, classes)", values.shape)
    right = [int(one) for one in truth]
    if (len(right), len(classes)) != values.shape:
        raise ValueError(f"scores of shape {values.shape} need a truth per row and a name per column")
    ax = ax or style.axes((values.shape[1] + 1) / (values.shape[0] + 1) * 1.35)
    ax.imshow(values, cmap="gray_r", vmin=0, vmax=3 * values.max(), aspect="auto")
    best = np.argsort(-values, axis=1, kind="stable")[:, :guesses]
    for row, line in enumerate(values):
        for col, score in enumerate(line):
            weight = "bold" if col in best[row] else "normal"
            frame = {"fc": "none", "ec": style.PALETTE["output"], "lw": 1.8} if col == right[row] else None
            ax.text(col, row, f"{score:g}", ha="center", va="center", fontsize=9, weight=weight, bbox=frame)
    _grid_ticks(ax, classes, [classes[one] for one in right])
    ax.set(xlabel="score of class, %", ylabel="truth")
    return ax

"""Square tables: which maps feed which, and which class was taken for which."""

import numpy as np
from matplotlib.colors import Normalize
from matplotlib.patches import Rectangle

from cnnlessons.draw import style


def grid_ticks(ax, columns, rows):
    """Names along the top and the left of a matrix, without tick marks or frame."""
    ax.set_xticks(range(len(columns)), columns)
    ax.set_yticks(range(len(rows)), rows)
    ax.tick_params(length=0, top=False, bottom=False, labeltop=True, labelbottom=False)
    ax.xaxis.set_label_position("top")
    ax.spines[:].set_visible(False)


def table(table, ax=None, *, maps=None):
    """LeCun's Table I: a column for each output map, a dot in the row of every input map it reads.

    `table` is a `Conv`'s: for each output map, the input maps. `maps` is how many input maps there are.
    """
    maps = maps or 1 + max(map(max, table))
    ax = ax or style.axes(len(table) / maps * 0.85)
    for i in range(maps):
        ax.axhline(i, color=style.PALE, linewidth=0.8, zorder=0)
    dots = [(o, i) for o, row in enumerate(table) for i in row]
    for o, row in enumerate(table):
        ax.axvline(o, color=style.PALE, linewidth=0.8, zorder=0)
        ax.text(o, maps - 0.4, len(row), ha="center", va="top", fontsize=8, color=style.INK)
    ax.scatter(*zip(*dots, strict=True), s=42, color=style.PALETTE["conv"], zorder=2)
    ax.text(-0.75, maps - 0.4, "count", ha="right", va="top", fontsize=8, color=style.INK)
    grid_ticks(ax, range(len(table)), range(maps))
    ax.set(xlim=(-0.6, len(table) - 0.4), ylim=(maps - 0.1, -0.6), aspect="equal")
    ax.set(xlabel="C3 map", ylabel="reads S2 map")
    return ax


def confusion(matrix, classes=None, ax=None):
    """Counts, a row for each true class and a column for each answer; the errors are coloured, the diagonal is not.

    The colour of an error grows with its count, up to the most frequent error.
    """
    matrix = np.asarray(matrix)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise ValueError(f"a confusion matrix is square, not {matrix.shape}")
    n = len(matrix)
    classes = range(n) if classes is None else classes
    ax = ax or style.axes(1.0, 4.4)
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
                f"{count:,}" if count else "·",
                ha="center",
                va="center",
                fontsize=8,
                color="white" if dark else "#595959" if row == col or not count else style.INK,
            )
    grid_ticks(ax, classes, classes)
    ax.set(xlabel="answer", ylabel="truth")
    return ax

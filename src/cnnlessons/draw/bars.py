"""Where a network keeps its weights and does its work: bars divided by layer."""

from typing import Any

from matplotlib.axes import Axes

from cnnlessons.draw import style
from cnnlessons.errors import unknown

COLUMNS = {"params": "parameters", "connections": "connections", "macs": "multiplications"}
BAR = 0.55  # inches, of a bar and the space around it
NAMED = 0.1  # the smallest share that has room for its layer's name


def shares(rows: Any, ax: Axes | None = None, *, columns: tuple[str, ...] = tuple(COLUMNS)) -> Axes:
    """For each of the `columns` of a `Trace` a bar from 0 to 100 %, divided by layer in the layers' order.

    A convolution whose maps are 1×1, as LeNet-5's C5, has the colour of the dense layer that it equals. Raises
    `UnknownName` for a column that is none of COLUMNS. Used in the lesson that counts LeNet-5.
    """
    ax = ax or style.axes(aspect=style.WIDTH / (BAR * max(1, len(columns))))
    room = 0.75 * style.space(ax)[0]  # points; the rest is for the columns' names
    for bar, column in enumerate(columns):
        if column not in COLUMNS:
            raise unknown("column", column, COLUMNS)
        left = 0.0
        for row in (row for row in rows if getattr(row, column)):
            share = getattr(row, column) / getattr(rows, column)
            alike = row.layer.kind == "conv" and row.shape_out[1:] == (1, 1)
            look = style.PALETTE["dense"] if alike else style.colour(row.layer)
            ax.barh(bar, share, left=left, color=look, edgecolor="white")
            words = f"{row.layer.name}\n{share:.0%}"
            if share > NAMED and style.text_width(row.layer.name, 9) < share * room:
                ax.text(left + share / 2, bar, words, color="white", ha="center", va="center")
            left += share
    ax.set(yticks=range(len(columns)), yticklabels=[COLUMNS[c] for c in columns], xticks=[], xlim=(0, 1))
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    ax.invert_yaxis()
    return ax

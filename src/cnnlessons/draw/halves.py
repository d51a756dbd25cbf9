"""A network cut in two, as the AlexNet of 2012 was: a column for each device, and what crosses between them."""

from math import prod

from matplotlib.axes import Axes

from cnnlessons.draw import style
from cnnlessons.errors import ShapeError
from cnnlessons.networks import Row, Trace
from cnnlessons.networks.layers import shape_text

A_POINT = 3200  # numbers sent for each point of an arrow's width


def crossing(rows: Trace) -> dict[str, int]:
    """How many numbers each of two devices sends to the other before a layer with weights, for one image.

    Half of what the layer reads if it reads all of it; 0 with groups, and before the first layer, which both feed
    with the image. "loss" is half of the outputs, which the loss needs together.
    """
    first, *learned = [row for row in rows if row.params]
    sent = {first.layer.name: 0}
    for row in learned:
        sent[row.layer.name] = prod(row.shape_in) // 2 if getattr(row.layer, "groups", 1) == 1 else 0
    return sent | {"loss": prod(learned[-1].shape_out) // 2}


def two_columns(rows: Trace, ax: Axes | None = None, *, widths: bool = False) -> Axes:
    """The layers with weights of a traced network, half of each on either of two GPUs, from the image down.

    Black arrows stay on their GPU, red ones cross. With `widths` a red arrow is as wide as the numbers that each GPU
    sends for one image, which stand beside it, and the loss is drawn too. Raises `ShapeError` for a layer whose maps
    or units are odd. Used by alexnet-2012 and two-gpus.
    """
    learned: list[Row | None] = [row for row in rows if row.params]
    sent = crossing(rows)
    learned += [None] * widths
    ax, red = ax or style.axes(aspect=0.8 if widths else 1.0), style.PALETTE["output"]
    for y, row in enumerate(learned, 1):
        name = row.layer.name if row else "loss"
        for x in (-1, 1):
            ax.text(x, y, _label(row), ha="center", va="center", fontsize=9, bbox=_box(row), zorder=5)
            own = {"arrowstyle": "->", "color": style.INK, "lw": 0.9}
            ax.annotate("", (x, y - 0.28), (x if y > 1 else 0.35 * x, y - 0.72), arrowprops=own)
            if sent[name]:
                wide = max(0.4, sent[name] / A_POINT) if widths else 1.6
                head = f"-|>,head_width={0.15 + 0.06 * wide},head_length={0.3 + 0.06 * wide}"
                way = {"arrowstyle": head, "color": red, "lw": wide, "shrinkA": 0, "shrinkB": 0}
                ax.annotate("", (0.6 * x, y - 0.24), (-0.6 * x, y - 0.72), arrowprops=way, gid="crossing")
        if widths and sent[name]:
            ax.text(2.05, y - 0.5, f"{sent[name]:,}", ha="right", va="center", color=red, fontsize=9)
    for x, text in ((-1, "GPU 1"), (0, shape_text(rows.input)), (1, "GPU 2")):
        ax.text(x, 0, text, ha="center", va="center", fontsize=9, fontweight="bold" if x else "normal")
    style.bare(ax, 1, 1).set(xlim=(-1.75, 2.1 if widths else 1.75), ylim=(len(learned) + 0.4, -0.4), aspect="auto")
    return ax


def _label(row: Row | None) -> str:
    """Name and half of the shape."""
    if row is None:
        return "loss"
    whole, *rest = row.shape_out
    if whole % 2:
        raise ShapeError(f"{row.layer.name}: {whole} maps or units cannot be dealt to two devices")
    return f"{row.layer.name}  {shape_text((whole // 2, *rest))}"


def _box(row: Row | None) -> dict[str, object]:
    """Its frame, in the colour of the layer's kind."""
    edge = style.colour(row.layer) if row else "white"
    return {"facecolor": "white", "edgecolor": edge, "linewidth": 1.5, "pad": 2.5}

"""Receptive fields on the input picture."""

from itertools import cycle

import numpy as np
from matplotlib.patches import Rectangle

from cnnlessons.draw import style
from cnnlessons.draw.series import spread
from cnnlessons.draw.values import array
from cnnlessons.networks import colour

DASHES = ("-", "--", "-.", ":")


def chain(trace, layer: str | None):
    """The rows with a window up to `layer`, or up to the last one that returns a map."""
    rows = list(trace)
    if layer:
        rows = rows[: rows.index(trace[layer]) + 1]
    rows = [row for row in rows if len(row.shape_in) == 3 and row.layer.window(row.shape_in).size > 1]
    if not rows:
        raise ValueError("no layer with a window to draw; name one that comes after a convolution")
    return rows


def squares(rows, axis: int) -> list[tuple[int, int]]:
    """(first pixel, side) along an axis of what one unit of each row sees: the middle unit of the last row, and in
    every row before it the middle one of those it reads."""
    seen, start, jump, field = [], 0, 1, 1
    for row in rows:
        k, s, p = row.layer.window(row.shape_in).along(axis - 1)
        start, field = start - p * jump, field + (k - 1) * jump
        jump *= s
        seen.append((start, jump, field))
    unit, found = (rows[-1].shape_out[axis] - 1) // 2, []
    for row, (start, jump, field) in zip(reversed(rows), reversed(seen), strict=True):
        found.append((start + unit * jump, field))
        k, s, p = row.layer.window(row.shape_in).along(axis - 1)
        unit = min(max(int(unit * s) - p + (k - 1) // 2, 0), row.shape_in[axis] - 1)
    return found[::-1]


def paper(image, shape) -> tuple[np.ndarray, dict]:
    """What `imshow` takes for an image (C, H, W), (1, C, H, W) or (H, W), or for none; grey is ink on paper."""
    if image is None:
        return np.zeros(shape[1:]), {"vmin": 0, "vmax": 1, "cmap": style.SEQUENTIAL}
    x = array(image, "image")
    x = x.reshape(x.shape[-3:]) if x.ndim >= 3 else x[None]
    if len(x) == 3:
        low, high = x.min(), x.max()
        return ((x - low) / ((high - low) or 1)).transpose(1, 2, 0), {}
    return x[0], {"cmap": style.SEQUENTIAL}


def receptive(trace, ax=None, *, image=None, layer: str | None = None):
    """What the middle unit of `layer`, and the middle one of those it reads in every layer before, sees of the input.

    `layer` is by default the last that returns a map. `image` is (C, H, W) or (H, W), of the traced input size.
    """
    rows = chain(trace, layer)
    height, width = trace.input[1:]
    ax = ax or style.axes(1.42, 4.4)
    shown, options = paper(image, trace.input)
    ax.imshow(shown, extent=(0, width, height, 0), alpha=0.55, **options)
    ax.add_patch(Rectangle((0, 0), width, height, fill=False, edgecolor=style.FRAME, linewidth=0.6, gid="input"))
    boxes = list(zip(rows, squares(rows, 1), squares(rows, 2), strict=True))
    edge = max([width] + [x + side for _, _, (x, side) in boxes])
    top = min([0] + [y for _, (y, _), _ in boxes])
    bottom = max([height] + [y + side for _, (y, side), _ in boxes])
    left = min([0] + [x for _, _, (x, _) in boxes])
    boxes.sort(key=lambda box: (box[1][0], -box[1][1]))  # from the top: lines to labels do not cross
    labels = spread([y for _, (y, _), _ in boxes], (bottom - top) / max(16, len(boxes)))
    for (row, (y, tall), (x, wide)), dash, at in zip(boxes, cycle(DASHES), labels, strict=False):
        tone = colour(row.layer)
        ax.add_patch(
            Rectangle((x, y), wide, tall, fill=False, edgecolor=tone, linewidth=1.6, linestyle=dash, gid=row.layer.name)
        )
        ax.annotate(
            f"{row.layer.name}  {tall}×{wide}",
            (x + wide, y),
            (edge + 0.12 * width, at),
            color=tone,
            fontsize=8.5,
            va="center",
            arrowprops={
                "arrowstyle": "-",
                "color": tone,
                "linewidth": 0.7,
                "shrinkA": 1,
                "shrinkB": 0,
                "relpos": (0, 0.5),
            },
        )
    style.bare(ax, edge, bottom).set(xlim=(left - 0.5, edge + 0.5), ylim=(bottom + 0.5, top - 0.5))
    return ax

"""Receptive fields on the input image."""

from itertools import cycle
from math import ceil
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from cnnlessons.draw import style
from cnnlessons.draw.series import spread
from cnnlessons.draw.stages import one_path, traced
from cnnlessons.draw.values import array, as_images, wrong_shape
from cnnlessons.networks import Arch, Row, Trace, colour
from cnnlessons.networks.layers import Shape, Window

DASHES = ("-", "--", "-.", ":")
WIDTH, HEIGHT = style.WIDTH * 72, 3.1 * 72  # points of a new figure, which grows higher where the labels need it
LINE = 12.0  # points from label to label
SIZE = 9.0  # of a label


def chain(trace: Trace, layer: str | None) -> list[Row]:
    """The rows with a window up to `layer`, or up to the last one that returns a map.

    Raises `UnknownName` for a layer that is not there, `ValueError` where no layer has a window or paths meet.
    """
    upto = trace[: trace.index(trace[layer]) + 1] if layer else trace
    rows = [row for row in one_path(upto) if len(row.shape_in) == 3 and row.layer.window(row.shape_in) != Window()]
    if not rows:
        raise ValueError("no layer with a window to draw; name one that comes after a convolution")
    return rows


def fields(rows: list[Row], axis: int) -> list[tuple[int, int]]:
    """(first pixel, length) down (0) or across (1) of what one unit of each row sees.

    It is the middle unit of the last row, and in every row before it the middle one of those it reads.
    """
    seen = []
    start, jump, field = 0.0, 1.0, 1.0
    for row in rows:
        reach, step, padding = row.layer.window(row.shape_in).along(axis)
        start, field = start - padding * jump, field + (reach - 1) * jump
        jump *= step
        seen.append((start, jump, field))
    unit, found = (rows[-1].shape_out[1 + axis] - 1) // 2, []
    for row, (start, jump, field) in zip(reversed(rows), reversed(seen), strict=True):
        found.append((round(start + unit * jump), ceil(field)))
        reach, step, padding = row.layer.window(row.shape_in).along(axis)
        unit = min(max(int(unit * step) - padding + (reach - 1) // 2, 0), row.shape_in[1 + axis] - 1)
    return found[::-1]


def paper(image: Any, shape: Shape) -> tuple[NDArray[Any], dict[str, Any]]:
    """What `imshow` takes for one image on an input of `shape` (C, H, W), or for none; grey is ink on paper.

    `image` is (C, H, W), (1, C, H, W), (H, W), (H, W, 3) or PIL's; of other than 1 or 3 channels the first is shown.
    Raises `ShapeError` for other shapes, and for an image of another ratio, which would be stretched.
    """
    if image is None:
        return np.zeros(shape[1:]), {"vmin": 0, "vmax": 1, "cmap": style.SEQUENTIAL}
    sizes = tuple(getattr(image, "shape", ()))
    if sizes[-3:] == shape and shape[0] not in (1, 3):
        image = array(image, "image").reshape(-1, *shape)[:, :1]
    elif len(sizes) == 3 and sizes[0] == shape[0]:
        image = image[None]
    images, of_bytes = as_images(image, "image")
    if len(images) != 1:
        raise wrong_shape("image", "one image (C, H, W), (H, W) or (H, W, 3)", sizes, "pick one with [0]")
    x, (height, width) = images[0], shape[1:]
    if x.shape[0] * width != x.shape[1] * height:
        raise wrong_shape("image", f"as high and wide as the input, {height}×{width}", x.shape[:2], "crop or resize it")
    if x.ndim == 2:
        return x, {"cmap": style.SEQUENTIAL}
    low, high = (0.0, 255.0) if of_bytes else (float(x.min()), float(x.max()))
    return (x - low) / ((high - low) or 1.0), {}


def receptive(trace: Trace | Arch, ax: Axes | None = None, *, image: Any = None, layer: str | None = None) -> Axes:
    """What the middle unit of `layer`, and the middle one of those it reads in every layer before, sees of the input.

    `layer` is by default the last that returns a map. `image` is one of the traced height and width, or their ratio:
    (C, H, W), (1, C, H, W), (H, W), (H, W, 3) or PIL's. Each label gives the field as height×width, in pixels.

    Raises `ShapeError` for another image, `UnknownName` for a layer that is not there, and `ValueError` where no layer
    has a window.
    """
    network = traced(trace)
    rows = chain(network, layer)
    height, width = network.input[1:]
    shown, options = paper(image, network.input)
    boxes = list(zip(rows, fields(rows, 0), fields(rows, 1), strict=True))
    boxes.sort(key=lambda box: (box[1][0], -box[1][1]))  # from the top: lines to labels do not cross
    texts = [f"{row.layer.name}  {tall}×{wide}" for row, (_, tall), (_, wide) in boxes]
    right = max([width] + [x + wide for _, _, (x, wide) in boxes])
    left = min([0] + [x for _, _, (x, _) in boxes])
    top = min([0] + [y for _, (y, _), _ in boxes])
    bottom = max([height] + [y + tall for _, (y, tall), _ in boxes])

    # The image, then a gap, then the labels: a pixel is so many points that all of it fits.
    space = style.space(ax) if ax else (WIDTH, HEIGHT)
    words = max(style.text_width(text, SIZE) for text in texts)
    pixel = max(min((space[0] - words) / (1.12 * (right - left)), space[1] / (bottom - top)), 1e-3)
    apart = LINE / pixel
    low, high = top, max(bottom, top + apart * (len(boxes) - 1))  # labels keep to this range
    heights = [max(at, low + i * apart) for i, at in enumerate(spread([y for _, (y, _), _ in boxes], apart))]
    heights = [min(at, high - (len(boxes) - 1 - i) * apart) for i, at in enumerate(heights)]
    start = right + 0.12 * (right - left)
    end = start + words / pixel
    ax = ax or style.axes((end - left) / (high - low + apart), (end - left) * pixel / 72)

    ax.imshow(shown, extent=(0, width, height, 0), alpha=0.55, **options)
    ax.add_patch(Rectangle((0, 0), width, height, fill=False, edgecolor=style.FRAME, linewidth=0.6, gid="input"))
    for (row, (y, tall), (x, wide)), text, dash, at in zip(boxes, texts, cycle(DASHES), heights, strict=False):
        tone = colour(row.layer)
        look: dict[str, Any] = {"edgecolor": tone, "linewidth": 1.6, "linestyle": dash, "gid": row.layer.name}
        ax.add_patch(Rectangle((x, y), wide, tall, fill=False, **look))
        line = {"arrowstyle": "-", "color": tone, "linewidth": 0.7, "shrinkA": 1, "shrinkB": 0, "relpos": (0, 0.5)}
        ax.annotate(text, (x + wide, y), (start, at), color=tone, fontsize=SIZE, va="center", arrowprops=line)
    style.bare(ax, right, bottom).set(xlim=(left - 0.5, end + 0.5), ylim=(high + apart / 2, low - apart / 2))
    return ax

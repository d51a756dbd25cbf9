"""Grids of small images on one scale: kernels, feature maps, digits, codes."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, Normalize
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from cnnlessons.draw import style
from cnnlessons.draw.values import Floats, array, as_images, wrong_shape
from cnnlessons.networks.catalogue.codes import CODES

GAP = 0.12  # between tiles, as a share of a tile
SIZE = 9  # of a label, in points
LABEL = 12  # height of its line
LARGEST = 1.0  # inches, of one tile

Labels = Iterable[Any] | None  # a text for each tile


def limit(*tensors: ArrayLike) -> float:
    """The largest absolute value in any of them: the common `limit` that puts a comparison on one scale."""
    if not tensors:
        raise TypeError("limit needs at least one tensor: draw.limit(a, b)")
    return max(float(np.abs(array(x, "each tensor")).max(initial=0)) for x in tensors) or 1.0


def kernels(
    weight: ArrayLike,
    ax: Axes | None = None,
    *,
    cols: int | None = None,
    limit: float | None = None,
    bar: bool = False,
    labels: Labels = None,
) -> Axes:
    """Every kernel of (O, I, h, w) or (N, h, w) on one scale from −limit over a white zero to limit.

    With several input maps a row holds the kernels that read one of them, a column those of one output map. Raises
    `ShapeError` for other shapes, `TypeError` for what holds no numbers, and `ValueError` unless there is a label for
    each kernel.
    """
    values = array(weight, "weight")
    if values.ndim not in (3, 4) or not values.size:
        raise wrong_shape("weight", "kernels (O, I, h, w) or (N, h, w)", values.shape)
    if values.ndim == 4:
        if cols is None and values.shape[1] > 1:
            cols = values.shape[0]
        values = np.concatenate(values.swapaxes(0, 1))
    return maps(values, ax, cols=cols, signed=True, limit=limit, bar=bar, labels=labels)


def maps(
    tensor: ArrayLike,
    ax: Axes | None = None,
    *,
    cols: int | None = None,
    signed: bool | None = None,
    limit: float | None = None,
    bar: bool = False,
    labels: Labels | Literal[True] = None,
) -> Axes:
    """The feature maps (C, H, W) or (1, C, H, W) of one image on one scale; `labels=True` numbers them from 0.

    `signed`, the default where a value is negative, puts zero at white between two colours of equal reach; otherwise
    the scale runs from white = 0 to black. `limit` fixes the end of the scale: see `limit()`. Raises `ShapeError` for
    other shapes, `TypeError` for what holds no numbers, and `ValueError` unless there is a label for each map.
    """
    values = array(tensor, "tensor")
    if values.ndim == 4 and len(values) == 1:
        values = values[0]
    if values.ndim != 3 or not values.size:
        hint = "pick one image with [0]" if values.ndim == 4 else ""
        raise wrong_shape("tensor", "the maps (C, H, W) of one image", values.shape, hint)
    signed = bool((values < 0).any()) if signed is None else signed
    end = limit or float(np.abs(values).max()) or 1.0
    norm = Normalize(-end if signed else 0, end)
    labels = range(len(values)) if labels is True else labels
    ax = _tiles(
        values,
        ax,
        cols,
        norm,
        style.DIVERGING if signed else style.SEQUENTIAL,
        labels,
    )
    if bar:
        ax.figure.colorbar(ax.images[0], ax=ax, shrink=0.8, aspect=18, pad=0.02).outline.set_visible(False)
    return ax


def images(x: Any, ax: Axes | None = None, *, labels: Labels = None, cols: int | None = None) -> Axes:
    """Images side by side, such as digits labelled "4→9"; grey ones as ink on paper: 0 is white.

    `x` is one image, as PIL's, (H, W) or (H, W, 3), or many: (N, H, W), (N, 1, H, W), (N, 3, H, W), (N, H, W, 3), or a
    list of images of one size. Three axes are one image if the last is 1 or 3 long. The scale of uint8 is 0 to 255,
    that of floats 0 (or the lowest value below it) to the highest value. Raises `ShapeError` for other shapes,
    `TypeError` for what holds no numbers, and `ValueError` unless there is a label for each image.
    """
    values, of_bytes = as_images(x, "x")
    high = 255.0 if of_bytes else float(values.max()) or 1.0
    norm = Normalize(min(0.0, float(values.min())), high)
    shown = norm(values).data if values.ndim == 4 else values
    return _tiles(shown, ax, cols, norm, style.SEQUENTIAL, labels, most=10)


def codes(codes: Sequence[Sequence[int]] = CODES, ax: Axes | None = None, *, labels: Labels = None) -> Axes:
    """The 7×12 bitmaps of ±1 that LeNet-5's output units compare F6 with (LeCun et al. 1998, Fig. 3).

    `codes` are (N, 84), row by row from the top; any (N, 12, 7) will do. Raises `ShapeError` for other shapes.
    """
    bitmaps = array(codes, "codes")
    if bitmaps.ndim < 2 or bitmaps[0].size != 84 or not len(bitmaps):
        raise wrong_shape("codes", "(N, 84), bitmaps of 12 rows of 7", bitmaps.shape)
    bitmaps = bitmaps.reshape(-1, 12, 7)
    labels = range(len(bitmaps)) if labels is None else labels
    return _tiles(bitmaps, ax, None, Normalize(-1, 1), style.SEQUENTIAL, labels, most=10)


def _columns(n: int, most: int, texts: Sequence[str], room: float) -> int:
    """How many columns of at most `most` fill the rows evenly, and leave their labels apart in `room` points."""
    widest = max((style.text_width(text, SIZE) for text in texts), default=0)
    most = max(1, min(most, int(room / (1.05 * widest + 4))))
    return -(-n // -(-n // most))


def _tiles(
    images: Floats,
    ax: Axes | None,
    cols: int | None,
    norm: Normalize,
    cmap: Colormap | str,
    labels: Labels = None,
    most: int = 8,
) -> Axes:
    """Each of the (N, H, W) or (N, H, W, 3) as a tile of its own, all with the same `norm`; labels stand below."""
    texts = [] if labels is None else list(map(str, labels))
    if texts and len(texts) != len(images):
        raise ValueError(f"labels must be one per tile: {len(images)}, not {len(texts)}")
    if cols is None:
        cols = _columns(len(images), most, texts, style.space(ax)[0] if ax else 72 * style.WIDTH)
    if not isinstance(cols, int | np.integer) or cols < 1:
        raise ValueError(f"cols must be a whole number from 1, not {cols!r}")
    h, w = images[0].shape[:2]
    rows, tall = -(-len(images) // cols), h / w
    inches = min(style.WIDTH, cols * LARGEST * (1 + GAP))
    text = LABEL / 72 * cols * (1 + GAP) / inches if texts else 0  # a line of text, in tiles
    width, height = cols * (1 + GAP) - GAP, rows * (tall + GAP + text) - GAP
    ax = ax or style.axes(width / height, inches)
    for i, image in enumerate(images):
        x, y = i % cols * (1 + GAP), i // cols * (tall + GAP + text)
        ax.imshow(image, norm=norm, cmap=cmap, extent=(x, x + 1, y + tall, y))
        # a hairline, so that white stays visible on white
        ax.add_patch(Rectangle((x, y), 1, tall, fill=False, edgecolor=style.FRAME, linewidth=0.5))
        if texts:
            ax.text(x + 0.5, y + tall + 0.04, texts[i], ha="center", va="top", fontsize=SIZE)
    edge = 0.02  # so that the frames at the border are not cut
    style.bare(ax, width, height).set(xlim=(-edge, width + edge), ylim=(height + edge, -edge))
    return ax

"""A patch that is looked for in its own image, and the block of weights that looks through several maps."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Polygon, Rectangle
from numpy.typing import ArrayLike

from cnnlessons.draw import style
from cnnlessons.draw.tiles import maps
from cnnlessons.draw.values import array, wrong_shape
from cnnlessons.errors import ShapeError

TONE = style.PALETTE["output"]


def search(image: ArrayLike, at: tuple[int, int], size: int, responses: Mapping[str, ArrayLike]) -> Axes:
    """The `image` (H, W) with a square around its patch of `size` at row and column `at`, then each of the `responses`.

    A response holds a number for each place of the patch's top left corner. Its largest is marked there, and by a
    dashed square on the image if it is somewhere else than `at`. The lesson on convolution looks for a patch of a digit
    in the digit. Raises `ShapeError` for what has not two axes.
    """
    sheets = {name: array(x, f"responses[{name!r}]") for name, x in responses.items()}
    for name, sheet in {"image": array(image, "image"), **sheets}.items():
        if sheet.ndim != 2 or not sheet.size:
            raise wrong_shape(name, "rows and columns, (H, W)", sheet.shape)
    first, *others = style.figure(1, 1 + len(sheets), height=1.3)[1].flat
    width = np.shape(image)[1]
    maps(array(image, "image")[None], first).set_xlabel("image")
    places = [divmod(int(sheet.argmax()), sheet.shape[1]) for sheet in sheets.values()]
    for row, column in {tuple(at), *places}:
        look: dict[str, Any] = {
            "linestyle": "-" if (row, column) == tuple(at) else (0, (2, 1)),
            "linewidth": 1.8,
            "gid": "patch",
        }
        square = (column / width, row / width), size / width, size / width
        first.add_patch(Rectangle(*square, fill=False, edgecolor=TONE, **look))
    for ax, (name, sheet), (row, column) in zip(others, sheets.items(), places, strict=True):
        maps(sheet[None], ax).set_xlabel(name)
        spot = (np.array([column, row]) + 0.5) / sheet.shape[1]
        ring = {"markerfacecolor": "none", "markeredgecolor": TONE, "markeredgewidth": 1.8}
        ax.plot(*spot, "o", markersize=12, gid="largest", **ring)
    return first


def block(maps_in: int, k: int, maps_out: int, ax: Axes | None = None) -> Axes:
    """One unit of a convolution: a block of `k` × `k` × `maps_in` weights in the input maps, a number in an output map.

    Maps are not to scale. The lesson on convolution shows C3 with it. Raises `ShapeError` for what cannot be drawn:
    1 to 12 input maps, kernels of 1 to 9, at least 1 output map.
    """
    if not (1 <= maps_in <= 12 and 1 <= k <= 9 and maps_out >= 1):
        raise ShapeError(
            f"block draws 1 to 12 maps in, a kernel of 1 to 9 and 1 map out, not {maps_in}, {k}, {maps_out}"
        )
    ax = ax or style.axes(1.95)
    side, deep = 12.0, 0.9  # of a map in cells of the kernel, and from map to map
    back, blue = (maps_in - 1) * deep, style.PALETTE["conv"]

    def sheet(x: float, y: float, width: float, gid: str) -> None:
        ax.add_patch(Rectangle((x, y), width, width, facecolor="white", edgecolor=style.FRAME, linewidth=0.9, gid=gid))

    for depth in reversed(range(maps_in)):  # the map in front comes last
        sheet(depth * deep, -depth * deep, side, "map in")
    left, top = 2.5, 4.5  # the block's corner in the map in front
    above = (0, 0), (k, 0), (k + back, -back), (back, -back)
    right = (k, 0), (k, k), (k + back, k - back), (k + back, -back)
    for face in (above, right):
        ax.add_patch(
            Polygon([(left + x, top + y) for x, y in face], facecolor="#9fc0e6", edgecolor=blue, linewidth=0.9)
        )
    for depth in range(1, maps_in - 1):
        x, y = left + depth * deep, top - depth * deep
        ax.plot([x, x + k, x + k], [y, y, y + k], "-", color=blue, linewidth=0.7, marker="none")
    for i in range(k):
        for j in range(k):
            at = left + i, top + j
            ax.add_patch(Rectangle(at, 1, 1, facecolor=blue, edgecolor="white", linewidth=0.6, gid="weight"))

    start, out = side + back + 9.0, 9.0  # of the output maps, and their side
    for depth in reversed(range(min(maps_out, 5))):
        sheet(start + depth * deep, 2.5 - depth * deep, out, "map out")
    ax.add_patch(Rectangle((start + 2, 6), 1, 1, facecolor=TONE, edgecolor=TONE, gid="unit"))
    arrow = {"arrowstyle": "-|>", "color": style.INK, "linewidth": 1.2, "shrinkA": 0, "shrinkB": 1}
    ax.annotate("", (start + 2, 6.5), (left + k + back + 0.3, top + k / 2 - back / 2), arrowprops=arrow)
    words: dict[str, Any] = {"ha": "center", "va": "top", "fontsize": 9}
    for x, n, where in ((side / 2, maps_in, "in"), (start + out / 2, maps_out, "out")):
        ax.text(x, side + 0.6, f"{n} map{'s' * (n > 1)} {where}", **words)
    ax.text(left + k / 2, top + k + 0.3, f"{k}×{k}×{maps_in}", color=blue, **words)
    ax.text(start + out / 2, 7.5, "one number", color=TONE, **words)
    low = min(-back, top - back, 2.5 - 5 * deep) - 0.6
    style.bare(ax, start + out + 5 * deep, side + 2.6).set(xlim=(-0.4, start + out + 5 * deep), ylim=(side + 2.6, low))
    return ax

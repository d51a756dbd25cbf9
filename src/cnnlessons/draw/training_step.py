"""The memory of a training step: bytes alive after each operation, in one colour or by what they are for."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from cnnlessons.draw import style
from cnnlessons.draw.series import spread
from cnnlessons.draw.values import wrong_shape

GIB = 2**30
LINE = 11  # points that a name needs
REST = "saved"  # the name of what no part accounts for
LOOKS = {"weights": "#4d4d4d", "gradients": "#c04a00", "momentum": "#007a5a", "images": "#a0457a", REST: "#6fa8d6"}


def memory_curve(
    course: ArrayLike,
    marks: Sequence[tuple[int, str]] = (),
    parts: Mapping[str, ArrayLike] | None = None,
    ax: Axes | None = None,
    *,
    limit: float | None = None,
) -> Axes:
    """The bytes alive after each operation as a filled curve in GiB, with a line where each of `marks` begins.

    `parts` maps "weights" and so on to bytes as long as `course`; they are stacked, and what they leave is on top as
    "saved". `limit` draws a dashed line at that many bytes. Used in the lesson on the memory of a training step. Raises
    `ShapeError` for a part of another length.
    """
    total = np.asarray(course, dtype=float) / GIB
    ax = ax or style.axes(1.5)
    layers = {name: np.asarray(values, dtype=float) / GIB for name, values in (parts or {}).items()}
    for name, values in layers.items():
        if values.shape != total.shape:
            raise wrong_shape(f"parts[{name!r}]", f"as long as course: {total.shape}", values.shape)
    layers[REST] = total - sum(layers.values())
    at, floor, ends = np.arange(len(total)), np.zeros_like(total), []
    for name, values in layers.items():
        colour = LOOKS.get(name, style.INK) if parts else style.FRAME
        ax.fill_between(at, floor, floor + values, step="post", color=colour, linewidth=0)
        if name != REST and values[-1] > 0:
            ends.append((float(floor[-1] + values[-1] / 2), name, colour))
        floor = floor + values
    if limit:
        ax.axhline(limit / GIB, color=style.INK, linestyle="--", linewidth=1)
    stops = [*(start for start, _ in marks[1:]), len(total)]
    for start, _ in marks[1:]:
        ax.axvline(start, color=style.FRAME, linewidth=0.6, zorder=0)
    top = 1.1 * max(total.max(), (limit or 0) / GIB)
    ax.set(xlim=(0, len(total)), ylim=(0, top), ylabel="GiB alive")
    middles = [(start + stop) / 2 for (start, _), stop in zip(marks, stops, strict=False)]
    ax.set_xticks(middles, [name for _, name in marks], rotation=90)
    ax.tick_params(axis="x", length=0)
    if parts:
        high = np.flatnonzero(layers[REST] > 0.8 * layers[REST].max())
        place = high[int(0.75 * len(high))]  # in the last step
        ax.text(place, total[place] - layers[REST][place] / 2, REST, ha="center", va="center")
        line = LINE / (0.8 * style.space(ax)[1]) * top
        places = spread([y for y, _, _ in ends], line)
        for (_, name, colour), y in zip(ends, places, strict=True):
            ax.text(1.02 * len(total), y, name, color=colour, va="center")
    return ax

"""Which sizes of images networks take, as a bar per network; and a map of answers over the page it was made from."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Patch
from numpy.typing import ArrayLike

from cnnlessons.draw import style
from cnnlessons.draw.values import array, wrong_shape
from cnnlessons.networks import input_sizes

LOOKS = {  # colour and hatch
    input_sizes.ONE: (style.PALETTE["conv"], ""),
    input_sizes.BORDER: ("#a7cfe4", ""),
    input_sizes.MAP: (style.PALETTE["pool"], "...."),
    input_sizes.REPEATED: ("#e0c36a", "----"),
    input_sizes.MERGED: (style.PALETTE["output"], "////"),
}


def islands(
    found: Mapping[str, Sequence[tuple[str, range]]],
    labelled: Mapping[str, int] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """A row per network, a bar for each run of sizes with the same outcome; what is refused stays white.

    `found` maps names to `input_sizes.outcomes(…)`; `labelled` gives the size on a network's label, drawn as a diamond.
    Raises `ValueError` if there is no network, or one without sizes.
    """
    if not found or not all(found.values()):
        raise ValueError("found must map names of networks to input_sizes.outcomes(…), each with at least one run")
    ax = ax or style.figure(height=0.5 + 0.072 * len(found))[1]
    for y, (name, runs) in enumerate(found.items()):
        ax.axhline(y, color=style.PALE, linewidth=0.5, zorder=0)
        for what, run in runs:
            if what in LOOKS:
                colour, hatch = LOOKS[what]
                ax.barh(y, len(run), left=run.start, height=0.78, color=colour, hatch=hatch, ec="white", linewidth=0)
        if labelled and name in labelled:
            ax.plot(labelled[name], y, "D", color="black", markeredgecolor="white", markersize=3.5, linestyle="none")
    first, last = runs[0][1].start, runs[-1][1].stop
    ax.set(xscale="log", xlim=(first, last), ylim=(len(found) - 0.4, -0.6), xlabel="side of the image, in pixels")
    ticks = [n for n in (8, 16, 32, 64, 224, 512) if first <= n <= last]
    ax.set_xticks(ticks, [str(n) for n in ticks])
    ax.minorticks_off()
    ax.set_yticks(range(len(found)), found, fontsize=9)
    keys = [
        Patch(facecolor=colour, hatch=hatch, edgecolor="white", linewidth=0, label=what)
        for what, (colour, hatch) in LOOKS.items()
    ]
    ax.figure.legend(handles=keys, loc="outside upper center", ncols=1, fontsize=9)
    return ax


def heat(
    page: ArrayLike, values: ArrayLike | None = None, ax: Axes | None = None, *, field: int = 32, jump: int = 4
) -> Axes:
    """A page (H, W) and over it `values` (h, w) from 0 to 1, each `jump`×`jump` pixels around its window's middle.

    `field` is the side of a window. Under values the page is drawn paler. Raises `ShapeError` for other shapes.
    """
    page = array(page, "page")
    if page.ndim != 2 or not page.size:
        raise wrong_shape("page", "(H, W), grey from 0 to 1", page.shape, "pick one with [0, 0]")
    if values is not None:
        values = array(values, "values")
        if values.ndim != 2:
            raise wrong_shape("values", "(h, w), a number per window", values.shape)
    ax = ax or style.axes(page.shape[1] / page.shape[0])
    ax.imshow(page, vmin=0, vmax=1 if values is None else 1.8)
    if values is not None:
        start = (field - 1) / 2 - jump / 2  # pixel 0 reaches from −0.5 to 0.5
        h, w = (start + jump * n for n in values.shape)
        colour = np.broadcast_to(to_rgb(style.PALETTE["output"]), (*values.shape, 3))
        ax.imshow(np.dstack([colour, np.clip(values, 0, 1)]), extent=(start, w, h, start))
    ax.set(xlim=(-0.5, page.shape[1] - 0.5), ylim=(page.shape[0] - 0.5, -0.5), xticks=[], yticks=[])
    ax.spines[:].set(visible=True, color=style.FRAME, linewidth=0.5)
    return ax

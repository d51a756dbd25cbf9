"""Which layers one network hands on to another: two rows of layers, and an arrow for each that is copied."""

from collections.abc import Collection, Sequence

from matplotlib.axes import Axes

from cnnlessons.draw import style
from cnnlessons.errors import unknown

COPIED, NEW = "#0072b2", "#c4c4c4"


def inheritance(
    parent: Sequence[str],
    child: Sequence[str],
    kept: Collection[str],
    ax: Axes | None = None,
    *,
    names: tuple[str, str] = ("parent", "child"),
) -> Axes:
    """Two rows of squares, the layers of `parent` above those of `child`, an arrow down for each one in `kept`.

    Layers of the same name stand in one column, in the child's order. Raises `UnknownName` for a layer of `kept` that
    one of the two does not have. Used in the lesson on the warm start.
    """
    for name in kept:
        for layers in (parent, child):
            if name not in layers:
                raise unknown("layer", name, layers)
    ax = ax or style.axes(aspect=1.9)
    for x, name in enumerate(child):
        colour = COPIED if name in kept else NEW
        for y, layers in ((1, parent), (0, child)):
            if name in layers:
                ax.plot(x, y, "s", color=colour, markersize=11)
        if name in kept:
            ax.annotate("", (x, 0.2), (x, 0.8), arrowprops={"arrowstyle": "->", "color": COPIED})
    ax.set(xlim=(-0.6, len(child) - 0.4), ylim=(-0.4, 1.4), yticks=(1, 0), yticklabels=names)
    ax.set_xticks(range(len(child)), child, rotation=90)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return ax

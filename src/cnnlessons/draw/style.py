"""The book's look: fonts, lines, colour maps and the sheets that figures are drawn on."""

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import matplotlib as mpl
import numpy as np
from cycler import Cycler, cycler
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.textpath import TextPath

from cnnlessons.networks import PALETTE, colour

__all__ = ["PALETTE", "apply", "axes", "bare", "colour", "context", "figure", "tint"]

INK = "#222222"  # text and lines
PALE = "#d9d9d9"  # what should step back
FRAME = "#8c8c8c"  # hairlines around images
SEQUENTIAL = "gray_r"  # from white = 0 to black
DIVERGING = LinearSegmentedColormap.from_list(  # Brewer's RdBu, but with a zero as white as the paper
    "blue-white-red", ["#053061", "#2f79b5", "#a7cfe4", "white", "#f7b799", "#c13639", "#67001f"], N=257
)

# Lines differ in dash and marker as well, so that colour is never the only carrier (hues after Okabe and Ito).
LINES: Cycler[str, Any] = (
    cycler(color=["#000000", "#0072b2", "#c04a00", "#007a5a", "#a0457a", "#6b6b6b"])
    + cycler(linestyle=["-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2))])
    + cycler(marker=["o", "s", "^", "D", "v", "P"])
)

WIDTH = 4.1  # inches, of every figure: at 350 px on a phone, 9 pt are then still 8 pt high
RC: dict[Any, Any] = {
    "figure.figsize": (WIDTH, 3.1),
    "figure.dpi": 120,
    "savefig.dpi": 240,
    "figure.facecolor": "white",
    "figure.constrained_layout.use": True,
    "figure.max_open_warning": 0,
    "savefig.bbox": "tight",
    "savefig.pad_inches": 0.04,  # about what the layout leaves at the edges, so that a full figure keeps its width
    "font.size": 9,
    "font.family": "DejaVu Sans",
    "axes.titlesize": 9,
    "axes.labelsize": 9,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "legend.fontsize": 9,
    "legend.frameon": False,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": LINES,
    "axes.grid": False,
    "lines.linewidth": 1.6,
    "lines.markersize": 4,
    "hatch.linewidth": 0.6,
    "image.interpolation": "nearest",
    "image.cmap": SEQUENTIAL,
}


def tint(kind: str, signed: bool = False) -> LinearSegmentedColormap:
    """A colour map from white (zero) to the colour of a kind; with `signed`, from grey over white to it."""
    ends = ["#3a3a3a", "white"] if signed else ["white"]
    return LinearSegmentedColormap.from_list(f"{kind}{'±' if signed else ''}", [*ends, PALETTE[kind]], N=257)


def apply() -> None:
    """Give every figure of this session the book's look; in a notebook, also twice the pixels for sharp screens.

    Warns in a notebook whose backend draws to files only, as with MPLBACKEND=agg: its figures would not be seen.
    """
    mpl.rcParams.update(RC)
    if "IPython" in sys.modules:
        from IPython import get_ipython
        from matplotlib_inline.backend_inline import set_matplotlib_formats

        if shell := get_ipython():
            if hasattr(shell, "kernel") and mpl.get_backend().lower() == "agg":
                message = "figures will not show: MPLBACKEND=agg draws to files only; run %matplotlib inline first"
                warnings.warn(message, stacklevel=2)
            set_matplotlib_formats("retina", pil_kwargs={"optimize": True})
            # `draw.maps(x);` shows the figure only; nbval's runs do not see the semicolon
            shell.display_formatter.ipython_display_formatter.for_type(Axes, lambda ax: None)


@contextmanager
def context() -> Iterator[None]:
    """The book's look inside a `with` block only."""
    with mpl.rc_context(RC):
        yield


def figure(rows: int = 1, cols: int = 1, *, height: float = 1.0, **options: Any) -> tuple[Figure, Any]:
    """A figure of the book's width with `rows` × `cols` axes, as (figure, axes); options go to `plt.subplots`.

    `height` scales the height of a row: 1 suits curves, 0.5 a strip of images.
    """
    each = WIDTH * (0.6 if cols == 1 else 0.8 / cols)
    with context():
        return plt.subplots(rows, cols, figsize=(WIDTH, rows * each * height), **options)


def axes(aspect: float = 1 / 0.6, width: float = WIDTH) -> Axes:
    """The axes of a new figure `width` inches wide (at most the book's width), `aspect` times as wide as high."""
    width = min(width, WIDTH)
    with context():
        return plt.subplots(figsize=(width, width / aspect))[1]


def bare(ax: Axes, width: float, height: float) -> Axes:
    """Make `ax` a sheet of paper: no frame or ticks, square cells, (0, 0) at the top left."""
    ax.set(xlim=(0, width), ylim=(height, 0), aspect="equal", xticks=[], yticks=[])
    ax.set_frame_on(False)
    return ax


def space(ax: Axes) -> tuple[float, float]:
    """Width and height of `ax` in points, by its share of the figure: its place is known only once it is drawn."""
    place = ax.get_subplotspec()
    width, height = (72 * pixels / ax.figure.dpi for pixels in ax.figure.bbox.size)
    if not place:
        return width * ax.get_position().width, height * ax.get_position().height
    grid = place.get_gridspec()
    return width * len(place.colspan) / grid.ncols, height * len(place.rowspan) / grid.nrows


@lru_cache(maxsize=1000)
def text_width(text: str, size: float) -> float:
    """Of one line of `size`, in points."""
    return float(np.ptp(TextPath((0, 0), text, size=size).vertices[:, 0])) if text else 0.0

"""A window that slides along a line of cells."""

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from cnnlessons.draw import style
from cnnlessons.errors import ShapeError
from cnnlessons.networks.layers import count_windows

STEP = 0.62  # height of one window's strip, in cells
CELL = 26.0  # points, at most
FORMULA = 28.0  # points, for the line below
SIZE = 9  # of the numbers


def window(n: int, k: int, s: int = 1, p: int = 0, ax: Axes | None = None, *, ceil: bool = False) -> Axes:
    """A line of `n` cells with `p` zeros at each end, and below it every window of `k` at stride `s`.

    Cells that no window reaches are hatched; with `ceil` the last window may stick out. Raises `ShapeError` if no
    window fits, or for what cannot be drawn: `n`, `k` and `s` are whole numbers from 1, `p` from 0, and at most 200
    cells fit a figure.
    """
    for name, value, lowest in (("n", n, 1), ("k", k, 1), ("s", s, 1), ("p", p, 0)):
        if not isinstance(value, int) or value < lowest:
            raise ShapeError(f"{name} must be a whole number from {lowest}, not {value!r}")
    if n + 2 * p > 200:
        raise ShapeError(f"n + 2·p must be at most 200 cells to be drawn, not {n + 2 * p}")
    count = count_windows(n, k, s, p, ceil)
    if count < 1:
        raise ShapeError(f"a window of {k} does not fit {n + 2 * p} cells; take k of at most {n + 2 * p}")
    right = max(n + p, (count - 1) * s - p + k)  # further than the padding only with `ceil`
    cells = right + p
    width, height = cells, 1.25 + count * STEP
    room = style.space(ax) if ax else (72 * style.WIDTH, 720.0)
    side = min(CELL, (room[0] - 8) / width, (room[1] - FORMULA) / height)  # of a cell, in points
    every = next((n for n in (1, 5, 10, 20, 50) if n * side > style.text_width(str(cells), SIZE) + 3), 100)
    above = 0.0 if every == 1 else 12 / side  # numbers that do not fit into their cells stand over them
    ax = ax or style.axes(width * side / ((height + above) * side + FORMULA), width * side / 72)
    reached = {i * s - p + j for i in range(count) for j in range(k)}
    for cell in range(-p, right):
        inside, x = 0 <= cell < n, cell + p
        ax.add_patch(
            Rectangle(
                (x, 0),
                1,
                1,
                facecolor="white" if inside else "#f0f0f0",
                edgecolor=style.INK,
                linewidth=0.9,
                linestyle="-" if inside else ":",
                hatch=None if cell in reached else "////",
                gid="cell" if inside else "padding",
            )
        )
        if cell in reached:
            number = str(cell + 1) if every == 1 or (cell + 1) % every == 0 else ""
            text = number if inside else "0" if cell < n + p and every == 1 else ""
            y = 0.52 if every == 1 else -above / 2
            ax.text(x + 0.5, y, text, ha="center", va="center", fontsize=SIZE)
    for i in range(count):
        x, y = i * s, 1.25 + i * STEP
        ax.add_patch(Rectangle((x, y), k, STEP * 0.8, facecolor=style.PALETTE["conv"], edgecolor="white", gid="window"))
        if side * STEP * 0.8 > SIZE:  # on narrower strips the numbers would not be legible
            ax.text(x + k / 2, y + STEP * 0.4, str(i + 1), ha="center", va="center", color="white", fontsize=SIZE)
    style.bare(ax, width, height).set(xlim=(-0.05, width + 0.05), ylim=(height, -0.05 - above))
    left, close = "⌈⌉" if ceil else "⌊⌋"
    steps = -((k - n - 2 * p) // s) + 1 if ceil else count
    dropped = f", the last starts outside: {count}" if steps > count else ""
    ax.set_xlabel(f"{left}({n} + 2·{p} − {k}) / {s}{close} + 1 = {steps}{dropped}")
    return ax

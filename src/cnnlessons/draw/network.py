"""The architecture diagram, after LeCun et al. 1998, Fig. 2: a trace drawn, with real feature maps on its planes."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, Normalize
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from cnnlessons.draw import style
from cnnlessons.draw.receptive_field import paper
from cnnlessons.draw.stages import Stage, reads, stages, traced
from cnnlessons.draw.values import Floats, array, wrong_shape
from cnnlessons.errors import unknown
from cnnlessons.networks import Arch, Trace

PAGE = style.WIDTH * 72  # all lengths here are points on a figure of the book's width
TEXT = 9.0  # size of all text: smaller could not be read on a phone
LINE = 11.0  # height of a line
ARROW = 14.0  # room for the arrow where a line breaks
TOWER = 104  # the tallest stack
LONGEST = 72  # the longest edge of a plane
FRONT = 100  # zorder of the first map of a stack
LINKS = 900  # zorder of what shows how a layer reads the one before
GREY = "#767676"


class _Body:
    """Where a stage's planes, bar or units go: sizes first, the place once the row is laid out.

    A plane has the shape of its map: `tall` by `wide`, in their true ratio down to edges of 2 points.
    """

    def __init__(self, stage: Stage, input_area: float) -> None:
        self.stage = stage
        if stage.is_map:
            rows, cols = stage.shape[1:]
            side = 10 + 26 * (rows * cols / input_area) ** 0.25
            scale = min(side, LONGEST / max(rows / cols, cols / rows) ** 0.5)
            self.tall = max(scale * (rows / cols) ** 0.5, 2.0)
            self.wide = max(scale * (cols / rows) ** 0.5, 2.0)
            n, upright = stage.planes, max(1.0, rows / cols)
            self.dx = min(3.0 * upright, 16 * upright / n, 0.55 * self.wide)
            self.dy = min(0.55 * self.tall, (TOWER - self.tall) / max(n - 1, 1))
            self.width = self.wide + self.dx * (n - 1)
            self.height = self.tall + self.dy * (n - 1)
        elif stage.is_answer:
            self.wide = self.tall = LINE - 1.5
            self.width = self.wide + 16
            self.height = LINE * stage.shape[0]
        else:
            self.width = self.wide = 8.0
            self.height = self.tall = min(TOWER, 30 + 20 * float(np.log10(stage.shape[0])))
        self.x = self.y = 0.0  # its middle
        self.left = self.top = 0.0  # of its slot
        self.foot = 0.0  # where its operation is written

    @property
    def labels(self) -> float:
        """Width of the name and the shape above it."""
        return max(1.15 * style.text_width(self.stage.name, TEXT), 1.04 * style.text_width(self.stage.size, TEXT))

    @property
    def words(self) -> float:
        """Width of the operation that leads to it."""
        return max(style.text_width(word, TEXT) for word in (*self.stage.words, ""))

    @property
    def front(self) -> tuple[float, float]:
        """Top left corner of the first map's plane, which lies before the others."""
        return self.x - self.width / 2, self.y + self.height / 2 - self.tall

    def edge(self, right: bool) -> tuple[tuple[float, float], tuple[float, float]]:
        """The upper and lower corner on a side, where lines of full connection end."""
        x = self.x + (self.width / 2 if right else -self.width / 2)
        low = self.front[0] + self.wide if self.stage.is_map else x
        return (x, self.y - self.height / 2), (low, self.y + self.height / 2)

    def span(self, axis: int, first: int, last: int) -> tuple[float, float]:
        """Where the units from `first` to `last` begin and end on the front plane, down (0) or across (1)."""
        cell = (self.tall, self.wide)[axis] / self.stage.shape[1 + axis]
        start = self.front[1 - axis]
        return start + first * cell, start + (last + 1) * cell


def diagram(
    trace: Trace | Arch,
    maps: Mapping[str, Any] | None = None,
    ax: Axes | None = None,
    *,
    image: Any = None,
    n: int = 0,
) -> Axes:
    """The network: planes for maps in their true ratio, bars for vectors, the last units with the winner marked.

    `maps` are what `capture(model)` caught, (N, C, H, W) or (N, units) by layer; those of image `n` of the batch stand
    on the planes, each layer on a scale of its own from white = 0 to its colour (negative: grey), after its
    activation. Without maps the planes are empty. Of more than 16 maps, the first 12 are drawn. `image`, as for
    `draw.receptive`, replaces the input that was recorded. A long network breaks into lines.

    Raises `ValueError` if the batch has no image `n`, `UnknownName` if `maps` are of another network, and `ShapeError`
    for maps of another input size or an image of another ratio.
    """
    rows = traced(trace)
    area = float(np.prod(rows.input[1:])) if len(rows.input) == 3 else 1.0
    bodies = [_Body(stage, area) for stage in stages(rows)]
    if maps and not any(row.layer.name in maps for row in rows):
        raise unknown("layer", next(iter(maps)), [row.layer.name for row in rows])
    values = [_values_of(body.stage, maps, n) for body in bodies]
    recorded = getattr(maps, "input", None)
    if image is None and recorded is not None:
        image = recorded[n]
    sheet = paper(image, rows.input) if image is not None and bodies[0].stage.is_map else None
    page = style.space(ax)[0] if ax else PAGE
    lines = _lines_of(bodies, page)
    height = _lay_out(lines, page)
    ax = ax or style.axes(page / height)
    for body, numbers in zip(bodies, values, strict=True):
        _draw_words(ax, body)
        if body is bodies[0] and sheet:
            _draw_image(ax, body, *sheet)
        elif body.stage.is_map:
            _draw_planes(ax, body, numbers)
        elif body.stage.is_answer:
            _draw_units(ax, body, numbers)
        else:
            _draw_bar(ax, body, numbers)
    for before, after in pairwise(bodies):
        _draw_links(ax, before, after)
    return style.bare(ax, page, height)


def _slots(bodies: Sequence[_Body]) -> list[float]:
    """The width each body needs for itself, its labels, and half of the operations at both of its sides."""
    after = [body.words for body in bodies[1:]] + [0]
    return [max(b.width + 8, b.labels + 6, (b.words + w) / 2 + 4) for b, w in zip(bodies, after, strict=True)]


def _lines_of(bodies: list[_Body], page: float) -> list[list[_Body]]:
    """Break a long network into as few lines as fit, of about the same width, after a pool where possible."""
    widths = np.concatenate([[0.0], np.cumsum(_slots(bodies))])
    margin = max(body.words for body in bodies) / 2
    best: list[tuple[int, float, int]] = [(0, 0.0, 0)]  # lines, cost, where the last begins, for the first n bodies
    for end in range(1, len(bodies) + 1):
        smooth = end == len(bodies) or bodies[end - 1].stage.kind == "pool"
        found = []
        for start in range(end):
            width = float(widths[end] - widths[start])
            whole = end - start == len(bodies)  # then no operation stands before the first
            if width + 2 + (0 if whole else margin + ARROW - 4) <= page or start == end - 1:
                lines, cost, _ = best[start]
                found.append((lines + 1, cost + (width / page) ** 2 + (0 if smooth else 0.06), start))
        best.append(min(found))
    parts, end = [], len(bodies)
    while end:
        start = best[end][2]
        parts.append(bodies[start:end])
        end = start
    return parts[::-1]


def _lay_out(lines: list[list[_Body]], page: float) -> float:
    """Give every body its place; returns the height of the page."""
    margin = max(line[0].words / 2 + 2 for line in lines)
    room = page - margin - (ARROW - 4 if len(lines) > 1 else 0)
    top = 0.0
    for line in lines:
        x, tallest = margin, max(body.height for body in line)
        stretch = min(room / sum(_slots(line)), 1.5)
        for body, slot in zip(line, _slots(line), strict=True):
            body.left, body.top = x, top
            body.x, body.y = x + slot * stretch / 2, top + 2 * LINE + 8 + tallest / 2
            body.foot = body.y + tallest / 2 + 6
            x += slot * stretch
        top = line[0].foot + LINE * max(len(body.stage.words) for body in line) + 12
    return top - 8


def _values_of(stage: Stage, maps: Mapping[str, Any] | None, n: int) -> Floats | None:
    """What the stage's layers returned for image `n`, as the activation that came last; None if not recorded."""
    for name in stage.shown:
        if maps is not None and name in maps:
            batch = maps[name]
            if tuple(batch.shape[1:]) != stage.shape:
                wanted = f"(N, {', '.join(map(str, stage.shape))}), as the trace says"
                raise wrong_shape(f"maps[{name!r}]", wanted, batch.shape, "trace the size that the model was given")
            if not 0 <= n < len(batch):
                raise ValueError(f"n must be an image of the batch, 0 to {len(batch) - 1}, not {n}")
            return array(batch[n], name)
    return None


def _draw_planes(ax: Axes, body: _Body, values: Floats | None) -> None:
    """The stack, the first map in front; `values` are (maps, H, W) or None."""
    stage = body.stage
    colour = style.PALETTE[stage.kind]
    norm, cmap = _scale(values, stage.kind)
    for i in reversed(range(stage.planes)):
        z = FRONT - i
        x, y = body.front[0] + i * body.dx, body.front[1] - i * body.dy
        if values is not None:
            extent = (x, x + body.wide, y + body.tall, y)
            ax.imshow(values[i], norm=norm, cmap=cmap, zorder=z, extent=extent)
            _box(ax, x, y, body.wide, body.tall, edgecolor=colour, linewidth=0.8, zorder=z + 0.5, gid=stage.name)
        else:
            face = style.tint(stage.kind)(0.15)
            look = {"facecolor": face, "edgecolor": colour, "linewidth": 0.8}
            _box(ax, x, y, body.wide, body.tall, zorder=z + 0.5, gid=stage.name, **look)


def _scale(values: Floats | None, kind: str) -> tuple[Normalize | None, Colormap | None]:
    """One scale for all maps of a layer: from white = 0 to the kind's colour, negative values in grey."""
    if values is None:
        return None, None
    signed = bool((values < 0).any())
    end = float(np.abs(values).max()) or 1.0
    return Normalize(-end if signed else 0, end), style.tint(kind, signed)


def _draw_bar(ax: Axes, body: _Body, values: Floats | None) -> None:
    """A vector: a strip with a cell for each unit, the first at the top."""
    x, y = body.x - body.width / 2, body.y - body.height / 2
    kind = body.stage.kind
    face: Any = "none"
    if values is None:
        face = style.tint(kind)(0.15)
    else:
        norm, cmap = _scale(values, kind)
        extent = (x, x + body.width, y + body.height, y)
        ax.imshow(values.reshape(-1, 1), norm=norm, cmap=cmap, aspect="auto", zorder=FRONT, extent=extent)
    look = {"facecolor": face, "edgecolor": style.PALETTE[kind], "linewidth": 0.9}
    _box(ax, x, y, body.width, body.height, zorder=FRONT + 0.5, gid=body.stage.name, **look)


def _draw_units(ax: Axes, body: _Body, values: Floats | None) -> None:
    """The answer, a square per class: the darkest wins, and an arrow marks it."""
    stage = body.stage
    colour = style.PALETTE[stage.kind]
    best = None
    shade = np.full(stage.shape[0], 0.15)
    if values is not None:
        values = -values if stage.smallest_wins else values
        best = int(values.argmax())
        shade = 0.8 * (values - values.min()) / (float(np.ptp(values)) or 1.0)
    for i in range(stage.shape[0]):
        x, y = body.x - body.width / 2, body.y - body.height / 2 + i * LINE
        look = {"facecolor": style.tint(stage.kind)(shade[i]), "linewidth": 1.6 if i == best else 0.8}
        _box(ax, x, y, body.wide, body.tall, edgecolor=colour, zorder=FRONT, gid=stage.name, **look)
        ax.text(
            x + body.wide + 2.5,
            y + body.tall / 2 + 0.2,
            f"{i} ◀" if i == best else str(i),
            va="center",
            fontsize=TEXT,
            color=colour if i == best else style.INK,
            fontweight="bold" if i == best else "normal",
        )


def _draw_image(ax: Axes, body: _Body, shown: NDArray[Any], options: dict[str, Any]) -> None:
    """The input as it is, in one plane."""
    x, y = body.front
    ax.imshow(shown, extent=(x, x + body.wide, y + body.tall, y), zorder=FRONT, **options)
    look = {"edgecolor": style.PALETTE["input"], "linewidth": 0.9, "gid": "input"}
    _box(ax, x, y, body.wide, body.tall, zorder=FRONT + 0.5, **look)


def _draw_links(ax: Axes, before: _Body, after: _Body) -> None:
    """How `after` reads `before`: the window of one unit, or lines of full connection."""
    thin: dict[str, Any] = {"color": GREY, "linewidth": 0.6, "linestyle": "-", "marker": "none", "zorder": LINKS}
    if before.top != after.top:  # the line breaks here
        for x, y in ((before.x + before.width / 2 + 4, before.y), (after.x - after.width / 2 - ARROW, after.y)):
            ax.annotate("", (x + 10, y), (x, y), arrowprops={"arrowstyle": "->", "color": GREY}, annotation_clip=False)
    elif before.stage.is_map and after.stage.window:
        there = after.stage.shape[1:] if len(after.stage.shape) == 3 else (1, 1)
        unit = [int(share * n) for share, n in zip((0.25, 0.75), there, strict=True)]  # above, to the right
        sides = [
            before.span(axis, *reads(after.stage.window, axis, unit[axis], before.stage.shape[1 + axis]))
            for axis in (0, 1)
        ]
        (top, bottom), (left, right) = sides
        look = {"edgecolor": style.INK, "linewidth": 0.9, "gid": f"{after.stage.name} reads"}
        _box(ax, left, top, right - left, bottom - top, zorder=LINKS, **look)
        end = after.x - after.width / 2, after.y
        if after.stage.is_map:
            down, across = (after.span(axis, unit[axis], unit[axis]) for axis in (0, 1))
            end = sum(across) / 2, sum(down) / 2
        for corner in ((right, top), (right, bottom)):
            ax.plot(*zip(corner, end, strict=True), **thin)
    else:
        for a, b in zip(before.edge(right=True), after.edge(right=False), strict=True):
            ax.plot(*zip(a, b, strict=True), **thin)


def _draw_words(ax: Axes, body: _Body) -> None:
    """Name and shape above, the operation below, at the left of its stage."""
    colour = style.PALETTE[body.stage.kind]
    centred: dict[str, Any] = {"ha": "center", "va": "top"}
    ax.text(body.x, body.top, body.stage.name, color=colour, fontweight="bold", fontsize=TEXT, **centred)
    ax.text(body.x, body.top + LINE, body.stage.size, fontsize=TEXT, **centred)
    for i, word in enumerate(body.stage.words):
        ax.text(body.left, body.foot + (i + 0.8) * LINE, word, fontsize=TEXT, ha="center")


def _box(ax: Axes, x: float, y: float, width: float, height: float, facecolor: Any = "none", **look: Any) -> None:
    """A rectangle with its top left corner at (x, y)."""
    ax.add_patch(Rectangle((x, y), width, height, facecolor=facecolor, **look))

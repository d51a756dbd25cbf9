"""The architecture diagram, after LeCun et al. 1998, Fig. 2: a trace drawn, with real feature maps on its planes."""

from functools import lru_cache
from itertools import combinations, pairwise

import numpy as np
from matplotlib.colors import Normalize
from matplotlib.patches import Rectangle
from matplotlib.textpath import TextPath

from cnnlessons.draw import style
from cnnlessons.draw.receptive_field import paper
from cnnlessons.draw.stages import Stage, stages
from cnnlessons.draw.values import array

PAGE = style.WIDTH * 72  # all lengths here are points on a figure of the book's width
NAME, TEXT, LINE = 8.5, 7.5, 9.0  # sizes of a layer's name and of other text; height of a line
TOWER = 104  # the tallest stack
GREY = "#767676"


@lru_cache(maxsize=1000)
def text_width(text: str, size: float) -> float:
    """Of one line, in points."""
    return float(np.ptp(TextPath((0, 0), text, size=size).vertices[:, 0])) if text else 0.0


class Body:
    """Where a stage's planes, bar or units go: sizes first, `x` and `y` (of its middle) once the row is laid out."""

    def __init__(self, stage: Stage, input_side: int):
        self.stage = stage
        if stage.is_map:
            self.side = 10 + 26 * (max(stage.shape[1:]) / input_side) ** 0.5
            n = stage.planes
            self.dx = min(3.0, 16 / n)
            self.dy = min(0.55 * self.side, (TOWER - self.side) / max(n - 1, 1))
            self.width, self.height = self.side + self.dx * (n - 1), self.side + self.dy * (n - 1)
        elif stage.is_answer:
            self.side = min(8.5, TOWER / stage.shape[0] - 1.5)
            self.width, self.height = self.side + 14, (self.side + 1.5) * stage.shape[0]
        else:
            self.side = self.width = 8
            self.height = min(TOWER, 30 + 20 * np.log10(stage.shape[0]))
        self.x = self.y = 0.0

    @property
    def labels(self) -> float:
        """Width of the name and the shape above it."""
        return max(1.15 * text_width(self.stage.name, NAME), text_width(self.stage.size, TEXT))

    @property
    def words(self) -> float:
        """Width of the operation that leads to it."""
        return max(text_width(word, TEXT) for word in (*self.stage.words, ""))

    def front(self) -> tuple[float, float]:
        """Top left corner of the first map's plane, which lies before the others."""
        return self.x - self.width / 2, self.y + self.height / 2 - self.side

    def edge(self, right: bool):
        """The upper and lower corner on a side, where lines of full connection end."""
        x = self.x + (self.width / 2 if right else -self.width / 2)
        if self.stage.is_map:
            return (x, self.y - self.height / 2), (self.front()[0] + self.side, self.y + self.height / 2)
        return (x, self.y - self.height / 2), (x, self.y + self.height / 2)


def slots(bodies) -> list[float]:
    """The width each body needs for itself, its labels, and half of the operations at both of its sides."""
    after = [body.words for body in bodies[1:]] + [0]
    return [max(b.width + 8, b.labels + 4, (b.words + w) / 2 + 4) for b, w in zip(bodies, after, strict=True)]


def lines_of(bodies) -> list[list[Body]]:
    """Break a long network into lines of about the same width, after a pool where possible."""
    widths = slots(bodies)
    ends = [b.stage.kind == "pool" for b in bodies]
    for n in range(len(bodies)):
        fitting, margin = [], 2 + (max(body.words for body in bodies) / 2 if n else 0)
        for cuts in combinations(range(1, len(bodies)), n):
            parts = [slice(a, b) for a, b in pairwise((0, *cuts, len(bodies)))]
            longest = max(sum(widths[part]) for part in parts)
            if longest + margin <= PAGE:
                fitting.append((longest + 40 * sum(not ends[cut - 1] for cut in cuts), cuts, parts))
        if fitting:
            return [bodies[part] for part in min(fitting, key=lambda f: f[:2])[2]]
    return [[body] for body in bodies]


def lay_out(lines) -> float:
    """Give every body its place; returns the height of the page."""
    margin = max(line[0].words / 2 + 2 for line in lines)
    stretch = (PAGE - margin) / max(sum(slots(line)) for line in lines)
    top = 0.0
    for line in lines:
        x, tallest = margin, max(body.height for body in line)
        for body, slot in zip(line, slots(line), strict=True):
            body.left, body.top = x, top
            body.x, body.y = x + slot * stretch / 2, top + 2 * LINE + 8 + tallest / 2
            body.foot = body.y + tallest / 2 + 6
            x += slot * stretch
        top = line[0].foot + LINE * max(len(body.stage.words) for body in line) + 12
    return top - 8


def draw_planes(ax, body, values, z):
    """The stack, the first map in front; `values` are (maps, H, W) or None."""
    stage = body.stage
    x, y = body.front()
    norm, cmap = scale(values, stage.kind)
    for i in reversed(range(stage.planes)):
        at = x + i * body.dx, y - i * body.dy
        if values is not None:
            ax.imshow(
                values[i],
                norm=norm,
                cmap=cmap,
                zorder=z - i,
                extent=(at[0], at[0] + body.side, at[1] + body.side, at[1]),
            )
        ax.add_patch(
            Rectangle(
                at,
                body.side,
                body.side,
                facecolor="none" if values is not None else "white",
                edgecolor=style.PALETTE[stage.kind],
                linewidth=0.8,
                zorder=z - i + 0.5,
                gid=stage.name,
            )
        )
        if values is None:
            ax.add_patch(
                Rectangle(
                    at,
                    body.side,
                    body.side,
                    facecolor=style.PALETTE[stage.kind],
                    alpha=0.15,
                    linewidth=0,
                    zorder=z - i + 0.4,
                )
            )


def scale(values, kind):
    """One scale for all maps of a layer: from white = 0 to the kind's colour, negative values in grey."""
    if values is None:
        return None, None
    signed = bool((values < 0).any())
    end = float(np.abs(values).max()) or 1.0
    return Normalize(-end if signed else 0, end), style.tint(kind, signed)


def draw_bar(ax, body, values, z):
    """A vector: a strip with a cell for each unit, the first at the top."""
    x, y = body.x - body.width / 2, body.y - body.height / 2
    kind = body.stage.kind
    if values is not None:
        norm, cmap = scale(values, kind)
        ax.imshow(
            values.reshape(-1, 1),
            norm=norm,
            cmap=cmap,
            aspect="auto",
            zorder=z,
            extent=(x, x + body.width, y + body.height, y),
        )
    else:
        ax.add_patch(Rectangle((x, y), body.width, body.height, facecolor=style.PALETTE[kind], alpha=0.15, zorder=z))
    ax.add_patch(
        Rectangle(
            (x, y),
            body.width,
            body.height,
            fill=False,
            edgecolor=style.PALETTE[kind],
            linewidth=0.9,
            zorder=z + 0.5,
            gid=body.stage.name,
        )
    )


def draw_units(ax, body, values, z, shrink):
    """The answer, a square a class: the darkest wins, and an arrow marks it."""
    stage, n = body.stage, body.stage.shape[0]
    colour, best = style.PALETTE[stage.kind], None
    if values is not None:
        values = -values if stage.smallest_wins else values
        best = int(values.argmax())
        shade = (values - values.min()) / ((values.max() - values.min()) or 1)
    for i in range(n):
        x, y = body.x - body.width / 2, body.y - body.height / 2 + i * (body.side + 1.5)
        face = style.tint(stage.kind)(0.15 if best is None else 0.8 * shade[i])
        ax.add_patch(
            Rectangle(
                (x, y),
                body.side,
                body.side,
                facecolor=face,
                edgecolor=colour,
                zorder=z,
                linewidth=1.6 if i == best else 0.8,
                gid=stage.name,
            )
        )
        ax.text(
            x + body.side + 2.5,
            y + body.side / 2 + 0.2,
            f"{i} ◀" if i == best else i,
            va="center",
            fontsize=TEXT * shrink,
            color=colour if i == best else style.INK,
            fontweight="bold" if i == best else "normal",
        )


def draw_links(ax, before, after):
    """How `after` reads `before`: the window of one unit, or lines of full connection."""
    thin = {"color": GREY, "linewidth": 0.6, "linestyle": "-", "marker": "none", "zorder": 900}
    if before.top != after.top:  # the line breaks here
        for x, y in ((before.x + before.width / 2 + 4, before.y), (after.x - after.width / 2 - 14, after.y)):
            ax.annotate("", (x + 10, y), (x, y), arrowprops={"arrowstyle": "->", "color": GREY}, annotation_clip=False)
    elif before.stage.is_map and after.stage.window:
        k, s, p = after.stage.window.along(0)
        height, width = before.stage.shape[1:]
        cell = before.side / max(height, width)
        row, col = (int(share * n) for share, n in zip((0.25, 0.75), target(after), strict=True))
        x, y = before.front()
        left, top = x + max(col * s - p, 0) * cell, y + max(row * s - p, 0) * cell
        side = min(k, height, width) * cell
        ax.add_patch(Rectangle((left, top), side, side, fill=False, edgecolor=style.INK, linewidth=0.9, zorder=900))
        end = unit_at(after, row, col)
        for corner in ((left + side, top), (left + side, top + side)):
            ax.plot(*zip(corner, end, strict=True), **thin)
    else:
        for a, b in zip(before.edge(right=True), after.edge(right=False), strict=True):
            ax.plot(*zip(a, b, strict=True), **thin)


def target(body) -> tuple[int, int]:
    """Rows and columns of a map; a vector is one unit wide and high."""
    return body.stage.shape[1:] if len(body.stage.shape) == 3 else (1, 1)


def unit_at(body, row, col) -> tuple[float, float]:
    """Where the middle of a unit lies on the front plane, or on a bar."""
    if not body.stage.is_map:
        return body.x - body.width / 2, body.y
    x, y = body.front()
    cell = body.side / max(target(body))
    return x + (col + 0.5) * cell, y + (row + 0.5) * cell


def draw_words(ax, body, shrink):
    """Name and shape above, the operation below, at the left of its stage."""
    colour = style.PALETTE[body.stage.kind]
    centred = {"ha": "center", "va": "top"}
    ax.text(body.x, body.top, body.stage.name, color=colour, fontweight="bold", fontsize=NAME * shrink, **centred)
    ax.text(body.x, body.top + LINE + 1, body.stage.size, fontsize=TEXT * shrink, **centred)
    for i, word in enumerate(body.stage.words):
        ax.text(body.left, body.foot + (i + 0.8) * LINE, word, fontsize=TEXT * shrink, ha="center")


def values_of(stage, maps, n):
    """What the stage's layers returned for picture `n`, as the activation that came last; None if not recorded."""
    for name in stage.shown:
        if maps is not None and name in maps:
            return array(maps[name][n], name)
    return None


def diagram(trace, maps=None, ax=None, *, image=None, n: int = 0):
    """The network of `trace`: planes for maps, bars for vectors, the last units with the winner marked.

    `maps` are what `capture(model)` caught; those of image `n` of the batch stand on the planes, each layer on a
    scale of its own from white = 0 to its colour (negative: grey), after its activation. Without maps the planes are
    empty. Of more than 16 maps, the first 12 are drawn. `image` replaces the input that was recorded. A long
    network breaks into lines.
    """
    bodies = [Body(stage, max(trace.input[1:])) for stage in stages(trace)]
    lines = lines_of(bodies)
    height = lay_out(lines)
    ax = ax or style.axes(PAGE / height)
    shrink = style.shrink(ax, PAGE)
    if image is None and getattr(maps, "input", None) is not None:
        image = maps.input[n]
    for i, body in enumerate(bodies):
        draw_words(ax, body, shrink)
        values, z = values_of(body.stage, maps, n), 100
        if i == 0 and image is not None:
            draw_image(ax, body, image, z)
        elif body.stage.is_map:
            draw_planes(ax, body, values, z)
        elif body.stage.is_answer:
            draw_units(ax, body, values, z, shrink)
        else:
            draw_bar(ax, body, values, z)
    for before, after in pairwise(bodies):
        draw_links(ax, before, after)
    return style.bare(ax, PAGE, height)


def draw_image(ax, body, image, z):
    """The input as it is, in one plane."""
    x, y = body.front()
    shown, options = paper(image, body.stage.shape)
    ax.imshow(shown, extent=(x, x + body.side, y + body.side, y), zorder=z, **options)
    ax.add_patch(
        Rectangle(
            (x, y),
            body.side,
            body.side,
            fill=False,
            edgecolor=style.PALETTE["input"],
            linewidth=0.9,
            zorder=z + 0.5,
            gid="input",
        )
    )

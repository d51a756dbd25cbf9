"""Differences between variants: a row each, a line at no difference, and the words beside it."""

from collections.abc import Sequence
from math import exp, log
from textwrap import fill

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter, NullLocator

from cnnlessons.draw import style
from cnnlessons.intervals import Comparison

SIZE = 9  # of all text
BOLD = 1.16  # times as wide as plain text
LINE = 0.16  # inches, of a line of it
ROW = 0.62  # inches, of a comparison whose label has up to two lines


def comparisons(
    table: Sequence[Comparison],
    ax: Axes | None = None,
    *,
    labels: Sequence[str] | None = None,
    xlabel: str | None = None,
) -> Axes:
    """A row per comparison: the seeds' differences as dashes, their mean with its 95 % interval, and the verdict.

    The line is at no difference; ratios are drawn on a logarithmic axis. Where no effect was seen, the band says which
    would have been seen in 80 of 100 cases. Stuck runs are counted beside the verdict. Raises `ValueError` if there is
    none, if ratios and differences are mixed, or if `labels` are not as many as the rows.
    """
    rows = list(table)
    if not rows:
        raise ValueError("table must hold at least one comparison, such as record.table(…) gives")
    if len({(row.ratio, row.points) for row in rows}) > 1:
        raise ValueError(
            f"table mixes scales ({', '.join(sorted({row.measure for row in rows}))}): draw each by itself"
        )
    if labels is not None and len(labels) != len(rows):
        raise ValueError(f"labels must be as many as the rows: {len(labels)} for {len(rows)}")
    names = [f"{row.a} against {row.b}" for row in rows] if labels is None else labels
    room = (style.space(ax)[0] if ax else 72 * style.WIDTH) - 40  # the ends of the axis, and a gap
    said = [_beside(name, _word(row), room) for row, name in zip(rows, names, strict=True)]
    height = ROW + LINE * max(0, *(1 + text.count("\n") - 2 for pair in said for text in pair))
    ax = ax or style.axes(aspect=style.WIDTH / (height * len(rows) + 0.6))
    below = ROW / height  # what stands below the line of text does not grow with it
    unit = 100 if rows[0].points else 1
    blue = style.LINES.by_key()["color"][1]

    def place(value: float) -> float:
        return exp(value) if rows[0].ratio else unit * value

    ax.axvline(place(0), color=style.FRAME, lw=1, zorder=0)
    ends = [0.0]
    for y, (row, (name, word)) in enumerate(zip(rows, said, strict=True)):
        for x, text, ha, weight in ((0, name, "left", "normal"), (1, word, "right", "bold")):
            ax.annotate(
                text,
                (x, y - 0.08 * below),
                xycoords=("axes fraction", "data"),
                va="bottom",
                ha=ha,
                fontsize=SIZE,
                weight=weight,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},  # over the line at no difference
            )
        if min(len(row.left), len(row.right)) < 2:
            continue
        found = row.difference
        ax.plot(
            [place(found.low), place(found.high)],
            [y + 0.12 * below] * 2,
            color=style.INK,
            ls="-",
            marker="",
            lw=2,
            solid_capstyle="butt",
        )
        ax.plot(place(found.mean), y + 0.12 * below, "o", color=style.INK, ms=5)
        dashes = [place(value) for value in row.differences.values()]
        ax.plot(dashes, [y + 0.28 * below] * len(dashes), "|", color=blue, ms=7, mew=1.4)
        ends += [found.low, found.high, *row.differences.values()]
    bands = {y: row.detectable for y, row in enumerate(rows) if row.verdict == "no effect seen"}
    # a band that is not much wider than what was found is shown whole
    ends += [edge for band in bands.values() if band < 2 * max(map(abs, ends)) for edge in (-band, band)]
    low, high = min(ends), max(ends)
    margin = 0.06 * (high - low) or 0.01
    for y, band in bands.items():
        span = [place(max(-band, low - margin)), place(min(band, high + margin))]
        ax.fill_between(span, y, y + 0.4 * below, color=style.PALE, alpha=0.6, lw=0, zorder=-1)
    if rows[0].ratio:
        ax.set_xscale("log")
        _label_ratios(ax, wide=high - low > log(3))
    ax.set(
        xlim=(place(low - margin), place(high + margin)), ylim=(len(rows) - 1 + 0.5 * below, 0.5 * below - 1), yticks=[]
    )
    ax.spines["left"].set_visible(False)
    if xlabel is None:
        kind = rows[0].measure.replace("_", " ")
        xlabel = f"{kind}, ratio" if rows[0].ratio else f"difference in {kind}" + (", points" if rows[0].points else "")
    ax.set_xlabel(xlabel)
    return ax


def _label_ratios(ax: Axes, wide: bool) -> None:
    """Plain numbers along a logarithmic axis: 1, 2, 5 and their like if it is `wide`, else about five."""
    if wide:
        ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    else:
        ax.xaxis.set_major_locator(MaxNLocator(5))
        ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.xaxis.set_minor_formatter(NullFormatter())


def _beside(name: str, word: str, room: float) -> tuple[str, str]:
    """The label and the word beside it in `room` points, broken into as many lines as it takes."""
    if style.text_width(word, SIZE) * BOLD > 0.55 * room:
        word = word.replace(" (", "\n(") if "(" in word else word.replace(": ", ":\n")
    left = room - BOLD * max(style.text_width(line, SIZE) for line in word.splitlines())
    letters = len(name)
    while letters > 8 and max(style.text_width(line, SIZE) for line in fill(name, letters).splitlines()) > left:
        letters -= 1
    return fill(name, letters), word


def _word(row: Comparison) -> str:
    """The verdict, its size, and the stuck runs."""
    said = row.verdict
    if said in ("better", "worse", "higher", "lower"):
        said += f", {row.size(row.difference.mean)}"
    if any(row.stuck):
        counts = f"{row.stuck[0]} against {row.stuck[1]}"
        said += f": {counts}" if said.startswith("stuck") else f" (stuck: {counts})"
    return said

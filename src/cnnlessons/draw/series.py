"""Curves against the epoch: the mean over seeds, how sure it is, and a name at the end of each line."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import cycle
from textwrap import fill
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogFormatter, MaxNLocator
from numpy.typing import ArrayLike, NDArray

from cnnlessons.draw import style
from cnnlessons.draw.values import array, wrong_shape
from cnnlessons.intervals import half_width

LETTERS = 15  # in a line of the name at the end of a curve
LINE = 12  # height of such a line, in points
NAMES = {"train_loss": "training loss", "test_loss": "test loss", "test_accuracy": "test accuracy"}


class PlainLog(LogFormatter):
    """Writes the ticks of a logarithmic scale as 0.1 and 20, not as 1e-01 and 2e+01."""

    def __call__(self, x: float, pos: int | None = None) -> str:
        """The tick's label, or nothing where matplotlib would leave it out."""
        return f"{x:g}" if super().__call__(x, pos) else ""


def interval(values: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and half width of its 95 % t interval over the first axis, the runs; half width 0 for a single run.

    Raises `ShapeError` if there is no run.
    """
    values = np.asarray(values, dtype=float)
    if values.ndim < 1 or not len(values):
        raise wrong_shape("values", "(runs, …), at least one run", values.shape)
    return values.mean(0), half_width(values) if len(values) > 1 else np.zeros_like(values[0])


def spread(places: Iterable[float], apart: float | Sequence[float]) -> list[float]:
    """The sorted `places`, moved as little as it takes for neighbours not to overlap; `apart` is the size of each."""
    at = np.asarray(list(places), dtype=float)
    sizes = np.broadcast_to(np.asarray(apart, dtype=float), at.shape)
    touching = np.cumsum(sizes) - sizes / 2  # where they would lie side by side
    groups: list[tuple[float, int]] = []  # mean distance from there, members
    for free in at - touching:
        mean, n = float(free), 1
        while groups and mean < groups[-1][0]:
            before, m = groups.pop()
            mean, n = (mean * n + before * m) / (n + m), n + m
        groups.append((mean, n))
    return [float(x) for x in touching + np.array([mean for mean, n in groups for _ in range(n)])]


def _name_ends(ax: Axes, ends: list[tuple[str, float, str]]) -> None:
    """Write each (label, height, colour) right of the axes, at the end of its line; crowded ones move apart."""
    scale = ax.yaxis.get_transform()
    low, high = map(scale.transform, ax.get_ylim())
    ends = sorted(ends, key=lambda end: end[1])
    at = [(scale.transform(y) - low) / (high - low) for _, y, _ in ends]
    names = [fill(label, LETTERS) for label, _, _ in ends]
    line = LINE / (style.space(ax)[1] * 0.8)
    places = spread(at, [line * (1 + name.count("\n")) for name in names])
    for (_, _, colour), name, y in zip(ends, names, places, strict=True):
        ax.text(1.02, y, name, transform=ax.transAxes, color=colour, va="center", fontsize=9, linespacing=1.0)


def curves(
    series: Mapping[str, ArrayLike],
    ax: Axes | None = None,
    *,
    x: ArrayLike | None = None,
    log: bool = False,
    runs: bool = False,
    xlabel: str = "epoch",
    ylabel: str = "",
) -> Axes:
    """For each label of `series` the mean line of its (seeds, epochs), in a band that is its 95 % t interval.

    A 1-D array is a single run, without a band. `x` are the epochs (1, 2, … by default), `runs` adds a thin line per
    seed, `log` makes the vertical scale logarithmic. Raises `TypeError` for series without labels, and `ShapeError`
    for one of another shape or another length than `x`.
    """
    if not isinstance(series, Mapping):
        raise TypeError(f"series must be a dict, such as {{'test loss': values}}, not {type(series).__name__}")
    drawn = {label: np.atleast_2d(array(values, f"series[{label!r}]", np.float64)) for label, values in series.items()}
    for label, values in drawn.items():
        if values.ndim != 2 or not values.size:
            raise wrong_shape(f"series[{label!r}]", "(seeds, epochs) or (epochs,)", values.shape)
        if x is not None and np.shape(x) != values.shape[1:]:
            raise wrong_shape("x", f"as long as series[{label!r}]: {values.shape[1]}", np.shape(x))
    ax = ax or style.axes()
    ends = []
    for (label, values), look in zip(drawn.items(), cycle(style.LINES), strict=False):
        mean, half = interval(values)
        at = np.arange(1, len(mean) + 1) if x is None else np.asarray(x)
        ax.plot(at, mean, **look, markevery=max(1, len(mean) // 8), label=label)
        if len(values) > 1:
            ax.fill_between(at, mean - half, mean + half, color=look["color"], alpha=0.18, linewidth=0)
        for run in values if runs else ():
            ax.plot(at, run, "-", marker="none", color=look["color"], linewidth=0.5, alpha=0.6, label="_run")
        ends.append((label, mean[-1], look["color"]))
    if log:
        ax.set_yscale("log")
        ax.yaxis.set_major_formatter(PlainLog())
        ax.yaxis.set_minor_formatter(PlainLog(minor_thresholds=(1.5, 0.5)))
    ax.set(xlabel=xlabel, ylabel=ylabel, ylim=ax.get_ylim())
    if isinstance(locator := ax.xaxis.get_major_locator(), MaxNLocator):
        locator.set_params(integer=True)
    _name_ends(ax, ends)
    return ax


class Curve:
    """Collects the epochs of one training and draws them: `for epoch in fit(...): curve.add(epoch)`."""

    def __init__(self) -> None:
        self.epochs: list[Any] = []

    def add(self, epoch: Any) -> None:
        """Keep one Epoch."""
        self.epochs.append(epoch)

    def __getitem__(self, name: str) -> list[Any]:
        """What was measured under that name, such as "test_loss", an entry per epoch."""
        return [getattr(epoch, name) for epoch in self.epochs]

    def draw(
        self, ax: Axes | None = None, show: Sequence[str] = ("train_loss", "test_loss"), *, log: bool = False
    ) -> Axes:
        """The curves of the names in `show`, fields of an `Epoch`, in the same axes. Raises `ValueError` without."""
        if not self.epochs:
            raise ValueError("no epoch to draw; add each one: for epoch in fit(...): curve.add(epoch)")
        series = {NAMES.get(name, name.replace("_", " ")): self[name] for name in show}
        same = {name.rpartition("_")[2] for name in show}
        return curves(series, ax, x=self["n"], log=log, ylabel=same.pop() if len(same) == 1 else "")

"""Curves against the epoch: the mean over seeds, how sure it is, and a name at the end of each line."""

from itertools import cycle

import numpy as np
from matplotlib.ticker import LogFormatter

from cnnlessons.draw import style
from cnnlessons.intervals import half_width

NAMES = {"train_loss": "training loss", "test_loss": "test loss", "test_accuracy": "test accuracy"}


class PlainLog(LogFormatter):
    """Writes the ticks of a logarithmic scale as 0.1 and 20, not as 1e-01 and 2e+01."""

    def __call__(self, x, pos=None):
        """The tick's label, or nothing where matplotlib would leave it out."""
        return f"{x:g}" if super().__call__(x, pos) else ""


def interval(values):
    """Mean and half width of its 95 % t interval over the first axis; half width 0 for a single run."""
    values = np.asarray(values, dtype=float)
    return values.mean(0), half_width(values) if len(values) > 1 else np.zeros_like(values[0])


def spread(places, apart: float):
    """The sorted `places`, moved as little as it takes for neighbours to be `apart`."""
    places = list(places)
    groups = [[place, [i]] for i, place in enumerate(places)]  # mean place, members
    i = 0
    while i < len(groups) - 1:
        (a, left), (b, right) = groups[i], groups[i + 1]
        if b - a < apart * (len(left) + len(right)) / 2:
            mean = (a * len(left) + b * len(right)) / (len(left) + len(right))
            groups[i : i + 2] = [[mean, left + right]]
            i = max(i - 1, 0)
        else:
            i += 1
    for mean, members in groups:
        for j, member in enumerate(members):
            places[member] = mean + (j - (len(members) - 1) / 2) * apart
    return places


def name_ends(ax, ends):
    """Write each (label, height, colour) right of the axes, at the end of its line; crowded ones move apart."""
    scale = ax.yaxis.get_transform()
    low, high = map(scale.transform, ax.get_ylim())
    ends = sorted(ends, key=lambda end: end[1])
    at = [(scale.transform(y) - low) / (high - low) for _, y, _ in ends]
    place = ax.get_subplotspec()
    share = len(place.rowspan) / place.get_gridspec().nrows if place else ax.get_position().height
    apart = 11 / (share * ax.figure.get_size_inches()[1] * 72 * 0.85)
    for (label, _, colour), y in zip(ends, spread(at, apart), strict=True):
        ax.text(1.02, y, label, transform=ax.transAxes, color=colour, va="center", fontsize=8.5)


def curves(series, ax=None, *, x=None, log=False, runs=False, xlabel="epoch", ylabel=""):
    """For each label of `series` the mean line of its (seeds, epochs), in a band that is its 95 % t interval.

    A 1-D array is a single run, without a band. `x` are the epochs (1, 2, … by default), `runs` adds a thin line a
    seed, `log` makes the vertical scale logarithmic.
    """
    ax = ax or style.axes()
    ends = []
    for (label, values), look in zip(series.items(), cycle(style.LINES), strict=False):
        values = np.atleast_2d(np.asarray(values, dtype=float))
        if values.ndim != 2:
            raise ValueError(f"{label}: a series is (seeds, epochs) or (epochs,), not {values.shape}")
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
    ax.xaxis.get_major_locator().set_params(integer=True)
    name_ends(ax, ends)
    return ax


class Curve:
    """Collects the epochs of one training and draws them: `for epoch in fit(...): curve.add(epoch)`."""

    def __init__(self):
        self.epochs = []

    def add(self, epoch):
        """Keep one Epoch."""
        self.epochs.append(epoch)

    def __getitem__(self, name: str) -> list:
        """What was measured under that name, an entry an epoch."""
        return [getattr(epoch, name) for epoch in self.epochs]

    def draw(self, ax=None, show=("train_loss", "test_loss"), *, log=False):
        """The curves of the names in `show`, in the same axes."""
        if not self.epochs:
            raise ValueError("no epoch to draw; add each one: for epoch in fit(...): curve.add(epoch)")
        series = {NAMES.get(name, name.replace("_", " ")): self[name] for name in show}
        same = {name.rpartition("_")[2] for name in show}
        return curves(series, ax, x=self["n"], log=log, ylabel=same.pop() if len(same) == 1 else "")

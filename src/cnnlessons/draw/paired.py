"""Differences between pairs of variants: an interval per row, and a line at no difference."""

from collections.abc import Mapping

from matplotlib.axes import Axes

from cnnlessons.draw import style
from cnnlessons.intervals import Interval


def differences(
    found: Mapping[str, Interval],
    ax: Axes | None = None,
    *,
    xlabel: str = "points of test accuracy",
    label: str | None = None,
) -> Axes:
    """For each label of `found`, from the top down, its `Interval` of a difference of shares, drawn in points.

    What lies across the line at 0 is no effect seen. `label` names the intervals in a legend. Raises `ValueError` if
    there is none, `TypeError` for what is no `Interval`.
    """
    if not found:
        raise ValueError("found must hold at least one interval, such as compare(…) gives")
    if wrong := [name for name, one in found.items() if not (hasattr(one, "mean") and hasattr(one, "half"))]:
        raise TypeError(f"found[{wrong[0]!r}] must be an Interval, not {type(found[wrong[0]]).__name__}")
    ax = ax or style.axes(aspect=min(2.6, 11.4 / len(found)))
    means, halves = zip(*[(100 * one.mean, 100 * one.half) for one in found.values()], strict=True)
    look = next(iter(style.LINES))
    ax.errorbar(
        means,
        range(len(found)),
        xerr=halves,
        ls="none",
        capsize=3,
        color=look["color"],
        marker=look["marker"],
        label=label,
    )
    ax.axvline(0, color=style.PALE, zorder=0)
    ax.set(yticks=range(len(found)), yticklabels=found, ylim=(len(found) - 0.5, -0.5), xlabel=xlabel)
    return ax

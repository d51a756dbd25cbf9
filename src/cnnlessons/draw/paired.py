"""Differences between pairs of variants: an interval a row, and a line where there is none."""

from cnnlessons.draw import style


def differences(found, ax=None, *, xlabel="points of test accuracy", label=None):
    """For each label of `found`, from the top down, its `Interval` of a difference of shares, drawn in points.

    What lies across the line at 0 is no effect seen. `label` names the intervals in a legend.
    """
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

"""Has a curve levelled off? A rule that can say no, and that it cannot say (lesson on training)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from cnnlessons.intervals import Interval

SHARE = 0.1  # of a curve's level: a fall larger than this would matter to whoever thinks of stopping
ENOUGH = 3  # epochs in the last third; with two, five slopes may agree by luck


@dataclass(frozen=True)
class Convergence:
    """What the last third of the curves of several runs says. Made by `Convergence.of`."""

    fall: Interval  # over the last third: a straight line is fitted to each run, and the lines have a 95 % interval
    level: float  # mean of all runs over the last third
    epochs: int  # of the last third
    start: int  # the epoch in which the last third begins
    since: int  # from this epoch on the mean of the runs stays within `matters` of `level`

    @classmethod
    def of(cls, curves: ArrayLike) -> "Convergence":
        """Of curves (runs, epochs). Raises `ValueError` for fewer than two runs or six epochs."""
        curves = np.asarray(curves, float)
        runs, length = curves.shape
        if runs < 2 or length < 6:
            raise ValueError(
                f"{runs} run(s) of {length} epoch(s): two runs of six epochs are the least that can be asked"
            )
        epochs = length // 3
        last = curves[:, -epochs:]
        slopes = np.polyfit(range(epochs), last.T, 1)[0]
        far = np.flatnonzero(abs(curves.mean(0) - last.mean()) > SHARE * abs(last.mean()))
        since = int(far[-1]) + 2 if len(far) else 1  # epochs are counted from 1
        fall = Interval.of(-slopes * (epochs - 1))
        return cls(fall, float(last.mean()), epochs, length - epochs + 1, since)

    @property
    def matters(self) -> float:
        """The fall over the last third that would matter: a tenth of the level."""
        return SHARE * abs(self.level)

    @property
    def verdict(self) -> str:
        """ "still falling", "still rising", "converged" or "cannot say".

        It moves if the interval of the fall leaves out 0. It has converged if the whole interval is smaller than what
        matters, and the last third of the epochs is flat. Otherwise the runs are too short, too noisy or too few.
        """
        rounding = 1e-9 * abs(self.level)
        if self.fall.low > rounding:
            return "still falling"
        if self.fall.high < -rounding:
            return "still rising"
        small = max(self.fall.high, -self.fall.low) < self.matters
        return "converged" if small and self.epochs >= ENOUGH and self.since <= self.start else "cannot say"

    def __str__(self) -> str:
        if self.verdict == "converged":
            return f"converged in about epoch {self.since}"
        return f"{self.verdict}, fell {self.fall.mean:.3f} ± {self.fall.half:.3f} in its last {self.epochs} epochs"

"""What a handful of seeds can say: a mean with its interval, and a comparison paired by seed."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike

# SciPy is imported where it is used: it costs most of a second, and most importers only read a record

LEVEL, POWER = 0.95, 0.80  # of the intervals; of the effect that "could have been seen"


def half_width(values: np.ndarray) -> np.ndarray:
    """Half of Student's 95 % interval of the mean over the first axis of `values`, which has two entries or more."""
    from scipy import stats

    n = len(values)
    return stats.t.ppf((1 + LEVEL) / 2, n - 1) * values.std(0, ddof=1) / sqrt(n)


def detectable(sd: float, n: int) -> float:
    """The true difference that `n` pairs whose differences spread by `sd` show as one in 80 of 100 cases.

    The power of the paired t test at the 5 % level, from the noncentral t distribution.
    """
    from scipy import stats
    from scipy.optimize import brentq

    edge = stats.t.ppf((1 + LEVEL) / 2, n - 1)

    def lacking(
        shift: float,
    ) -> float:  # of the t statistic, in standard errors; beyond the other edge there is next to nothing
        return 1 - stats.nct.cdf(edge, n - 1, shift) - POWER

    return brentq(lacking, 0, 30) * sd / sqrt(n)


@dataclass(frozen=True)
class Interval:
    """A mean over `n` runs and its 95 % confidence interval (Student's t)."""

    mean: float
    low: float
    high: float
    n: int

    @classmethod
    def of(cls, values: ArrayLike) -> "Interval":
        """Of a list of numbers. Raises `ValueError` for fewer than two: one run has no spread."""
        runs = np.asarray(values, float)
        if len(runs) < 2:
            raise ValueError(f"{len(runs)} run(s) have no interval; at least two seeds are needed")
        half = half_width(runs)
        return cls(runs.mean(), runs.mean() - half, runs.mean() + half, len(runs))

    @property
    def half(self) -> float:
        """Half its width."""
        return self.high - self.mean

    def __str__(self) -> str:
        return f"{self.mean:.4f} ± {self.half:.4f} (95 %, n={self.n})"


@dataclass(frozen=True)
class Comparison:
    """Variant `a` against variant `b`: the differences a − b of one measure, paired by seed."""

    a: str
    b: str
    measure: str
    difference: Interval
    detectable: float  # the difference that these runs would have shown in 80 of 100 cases

    @classmethod
    def of(cls, a: str, b: str, measure: str, differences: ArrayLike) -> "Comparison":
        """Of the differences a − b, an entry per seed."""
        interval = Interval.of(differences)
        return cls(a, b, measure, interval, detectable(float(np.asarray(differences, float).std(ddof=1)), interval.n))

    @property
    def verdict(self) -> str:
        """ "better", "worse" or "no effect seen": the interval of the difference holds 0, or lies to one side.

        Equal differences other than 0 have no spread, and so no interval: "cannot be told" (more runs can).
        """
        if self.difference.mean and self.difference.half < 1e-9:  # records keep six digits
            return "cannot be told, all differences are equal"
        if self.difference.low <= 0 <= self.difference.high:
            return "no effect seen"
        return "better" if (self.difference.mean > 0) == self.measure.endswith("accuracy") else "worse"

    def __str__(self) -> str:
        measure = self.measure.replace("_", " ")
        said = f"{self.a}, {measure} against {self.b}: {self.verdict}, {self.difference.mean:+.4f} ± "
        said += f"{self.difference.half:.4f} (95 %, {self.difference.n} pairs)"
        if self.verdict == "no effect seen":
            said += f"; {self.detectable:.4f} would have been seen in 80 of 100 cases"
        return said

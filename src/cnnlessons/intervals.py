"""What a handful of seeds can say: a mean with its interval, a comparison of two variants, and several in one table.

Used wherever a record is read. Two variants are compared by Welch's t test over their runs, which asks nothing of the
seeds: networks that share a seed share little else, and pairs pay only if partners correlate by more than about 0.3.
Compared in pairs are two readings of the same networks, and networks that differ in nothing but augmentation. Which of
the two plans it is follows from what is compared, not from the numbers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp, isnan, log, nan, sqrt

import numpy as np
from numpy.typing import ArrayLike

# SciPy is imported where it is used: it costs most of a second, and most importers only read a record

LEVEL, POWER = 0.95, 0.80  # of the intervals; of the effect that "could have been seen"
ALPHA = 1 - LEVEL  # false alarms, of a comparison or of all those of one table together
TELLING = 5  # so many differences of one sign, and no fewer, are not called "no effect seen"

# measures whose ratio is what matters, and of which less is better
LESS = ("loss", "error", "dead", "seconds")
RATIO = (*LESS, "gradient")
MORE = ("accuracy", "view", "ensemble", "weight scaling")


def half_width(values: np.ndarray) -> np.ndarray:
    """Half of Student's 95 % interval of the mean over the first axis of `values`, which has two entries or more."""
    from scipy import stats

    n = len(values)
    return stats.t.ppf((1 + LEVEL) / 2, n - 1) * values.std(0, ddof=1) / sqrt(n)


def _seen(error: float, freedom: float, alpha: float) -> float:
    """The true difference that a t test with that standard error shows at level `alpha` in 80 of 100 cases."""
    from scipy import stats
    from scipy.optimize import brentq

    edge = stats.t.ppf(1 - alpha / 2, freedom)

    def lacking(shift: float) -> float:  # in standard errors; beyond the other edge there is next to nothing
        return 1 - stats.nct.cdf(edge, freedom, shift) - POWER

    return brentq(lacking, 0, 2 * edge + 10) * error


def detectable(sd: float, n: int, *, pairs: bool = True, alpha: float = ALPHA) -> float:
    """The true difference that `n` pairs, or two groups of `n` runs, show in 80 of 100 cases at level `alpha`.

    `sd` is the spread of the differences of the pairs, or of the runs. From the noncentral t distribution.
    """
    return _seen(sd / sqrt(n), n - 1, alpha) if pairs else _seen(sd * sqrt(2 / n), 2 * n - 2, alpha)


@dataclass(frozen=True)
class Interval:
    """A mean over `n` runs, or a difference of two such means, and its 95 % confidence interval (Student's t)."""

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
        return cls(float(runs.mean()), float(runs.mean() - half), float(runs.mean() + half), len(runs))

    @property
    def half(self) -> float:
        """Half its width."""
        return self.high - self.mean

    def __str__(self) -> str:
        return f"{self.mean:.4f} ± {self.half:.4f} (95 %, n={self.n})"


Runs = Mapping[int, float] | Sequence[float]  # by seed


@dataclass(frozen=True)
class Comparison:
    """Variant `a` against variant `b` in one measure: the runs that learned, and how many were stuck.

    A loss, an error, a share of dead units or a gradient is compared by its logarithm: `ratio` is True, and
    `difference` and `differences` are of logarithms. Everything else is compared as it is.
    """

    a: str
    b: str
    measure: str
    left: Mapping[int, float]  # of a, by seed
    right: Mapping[int, float]  # of b
    paired: bool = False
    stuck: tuple[int, int] = (0, 0)  # runs of a and of b that did not learn, and are not among the others
    table: int = 1  # tests that are corrected for together
    adjusted: tuple[float, float] | None = None  # p of the difference and of the stuck runs within the table (Holm)

    @classmethod
    def of(
        cls,
        a: str,
        b: str,
        measure: str,
        left: Runs,
        right: Runs,
        *,
        paired: bool = False,
        stuck: tuple[int, int] = (0, 0),
    ) -> "Comparison":
        """Of the runs of both, by seed or in the order of the seeds; `paired` if they are the same networks.

        Raises `ValueError` if pairs are to be compared and a partner is missing, or if nothing at all was run.
        """
        runs = [dict(x) if isinstance(x, Mapping) else dict(enumerate(map(float, x))) for x in (left, right)]
        if paired and runs[0].keys() != runs[1].keys():
            raise ValueError(
                f"{a!r} and {b!r} have no partners for each other: paired=True needs runs of the same seeds"
            )
        if not (sum(map(len, runs)) + sum(stuck)):
            raise ValueError(f"neither {a!r} nor {b!r} has a run; at least two of each are needed")
        return cls(a, b, measure, runs[0], runs[1], paired, stuck)

    @property
    def ratio(self) -> bool:
        """Whether it is the ratio that is looked at, by its logarithm. A share of 0 has no logarithm."""
        known = any(word in self.measure for word in RATIO)
        return known and all(value > 0 for value in (*self.left.values(), *self.right.values()))

    def _scaled(self, runs: Mapping[int, float]) -> dict[int, float]:
        return {seed: log(value) if self.ratio else value for seed, value in runs.items()}

    @property
    def differences(self) -> dict[int, float]:
        """a − b, or log(a / b), of each seed that learned in both."""
        left, right = self._scaled(self.left), self._scaled(self.right)
        return {seed: left[seed] - right[seed] for seed in sorted(left.keys() & right.keys())}

    @property
    def signs(self) -> tuple[int, int]:
        """How many differences are above and how many below 0."""
        found = [*self.differences.values()]
        return sum(d > 0 for d in found), sum(d < 0 for d in found)

    @property
    def correlation(self) -> float:
        """Of the runs that share a seed; nan for fewer than three. Pairs pay above about 0.3."""
        both = [(self._scaled(self.left)[seed], self._scaled(self.right)[seed]) for seed in self.differences]
        if len(both) < 3 or min(np.std(both, axis=0)) < 1e-12:
            return nan
        return float(np.corrcoef(np.transpose(both))[0, 1])

    @property
    def _errors(self) -> tuple[float, float, float]:
        """Of the difference of means: estimate, standard error and degrees of freedom; nan where a side has one run."""
        x, y = (np.array([*self._scaled(runs).values()]) for runs in (self.left, self.right))
        if min(len(x), len(y)) < 2:
            return nan, nan, nan
        if self.paired:
            d = np.array([*self.differences.values()])
            return float(d.mean()), float(d.std(ddof=1) / sqrt(len(d))), len(d) - 1
        u, v = x.var(ddof=1) / len(x), y.var(ddof=1) / len(y)
        freedom = (u + v) ** 2 / (u**2 / (len(x) - 1) + v**2 / (len(y) - 1)) if u + v else len(x) + len(y) - 2
        return float(x.mean() - y.mean()), sqrt(u + v), float(freedom)

    @property
    def difference(self) -> Interval:
        """a − b, or log(a / b): Welch's interval, or Student's of the pairs. Raises `ValueError` for too few runs."""
        from scipy import stats

        mean, error, freedom = self._errors
        if isnan(mean):
            raise ValueError(
                f"{self.a!r} and {self.b!r}: {len(self.left)} and {len(self.right)} runs learned, two are needed"
            )
        half = float(stats.t.ppf((1 + LEVEL) / 2, freedom)) * error
        return Interval(mean, mean - half, mean + half, min(len(self.left), len(self.right)))

    @property
    def p(self) -> float:
        """How often chance alone would put the means as far apart; nan where too few runs learned, or none differs."""
        from scipy import stats

        mean, error, freedom = self._errors
        if isnan(mean) or (error < 1e-9 < abs(mean)):  # records keep six digits
            return nan
        return 1.0 if error < 1e-9 else float(2 * stats.t.sf(abs(mean) / error, freedom))

    @property
    def p_stuck(self) -> float:
        """How often chance alone would part the stuck runs as unequally (Fisher's exact test); 1 if there are none."""
        from scipy import stats

        if not any(self.stuck):
            return 1.0
        rows = [[self.stuck[0], len(self.left)], [self.stuck[1], len(self.right)]]
        return float(stats.fisher_exact(rows)[1])

    @property
    def detectable(self) -> float:
        """The difference, or log ratio, that runs of this spread show in 80 of 100 cases, in a table of this size."""
        _, error, freedom = self._errors
        return nan if isnan(error) else _seen(error, freedom, ALPHA / self.table)

    @property
    def verdict(self) -> str:
        """One of the words below; they follow from the numbers, and from nothing else.

        "better", "worse" (or "higher", "lower", of what is neither good nor bad): seen, within the table.
        "stuck more often", "stuck less often": the runs that did not learn decide.
        "not settled": significant alone but not within its table, or all differences, five or more, of one sign.
        "no effect seen": none of these. "cannot be told": too few runs learned, or no run differs from another.
        """
        p, p_stuck = self.adjusted or together([self])[0].adjusted or (nan, nan)
        if p_stuck <= ALPHA:
            return "stuck more often" if self._share(0) > self._share(1) else "stuck less often"
        if isnan(self.p):
            return "cannot be told"
        up, down = self.signs
        if p <= ALPHA:
            return self._word(self._errors[0] > 0)
        one_sign = max(up, down) == len(self.differences) >= TELLING
        return "not settled" if self.p <= ALPHA or one_sign else "no effect seen"

    def _share(self, side: int) -> float:
        return self.stuck[side] / (self.stuck[side] + len((self.left, self.right)[side]))

    def _word(self, above: bool) -> str:
        if any(word in self.measure for word in LESS):
            return "worse" if above else "better"
        if any(word in self.measure for word in MORE):
            return "better" if above else "worse"
        return "higher" if above else "lower"

    @property
    def points(self) -> bool:
        """Whether it is an accuracy, whose differences are said in points: hundredths."""
        return any(word in self.measure for word in MORE)

    def number(self, value: float, signed: bool = True) -> str:
        """A difference of this scale: a factor, points of accuracy, or a number."""
        if self.ratio:
            return f"{exp(value):.3g}"
        sign = "+" if signed else ""
        said = f"{100 * value:{sign}.2f}" if self.points else f"{value:{sign}.3g}"
        return said.replace("-", "−")

    def size(self, value: float, signed: bool = True) -> str:
        """The same with its unit: "× 0.81", "+1.30 points", "+0.021"."""
        return ("× " if self.ratio else "") + self.number(value, signed) + (" points" if self.points else "")

    @property
    def said(self) -> str:
        """The verdict with what it rests on, without the names."""
        said = self.verdict
        if not isnan(self._errors[0]):
            found, total = self.difference, len(self.differences)
            said += f", {self.size(found.mean)} ({self.number(found.low)} to {self.number(found.high)})"
            said += f", {self.signs[0]} of {total} seeds up" if total else ""
            if self.verdict == "no effect seen":
                said += f"; {self.size(self.detectable, signed=False)} would have been seen in 80 of 100 cases"
        if any(self.stuck):
            totals = (self.stuck[0] + len(self.left), self.stuck[1] + len(self.right))
            said += f"; stuck: {self.stuck[0]} of {totals[0]} against {self.stuck[1]} of {totals[1]}"
        return said

    def __str__(self) -> str:
        return f"{self.a} against {self.b}, {self.measure.replace('_', ' ')}: {self.said}"


def _holm(p: list[float]) -> list[float]:
    """Holm's correction: each p as it counts among all of them. nan stays nan, and counts as a test."""
    order = sorted(range(len(p)), key=lambda i: (isnan(p[i]), p[i]))
    found, least = [nan] * len(p), 0.0
    for rank, i in enumerate(order):
        least = max(least, min(1.0, (len(p) - rank) * p[i]))
        found[i] = nan if isnan(p[i]) else least
    return found


def together(comparisons: Iterable[Comparison]) -> list[Comparison]:
    """The comparisons of one table, corrected for their number: in 95 of 100 tables without any effect none is seen.

    Holm's correction over all differences, and over the stuck runs where there are any.
    """
    rows = list(comparisons)
    tests = [(i, 0, row.p) for i, row in enumerate(rows)]
    tests += [(i, 1, row.p_stuck) for i, row in enumerate(rows) if any(row.stuck)]
    adjusted = [[1.0, 1.0] for _ in rows]
    for (i, which, _), p in zip(tests, _holm([p for *_, p in tests]), strict=True):
        adjusted[i][which] = p
    return [replace(row, table=len(tests), adjusted=(a, b)) for row, (a, b) in zip(rows, adjusted, strict=True)]

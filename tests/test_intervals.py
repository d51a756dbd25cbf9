"""Intervals and verdicts, against scipy and by simulation."""

import subprocess
import sys

import numpy as np
import pytest
from scipy import stats

from cnnlessons.intervals import Comparison, Interval, detectable


def test_interval_is_students():
    values = [1.0, 2.0, 4.0]
    low, high = stats.t.interval(0.95, 2, np.mean(values), stats.sem(values))
    assert Interval.of(values) == Interval(pytest.approx(7 / 3), pytest.approx(low), pytest.approx(high), 3)


def test_one_run_has_no_interval():
    with pytest.raises(ValueError, match="at least two seeds"):
        Interval.of([1.0])


@pytest.mark.parametrize("n", [2, 5, 10])
def test_the_detectable_effect_is_seen_in_80_of_100_cases(n):
    rng = np.random.default_rng(0)
    pairs = rng.normal(detectable(2.0, n), 2.0, (50_000, n))
    seen = stats.ttest_1samp(pairs, 0, axis=1).pvalue < 0.05
    assert seen.mean() == pytest.approx(0.80, abs=0.01)


@pytest.mark.parametrize(
    ("differences", "measure", "verdict"),
    [
        ([0.01, 0.012, 0.011], "test_accuracy", "better"),
        ([0.01, 0.012, 0.011], "test_loss", "worse"),
        ([-0.01, -0.012, -0.011], "test_accuracy", "worse"),
        ([-0.01, -0.012, -0.011], "train_loss", "better"),
        ([-0.01, 0.012, 0.001], "test_accuracy", "no effect seen"),
        ([0.0, 0.0, 0.0], "test_accuracy", "no effect seen"),
        ([0.951 - 0.950, 0.961 - 0.960], "test_accuracy", "cannot be told, all differences are equal"),
    ],
)
def test_the_words_follow_the_numbers(differences, measure, verdict):
    comparison = Comparison.of("a", "b", measure, differences)
    assert comparison.verdict == verdict and verdict in str(comparison)
    assert ("would have been seen" in str(comparison)) == (verdict == "no effect seen")


def test_reading_a_record_does_not_wait_for_scipy():
    code = "import sys, cnnlessons.intervals; print('scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"

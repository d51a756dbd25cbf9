"""Intervals and verdicts, against scipy and by simulation."""

import subprocess
import sys
from math import exp, isnan, log

import numpy as np
import pytest
from scipy import stats

from cnnlessons.intervals import ALPHA, Comparison, Interval, detectable, together

SEEN = ("better", "worse", "higher", "lower", "stuck more often", "stuck less often")


def against(left, right, measure="test_accuracy", **how):
    return Comparison.of("a", "b", measure, left, right, **how)


def test_interval_is_students():
    values = [1.0, 2.0, 4.0]
    low, high = stats.t.interval(0.95, 2, np.mean(values), stats.sem(values))
    assert Interval.of(values) == Interval(pytest.approx(7 / 3), pytest.approx(low), pytest.approx(high), 3)


def test_one_run_has_no_interval():
    with pytest.raises(ValueError, match="at least two seeds"):
        Interval.of([1.0])


@pytest.mark.parametrize("alpha", [0.05, 0.05 / 7])
@pytest.mark.parametrize("n", [2, 5, 10])
def test_the_detectable_effect_of_pairs_is_seen_in_80_of_100_cases(n, alpha):
    pairs = np.random.default_rng(0).normal(detectable(2.0, n, alpha=alpha), 2.0, (50_000, n))
    seen = stats.ttest_1samp(pairs, 0, axis=1).pvalue < alpha
    assert seen.mean() == pytest.approx(0.80, abs=0.01)


@pytest.mark.parametrize("n", [2, 5, 10])
def test_the_detectable_effect_of_two_groups_is_seen_in_80_of_100_cases(n):
    rng = np.random.default_rng(0)
    a, b = rng.normal(detectable(2.0, n, pairs=False), 2.0, (50_000, n)), rng.normal(0, 2.0, (50_000, n))
    assert (stats.ttest_ind(a, b, axis=1).pvalue < ALPHA).mean() == pytest.approx(0.80, abs=0.01)


def test_runs_are_compared_by_welchs_test_and_pairs_by_students():
    a, b = [0.91, 0.93, 0.94, 0.92, 0.97], [0.90, 0.91, 0.915, 0.905, 0.93]
    free, pairs = against(a, b), against(a, b, paired=True)
    welch, student = stats.ttest_ind(a, b, equal_var=False), stats.ttest_rel(a, b)
    assert free.p == pytest.approx(welch.pvalue) and pairs.p == pytest.approx(student.pvalue)
    for found, oracle in ((free.difference, welch), (pairs.difference, student)):
        assert (found.low, found.high) == pytest.approx(tuple(oracle.confidence_interval(0.95)))
    assert free.correlation == pytest.approx(np.corrcoef(a, b)[0, 1]) and free.signs == (5, 0)


def test_losses_are_compared_by_their_logarithm():
    # the dead units of E19, lr 0.3 against lr 0.01: their difference, 0.2235 ± 0.2236, was called no effect
    large, small = [0.062, 0.335, 0.288, 0.032, 0.444], [0.011, 0.005, 0.016, 0.008, 0.005]
    found = against(large, small, "dead C1_act")
    assert found.ratio and found.verdict == "worse" and found.signs == (5, 0)
    assert found.difference.mean == pytest.approx(np.mean(np.log(large)) - np.mean(np.log(small)))
    assert found.said.startswith(f"worse, × {exp(found.difference.mean):.3g}")
    assert not against([0.0, 0.1], [0.2, 0.1], "dead").ratio  # 0 has no logarithm


@pytest.mark.parametrize(
    ("left", "right", "measure", "verdict"),
    [
        ([0.91, 0.912, 0.911], [0.9, 0.901, 0.899], "test_accuracy", "better"),
        ([0.91, 0.912, 0.911], [0.9, 0.901, 0.899], "test_loss", "worse"),
        ([0.9, 0.901, 0.899], [0.91, 0.912, 0.911], "test_accuracy", "worse"),
        ([0.9, 0.901, 0.899], [0.91, 0.912, 0.911], "train_loss", "better"),
        ([0.91, 0.912, 0.911], [0.9, 0.901, 0.899], "ten views", "better"),
        ([0.91, 0.912, 0.911], [0.9, 0.901, 0.899], "gradient C1", "higher"),
        ([0.89, 0.912, 0.901], [0.9, 0.901, 0.905], "test_accuracy", "no effect seen"),
        ([0.9, 0.9, 0.9], [0.9, 0.9, 0.9], "test_accuracy", "no effect seen"),
        ([0.9, 0.9], [0.8, 0.8], "test_accuracy", "cannot be told"),
        ([0.9], [0.8, 0.7], "test_accuracy", "cannot be told"),
    ],
)
def test_the_words_follow_the_numbers(left, right, measure, verdict):
    comparison = against(left, right, measure)
    assert comparison.verdict == verdict and verdict in str(comparison)
    assert ("would have been seen" in str(comparison)) == (verdict == "no effect seen")


def test_five_differences_of_one_sign_are_never_no_effect():
    left, right = [0.99, 0.95, 0.91, 0.94, 0.87], [0.98, 0.94, 0.90, 0.93, 0.86]
    assert against(left, right).p > 0.5 and against(left, right).verdict == "not settled"
    assert against(left[:4], right[:4]).verdict == "no effect seen"  # four of one sign are one case in eight


def test_stuck_runs_are_counted_apart():
    # E02, ReLU at 0.1 against tanh at 0.1: three runs learned, worse in all; two never did
    relu, tanh = {0: 0.0209, 2: 0.0348, 3: 0.0323}, dict(enumerate([0.0057, 0.0074, 0.0060, 0.0052, 0.0058]))
    found = against(relu, tanh, "train_loss", stuck=(2, 0))
    assert found.verdict == "worse" and found.signs == (3, 0) and "stuck: 2 of 5 against 0 of 5" in str(found)
    assert found.p_stuck == pytest.approx(stats.fisher_exact([[2, 3], [0, 5]])[1])
    none = against({}, tanh, "train_loss", stuck=(5, 0))
    assert none.verdict == "stuck more often" and isnan(none.p) and "stuck: 5 of 5" in none.said
    assert against(tanh, {}, "train_loss", stuck=(0, 5)).verdict == "stuck less often"


def test_a_table_is_corrected_as_holm_does():
    rng = np.random.default_rng(0)
    rows = [against(rng.normal(shift, 1, 6), rng.normal(0, 1, 6), "points") for shift in (0, 1.2, 1.6, 2, 4)]
    table, p = together(rows), sorted(row.p for row in rows)
    by_hand = np.maximum.accumulate([min(1, (len(p) - i) * p[i]) for i in range(len(p))])
    assert sorted(row.adjusted[0] for row in table) == pytest.approx(by_hand)
    words = [row.verdict for row in table]
    alone = [row.verdict for row in rows]
    assert words.count("higher") < alone.count("higher")
    assert all(word == "not settled" for word, single in zip(words, alone, strict=True) if word != single)
    assert table[0].detectable > rows[0].detectable  # what a table of five could have seen is more


DRAWS = {
    "normal": ("test_accuracy", lambda rng, shape: rng.normal(0.9, 0.01, shape)),
    "skewed": ("test_loss", lambda rng, shape: rng.lognormal(-3, 0.8, shape)),
    "skewed accuracy": ("test_accuracy", lambda rng, shape: 1 - rng.lognormal(-3, 0.8, shape)),
    "two-peaked": (
        "test_accuracy",
        lambda rng, shape: np.where(rng.random(shape) < 0.3, 0.85, 0.9) + rng.normal(0, 0.004, shape),
    ),
}
PLAYS = 4000
MOST = stats.binom.ppf(0.999, PLAYS, ALPHA)  # of false alarms, if they come in 5 of 100 cases


@pytest.mark.parametrize("kind", DRAWS)
def test_false_alarms_come_in_no_more_than_5_of_100_cases(kind):
    measure, draw = DRAWS[kind]
    plays = draw(np.random.default_rng(1), (PLAYS, 2, 5))
    assert sum(against(*play, measure).verdict in SEEN for play in plays) <= MOST


@pytest.mark.parametrize("kind", ["normal", "two-peaked"])
def test_false_alarms_in_a_table_with_stuck_runs_are_no_more_either(kind):
    measure, draw = DRAWS[kind]
    rng, plays, alarms = np.random.default_rng(2), 300, 0
    for _ in range(plays):
        runs = [dict(enumerate(values)) for values in draw(rng, (4, 5))]
        kept = [{seed: value for seed, value in run.items() if rng.random() > 0.25} for run in runs]
        stuck = [5 - len(run) for run in kept]
        rows = [against(kept[i], kept[0], measure, stuck=(stuck[i], stuck[0])) for i in (1, 2, 3)]
        alarms += any(row.verdict in SEEN for row in together(rows))
    assert alarms <= stats.binom.ppf(0.999, plays, ALPHA)


@pytest.mark.parametrize("kind", ["normal", "skewed"])
def test_the_stated_power_is_had(kind):
    measure, draw = DRAWS[kind]
    shift, plays = detectable({"normal": 0.01, "skewed": 0.8}[kind], 5, pairs=False), 600
    runs = draw(np.random.default_rng(4), (plays, 2, 5))
    runs[:, 0] = runs[:, 0] * exp(shift) if kind == "skewed" else runs[:, 0] + shift
    seen = sum(against(*play, measure).verdict in SEEN for play in runs) / plays
    assert abs(seen - 0.8) < 3.3 * (0.8 * 0.2 / plays) ** 0.5 + 0.02  # Welch's test gives away a little with five runs


def test_pairs_need_their_partners():
    with pytest.raises(ValueError, match="paired=True needs runs of the same seeds"):
        against({0: 1.0, 1: 2.0}, {0: 1.0, 2: 2.0}, paired=True)
    with pytest.raises(ValueError, match="neither 'a' nor 'b' has a run"):
        against({}, {})
    with pytest.raises(ValueError, match="0 and 2 runs learned, two are needed"):
        _ = against({}, [1.0, 2.0], stuck=(2, 0)).difference


def test_sizes_are_said_in_the_measures_own_unit():
    assert against([0.9, 0.91], [0.8, 0.81]).size(0.1) == "+10.00 points"
    assert against([0.9, 0.91], [0.8, 0.81], "test_loss").size(log(0.5)) == "× 0.5"
    assert against([0.9, 0.91], [0.8, 0.81], "colour ahead").size(-0.02) == "−0.02"


def test_reading_a_record_does_not_wait_for_scipy():
    code = "import sys, cnnlessons.intervals; print('scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"

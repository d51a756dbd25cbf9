"""The rule for "converged": never of a line that falls for ever, about right where a curve levels off."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnlessons.experiments import Convergence, records

SEEDS = np.array([-1.0, -1, 0, 1, 1])[:, None]  # their standard deviation is 1
LENGTHS = (6, 10, 20, 30, 100)


def lines(n, per_epoch, level=200.0):
    """Five parallel straight lines, one standard deviation apart as the runs of a record are."""
    return level + SEEDS - per_epoch * np.arange(n)


def levelling(rng, n=30, tau=2.5, noise=0.02):
    """Five curves that fall from 5 to 1 and come within a tenth of 1 at epoch tau · ln(4 / 0.1)."""
    each, epoch = 0.05 * rng.standard_normal((5, 1)), noise * rng.standard_normal((5, n))
    return 1 + 4 * np.exp(-np.arange(1, n + 1) / tau) + each + epoch


@pytest.mark.parametrize("n", LENGTHS)
@pytest.mark.parametrize("per_epoch", [1.0, 0.5, 0.01])
def test_a_straight_line_never_converges(n, per_epoch):
    assert Convergence.of(lines(n, per_epoch)).verdict == "still falling"
    assert Convergence.of(lines(n, -per_epoch)).verdict == "still rising"


@pytest.mark.parametrize("n", LENGTHS)
@pytest.mark.parametrize("per_epoch", [1.0, 0.5])
def test_nor_does_a_noisy_one(n, per_epoch):
    rng = np.random.default_rng(0)
    noisy = [lines(n, per_epoch, 2 * n * per_epoch) + rng.standard_normal((5, n)) for _ in range(200)]
    said = [Convergence.of(curves).verdict for curves in noisy]
    assert said.count("converged") <= 5  # 2.5 %: what a 95 % interval lets through on one side
    assert n < 30 or said.count("still falling") > 190


@pytest.mark.parametrize(("n", "tau"), [(30, 2.5), (60, 5.0), (100, 8.3)])
def test_a_curve_that_levels_off_converges_where_it_does(n, tau):
    rng, expected = np.random.default_rng(0), tau * np.log(4 / 0.1)
    found = [Convergence.of(levelling(rng, n, tau)) for _ in range(200)]
    since = np.array([one.since for one in found if one.verdict == "converged"])
    assert len(since) > 180
    assert (abs(since - expected) <= 4).all() and abs(since.mean() - expected) < 2


def test_rounding_is_no_fall():
    assert Convergence.of(0.1 * SEEDS + np.full((5, 30), 0.7)).verdict == "converged"


def test_too_much_noise_is_said_to_be_too_much():
    rng = np.random.default_rng(0)
    said = [Convergence.of(levelling(rng, noise=0.1)).verdict for _ in range(200)]
    assert said.count("cannot say") > 150


def test_flat_noise_moves_in_one_case_of_twenty():
    rng = np.random.default_rng(0)
    said = [Convergence.of(10 + SEEDS + rng.standard_normal((5, 30))).verdict for _ in range(1000)]
    assert 30 <= said.count("still falling") + said.count("still rising") <= 70


def test_the_last_third_must_be_flat():
    short = 1 + 4 * np.exp(-np.arange(1, 13) / 4) + 0.01 * SEEDS
    assert Convergence.of(short).verdict == "still falling"
    bump = 1 + 0.01 * np.random.default_rng(0).standard_normal((5, 30))
    bump[:, 24:26] += 0.4  # in the middle of the last third, where a straight line does not see it
    assert Convergence.of(bump).verdict == "cannot say"


def test_two_epochs_are_no_stretch():
    flat = 5 + 0.1 * SEEDS + np.zeros((5, 8))
    flat[:, -2:] += 0.001 * np.array([[0, 1], [1, 0], [0, 0], [0, 1], [1, 0]])
    assert Convergence.of(flat).verdict == "cannot say"
    assert Convergence.of(np.hstack([flat[:, :1], flat])).verdict == "converged"


@given(st.floats(0.01, 100), st.integers(0, 1000))
def test_the_unit_does_not_matter(unit, seed):
    curves = levelling(np.random.default_rng(seed), n=12)
    one, other = Convergence.of(curves), Convergence.of(unit * curves[::-1])
    assert (one.verdict, one.since) == (other.verdict, other.since)
    assert other.fall.mean == pytest.approx(unit * one.fall.mean)


@pytest.mark.parametrize("id", ["E01-convergence", "E01-convergence.fashion-mnist"])
def test_no_network_of_the_notebook_has_converged_after_thirty_epochs(id):
    record = records.find(id)
    for variant in record.variants:
        error = 1 - record.curve(variant, "test_accuracy")
        assert Convergence.of(error).verdict == "still falling"
        assert Convergence.of(record.curve(variant, "train_loss")).verdict == "still falling"


def test_nor_had_they_before():
    record = records.find("E01-convergence")
    for variant in record.variants:
        error = 1 - record.curve(variant, "test_accuracy")
        assert {Convergence.of(error[:, :n]).verdict for n in (10, 20)} == {"still falling"}


@pytest.mark.parametrize("shape", [(1, 30), (5, 5)])
def test_too_little_to_ask(shape):
    with pytest.raises(ValueError, match="two runs of six epochs are the least"):
        Convergence.of(np.ones(shape))


def test_words():
    assert str(Convergence.of(lines(30, 1))) == "still falling, fell 9.000 ± 0.000 in its last 10 epochs"
    assert str(Convergence.of(levelling(np.random.default_rng(1)))) == "converged in about epoch 10"

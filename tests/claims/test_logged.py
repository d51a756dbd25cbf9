"""The figures read from the released program's logs: exact counts, and the numbers the paper printed."""

from itertools import pairwise

import pytest

from cnnlessons.claims.logged import IMAGES, RUNS, SCHEDULES, TEN_SCHEDULES, run


@pytest.mark.parametrize("one", RUNS, ids=lambda one: f"{one.net}-{one.views}")
def test_rates_are_whole_numbers_of_images(one):
    """A slip in one typed digit would not be: 0.374728 of 150,000 is 56,209.2."""
    rounded = 0.5e-6 * IMAGES[one.data]  # the log keeps six digits
    for guesses in (1, 5):
        assert abs(one.missed(guesses) - round(one.missed(guesses))) <= rounded + 1e-6
    assert 0 < one.top5 < one.top1 < 1


@pytest.mark.parametrize(
    ("net", "views", "printed"),
    [
        ("145-2010", 10, (37.5, 17.0)),  # Krizhevsky et al. 2012, Table 1
        ("145-2010", 1, (39.0, 18.3)),  # footnote of Sect. 6
        ("145", 10, (40.7, 18.2)),  # Table 2, 1 CNN
        ("146-2012-2011", 10, (39.0, 16.6)),  # Table 2, 1 CNN*
    ],
)
def test_what_the_paper_prints_is_a_logged_run(net, views, printed):
    assert run(net, views).printed() == printed
    assert [one.net for one in RUNS if one.printed() == printed] == [net]


@pytest.mark.parametrize(
    ("ablation", "full", "printed", "missed"),
    [
        ("147", "145", (0.4, 0.3), (197, 150)),  # Sect. 3.4, overlapping pools
        ("148", "145", (1.4, 1.2), (685, 576)),  # Sect. 3.3, response normalisation
        ("145-half", "145-2010", (1.7, 1.2), (2543, 1845)),  # Sect. 3.2, two GPUs
    ],
)
def test_what_the_paper_gained_is_a_difference_of_two_logged_runs(ablation, full, printed, missed):
    without, with_it = run(ablation), run(full)
    assert without.data == with_it.data
    gains = 100 * (without.top1 - with_it.top1), 100 * (without.top5 - with_it.top5)
    assert tuple(round(gain, 1) for gain in gains) == printed
    assert tuple(round(without.missed(k) - with_it.missed(k)) for k in (1, 5)) == missed


def test_the_three_comparisons_are_not_on_the_same_images():
    assert [run(net).data for net in ("147", "148", "145-half")] == ["2012 validation"] * 2 + ["2010 test"]


def test_ten_schedules_of_one_network_span_a_point():
    rates = sorted(100 * run(net).top1 for net in TEN_SCHEDULES)
    assert (len(rates), round(rates[0], 2), round(rates[-1], 2)) == (10, 40.42, 41.37)


def test_no_two_schedules_are_the_same():
    """The paper's networks were steered by hand: no comparison has equal epochs on both sides."""
    assert len({(one.steps, one.stopped) for one in SCHEDULES.values()}) == len(SCHEDULES) == 6
    for one in SCHEDULES.values():
        epochs, rates = zip(*one.steps, strict=True)
        assert epochs == tuple(sorted(epochs)) and one.stopped > epochs[-1]
        assert all(round(a / b) == 10 for a, b in pairwise(rates))
    assert SCHEDULES["145"].spans() == [(0, 25, 0.01), (25, 26, 1e-3), (51, 28, 1e-4), (79, 12, 1e-5)]


def test_the_rate_of_an_epoch():
    schedule = SCHEDULES["145"]
    assert [schedule.rate(n) for n in (0, 24.9, 25, 78, 79, 91)] == [0.01, 0.01, 1e-3, 1e-4, 1e-5, 1e-5]
    with pytest.raises(ValueError, match="logged from epoch 91, not 90"):
        SCHEDULES["145 continued"].rate(90)


def test_a_net_that_was_not_logged_is_refused():
    with pytest.raises(ValueError, match="no logged run named '146'"):
        run("146")

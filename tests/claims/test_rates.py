"""The error rates that papers print: possible, the same wherever they stand, and those that the program logged."""

import pytest

from cnnlessons.claims.logged import run
from cnnlessons.claims.rates import IMAGES, OFFICIAL, RATES


@pytest.mark.parametrize("one", RATES, ids=lambda one: f"{one.system}-{one.images}")
def test_more_guesses_miss_less(one):
    assert one.top1 is None or one.top5 < one.top1 < 99.9
    assert one.top5 < 99.5
    assert one.images in IMAGES


@pytest.mark.parametrize(
    ("net", "views", "images"), [("145-2010", 10, "2010 test"), ("145-2010", 1, "2010 test"), ("145", 10, "2012 val")]
)
def test_single_networks_are_logged_runs(net, views, images):
    assert (images, 1, *run(net, views).printed()) in {(r.images, r.networks, r.top1, r.top5) for r in RATES}


def test_the_contest_counts_images():
    """Its page has five digits, of 100,000 images; the paper rounds them."""
    for share in OFFICIAL.values():
        assert (share * IMAGES["2012 test"]) % 1 < 1e-9 or (share * IMAGES["2012 test"]) % 1 > 1 - 1e-9
    rounded = {round(100 * share, 1) for share in OFFICIAL.values()}
    assert rounded == {r.top5 for r in RATES if (r.images, r.year) == ("2012 test", 2012)} == {15.3, 16.4, 26.2}

"""Sizes of pictures: by hand, against PyTorch's answers, and against the gradient; and pages of digits."""

import matplotlib

matplotlib.use("Agg")

import numpy as np
import pytest
import torch
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex
from torch import nn

from cnnlessons import CATALOGUE, build, draw, load, trace
from cnnlessons.data.strewn import REACH, strew_digits
from cnnlessons.networks import input_sizes, walk
from cnnlessons.networks.layers import AdaptiveAvgPool


def only(id, what, up_to=300):
    """The runs of sizes with that outcome."""
    return [run for said, run in input_sizes.outcomes(CATALOGUE[id], range(8, up_to)) if said == what]


def test_islands_of_flattening_heads():
    assert only("lenet-003-corrected", input_sizes.ONE) == [range(32, 33)]
    assert only("lenet-003-corrected", input_sizes.BORDER) == [range(33, 36)]
    assert only("alexnet-001-fmnist", input_sizes.REFUSED) == [range(8, 195), range(227, 300)]


def test_listing_with_view_is_wrong_nearly_everywhere():
    assert only("lenet-003-code", input_sizes.MERGED, 100) == [range(16, 32), range(36, 100)]
    assert only("lenet-003-corrected", input_sizes.MERGED, 100) == []
    assert input_sizes.outcome(CATALOGUE["lenet-003-code"], 64, batch=2) == input_sizes.REFUSED
    assert input_sizes.outcome(CATALOGUE["lenet-003-code"], 52, batch=2) == input_sizes.MERGED


def test_pools_to_a_fixed_size_and_maps_of_answers():
    assert only("alexnet-torchvision", input_sizes.REPEATED) == [range(63, 223)]
    assert only("lenet-fcn", input_sizes.MAP) == [range(36, 300)]
    assert input_sizes.outcome(CATALOGUE["lenet-fcn"], 31) == input_sizes.REFUSED


def test_needs_counts_what_a_layer_would_want():
    lenet = CATALOGUE["lenet-003-corrected"]
    assert sum(input_sizes.needs(lenet, 32)) == 61_706
    assert sum(input_sizes.needs(lenet, 36)) == 61_706 + (576 - 400) * 120
    assert input_sizes.needs(lenet, 8) == []


@pytest.mark.parametrize(
    ("id", "n", "rows"),
    [
        ("lenet-003-corrected", 32, 0),
        ("lenet-003-corrected", 35, 3),
        ("lenet-gap", 39, 3),
        ("lenet-fcn", 38, 2),
        ("mini-alexnet", 38, 0),
        ("mini-alexnet-odd", 42, 1),
        ("mini-alexnet-28", 30, 0),
    ],
)
def test_unread_rows_are_those_without_a_gradient(id, n, rows):
    arch = CATALOGUE[id]
    x = torch.rand(4, arch.input[0], n, n, generator=torch.Generator().manual_seed(0), requires_grad=True)
    build(arch).eval()(x).sum().backward()
    silent = (x.grad == 0).all(dim=3).all(dim=1).all(dim=0)
    assert silent.sum() == rows and silent[n - rows :].all()
    assert input_sizes.unread(trace(arch, (arch.input[0], n, n))) == rows


def test_unread_takes_no_dropout_for_padding():
    assert input_sizes.unread(trace(CATALOGUE["alexnet-fcn"], (3, 258, 258))) == 7  # as the gradient says


@pytest.mark.parametrize("id", [id for id in CATALOGUE if id.startswith(("lenet", "mini"))])
def test_outcome_agrees_with_pytorch(id):
    arch = CATALOGUE[id]
    with torch.device("meta"):
        model = build(arch).eval()
    if hasattr(model, "view"):
        model.view = nn.Sequential(nn.Flatten(0), nn.Unflatten(0, (-1, trace(arch)["view"].units)))
    for n in range(10, 60):
        said = input_sizes.outcome(arch, n)
        try:
            shape = model(torch.empty(50, arch.input[0], n, n, device="meta")).shape
        except RuntimeError:
            assert said == input_sizes.REFUSED
            continue
        rows = list(walk(arch.layers, (arch.input[0], n, n)))
        small = any(type(row.layer) is AdaptiveAvgPool and row.shape_in[1] < row.layer.n for row in rows)
        if shape[0] != 50:
            right = input_sizes.MERGED
        elif small:
            right = input_sizes.REPEATED
        elif shape[2:].numel() > 1:
            right = input_sizes.MAP
        else:  # a copy that can be run says which rows of the image have no gradient
            right = input_sizes.BORDER if silent_rows(arch, n) else input_sizes.ONE
        assert said == right, n


def silent_rows(arch, n):
    """Rows of an image of n×n that the answer does not depend on: those of its windows alone, without weights."""
    x = torch.rand(1, 1, n, n, dtype=torch.double, requires_grad=True)
    y = x
    for row in walk(arch.layers, (arch.input[0], n, n)):
        window = row.layer.window(row.shape_in)
        if type(row.layer) is AdaptiveAvgPool:
            y = torch.nn.functional.adaptive_avg_pool2d(y, row.layer.n)
        elif window.size > 1:
            y = torch.nn.functional.avg_pool2d(
                torch.nn.functional.pad(y, [window.padding[0]] * 4), window.reach, window.step
            )
    y.sum().backward()
    return int((x.grad[0, 0] == 0).all(dim=1).sum())


def test_island_figure_draws_a_bar_a_run():
    found = {"lenet-fcn": input_sizes.outcomes(CATALOGUE["lenet-fcn"], range(8, 65))}
    ax = draw.islands(found, {"lenet-fcn": 64})
    assert [to_hex(bar.get_facecolor()) for bar in ax.patches] == [
        to_hex(draw.input_sizes.LOOKS[what][0]) for what in (input_sizes.ONE, input_sizes.BORDER, input_sizes.MAP)
    ]
    assert ax.patches[0].get_x() == 32 and ax.patches[0].get_width() == 1
    plt.close("all")


def test_heat_stands_around_the_middles_of_windows():
    ax = draw.heat(torch.zeros(36, 40), torch.zeros(2, 3))
    left, right, bottom, top = ax.images[1].get_extent()
    assert (left + 2, top + 2) == (15.5, 15.5)  # pixels 0 to 31 are the first window
    assert (right - left, bottom - top) == (12, 8)
    plt.close("all")


def test_page_says_what_is_where():
    split = load("mnist-5k").test
    page, truth = strew_digits(np.random.default_rng(0), split, 3, 5, share=0.4)
    assert page.shape == truth.shape == (108, 180) and page.max() <= 1
    assert (truth < 10).sum() == 6 * (2 * REACH) ** 2
    assert (page[truth == 10] > 0).any() and (page[truth < 10] > 0).float().mean() > 0.2
    again, _ = strew_digits(np.random.default_rng(0), split, 3, 5, share=0.4)
    assert torch.equal(page, again)

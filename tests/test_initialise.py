"""How weights start: the signal that each recipe promises to keep."""

import math
from dataclasses import replace

import pytest
import torch
from torch import nn

from cnnlessons import CATALOGUE, build, trace
from cnnlessons.initialise import FAN_IN_2012, INITIALISERS


@pytest.mark.parametrize(("init", "kept"), [("he", 1), ("glorot", 2**-10), ("normal-0.01", (0.01**2 * 512 / 2) ** 10)])
def test_mean_square_of_a_signal_after_ten_layers_behind_relus(init, kept):
    torch.manual_seed(0)
    model = nn.Sequential(*(layer for _ in range(10) for layer in (nn.ReLU(), nn.Linear(512, 512))))
    INITIALISERS[init](model)
    with torch.no_grad():
        x = torch.randn(256, 512)
        assert 0.5 < (model(x).square().mean() / x.square().mean() / kept).item() < 2


def test_the_scaled_start_keeps_the_factor_by_which_each_layer_of_alexnet_scales_its_signal():
    rows = trace(CATALOGUE["alexnet-2012"])
    fan_in = {row.layer.name: row.macs // math.prod(row.shape_out) for row in rows if row.params}
    assert fan_in == FAN_IN_2012
    for init, one in (("krizhevsky2012-scaled", 1), ("krizhevsky2012-scaled-zeros", 0)):
        model = build(replace(CATALOGUE["mini-alexnet"], init=init))
        for name, n in fan_in.items():
            weight = model.get_submodule(name).weight
            assert (weight.std() * weight[0].numel() ** 0.5).item() == pytest.approx(0.01 * n**0.5, rel=0.1), name
        assert {name for name in fan_in if model.get_submodule(name).bias.detach().eq(1).all()} == (
            {"conv2", "conv4", "conv5", "fc6", "fc7"} if one else set())


def test_the_scaled_start_refuses_a_layer_that_alexnet_has_not():
    with pytest.raises(ValueError, match="no layer 'C1' to scale this start by"):
        build(replace(CATALOGUE["lenet-002-relu"], init="krizhevsky2012-scaled"))
